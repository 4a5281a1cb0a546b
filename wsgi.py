"""What servers and workers load: `wsgi:app` for gunicorn and `flask --app wsgi`, `wsgi:celery` for Celery."""

import os

from config import Config
from lms.app import create_app
from lms.startup import end_if_unsafe, settle

app = create_app(Config.from_env())
settle()
celery = app.extensions["celery"]

if os.environ.get("SERVER_SOFTWARE", "").startswith("gunicorn/"):  # so gunicorn says whose process this is
    end_if_unsafe(app)
