"""What was left open in steps that are done: a step is done by the activity that closes it, and what stood beside it is
said once, quietly, with the way to it.
"""

from __future__ import annotations

from typing import Final

from lms.foundation.i18n import _
from lms.learning import pages
from lms.learning.queries import Learning
from lms.learning.reflections.queries import written_in
from lms.learning.rules import closing_activity, variant
from lms.learning.works.queries import handed_in

#: Types that leave something behind; whether a lesson or a list was read is nobody's business.
_LEFT: Final = frozenset({"assignment", "reflection"})


def left_beside(own: Learning | None, lang: str) -> dict[str, tuple[str, str]]:
    """Unit -> words and address of the first assignment or reflection that was left open in it, for units that were
    finished, not known. Two queries, none where no such unit has any.
    """
    if own is None:
        return {}
    document, who = own.published.document, own.enrolment.person_id
    beside = [
        (unit.id, key)
        for unit in document.units
        if unit.id in own.done and unit.id not in own.known
        for key in unit.activities
        if key.partition("-")[0] in _LEFT and key != closing_activity(unit)
    ]
    there = written_in(who, document.id) | handed_in(who, document.id) if beside else set()
    found: dict[str, tuple[str, str]] = {}
    for unit_id, key in beside:
        text = variant(document, unit_id, key, lang)
        if (unit_id, key) not in there and unit_id not in found and text is not None:
            words = _("Still open here: %(title)s", title=text.title)
            found[unit_id] = words, pages.activity_address(document.id, unit_id, key)
    return found
