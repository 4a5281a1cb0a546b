"""A certificate on paper: one A4 page as tagged PDF (PDF/UA-1), made by Typst from `certificate.typ`."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from lms.foundation.i18n import _, format_date, ngettext, speaking
from lms.foundation.typesetting import pdf as typeset
from lms.learning.certificates.queries import Proof
from lms.learning.certificates.rules import written_code
from lms.ui.skyline import BAND, skyline

_SHEET = Path(__file__).with_name("certificate.typ")


def told(proof: Proof) -> list[str]:
    """What a certificate proves, in sentences of the reader's language."""
    facts = proof.facts
    found = [_("has passed what is asked for in the course")]
    if facts.pass_mark is not None:
        found = [_("has passed the questions (%(mark)s %% needed) of the course", mark=facts.pass_mark)]
    if facts.hours:
        found.append(
            ngettext(
                "The course stands for %(num)s hour of learning.", "The course stands for %(num)s hours of learning.",
                facts.hours,
            )
        )  # fmt: skip
    return found


def sentence(proof: Proof, lang: str) -> str:
    """The same in whole sentences, with the course's name, for where nothing stands around it."""
    facts = proof.facts
    with speaking(lang):
        if facts.pass_mark is not None:
            return _(
                "Passed the questions of the course “%(course)s” (%(mark)s %% needed).",
                course=facts.title(lang),
                mark=facts.pass_mark,
            )
        return _("Passed what is asked for in the course “%(course)s”.", course=facts.title(lang))


@lru_cache(maxsize=64)
def pdf(proof_key: tuple[str, str], lang: str, words: str) -> bytes:
    """The sheet for `words` (JSON). The key is (id, state) of the certificate: the sheet never changes for it."""
    return typeset(_SHEET, words, lang)


def sheet(proof: Proof, lang: str, address: str) -> bytes:
    """The PDF of a certificate in a language; `address` is where it can be checked."""
    facts = proof.facts
    width, height = BAND
    with speaking(lang):
        words = {
            "title": _("Certificate"),
            "network": facts.network,
            "name": facts.name,
            "space": facts.space,
            "course": facts.title(lang),
            "told": told(proof),
            "skills_title": _("Competencies worked on"),
            "skills": facts.skills(lang),
            "day": " ".join(
                [_("Issued on %(day)s.", day=format_date(proof.issued_at))]
                + ([_("Valid until %(day)s.", day=format_date(proof.ends_on))] if proof.ends_on else [])
            ),
            "not_a_diploma": _("It proves what is written here and nothing else: it is not a diploma."),
            "check": _("Check it at"),
            "address": address,
            "code": _("Code: %(code)s", code=written_code(proof.code)),
            "width": width,
            "height": height,
            "crests": [[list(point) for point in crest] for crest in skyline(proof.course_id)],
        }
    return pdf((proof.id, proof.facts.name), lang, json.dumps(words, ensure_ascii=False))
