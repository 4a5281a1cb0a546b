"""Doors of Open Badges: one's own badge as a file, the list of those taken back, the issuer's identity."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, request

from lms.accounts.visitor import visitor
from lms.foundation.errors import NotFound
from lms.foundation.i18n import language
from lms.interop.badges import service
from lms.interop.badges.rules import Document
from lms.learning.certificates import queries as certificates
from lms.spaces.policy import guard

bp = Blueprint("badges", __name__)


@bp.get("/courses/<course_id>/badge.json")
@guard("signed_in")
def mine(course_id: str) -> Any:
    """The badge of one's own certificate, to keep in a wallet or to hand to somebody."""
    proof = certificates.certificate_of(visitor().id, course_id)
    if proof is None:
        raise NotFound()
    answer = _told(service.badge_of(proof, language()), "application/vc")
    answer.headers["Content-Disposition"] = f'attachment; filename="{course_id}-badge.json"'
    return answer


@bp.get("/badges/status/<int:number>")
@guard("public")
def status(number: int) -> Any:
    """Which badges were taken back. What is withdrawn now stands here within a minute, whatever a cache keeps."""
    if number > certificates.last_list():
        raise NotFound()
    return _told(service.status_list(number), "application/vc", kept=50)


@bp.get("/.well-known/did.json")
@guard("public")
def identity() -> Any:
    """Who issues the badges of this site (did:web). Not there where the site has no address over https."""
    document = service.identity_document()
    if document is None:
        raise NotFound()
    return _told(document, "application/did+json", kept=3600)


def _told(document: Document, kind: str, *, kept: int = 0) -> Response:
    """A document; `kept` are the seconds for which anybody may keep it. Not where a cookie came: one may go back with it."""
    answer = Response(json.dumps(document, ensure_ascii=False, indent=1), mimetype=kind)
    if kept and not request.cookies:
        answer.headers["Cache-Control"] = f"public, max-age={kept}"
    return answer
