"""A small network for tests of people: two spaces, somebody in each role, and what tests ask about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import sqlalchemy as sa
from flask import Flask

from lms.accounts import service as accounts
from lms.accounts.models import LoginSession, Person, SignInLink
from lms.accounts.passwords import hash_password
from lms.foundation.db import db, writing
from lms.foundation.tokens import digest, mint
from lms.jobs.models import Job
from lms.jobs.tasks import drain
from lms.notifications.models import SentMail
from lms.spaces import service as spaces
from lms.spaces.models import Invitation, Membership, NetworkRole, Space, Territory
from tests.visits import StrictClient

PASSWORD = "dix minutes au vert"
CONTACT = "reseau@septvallees.example"


@dataclass
class House:
    """An application with people in it. `ids` maps who they are to their person ids."""

    app: Flask
    ids: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def open(self) -> Iterator[None]:
        """The app's context, for services and queries; its database session is given back at the end."""
        with self.app.app_context():
            yield
            db.session.remove()

    def client(self, who: str | None = None) -> StrictClient:
        """A visitor with a cookie jar of their own whose browser speaks English, signed in as `who` if given."""
        client = cast(StrictClient, self.app.test_client())
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        if who:
            client.enter(self.ids[who])
        return client

    def write(self, change: Callable[[], Any]) -> Any:
        """Do `change` in one write transaction; gives what it gives."""
        with self.open(), writing():
            return change()

    def link(self, who: str, purpose: str = "reset") -> str:
        """A fresh link for `who` that no mail carries: its token."""
        token = mint()

        def change() -> None:
            accounts.new_link(self.ids[who], purpose, mailed=False).token_digest = digest(token)

        self.write(change)
        return token

    def invitation(
        self,
        email: str,
        role: str = "learner",
        space: str | None = "la-bobine",
        by: str | None = "manager_a",
        lang: str = "en",
    ) -> str:
        """An invitation that no mail carries: its token."""

        def change() -> str:
            giver = self.ids[by] if by else None
            return spaces.invite(email=email, role=role, space_id=space, lang=lang, invited_by=giver, mailed=False)[1]

        return str(self.write(change))

    def later(self, model: Any, **columns: timedelta) -> None:
        """Move moments of every row of `model` (`expires_at=timedelta(hours=-2)`), as if time had passed."""

        def change() -> None:
            for row in db.session.scalars(sa.select(model)):
                for name, step in columns.items():
                    setattr(row, name, getattr(row, name) + step)

        self.write(change)

    def run_jobs(self) -> int:
        """Do what the outbox holds; gives how many jobs ran."""
        with self.open():
            return drain()

    def count(self, model: Any, *where: Any) -> int:
        """How many rows `model` has."""
        with self.open():
            return int(db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*where)) or 0)

    def roles(self, email: str) -> set[tuple[str, str | None]]:
        """What the person with this address is, as {(role, space)}; empty for nobody."""
        with self.open():
            who = db.session.scalar(sa.select(Person.id).where(Person.email == email))
            member = db.session.execute(
                sa.select(Membership.role, Membership.space_id).where(Membership.person_id == who)
            )
            wide = db.session.execute(sa.select(NetworkRole.role).where(NetworkRole.person_id == who))
            return {(role, space) for role, space in member} | {(row.role, None) for row in wide}

    def state(self) -> list[tuple[Any, ...]]:
        """Everything these rooms hold, to be compared: did a refused request change a row?"""
        tables = [
            model.__table__ for model in (Person, LoginSession, SignInLink, Membership, NetworkRole, Invitation, Job)
        ]
        with self.open():
            return [tuple(row) for table in tables for row in db.session.execute(sa.select(table).order_by(*table.c))]

    def kept(self) -> list[SentMail]:
        """The mails so far, oldest first."""
        with self.open():
            return list(db.session.scalars(sa.select(SentMail).order_by(SentMail.at)))


def found(app: Flask, *, demo: bool = False, registration: str = "invitation") -> House:
    """A network in `app`: spaces la-bobine (A) and l-estive (B), coordinator, trainer, manager_a/b, learner_a/b.

    The learners and managers have the password `PASSWORD`; addresses are `<who>@example.org`.
    """
    house = House(app)
    with house.open():
        kept = hash_password(PASSWORD)
        with writing():
            accounts.mark_installation(demo=demo)
            spaces.found_network(name="Sept Vallées", lang="fr", registration=registration, contact=CONTACT)
            db.session.add(Territory(id="conflent", name="Conflent", country="FR"))
            db.session.flush()
            for slug, name, place in (("la-bobine", "La Bobine", "Prades"), ("l-estive", "L’Estive", "Olette")):
                db.session.add(
                    Space(id=slug, name=name, place=place, territory_id="conflent", lang="fr", zone="Europe/Paris",
                          latitude=None, longitude=None, desks=8)
                )  # fmt: skip
            db.session.flush()
            for who, role, space in (
                ("coordinator", "coordinator", None),
                ("trainer", "trainer", None),
                ("manager_a", "manager", "la-bobine"),
                ("manager_b", "manager", "l-estive"),
                ("learner_a", "learner", "la-bobine"),
                ("learner_b", "learner", "l-estive"),
            ):
                person = accounts.create_person(email=f"{who}@example.org", name=who.title(), lang="en")
                person.password_hash = kept
                spaces.give_role(person.id, role, space)
                house.ids[who] = person.id
            db.session.execute(sa.delete(Job))  # what follows from people joining is not what these tests look at
    return house


def links_in(text: str) -> list[str]:
    """The addresses in a mail."""
    return re.findall(r"https?://\S+", text)
