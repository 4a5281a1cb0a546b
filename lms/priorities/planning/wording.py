"""What is said of a file that cannot be planned from: a code, a sentence, a fix, in the reader's language."""

from __future__ import annotations

from lms.foundation.i18n import _
from lms.priorities.planning.reading import Unusable

#: Kind of fault -> its code, which is never translated.
CODES = {
    "encoding": "P101", "no_json": "P102", "key_twice": "P103", "too_large": "P104", "empty": "P105",
    "too_deep": "P106", "half_sign": "P107", "needs": "P201", "need": "P202",
    "courses": "P301", "course_id": "P302", "course_twice": "P303", "field_missing": "P304", "field_unknown": "P305",
    "coverage": "P306", "status": "P307", "amount": "P308", "prerequisites": "P309", "prerequisite": "P310",
    "domain": "P311", "course": "P312", "circle": "P313",
}  # fmt: skip


def sentence(fault: Unusable) -> str:
    """What is wrong, and after a dash what to do."""
    said = {
        "encoding": _("the file is not written in UTF-8 — save it as UTF-8"),
        "no_json": _(
            "this is no JSON at column %(column)s — a comma, a quotation mark or a bracket is missing or too many"
        ),
        "key_twice": _("“%(name)s” stands twice — keep one of the two"),
        "too_large": _("the file is larger than %(most)s MB — split it"),
        "empty": _("the file is empty — write something into it, or name another file"),
        "too_deep": _("brackets stand too deep in one another, or a number has thousands of digits — mend it"),
        "half_sign": _("an escape \\u… stands for half of a sign — write both halves, or the sign itself"),
        "needs": _('the file must hold an object with a number for each competency — write it like {"K1": 0.6}'),
        "need": _("the need of “%(name)s” is no number — write one like 0.6"),
        "courses": _("the file must hold a list of courses — write it like [{…}, {…}]"),
        "course": _('number %(at)s of the list is no course — write it like {"id": "…", …}'),
        "course_id": _("course number %(at)s has no “id” — give it one"),
        "course_twice": _("the course “%(id)s” stands here a second time — keep one of the two"),
        "field_missing": _("the course “%(id)s” has no “%(field)s” — add it"),
        "field_unknown": _("the course “%(id)s” has a field “%(field)s” that nobody reads — known are: %(known)s"),
        "coverage": _(
            'the “coverage” of “%(id)s” must be a share of 0 to 1 for each competency — write it like {"K1": 0.67}'
        ),
        "status": _("the “status” of “%(id)s” is unknown — write one of: %(known)s"),
        "amount": _("“%(field)s” of “%(id)s” must be a number of 0 or more — mend it"),
        "prerequisites": _("the “prerequisites” of “%(id)s” must be a list of ids — mend it"),
        "prerequisite": _(
            "“%(id)s” asks for “%(before)s”, which is not in the list — add that course or drop it there"
        ),
        "circle": _("the prerequisites go round in a circle: %(ring)s — take one of them out"),
        "domain": _("the “domain” of “%(id)s” must be a text — mend it"),
    }[fault.code]
    return said % {name: shown(value) for name, value in fault.about.items()} if fault.about else said


def unopened(path: str, reason: str) -> str:
    """That a file cannot be opened; `reason` in the words of the system."""
    return _("“%(path)s” cannot be opened (%(reason)s).", path=shown(path), reason=reason)


def shown(value: object) -> str:
    """A name out of a file as a line can show it: without signs that steer a terminal, and not too long."""
    text = "".join(sign if sign.isprintable() else "�" for sign in str(value))
    return text if len(text) <= 120 else text[:119] + "…"
