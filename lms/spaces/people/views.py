"""Doors of a space's people: for those who run it, and for the coordinator, who entrusts it to somebody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from lms.accounts.queries import names_of
from lms.accounts.visitor import visitor
from lms.foundation.db import writing
from lms.foundation.errors import NotFound, Refused, TooMany
from lms.foundation.i18n import N_, _
from lms.spaces import queries as spaces
from lms.spaces import service
from lms.spaces.forms import InviteForm
from lms.spaces.models import Space
from lms.spaces.people import service as awaited
from lms.spaces.people.forms import ChangeForm
from lms.spaces.people.queries import PAGE, awaited_in, people
from lms.spaces.policy import guard, may
from lms.spaces.views import invited

bp = Blueprint("people", __name__, template_folder="templates")

#: A page further than this is asked for by nobody in good faith.
PAGE_MOST = 100_000

#: What a button does, and what is said once it is done.
CHANGES: dict[str, tuple[Callable[..., Any], str]] = {
    "deputy": (service.name_deputy, N_("%(name)s is a deputy now: invites, enrols and follows people as you do.")),
    "remove": (
        service.end_membership,
        N_("%(name)s no longer belongs to the space. What they learned stays theirs. You can undo this for a day."),
    ),
    "back": (service.bring_back, N_("%(name)s belongs to the space again.")),
    "off": (awaited.take_off, N_("%(name)s is off the list of the space. The invitation opens nothing any more.")),
}
#: Where the same button means something else for those who run the space and for the coordinator.
OF_SPACE = {
    **CHANGES,
    "again": (awaited.ask_again, N_("A new invitation to %(name)s is on its way.")),
    "learner": (service.end_deputy, N_("%(name)s is no deputy any more, and still belongs to the space.")),
}
OF_NETWORK = {
    "manager": (service.name_manager, N_("%(name)s runs this space now.")),
    "learner": (service.end_manager, N_("%(name)s no longer runs this space, and still belongs to it.")),
    "remove": CHANGES["remove"],
    "back": CHANGES["back"],
    "off": CHANGES["off"],
}


def _own(space_id: str) -> Space:
    place = spaces.space(space_id) if may(visitor(), "team", space_id) else None
    if place is None:
        raise NotFound()
    return place


def _any(space_id: str) -> Space:
    place = spaces.space(space_id)
    if place is None:
        raise NotFound()
    return place


def _page(place: Space, *, wide: bool) -> str:
    page = min(max(request.args.get("page", 0, type=int), 0), PAGE_MOST)
    awaited_only = request.args.get("show") == "awaited"
    rows, count = people(place.id, page, awaited=awaited_only)
    return render_template(
        "people/people.html", place=place, rows=rows, count=count, page=page, last=max(0, (count - 1) // PAGE),
        removed=spaces.removed_lately(place.id), awaited=awaited_in(place.id), awaited_only=awaited_only,
        awaited_days=awaited.AWAITED_FOR.days, wide=wide, leads=place.id in visitor().leads,
        change="people.entrust" if wide else "people.change", list="people.of_space" if wide else "people.mine",
    )  # fmt: skip


def _change(place: Space, person_id: str, changes: dict[str, tuple[Callable[..., Any], str]]) -> None:
    form = ChangeForm()
    if not form.validate_on_submit() or form.do.data not in changes:
        raise Refused()
    act, told = changes[form.do.data]
    name = names_of([person_id]).get(person_id, "")  # before, since some are gone afterwards
    try:
        with writing():
            act(person_id, place.id, by=visitor().id)
    except TooMany:
        flash(_("This address was invited three times in an hour. Wait before you write again."), "yet")
    else:
        flash(_(told, name=name), "yes")


@bp.get("/team/<space_id>/people")
@guard("team")
def mine(space_id: str) -> Any:
    """Who belongs to a space of mine; what I may change beside each name."""
    return _page(_own(space_id), wide=False)


@bp.post("/team/<space_id>/people/<person_id>")
@guard("team")
def change(space_id: str, person_id: str) -> Any:
    """Name a deputy, take that back, end a membership or undo its end (`do` = deputy | learner | remove | back)."""
    place = _own(space_id)
    if person_id == visitor().id:
        raise Refused(_("Here you change what others may do. You leave a space from your account."))
    _change(place, person_id, OF_SPACE)
    return redirect(url_for("people.mine", space_id=place.id))


@bp.get("/network/spaces/<space_id>/people")
@guard("network")
def of_space(space_id: str) -> Any:
    """Who belongs to a space of the network, for the coordinator."""
    return _page(_any(space_id), wide=True)


@bp.post("/network/spaces/<space_id>/people/<person_id>")
@guard("network")
def entrust(space_id: str, person_id: str) -> Any:
    """Entrust the space to somebody, take it back, end a membership or undo that (`do` = manager | learner | remove | back)."""
    place = _any(space_id)
    _change(place, person_id, OF_NETWORK)
    return redirect(url_for("people.of_space", space_id=place.id))


@bp.route("/network/spaces/<space_id>/invite", methods=["GET", "POST"])
@guard("network")
def invite(space_id: str) -> Any:
    """Invite somebody to run a space; below, the invitations to run it that wait."""
    place = _any(space_id)
    form = InviteForm(lang=place.lang)
    done, answer = invited(form, place, "manager")
    if done:
        return redirect(url_for("people.invite", space_id=place.id))
    waiting = [row for row in spaces.open_invitations(place.id) if row.role == "manager"]
    return render_template("people/invite.html", form=form, place=place, waiting=waiting), *answer


@bp.post("/network/spaces/<space_id>/invitations/<invitation_id>/cancel")
@guard("network")
def cancel(space_id: str, invitation_id: str) -> Any:
    """Withdraw an invitation to run a space that nobody has accepted yet."""
    place = _any(space_id)
    with writing():
        service.cancel_invitation(invitation_id, place.id, by=visitor().id)
    flash(_("The invitation is withdrawn: its link opens nothing any more."), "yes")
    return redirect(url_for("people.invite", space_id=place.id))
