"""What servers and workers load: `wsgi:app` for gunicorn and `flask --app wsgi`, `wsgi:celery` for Celery."""

from config import Config
from lms.app import create_app

app = create_app(Config.from_env())
celery = app.extensions["celery"]
