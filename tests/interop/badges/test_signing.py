"""Signing: the numbers of the specification, and no fact that can be altered."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pyld.jsonld import JsonLdError

from lms.interop.badges import rules, signing

KEY = signing.key_from("a secret for the tests of badges alone")
PUBLIC = signing.public_key(KEY)
METHOD = f"did:key:{PUBLIC}#{PUBLIC}"


def unbase58(text: str) -> bytes:
    """Back from base 58 with its multibase sign, by another way than the one that made it."""
    signs = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number: int = sum(signs.index(sign) * 58**place for place, sign in enumerate(reversed(text[1:])))
    zeros = len(text[1:]) - len(text[1:].lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def is_genuine(document: dict[str, Any], public: str) -> bool:
    """Whether the proof was made with the key whose public half is `public`, over these very facts."""
    facts = {name: value for name, value in document.items() if name != "proof"}
    options = {name: value for name, value in document["proof"].items() if name != "proofValue"}
    key = Ed25519PublicKey.from_public_bytes(unbase58(public)[2:])
    try:
        key.verify(unbase58(document["proof"]["proofValue"]), signing.to_sign(facts, options))
    except (InvalidSignature, JsonLdError):  # or a word that means nothing any more
        return False
    return True


def badge() -> dict[str, Any]:
    made = rules.credential(
        address="https://example.org/verify/0123",
        issuer={"id": f"did:key:{PUBLIC}", "type": ["Profile"], "name": "Sept Vallées", "url": "https://example.org/"},
        title="Médiation, premiers pas",
        lang="fr",
        course="https://example.org/courses/mediation",
        told="a réussi les questions du cours",
        skills=["écouter une plainte"],
        issued_at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
        recipient=[rules.identity("name", "Léa"), rules.hidden_identity("emailAddress", "lea@example.org", "5f3a")],
        status_list="https://example.org/badges/status/0",
        status_index=94_567,
    )
    return signing.signed(made, KEY, method=METHOD, created="2026-11-23T09:00:00Z")


def test_the_badge_is_genuine_and_always_the_same() -> None:
    assert is_genuine(badge(), PUBLIC)
    assert badge() == badge()


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every text in a document."""
    if isinstance(value, dict):
        return [found for name, one in value.items() for found in leaves(one, (*path, name))]
    if isinstance(value, list):
        return [found for place, one in enumerate(value) for found in leaves(one, (*path, place))]
    return [path]


@pytest.mark.parametrize("path", [path for path in leaves(badge()) if path[0] != "@context"], ids=str)
def test_G2_no_fact_can_be_altered(path: tuple[Any, ...]) -> None:
    altered = copy.deepcopy(badge())
    inside = altered
    for step in path[:-1]:
        inside = inside[step]
    was = inside[path[-1]]
    if isinstance(was, bool):
        inside[path[-1]] = not was
    elif path[-1] in ("created", "validFrom"):
        inside[path[-1]] = was.replace("2026", "2027")
    else:
        inside[path[-1]] = was[:-1] + ("a" if was[-1] != "a" else "b")
    assert not is_genuine(altered, PUBLIC)


def test_G2_another_key_does_not_do() -> None:
    assert not is_genuine(badge(), signing.public_key(signing.key_from("another secret")))


def test_nothing_is_fetched() -> None:
    with pytest.raises(signing.UnknownContext):
        signing.load("https://example.org/context.json")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "z"),
        (b"Hello World!", "z2NEpo7TZRRrLZSi2U"),  # draft-msporny-base58, test vectors
        (b"The quick brown fox jumps over the lazy dog.", "zUSm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z"),
        (b"\x00\x00\x28\x7f\xb4\xcd", "z11233QC4"),
    ],
)  # fmt: skip
def test_base58(data: bytes, text: str) -> None:
    assert signing.base58(data) == text
    assert unbase58(text) == data
