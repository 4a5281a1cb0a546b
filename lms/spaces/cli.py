"""The operator's commands about people and the network: `flask --app wsgi users ...`, `flask --app wsgi network ...`.

Outside a demonstration they are the only way in.
"""

from __future__ import annotations

import json
from typing import Any

import click
from flask import current_app, url_for

from lms.accounts import service as accounts
from lms.accounts.queries import people_in_table, person_with_email
from lms.foundation.commands import CommandGroup
from lms.foundation.db import writing
from lms.foundation.errors import DomainError
from lms.foundation.i18n import DEFAULT_LANGUAGE, LANGUAGES, speaking
from lms.foundation.tokens import digest, mint
from lms.spaces import service
from lms.spaces.choices.service import choose
from lms.spaces.models import REGISTRATIONS, SPACE_ROLES
from lms.spaces.queries import network, space

users = CommandGroup("users", help="People: invite, list, disable, end sessions, reset link.")
choices = CommandGroup("network", help="What the network has chosen.")
#: Said before the first invitation has founded the network.
NOT_YET = "there is no network yet; the first `users invite` makes it."


def _address(path: str) -> str:
    return f"{current_app.config['CORDADA'].base_url}{path}"


def _found(email: str) -> Any:
    person = person_with_email(email)
    if person is None:
        raise click.ClickException(f"nobody signs in with {email!r}; `users list` shows who does.")
    return person


@users.command("invite")
@click.argument("email")
@click.option("--role", type=click.Choice([*SPACE_ROLES, "trainer", "coordinator"]), required=True)
@click.option("--space", "space_id", help="The space's slug, for a role in a space.")
@click.option("--lang", type=click.Choice(list(LANGUAGES)), default=DEFAULT_LANGUAGE, show_default=True)
@click.option(
    "--network", "network_name", default="Cordada", show_default=True, help="The network's name, the first time."
)
def invite(email: str, role: str, space_id: str | None, lang: str, network_name: str) -> None:
    """Print a link, good once and for seven days, that gives EMAIL a role."""
    if (role in SPACE_ROLES) != (space_id is not None):
        raise click.UsageError("a learner, a deputy or a manager needs --space, a trainer or a coordinator has none.")
    if space_id is not None and space(space_id) is None:
        raise click.UsageError(f"no space has the slug {space_id!r}.")
    with speaking("en"):
        try:
            with writing():
                if network() is None:
                    service.found_network(name=network_name, lang=lang, contact=email)
                _row, token = service.invite(
                    email=email, role=role, space_id=space_id, lang=lang, invited_by=None, mailed=False
                )
        except DomainError as error:
            raise click.ClickException(str(error)) from error
    with current_app.test_request_context():
        click.echo(_address(url_for("spaces.join", token=token, lang=lang)))


@users.command("list")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def list_people(form: str) -> None:
    """Everybody: address, name, state, since when."""
    rows = [
        {"email": row.email, "name": row.name, "state": row.state, "since": row.created_at.date().isoformat()}
        for row in people_in_table()
    ]
    if form == "json":
        click.echo(json.dumps({"people": rows}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['email']:<40} {row['state']:<9} {row['since']}  {row['name']}")


@users.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Close an account: it cannot sign in, and every session ends now."""
    person = _found(email)
    with writing():
        accounts.disable(person.id)
    click.echo(f"{person.email} is disabled and signed out everywhere.")


@users.command("end-sessions")
@click.argument("email")
def end_sessions(email: str) -> None:
    """Sign somebody out on every device."""
    person = _found(email)
    with writing():
        ended = accounts.end_sessions(person.id)
    click.echo(f"{ended} session{'s' * (ended != 1)} of {person.email} ended.")


@users.command("reset-link")
@click.argument("email")
def reset_link(email: str) -> None:
    """Print a link, good once and for one hour, with which EMAIL chooses a new password."""
    person = _found(email)
    token = mint()
    with writing():
        accounts.new_link(person.id, "reset", mailed=False).token_digest = digest(token)
    with current_app.test_request_context():
        click.echo(_address(url_for("accounts.link", token=token)))


@choices.command("registration")
@click.argument("choice", required=False, type=click.Choice(REGISTRATIONS))
def registration(choice: str | None) -> None:
    """Say who may make an account: only invited people (invitation), or anybody who proves an address (open).

    With CHOICE, change it first.
    """
    if choice is not None:
        try:
            with writing():
                choose({"registration": choice}, by=None)
        except DomainError as error:
            raise click.ClickException(NOT_YET) from error
    here = network()
    if here is None:
        raise click.ClickException(NOT_YET)
    click.echo(here.registration)
