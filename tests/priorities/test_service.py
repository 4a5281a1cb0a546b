"""From counted answers to the order of the shelf, through the outbox."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from lms.catalogue import service as catalogue
from lms.catalogue.queries import shelf
from lms.foundation.db import db, writing
from lms.foundation.i18n import speaking
from lms.jobs import tasks
from lms.priorities import rules, wording
from lms.priorities.models import Ranking
from lms.priorities.queries import groups_of, latest_ranking, needs_in
from lms.survey import service as survey
from lms.survey.queries import newest_campaign
from tests.priorities.conftest import count


def titles() -> list[str]:
    db.session.rollback()
    return [one.published.course_id for one in shelf()]


def test_counted_answers_order_the_shelf(asked):
    assert titles() == ["mediation", "prix", "sans-vous"]
    count(asked, 30, fixer_prix="51", entretenir_lieu="43")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Ranking)) == 0
    tasks.drain()
    assert titles() == ["prix", "sans-vous", "mediation"]
    ranking = latest_ranking()
    assert ranking is not None
    assert (ranking.campaign_id, ranking.counted, ranking.needs[0].competency) == (asked.id, 30, "fixer-prix")
    # all say 5 and 1, which is told as 4.8 and 1.2: weighted gaps 3.6 x 4.8 = 17.28 and 1 x 4 = 4, shares of 21.28
    assert abs(ranking.courses["prix"][0] - 17.28 / 21.28) < 1e-12
    assert abs(ranking.courses["sans-vous"][0] - 4 / 21.28 / 3) < 1e-12


def test_the_reason_is_data_and_becomes_a_sentence(asked):
    count(asked, 30, gerer_conflit="52")
    tasks.drain()
    db.session.rollback()
    first = shelf()[0]
    ranking = latest_ranking()
    assert ranking is not None
    assert first.reason == {
        "competency": "gerer-conflit", "share": 95, "pairs": 30, "rank": 1, "parts": [["gerer-conflit", 1.0]],
        "indicative": False, "ranking": ranking.id,
    }  # fmt: skip
    for lang, words in {
        "fr": "Proposé car <b>au moins 95 réponses sur 100</b> montrent un écart pour «\u00a0gérer un conflit\u00a0»",
        "es": "Propuesto porque <b>al menos 95 de cada 100</b> respuestas muestran una brecha en «",
        "ca": "Proposat perquè <b>com a mínim 95 de cada 100</b> respostes mostren una mancança en «",
        "en": "Suggested because <b>at least 95 in 100</b> answers show a gap in “",
    }.items():
        with speaking(lang):
            assert str(wording.reason_sentence(first.reason)).startswith(words)


def test_a_reason_of_few_pairs_gives_no_percentage(asked):
    reason = {
        "competency": "ecouter",
        "share": 62,
        "pairs": 12,
        "rank": 1,
        "parts": [],
        "indicative": True,
        "ranking": "",
    }
    with speaking("en"):
        said = str(wording.reason_sentence(reason))
    assert "62" not in said
    assert "12 answers" in said


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (5, "<b>at most 5 in 100</b>"),
        (6, "<b>6 in 100</b>"),
        (94, "<b>94 in 100</b>"),
        (95, "<b>at least 95 in 100</b>"),
    ],
)
def test_a_reason_says_of_a_share_at_the_ends_that_it_is_a_bound(asked, share, told):
    reason = {"competency": "ecouter", "share": share, "pairs": 40, "rank": 9, "parts": [], "indicative": False}
    with speaking("en"):
        assert told in wording.reason_sentence(reason)
        assert told[3:-11] in wording._FACTS["gap"](share, 40)


def test_a_name_in_a_reason_is_escaped(asked):
    reason = {
        "competency": "<script>",
        "share": 5,
        "pairs": 40,
        "rank": 9,
        "parts": [],
        "indicative": False,
        "ranking": "",
    }
    with speaking("en"):
        assert "<script>" not in wording.reason_sentence(reason)


def test_fewer_than_thirty_do_not_order_the_shelf(asked):
    count(asked, 29, fixer_prix="51")
    tasks.drain()
    assert latest_ranking() is None
    assert titles() == ["mediation", "prix", "sans-vous"]
    campaign = newest_campaign()
    assert campaign is not None
    # the page still says what can be said, with bands
    needs = needs_in(campaign, None)
    assert needs[0].competency == "fixer-prix"
    assert needs[0].worst == 1


def test_closing_computes_anew_and_the_newest_campaign_with_enough_decides(asked):
    count(asked, 30, fixer_prix="51")
    tasks.drain()
    with writing():
        survey.close(asked.id)
    tasks.drain()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Ranking)) == 2
    campaign = newest_campaign()
    assert campaign is not None
    with writing():
        second = survey.open_campaign(campaign.instrument_id)
    count(type(asked)(second, asked.items), 12, gerer_conflit="51")
    tasks.drain()
    assert titles()[0] == "prix"
    count(type(asked)(second, asked.items), 18, gerer_conflit="51")
    tasks.drain()
    assert titles()[0] == "mediation"


def test_a_pin_wins_over_the_number_and_a_new_computation_leaves_it(asked):
    count(asked, 30, fixer_prix="51")
    tasks.drain()
    with writing():
        catalogue.pin("sans-vous", 1, _person())
    assert titles()[0] == "sans-vous"
    count(asked, 5, fixer_prix="51")
    tasks.drain()
    assert titles() == ["sans-vous", "prix", "mediation"]


def _person() -> str:
    from lms.accounts import service as accounts

    return accounts.create_person(email="n@example.org", name="N", lang="fr").id


def test_a_ranking_can_be_computed_again_bit_for_bit(asked):
    count(asked, 30, fixer_prix="51", ecouter="42", gerer_conflit="53")
    tasks.drain()
    row = db.session.scalars(sa.select(Ranking)).one()
    inputs = json.loads(json.dumps(row.inputs))
    # a database may give the keys of a document back in another order; the numbers it may not change
    assert json.dumps(rules.result_of(inputs), sort_keys=True) == json.dumps(row.result, sort_keys=True)


def test_a_second_delivery_of_the_same_batch_changes_nothing(asked):
    count(asked, 30, fixer_prix="51")
    tasks.drain()
    before = latest_ranking()
    tasks.drain()
    assert latest_ranking() == before


def test_groups_hold_every_territory_and_space(asked):
    count(asked, 30, fixer_prix="51")
    tasks.drain()
    shown = newest_campaign()
    assert shown is not None
    rows = groups_of(shown)
    assert [row.name for row in rows] == ["Garonne", "Vall-Nord"]
    valley = rows[1]
    assert not valley.is_hidden
    assert {row.key: row.is_hidden for row in valley.below} == {"bobine": False, "estive": True, "forn": True}


def test_the_sum_in_words_adds_up(asked):
    with speaking("en"):
        said = wording.sum_sentence(0.2349, [("gerer-conflit", 0.1449), ("ecouter", 0.09)])
    assert (
        said.replace("\u00a0", " ") == "0.23 = handling a conflict 0.14 + hearing a complaint without judging it 0.09"
    )
