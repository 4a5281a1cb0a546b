"""Reads of a trial: courses by what can be tried of them. What follows from a version and a language is made once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from lms.catalogue import queries as catalogue
from lms.catalogue.queries import Published, Shelved
from lms.learning.trial import rules
from lms.learning.trial.rules import Sample, Trial


def trial_in(served: Published, lang: str) -> Trial | None:
    """The step of a served version that a reader of `lang` may try, None where there is none."""
    return served.once(partial(rules.trial_of, served.document, lang), "trial", lang)


def tried(course_id: str, lang: str) -> tuple[Published, Trial] | None:
    """A course that is offered, with the step of it that can be tried; None where there is no such course or step."""
    served = catalogue.published(course_id)
    trial = trial_in(served, lang) if served else None
    return (served, trial) if served and trial else None


def first_of(offers: Sequence[Shelved], lang: str) -> tuple[Published, Trial] | None:
    """The step that the front page leads to: that of the highest course of the shelf that can be read in `lang`, else of
    the highest one.
    """
    found = [(one.published, trial) for one in offers if (trial := trial_in(one.published, lang))]
    own = (pair for pair in found if pair[1].unit.activity(pair[1].activities[0], lang))
    return next(own, found[0] if found else None)


def samples_of(offers: Sequence[Shelved], lang: str, most: int) -> list[tuple[Published, Sample]]:
    """Questions for the front page in the reader's own language, one a course, in the order of the shelf."""
    found = []
    for one in offers:
        sample = one.published.once(partial(rules.sample_of, one.published.document, lang), "sample", lang)
        if sample is not None:
            found.append((one.published, sample))
        if len(found) == most:
            break
    return found
