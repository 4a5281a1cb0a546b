"""The least the same work can cost: four tiny pages under the same server, driver and settings as the site.

- `/b0` a 10 kB string from a bare Flask;
- `/bj` a 10 kB Jinja page;
- `/b1` one indexed SELECT and a 10 kB Jinja page;
- `/b2` the same and one durable upsert: the least a lesson view can do;
- `/b3` one password verification with our parameters.
"""

from __future__ import annotations

import itertools
import os

import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask, render_template
from jinja2 import DictLoader

from config import Config
from lms.foundation import db as ground

PAGE = """<!doctype html><html lang="en"><head><title>{{ name }}</title></head><body><h1>{{ name }}</h1>
<ul>{% for number in range(90) %}<li><a href="/course/{{ number }}">Course {{ number }} of {{ name }}</a>
<span>step {{ number }} of ninety, about ten to fifteen minutes</span></li>
{% endfor %}</ul></body></html>"""
ROWS = 1000

metadata = sa.MetaData()
person = sa.Table("b_person", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(80)))
place = sa.Table("b_place", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("at", sa.Integer))


def prepare(engine: sa.Engine) -> None:
    """The two tables of the baselines, filled."""
    mark = ground._writing.set(True)
    try:
        with engine.begin() as connection:
            metadata.drop_all(connection)
            metadata.create_all(connection)
            connection.execute(person.insert(), [{"id": number, "name": f"Person {number}"} for number in range(ROWS)])
    finally:
        ground._writing.reset(mark)


def make() -> Flask:
    """The baselines as an application, on the database the environment names."""
    config = Config.from_env(os.environ)
    app = Flask("baselines")
    app.jinja_loader = DictLoader({"page.html": PAGE})  # compiled once, as any page of a real site
    engine = sa.create_engine(config.database_url)
    ground.tune(engine, config.durability)
    hasher = PasswordHasher(*(config.argon2[1], config.argon2[0], config.argon2[2]))
    kept = hasher.hash("a sentence nobody guesses")
    turns = itertools.count()
    text = "x" * 10_000

    def one_person(connection: sa.Connection) -> str:
        return str(connection.scalar(sa.select(person.c.name).where(person.c.id == next(turns) % ROWS)))

    @app.get("/b0")
    def b0() -> str:
        return text

    @app.get("/bj")
    def bj() -> str:
        return render_template("page.html", name="nobody")

    @app.get("/b1")
    def b1() -> str:
        with engine.connect() as connection:
            return render_template("page.html", name=one_person(connection))

    @app.get("/b2")
    def b2() -> str:
        with engine.connect() as connection:
            name = one_person(connection)
        mark = ground._writing.set(True)
        try:
            with engine.begin() as connection:
                number = next(turns)
                connection.execute(
                    sa.text(
                        "INSERT INTO b_place (id, at) VALUES (:id, :at) ON CONFLICT (id) DO UPDATE SET at = excluded.at"
                    ),
                    {"id": number % ROWS, "at": number},
                )
        finally:
            ground._writing.reset(mark)
        return render_template("page.html", name=name)

    @app.get("/b3")
    def b3() -> str:
        hasher.verify(kept, "a sentence nobody guesses")
        return "ok"

    with app.app_context():
        if os.environ.get("BENCH_PREPARE") == "1":
            prepare(engine)
    return app
