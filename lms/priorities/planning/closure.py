"""Gap closure of a course: what became, from one wave to the next, of the gaps it works on. Pure.

Of competency k, g = I - C in means; the change of a gap is that of importance less that of competence (see
`lms.survey.analysis.waves`). Over the competencies a course moves (q_ck > 0) that had a gap in the former wave,

    closure % = 100 sum q_ck (g1_k - g2_k) / sum q_ck g1_k  =  by competence + by importance

by competence: 100 sum q_ck (C2 - C1) / sum q_ck g1_k; by importance: the same of I1 - I2. Waves say what became of gaps, not that
the course did it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum, isfinite

from lms.priorities.planning.rules import DECIMALS


@dataclass(frozen=True)
class Moved:
    """How a competency moved: its mean gap in the former wave, and the changes of mean importance and competence since."""

    gap: float
    importance: float
    competence: float

    @property
    def is_known(self) -> bool:
        """Whether a closure can be told: both waves have figures, and there was a gap."""
        known = all(isfinite(one) for one in (self.gap, self.importance, self.competence))
        return known and round(self.gap, DECIMALS) > 0


@dataclass(frozen=True)
class Closure:
    """In percent of the former gaps, their sum `closed`: positive narrowed, negative widened, above 100 turned round."""

    closed: float
    by_competence: float
    by_importance: float
    #: Competencies it is made of, in the order of their ids.
    about: tuple[str, ...]

    @property
    def is_faded(self) -> bool:
        """Whether the gaps narrowed because importance fell: that is half of it or more, and nothing was learned by it."""
        return round(self.closed, DECIMALS) > 0 and round(2 * self.by_importance - self.closed, DECIMALS) >= 0


def closure(coverage: Mapping[str, float], moved: Mapping[str, Moved]) -> Closure | None:
    """The weighted closure over a course's competencies; None where none of them had a gap that both waves know."""
    about = sorted(name for name, share in coverage.items() if share > 0 and name in moved and moved[name].is_known)
    whole = fsum(coverage[name] * moved[name].gap for name in about)
    if not whole > 0:
        return None
    able = 100 * fsum(coverage[name] * moved[name].competence for name in about) / whole
    wanted = -100 * fsum(coverage[name] * moved[name].importance for name in about) / whole
    return Closure(able + wanted, able, wanted, tuple(about))
