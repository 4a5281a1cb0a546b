"""What changes the order: a ranking computed from the newest answers, and written with the shelf in one go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lms.catalogue import service as catalogue
from lms.catalogue.queries import shelf
from lms.foundation.clock import now
from lms.foundation.db import db, new_id
from lms.priorities import rules
from lms.priorities.models import Ranking
from lms.priorities.queries import items_of, levers_of, needs_of
from lms.survey.queries import newest_campaign, newest_release, released

#: The shelf is ordered from so many counted answers on.
LEAST = 30


@dataclass(frozen=True)
class Prepared:
    """A ranking that is computed and not yet written."""

    campaign_id: str
    counted: int
    seed: int
    draws: int
    inputs: dict[str, Any]
    result: dict[str, Any]


def prepare(*, anew: bool = True) -> Prepared | None:
    """Compute the ranking of the newest campaign with enough answers in its newest release, outside any transaction that
    writes.

    None while no campaign has enough; without `anew` also when the newest ranking was computed from the same release and
    levers. Its figures, the seed and the number of draws are the release's.
    """
    campaign = newest_campaign(least=LEAST)
    release = newest_release(campaign.id) if campaign else None
    if campaign is None or release is None:
        return None
    levers = levers_of(shelf())
    if not anew:
        last = db.session.scalar(sa.select(Ranking).order_by(Ranking.computed_at.desc(), Ranking.id).limit(1))
        if last is not None and last.seed == release.seed and last.inputs["courses"] == levers:
            return None
    (group,) = released(campaign.id)
    inputs = {"items": items_of(campaign.id, group), "courses": levers}
    return Prepared(campaign.id, group.n, release.seed, release.draws, inputs, rules.result_of(inputs))


def publish(prepared: Prepared) -> str:
    """Write a ranking down and weigh every offer by it, each with its reason. Gives the ranking's id."""
    made = Ranking(
        id=new_id(), campaign_id=prepared.campaign_id, counted=prepared.counted, method="mwds", seed=prepared.seed,
        draws=prepared.draws, inputs=prepared.inputs, result=prepared.result, computed_at=now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    needs = {need.competency: need for need in needs_of(prepared.inputs)}
    catalogue.order_shelf(
        {
            course: (one["value"], rules.reason_of(one["parts"], needs, made.id))
            for course, one in prepared.result["courses"].items()
        }
    )
    return made.id
