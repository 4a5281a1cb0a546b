"""Doors of certificates: one's own, on a page and on paper; and the public one that checks a code."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from lms.accounts.service import count_try
from lms.accounts.visitor import visitor
from lms.content.media import weight
from lms.foundation.addresses import address_of
from lms.foundation.db import writing
from lms.foundation.errors import NotFound, TooMany
from lms.foundation.i18n import LANGUAGES, _, language, speaking
from lms.learning import pages
from lms.learning import queries as learning
from lms.learning.certificates import paper, queries, service
from lms.learning.certificates.forms import CodeForm, WithdrawForm
from lms.learning.certificates.queries import Proof
from lms.learning.certificates.rules import WRONG_CODES, Demand, is_marked, read_code, written_code
from lms.spaces.joining.rules import network_of
from lms.spaces.policy import guard, may

bp = Blueprint("certificates", __name__, template_folder="templates")


@bp.get("/courses/<course_id>/certificate")
@guard("signed_in")
def mine(course_id: str) -> Any:
    """One's own certificate of a course, or what is still missing for it."""
    own = _own(course_id)
    proof = queries.last_of(visitor().id, course_id)
    shown: dict[str, Any] = {"own": own, "title": own.published.document.title(language()), "proof": proof}
    if proof is None or proof.revoked_for == "replaced":
        wanted = queries.demands_of(visitor().id, own.published)
        best = queries.best_of(visitor().id, course_id)
        told = [_demand(own, one, best.get((one.unit, one.activity))) for one in wanted]
        return render_template("certificates/missing.html", **shown, demands=told)
    return render_template(
        "certificates/certificate.html",
        **shown,
        **_told(proof),
        profile=[(code, name, _profile(proof, code)) for code, name in LANGUAGES.items()],
        renamed=proof.revoked_at is None and visitor().name != proof.facts.name,
        weight=weight(len(paper.sheet(proof, language(), _address(proof))), language()) if not proof.revoked_at else "",
    )


@bp.post("/courses/<course_id>/certificate")
@guard("signed_in")
def claim(course_id: str) -> Any:
    """Ask for a certificate that is earned and not there yet, or for one under one's name of today."""
    own = _own(course_id)
    with writing():
        if request.form.get("do") == "renew":
            service.renew(visitor().id, own.published)
        else:
            service.issue_if_earned(visitor().id, own.published)
    return redirect(url_for("certificates.mine", course_id=course_id))


@bp.get("/courses/<course_id>/certificate.pdf")
@guard("signed_in")
def sheet(course_id: str) -> Any:
    """One's own certificate as PDF, in the reader's language."""
    proof = queries.certificate_of(visitor().id, course_id)
    if proof is None:
        raise NotFound()
    answer = Response(paper.sheet(proof, language(), _address(proof)), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{course_id}-{language()}.pdf"'
    return answer


@bp.get("/verify")
@guard("public")
def check() -> Any:
    """Where a code is typed in."""
    form = CodeForm(request.args)
    typed = form.code.data or ""
    if not typed:
        return render_template("certificates/check.html", form=form)
    code = read_code(typed)
    if code is None or _stored(code) is None:
        form.code.errors = [_("No certificate has this code. Compare it with the paper, sign by sign.")]
        return render_template("certificates/check.html", form=form), 404
    return redirect(url_for("certificates.verify", code=code))


@bp.get("/verify/<code>")
@guard("public")
def verify(code: str) -> Any:
    """What a certificate says and whether it still stands, for whoever has its code. Nothing more is shown."""
    return _verified(_with(code))


@bp.post("/verify/<code>/withdraw")
@guard("steer")
def withdraw(code: str) -> Any:
    """Take a certificate back, for the network, with a reason that is shown to whoever checks it."""
    proof = _with(code)
    form = WithdrawForm()
    if not form.validate_on_submit():
        return _verified(proof, form), 422
    with writing():
        service.withdraw(proof.code, form.why.data or "")
    flash(_("The certificate is withdrawn. Whoever checks it reads that, and why."), "yes")
    return redirect(url_for("certificates.verify", code=proof.code))


def _verified(proof: Proof, form: WithdrawForm | None = None) -> str:
    may_withdraw = proof.revoked_at is None and may(visitor(), "steer")
    return render_template(
        "certificates/verify.html",
        proof=proof,
        **_told(proof),
        form=(form or WithdrawForm()) if may_withdraw else None,
    )


def _own(course_id: str) -> learning.Learning:
    """A course the visitor takes and that gives a certificate; else there is no such page."""
    own = learning.learning_of(visitor().id, course_id)
    if own is None or own.published.document.certificate is None:
        raise NotFound()
    return own


def _with(code: str) -> Proof:
    plain = read_code(code)
    proof = _stored(plain) if plain else None
    if proof is None:
        raise NotFound()
    return proof


def _stored(code: str) -> Proof | None:
    """The certificate with this code, None where there is none. Raises `TooMany` where one place has asked for many such."""
    proof = queries.certificate_with(code)
    if proof is None:
        try:
            with writing():
                count_try(f"verify:{network_of(request.remote_addr or '')}", WRONG_CODES)
        except TooMany as error:
            raise TooMany(retry_after=error.retry_after) from None
    return proof


def _address(proof: Proof) -> str:
    return address_of("certificates.verify", code=proof.code)


def _told(proof: Proof) -> dict[str, Any]:
    """What both pages say of a certificate."""
    facts = proof.facts
    shown = language() if language() in facts.titles else facts.source
    return {
        "facts": facts,
        "course": facts.title(language()),
        "course_mark": pages.lang_mark(shown),
        "told": paper.told(proof),
        "skills": facts.skills(language()),
        "code": written_code(proof.code),
        "address": _address(proof),
    }


def _profile(proof: Proof, lang: str) -> str:
    """A sentence for somebody's profile elsewhere, in a language."""
    with speaking(lang):
        return _(
            "Certificate “%(course)s”, %(network)s, %(year)s. Check: %(address)s",
            course=proof.facts.title(lang),
            network=proof.facts.network,
            year=proof.issued_at.year,
            address=_address(proof),
        )


def _demand(own: learning.Learning, one: Demand, best: float | None) -> dict[str, Any]:
    """What a certificate asks for, with the way there; `best` is the best result so far, None where there is none."""
    document = own.published.document
    unit = document.unit(one.unit)
    assert unit is not None
    key = one.activity or next(iter(unit.activities))
    text = unit.activity(key, language()) or unit.activity(key, document.source)
    return {
        "title": text.title if text else unit.title(language(), document.source),
        "lang_mark": pages.lang_mark(text.lang) if text else "",
        "href": pages.activity_address(own.enrolment.course_id, one.unit, key),
        "is_met": one.is_met,
        "mark": document.pass_mark(text) if text and is_marked(unit, key) else None,
        "reached": None if best is None or one.is_met else pages.reached(best),
    }
