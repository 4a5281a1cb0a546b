"""Doors of topics: proposing one and one's own, the list for those who coordinate the network."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from lms.accounts.visitor import visitor
from lms.catalogue.topics import queries, rules, service
from lms.catalogue.topics.forms import TopicForm
from lms.catalogue.topics.queries import Mine, Wish
from lms.foundation.db import writing
from lms.foundation.errors import NotFound
from lms.foundation.i18n import LANGUAGES, _, language
from lms.foundation.tokens import seal, unsealed
from lms.spaces.policy import guard

bp = Blueprint("topics", __name__, template_folder="templates")


@bp.route("/topics", methods=["GET", "POST"])
@guard("signed_in")
def mine() -> Any:
    """Propose a topic (`about`: what was looked for), and see and take back what one proposed."""
    form = TopicForm()
    if form.validate_on_submit():
        with writing():
            service.propose(visitor().id, form.topic.data or "", lang=language())
        flash(_("Thank you. Those who coordinate the network read your topic, without your name."), "yes")
        return redirect(url_for("topics.mine"))
    if request.method == "GET":
        form.topic.data = rules.clean(request.args.get("about", ""))
    page = render_template("topics/mine.html", form=form, topics=queries.mine(visitor().id), sealed=_sealed)
    return (page, 422) if form.errors else page


@bp.post("/topics/<topic_id>/withdraw")
@guard("signed_in")
def withdraw(topic_id: str) -> Any:
    """Take one's topic back; its words stand in the field, to be proposed again. Pressed twice, it is said twice: the
    button carries that the topic was one's own, since of what is withdrawn nothing is kept.
    """
    try:
        with writing():
            text = service.withdraw(visitor().id, topic_id)
    except NotFound:
        if unsealed(f"topic:{visitor().id}", request.form.get("own", "")) != topic_id:
            raise
        text = rules.clean(request.form.get("about", ""))
    flash(_("Withdrawn: nobody reads it any more. Its words stand in the field, should you change your mind."), "yes")
    return redirect(url_for("topics.mine", about=text))


@bp.get("/network/topics")
@guard("network")
def listed() -> Any:
    """What people propose, those of most people first: open or handled. `done` is one that was handled just now."""
    handled = request.args.get("state") == "handled"
    counts = queries.count_of()
    page, last = rules.page_within(request.args.get("page", 1, type=int), counts[handled])
    done = queries.wish(request.args["done"]) if "done" in request.args else None
    return render_template(
        "topics/listed.html", topics=queries.listed(handled=handled, page=page), counts=counts, handled=handled,
        page=page, last=last, done=done if done and done.handled_at else None, text_of=_text_of, languages=LANGUAGES,
    )  # fmt: skip


@bp.post("/network/topics/<topic_id>")
@guard("network")
def settle(topic_id: str) -> Any:
    """Mark a topic as handled, or open it again."""
    handled = request.form.get("do") != "reopen"
    with writing():
        service.settle(topic_id, handled=handled)
    if handled:
        return redirect(url_for("topics.listed", done=topic_id, page=request.args.get("page")))
    flash(_("The topic is open again."), "yes")
    return redirect(url_for("topics.listed"))


def _sealed(topic: Mine) -> str:
    """What says that a topic is the visitor's own, also when it is gone."""
    return seal(f"topic:{visitor().id}", topic.id)


def _text_of(topic: Wish) -> tuple[str, str]:
    """(language, words) of a topic: in the reader's language where somebody wrote it there."""
    return next((lang, topic.texts[lang]) for lang in (language(), *topic.texts) if lang in topic.texts)
