"""Reads of a trial: courses by what can be tried of them. What follows from a version and a language is made once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from lms.catalogue import queries as catalogue
from lms.catalogue.queries import Placed, Published, followed
from lms.foundation.i18n import LANGUAGES
from lms.learning.trial import rules
from lms.learning.trial.rules import Sample, Trial

#: How many courses of the shelf the front page looks at.
LOOKED = 60


def trial_in(served: Published, lang: str) -> Trial | None:
    """The step of a served version that a reader of `lang` may try, None where there is none."""
    return served.once(partial(rules.trial_of, served.document, lang), "trial", lang)


def tried(course_id: str, lang: str) -> tuple[Published, Trial] | None:
    """A course that is offered, with the step of it that can be tried; None where there is no such course or step."""
    served = catalogue.published(course_id)
    trial = trial_in(served, lang) if served else None
    return (served, trial) if served and trial else None


@dataclass(frozen=True)
class Opening:
    """A step that can be tried, for a link to it: how long it is, whether it can be read in the language asked for."""

    course_id: str
    minutes: int
    own: bool


def first_of(offers: Sequence[Placed], lang: str) -> Opening | None:
    """The step that the front page leads to: that of the highest course of the shelf that can be read in `lang`, else of
    the highest one.
    """
    ids = [one.version_id for one in offers[:LOOKED]]
    made = followed(ids, lambda served: {code: _opening(served, code) for code in LANGUAGES}, "opening")
    found = [one for version_id in ids if (one := made[version_id][lang])]
    return next((one for one in found if one.own), found[0] if found else None)


def _opening(served: Published, lang: str) -> Opening | None:
    trial = trial_in(served, lang)
    if trial is None:
        return None
    own = trial.unit.activity(trial.activities[0], lang) is not None
    return Opening(served.course_id, trial.unit.minutes(lang, served.document.source), own)


def samples_of(offers: Sequence[Placed], lang: str, most: int) -> list[tuple[Published, Sample]]:
    """Questions for the front page in the reader's own language, one a course, in the order of the shelf."""
    ids = [one.version_id for one in offers[:LOOKED]]
    made = followed(ids, lambda served: {code: rules.sample_of(served.document, code) for code in LANGUAGES}, "sample")
    found = [(version_id, sample) for version_id in ids if (sample := made[version_id][lang])][:most]
    served = catalogue.versions([version_id for version_id, _sample in found])
    return [(served[version_id], sample) for version_id, sample in found]
