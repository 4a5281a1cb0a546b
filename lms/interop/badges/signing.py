"""Signing linked data: Data Integrity EdDSA Cryptosuites v1.0, eddsa-rdfc-2022 (https://www.w3.org/TR/vc-di-eddsa/).

The document and the options of its proof are each brought into the one canonical form of RDF (RDFC-1.0), digested, and the two
digests signed with Ed25519. Contexts are read from the folder beside this file; the network is refused.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pyld import jsonld

from lms.interop.badges.rules import CREDENTIALS, OPEN_BADGES, Document

_CONTEXTS: Final = {CREDENTIALS: "credentials-v2.jsonld", OPEN_BADGES: "open-badges-3.0.3.jsonld"}
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
#: Multicodec of an Ed25519 public key.
_PUBLIC: Final = b"\xed\x01"


class UnknownContext(ValueError):
    """A document asks for a context that is not carried here. It is not fetched."""


@cache
def _context(address: str) -> Any:
    return json.loads((Path(__file__).parent / "contexts" / _CONTEXTS[address]).read_bytes())


def load(address: str, _options: Any = None) -> dict[str, Any]:
    """The carried context of an address, in the shape PyLD asks for. Raises `UnknownContext` for any other."""
    if address not in _CONTEXTS:
        raise UnknownContext(address)
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": address,
        "document": _context(address),
    }


def base58(data: bytes) -> str:
    """Bytes in base 58 as Bitcoin writes them, with the multibase sign "z" in front."""
    number, signs = int.from_bytes(data), ""
    while number:
        number, rest = divmod(number, 58)
        signs = _BASE58[rest] + signs
    return "z" + "1" * (len(data) - len(data.lstrip(b"\0"))) + signs


def key_from(secret: str) -> Ed25519PrivateKey:
    """The signing key of an installation, derived from its secret key (HKDF with SHA-256), so there is one thing to
    keep safe and every web machine has it.
    """
    seed = HKDF(SHA256(), 32, salt=None, info=b"cordada open badges ed25519").derive(secret.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_key(key: Ed25519PrivateKey) -> str:
    """The public half in multibase, as verification methods write it."""
    return base58(_PUBLIC + key.public_key().public_bytes_raw())


def _canonical(document: Document) -> bytes:
    text = jsonld.normalize(
        document,
        {
            "algorithm": "URDNA2015",
            "format": "application/n-quads",
            "documentLoader": load,
            "base": "",
        },
    )
    return str(text).encode()


def to_sign(document: Document, options: Document) -> bytes:
    """What is signed: the digest of the proof's options, then that of the document."""
    proof = hashlib.sha256(_canonical({"@context": document["@context"], **options})).digest()
    return proof + hashlib.sha256(_canonical(document)).digest()


def signed(document: Document, key: Ed25519PrivateKey, *, method: str, created: str) -> Document:
    """A document with its proof. `method` is the address of the public key, `created` a moment as `rules.moment`."""
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    return {**document, "proof": {**options, "proofValue": base58(key.sign(to_sign(document, options)))}}
