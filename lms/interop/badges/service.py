"""The badge of a certificate, signed by this installation. Nothing is kept: the same facts give the same badge."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app

from lms.accounts import queries as accounts
from lms.foundation.addresses import address_of
from lms.foundation.clock import end_of, now
from lms.foundation.i18n import speaking
from lms.interop.badges import rules, signing
from lms.interop.badges.rules import Document
from lms.learning.certificates import paper
from lms.learning.certificates import queries as certificates
from lms.learning.certificates.queries import Proof
from lms.learning.certificates.rules import LIST_LENGTH


def _key() -> Ed25519PrivateKey:
    return signing.key_from(current_app.config["CORDADA"].secret_key)


def issuer() -> tuple[str, str]:
    """Who issues: the did, and the address of its key."""
    public = signing.public_key(_key())
    did = rules.web_identity(current_app.config["CORDADA"].base_url) or f"did:key:{public}"
    return did, f"{did}#{public}"


def identity_document() -> Document | None:
    """The document of the did:web, None where the issuer is a did:key (which is its own document)."""
    did, _method = issuer()
    return rules.identity_document(did, signing.public_key(_key())) if did.startswith("did:web:") else None


def _sign(document: Document, created: str) -> Document:
    return signing.signed(document, _key(), method=issuer()[1], created=created)


def badge_of(proof: Proof, lang: str) -> Document:
    """The signed credential of a certificate, its words in a language. The address of a recipient is in it as a digest
    alone, with a salt that belongs to this certificate.
    """
    who, facts = accounts.person(proof.person_id), proof.facts
    assert who is not None, "a certificate goes with its person"
    secret = current_app.config["CORDADA"].secret_key.encode()
    salt = hmac.new(secret, f"badge:{proof.code}".encode(), hashlib.sha256).hexdigest()[:32]
    number, index = divmod(proof.status_index, LIST_LENGTH)
    with speaking(lang):
        _passed, *hours = paper.told(proof)
    document = rules.credential(
        address=address_of("certificates.verify", code=proof.code),
        issuer={
            "id": issuer()[0],
            "type": ["Profile"],
            "name": facts.network,
            "url": address_of("home.landing"),
        },
        title=facts.title(lang),
        lang=lang,
        course=address_of("learning.course", course_id=proof.course_id),
        told=" ".join([paper.sentence(proof, lang), *hours]),
        skills=facts.skills(lang),
        issued_at=proof.issued_at,
        recipient=[
            rules.identity("name", facts.name),
            rules.hidden_identity("emailAddress", who.email, salt),
        ],
        status_list=address_of("badges.status", number=number),
        status_index=index,
        ends_at=end_of(proof.ends_on) if proof.ends_on else None,
    )
    return _sign(document, rules.moment(proof.issued_at))


def status_list(number: int) -> Document:
    """The signed list of what was taken back among the certificates of a list."""
    at = now()
    document = rules.status_credential(
        address=address_of("badges.status", number=number),
        issuer=issuer()[0],
        at=at,
        taken_back=[index % LIST_LENGTH for index in certificates.taken_back(number * LIST_LENGTH, LIST_LENGTH)],
    )
    return _sign(document, rules.moment(at))
