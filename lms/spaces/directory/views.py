"""Doors of the directory: the list, a space's page, showing oneself there, editing; for coordinators also making spaces."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from lms.accounts.access import to_sign_in
from lms.accounts.visitor import visitor
from lms.foundation.db import writing
from lms.foundation.errors import NotFound, Refused
from lms.foundation.i18n import _
from lms.spaces import queries as spaces
from lms.spaces.choices.queries import directory_is_public, home_of_network
from lms.spaces.directory import queries, service
from lms.spaces.directory.forms import PortraitForm, SeenForm, SpaceForm, TerritoryForm, TurnForm
from lms.spaces.directory.rules import FILTERS, narrowed
from lms.spaces.directory.themes import COUNTRIES, SPOKEN, THEMES
from lms.spaces.models import Space
from lms.spaces.policy import guard, may
from lms.ui.fields import options

bp = Blueprint("directory", __name__, template_folder="templates")

#: Spaces on one page of the list.
PAGE = 40


def _shut() -> bool:
    """Whether this reader has to sign in first: a stranger, where the directory is the members' own."""
    return visitor().is_anonymous and not directory_is_public()


@bp.get("/spaces")
@guard("public")
def listed() -> Any:
    """The spaces of the network by territory; `q` searches, `territory`, `spoken` and `theme` narrow."""
    if _shut():
        return to_sign_in()
    everything = queries.cards()
    words = request.args.get("q", "")[:100]
    territories = {card.territory: card.territory_name for card in everything}
    known = {"territory": territories, "spoken": SPOKEN, "theme": THEMES}
    wanted = {name: request.args[name] for name in FILTERS if request.args.get(name) in known[name]}
    found = narrowed(everything, words, wanted)
    last = max(0, (len(found) - 1) // PAGE)
    page = min(max(request.args.get("page", 0, type=int), 0), last)
    return render_template(
        "directory/listed.html", found=found[page * PAGE : (page + 1) * PAGE], count=len(found), all=len(everything), page=page,
        last=last, words=words, wanted=wanted, territories=territories, spoken=SPOKEN, themes=THEMES,
        kept={**wanted, **({"q": words} if words else {})},
    )  # fmt: skip


@bp.get("/spaces/<space_id>")
@guard("public")
def space(space_id: str) -> Any:
    """The page of a space, with those of its people who chose to be seen by this reader."""
    if _shut():
        return to_sign_in()
    return _space(space_id, None)


@bp.post("/spaces/<space_id>/seen")
@guard("signed_in")
def seen(space_id: str) -> Any:
    """Choose who may see that I belong to this space of mine."""
    if space_id not in visitor().spaces:
        raise NotFound()
    form = SeenForm()
    if not form.validate_on_submit():
        return _space(space_id, form), 422
    with writing():
        service.show_myself(visitor().id, space_id, form.seen.data)
    flash(_("Your choice is saved."), "yes")
    return redirect(url_for("directory.space", space_id=space_id))


def _space(space_id: str, form: SeenForm | None) -> str:
    found = queries.portrait(space_id)
    who = visitor()
    if found is None or (
        found.Space.archived_at is not None and not may(who, "network") and space_id not in who.spaces
    ):
        raise NotFound()
    mine = queries.my_choice(who.id, space_id) if space_id in who.spaces else None
    edit = "directory.edit" if may(who, "team", space_id) else "directory.frame" if may(who, "network") else ""
    return render_template(
        "directory/space.html", place=found.Space, territory=found.Territory, countries=COUNTRIES, themes=THEMES,
        spoken=[(code, SPOKEN[code]) for code in found.Space.languages.split() or [found.Space.lang]],
        people=queries.people_seen(space_id, signed_in=not who.is_anonymous),
        form=form or (SeenForm(formdata=None, data={"seen": mine}) if mine else None), edit=edit,
    )  # fmt: skip


# --- editing -----------------------------------------------------------------------------------------------------


def _filled(place: Space) -> dict[str, Any]:
    return {
        **{name: getattr(place, name) for name in (*service.FRAME, *service.PORTRAIT)},
        "languages": place.languages.split(),
    }


def _territories(form: SpaceForm) -> None:
    form.territory_id.choices = options([("", _("Choose …"))] + [(one.id, one.name) for one in spaces.territories()])


@bp.route("/team/<space_id>/page", methods=["GET", "POST"])
@guard("team")
def edit(space_id: str) -> Any:
    """What a space of mine says about itself."""
    place = spaces.space(space_id) if may(visitor(), "team", space_id) else None
    if place is None:
        raise NotFound()
    form = PortraitForm(data=_filled(place))
    if form.validate_on_submit():
        with writing():
            service.describe(space_id, form.portrait(), by=visitor().id, wide=False)
        flash(_("The page of the space is saved."), "yes")
        return redirect(url_for("directory.space", space_id=space_id))
    return render_template("directory/edit.html", form=form, place=place, wide=False), 422 if form.errors else 200


@bp.route("/network/spaces/<space_id>/page", methods=["GET", "POST"])
@guard("network")
def frame(space_id: str) -> Any:
    """Name, place and territory of a space, and what it says about itself; for the coordinator."""
    place = spaces.space(space_id)
    if place is None:
        raise NotFound()
    form = SpaceForm(data=_filled(place))
    _territories(form)
    form.keep_zone(place.zone)
    if form.validate_on_submit():
        with writing():
            service.describe(space_id, form.values(), by=visitor().id, wide=True)
        flash(_("The page of the space is saved."), "yes")
        return redirect(url_for("directory.space", space_id=space_id))
    return render_template("directory/edit.html", form=form, place=place, wide=True), 422 if form.errors else 200


@bp.route("/network/spaces/new", methods=["GET", "POST"])
@guard("network")
def new() -> Any:
    """A new space; then somebody is invited to run it."""
    lang, zone = home_of_network()
    form = SpaceForm(lang=lang, zone=zone, languages=[lang], desks=8)
    _territories(form)
    form.keep_zone(zone)
    if form.validate_on_submit():
        with writing():
            made = service.make_space(form.values(), by=visitor().id)
        flash(_("The space is there. Invite somebody to run it."), "yes")
        return redirect(url_for("people.invite", space_id=made))
    return render_template("directory/edit.html", form=form, place=None, wide=True), 422 if form.errors else 200


@bp.post("/network/spaces/<space_id>/archive")
@guard("network")
def turn(space_id: str) -> Any:
    """Archive a space or open it again (`do` = archive | reopen)."""
    form = TurnForm()
    if not form.validate_on_submit():
        raise Refused()
    away = form.do.data == "archive"
    with writing():
        (service.archive if away else service.reopen)(space_id, by=visitor().id)
    flash(
        _("Archived: nobody new comes in. Its people keep what they have; you can open it again.")
        if away else _("The space is open again."), "yes",
    )  # fmt: skip
    return redirect(url_for("directory.space", space_id=space_id))


@bp.route("/network/territories", methods=["GET", "POST"])
@guard("network")
def territories() -> Any:
    """The territories, and a form for one more."""
    form = TerritoryForm()
    if form.validate_on_submit():
        with writing():
            service.make_territory(" ".join((form.name.data or "").split()), form.country.data, by=visitor().id)
        flash(_("The territory is there. Add spaces to it."), "yes")
        return redirect(url_for("directory.territories"))
    return render_template(
        "directory/territories.html", form=form, rows=spaces.territories(), counts=queries.spaces_of_territories(),
        countries=COUNTRIES,
    ), 422 if form.errors else 200  # fmt: skip


@bp.route("/network/territories/<territory_id>", methods=["GET", "POST"])
@guard("network")
def territory(territory_id: str) -> Any:
    """Another name or country for a territory."""
    row = queries.territory(territory_id)
    if row is None:
        raise NotFound()
    form = TerritoryForm(data={"name": row.name, "country": row.country})
    if row.country not in COUNTRIES:
        form.country.choices = [*form.country.choices, *options([(row.country, row.country)])]
    if form.validate_on_submit():
        with writing():
            service.rename_territory(
                territory_id, " ".join((form.name.data or "").split()), form.country.data, by=visitor().id
            )
        flash(_("The territory is saved."), "yes")
        return redirect(url_for("directory.territories"))
    return render_template("directory/territory.html", form=form, row=row), 422 if form.errors else 200
