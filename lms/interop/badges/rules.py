"""What a badge says, as plain values: the credential of a certificate, the list of those taken back, the issuer. Pure."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

from lms.learning.certificates.rules import LIST_LENGTH

CREDENTIALS: Final = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
Document = dict[str, Any]


def moment(at: datetime) -> str:
    """A moment as XML Schema writes it, in UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def web_identity(base_url: str) -> str | None:
    """The did:web of a site, None where it has no public address over https (did:web method, 2.5.2)."""
    parts = urlsplit(base_url)
    if parts.scheme != "https" or not parts.hostname:
        return None
    port = f"%3A{parts.port}" if parts.port else ""
    path = "".join(f":{quote(step)}" for step in parts.path.split("/") if step)
    return f"did:web:{parts.hostname}{port}{path}"


def identity(kind: str, value: str) -> Document:
    """Something a recipient is known by, said openly (Open Badges 3.0, IdentityObject)."""
    return {"type": "IdentityObject", "hashed": False, "identityHash": value, "identityType": kind}


def hidden_identity(kind: str, value: str, salt: str) -> Document:
    """Something a recipient is known by, as a salted digest: who knows it can check it, nobody can read it off."""
    digest = hashlib.sha256(f"{value}{salt}".encode()).hexdigest()
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${digest}",
        "identityType": kind,
        "salt": salt,
    }


def credential(
    *,
    address: str,
    issuer: Mapping[str, Any],
    title: str,
    lang: str,
    course: str,
    told: str,
    skills: list[str],
    issued_at: datetime,
    recipient: list[Document],
    status_list: str,
    status_index: int,
    ends_at: datetime | None = None,
) -> Document:
    """An OpenBadgeCredential, not yet signed.

    `address` is where people check the certificate, `course` the address of the course, `told` what was asked for, in
    words, `skills` the competencies, in words; `status_index` the place in the list at `status_list`; `ends_at` the
    moment from which it is valid no more.
    """
    return {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": title,
        "issuer": dict(issuer),
        "validFrom": moment(issued_at),
        **({"validUntil": moment(ends_at)} if ends_at else {}),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": recipient,
            "achievement": {
                "id": course,
                "type": ["Achievement"],
                "achievementType": "Certificate",
                "inLanguage": lang,
                "name": title,
                "description": told,
                "criteria": {"narrative": told},
                **({"tag": skills} if skills else {}),
            },
        },
        "credentialStatus": {
            "id": f"{status_list}#{status_index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(status_index),
            "statusListCredential": status_list,
        },
    }


def encoded_list(taken_back: Collection[int]) -> str:
    """The bits of a status list: gzip in base64url with its multibase sign. The first bit is the leftmost one."""
    bits = bytearray(LIST_LENGTH // 8)
    for index in taken_back:
        bits[index // 8] |= 128 >> index % 8
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), 9, mtime=0)).decode().rstrip("=")


def status_credential(*, address: str, issuer: str, at: datetime, taken_back: Collection[int]) -> Document:
    """The credential that lists which of ours were taken back, not yet signed."""
    return {
        "@context": [CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": moment(at),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded_list(taken_back),
        },
    }


def identity_document(did: str, public_key: str) -> Document:
    """What stands at `/.well-known/did.json`: who issues, and with which key (`public_key` in multibase)."""
    method = f"{did}#{public_key}"
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": [{"id": method, "type": "Multikey", "controller": did, "publicKeyMultibase": public_key}],
        "assertionMethod": [method],
    }
