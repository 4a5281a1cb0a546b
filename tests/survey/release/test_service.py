"""Releases on a real database: made once a batch, stored, only read; whoever dies in between, and whoever comes twice."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa

from lms.foundation.db import db, writing
from lms.foundation.errors import Refused
from lms.jobs import outbox, tasks
from lms.survey import service as survey
from lms.survey import tasks as _survey_tasks  # noqa: F401  # registers survey.flush
from lms.survey.events import BatchCounted, CampaignClosed
from lms.survey.instruments import instrument
from lms.survey.models import Campaign, Response, Waiting
from lms.survey.queries import (
    campaign,
    newest_campaign,
    newest_release,
    released,
    released_group,
    released_parts,
    shown_campaign,
)
from lms.survey.release import rules, service
from lms.survey.release import tasks as release_tasks
from lms.survey.release.models import Release, ReleasedGroup
from lms.survey.service import Return
from tests.survey.conftest import cells, questionnaire


def put(asked, *groups: tuple[int, str | None, str]) -> None:
    """Count returns, all items answered alike: (how many, space, importance and level); and make what is due."""
    returns = [
        Return(cell, codes * len(asked.items)) for many, space, codes in groups for cell in cells(many, space, None)
    ]
    with writing():
        survey.count_returns(asked.id, returns)
    tasks.drain()


def shown(asked, by: str) -> dict[str, tuple[str, int]]:
    return {group.key: (group.show, group.n) for group in released(asked.id, by=by)}


def view(asked):
    found = campaign(asked.id)
    assert found is not None
    return found


def hour() -> None:
    """What the schedule asks for, and everything that follows from it."""
    with writing():
        outbox.put("survey.release", {"slot": 1}, key="hour")
    tasks.drain()


def count(model) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_nothing_of_fewer_than_k_and_nothing_before_the_release(asked):
    put(asked, (4, "bobine", "52"))
    assert (view(asked).counted, count(Waiting), view(asked).told) == (0, 4, 0)
    with writing():
        survey.count_returns(asked.id, [Return(cell, "52" * len(asked.items)) for cell in cells(30)])
    assert (view(asked).counted, view(asked).told, view(asked).is_awaited) == (30, 0, True)
    for by in ("network", "territory", "space"):
        assert released(asked.id, by=by) == []
    assert released("nothing") == []
    assert newest_campaign(least=1) is None
    tasks.drain()
    assert (view(asked).told, view(asked).is_awaited, shown(asked, "space")) == (30, False, {"bobine": ("full", 30)})
    assert newest_campaign(least=1) == view(asked)


def test_by_network_five_are_indicative_ten_have_figures(asked):
    put(asked, (5, "bobine", "42"))
    (group,) = released(asked.id)
    assert (group.show, group.n, group.items, set(group.domains.values())) == ("indicative", 5, (), {2.0})
    put(asked, (5, "bobine", "42"))
    (group,) = released(asked.id)
    assert (group.show, group.n, len(group.items)) == ("bands", 10, 24)
    assert {(one.gap, one.mwds, one.share, one.rank) for one in group.items} == {(2.0, 8.0, 95.0, 1)}
    assert all(one.best and one.worst and one.top is not None for one in group.items)


def test_a_stored_group_is_the_computed_one(asked):
    put(asked, (30, "bobine", "52"), (12, "estive", "43"), (7, "forn", "51"), (30, "remise", "33"))
    db.session.rollback()
    returns = rules.returns_of(
        [
            rules.Row(*row)
            for row in db.session.execute(
                sa.select(Response.answers, Response.territory_id, Response.space_id, Response.release)
            )
        ],
        asked.items,
    )
    made = instrument(questionnaire()[1])
    tracks = service.tracks_of(made, 5)
    told = rules.decide(returns, rules.nothing_told(len(tracks)), 1, tracks, parts=True)
    release = newest_release(asked.id)
    assert release is not None
    assert (release.number, release.people, release.draws) == (1, 79, 2000)
    computed = rules.groups_of(returns, told, tracks, [item.domain for item in made.items], seed=release.seed)
    territories, spaces = released(asked.id, by="territory"), released(asked.id, by="space")
    stored = [*released(asked.id), *territories, *spaces]
    key = lambda group: (group.by, group.key)  # noqa: E731
    assert sorted(stored, key=key) == sorted(computed, key=key)
    assert {(group.by, group.key): group.show for group in stored} == {
        ("network", ""): "full", ("territory", "vall-nord"): "full", ("territory", "garonne"): "full",
        ("space", "bobine"): "full", ("space", "estive"): "bands", ("space", "forn"): "indicative", ("space", "remise"): "full",
    }  # fmt: skip
    assert released_parts(view(asked)) == (territories, [replace(group, items=(), pooled={}) for group in spaces])
    for group in spaces:
        assert released_group(view(asked), "space", group.key) == group
    assert released_group(view(asked), "space", "nowhere") is None
    assert released_group(view(asked), "network", "") is None


def test_territories_and_spaces_are_told_when_the_campaign_closes(asked, invite, answer):
    for space in ("bobine", "remise"):
        for token in invite(15, space):
            answer(token)
    tasks.drain()
    assert view(asked).told >= 10
    assert (shown(asked, "territory"), shown(asked, "space")) == ({}, {})
    with writing():
        survey.close(asked.id)
    tasks.drain()
    assert (view(asked).counted, view(asked).told, count(Waiting)) == (30, 30, 0)
    assert shown(asked, "space") == {"bobine": ("bands", 15), "remise": ("bands", 15)}
    assert shown(asked, "territory") == {"vall-nord": ("bands", 15), "garonne": ("bands", 15)}


def test_waiting_answers_change_no_figure(asked, invite, answer):
    put(asked, (30, "bobine", "52"))
    before = [released(asked.id, by=by) for by in ("network", "territory", "space")]
    for token in invite(14):
        answer(token)
        tasks.drain()
        assert [released(asked.id, by=by) for by in ("network", "territory", "space")] == before


def test_the_last_ones_move_no_figure_where_they_are_fewer_than_k(asked):
    """After an import that was counted whole, three came: no figure may be about them alone, so they enter none."""
    put(asked, (30, "bobine", "52"))
    before = [released(asked.id, by=by) for by in ("network", "territory", "space")]
    put(asked, (3, "bobine", "15"))
    with writing():
        survey.close(asked.id)
    tasks.drain()
    assert [released(asked.id, by=by) for by in ("network", "territory", "space")] == before
    assert (view(asked).counted, count(Waiting), count(Response)) == (30, 0, 33)


@pytest.mark.parametrize(("people", "told"), [(0, 0), (3, 0), (5, 5), (8, 8)])
def test_a_small_campaign_is_counted_when_it_closes(asked, invite, answer, people, told):
    for token in invite(10)[:people]:
        answer(token)
    with writing():
        survey.close(asked.id)
    tasks.drain()
    assert (view(asked).counted, view(asked).told, len(released(asked.id))) == (people, told, int(told > 0))
    assert count(Release) == 1


def test_the_former_campaign_is_shown_until_the_next_has_figures(asked):
    put(asked, (30, "bobine", "52"))
    with writing():
        survey.close(asked.id)
        row = db.session.get_one(Campaign, asked.id)
        second = survey.open_campaign(row.instrument_id)
    tasks.drain()
    newest = campaign(second)
    assert shown_campaign(newest).id == asked.id  # type: ignore[union-attr]
    put(type(asked)(second, asked.items), (10, "bobine", "52"))
    assert shown_campaign(campaign(second)).id == second  # type: ignore[union-attr]


# ---- once, and by whomever ----------------------------------------------------------------------------------------


def test_a_release_is_made_once_and_told_of(asked, any_app):
    any_app.extensions["listeners"] = {BatchCounted: ("survey.flush",), CampaignClosed: ("survey.flush",)}
    put(asked, (30, "bobine", "52"))
    release = newest_release(asked.id)
    assert release is not None
    assert service.prepare(asked.id) is None
    assert service.unreleased() == []
    assert release_tasks.release({"campaign_id": asked.id}) is None
    assert f"survey.flush:{release.id}" in set(db.session.scalars(sa.text("SELECT key FROM job")))
    with writing():
        survey.close(asked.id)
    tasks.drain()
    keys = set(db.session.scalars(sa.text("SELECT key FROM job")))
    assert {f"survey.flush:{release.id}", f"survey.flush:{asked.id}"} <= keys
    assert [row.number for row in db.session.scalars(sa.select(Release).order_by(Release.number))] == [1, 2]


def test_killed_between_counting_and_storing_the_next_run_makes_it(asked):
    with writing():
        survey.count_returns(asked.id, [Return(cell, "52" * len(asked.items)) for cell in cells(30)])
        db.session.execute(sa.text("DELETE FROM job"))
    assert service.unreleased() == [asked.id]
    hour()
    assert view(asked).told == 30


def test_a_campaign_that_fails_its_audit_does_not_keep_the_one_before_waiting(asked, caplog):
    """Both lack a release; of the newer one, answers were lost after some had been told."""
    with writing():
        survey.count_returns(asked.id, [Return(cell, "52" * len(asked.items)) for cell in cells(30)])
        survey.close(asked.id)
        second = survey.open_campaign(db.session.get_one(Campaign, asked.id).instrument_id)
        db.session.execute(sa.text("DELETE FROM job"))
    newer = type(asked)(second, asked.items)
    put(newer, (30, "bobine", "52"))
    with writing():
        lost = db.session.scalars(sa.select(Response.id).where(Response.campaign_id == second).limit(27)).all()
        db.session.execute(
            sa.delete(Response).where(Response.id.in_(lost)), execution_options={"synchronize_session": False}
        )
        survey.count_returns(second, [Return(cell, "52" * len(asked.items)) for cell in cells(10)])
        db.session.execute(sa.text("DELETE FROM job"))
    assert service.unreleased() == [second, asked.id]
    hour()
    assert service.unreleased() == [second]
    assert (view(asked).told, view(newer).told) == (30, 30)
    assert "nothing new is released" in caplog.text


def test_of_two_that_cross_the_later_one_is_asked_for_again(asked):
    """Closing was computed while the batch before it was stored: what closing tells must not wait for the hour."""
    with writing():
        survey.count_returns(asked.id, [Return(cell, "52" * len(asked.items)) for cell in cells(10)])
    batch = service.prepare(asked.id)
    assert batch is not None
    with writing():
        survey.close(asked.id)
    closing = release_tasks.release({"campaign_id": asked.id})
    assert closing is not None
    with writing():
        assert service.store(batch) is not None
        db.session.execute(sa.text("DELETE FROM job"))
        closing()
    assert service.unreleased() == [asked.id]
    tasks.drain()
    assert service.unreleased() == []


def test_two_at_once_store_one(asked):
    with writing():
        survey.count_returns(asked.id, [Return(cell, "52" * len(asked.items)) for cell in cells(30)])
    first, second = service.prepare(asked.id), service.prepare(asked.id)
    assert first is not None
    assert second is not None
    with writing():
        assert service.store(first) is not None
    with writing():
        assert service.store(second) is None
    assert (count(Release), count(ReleasedGroup)) == (1, 3)


def test_batches_without_a_release_are_in_the_next(asked):
    for _batch in range(3):
        with writing():
            survey.count_returns(asked.id, [Return(cell, "52" * len(asked.items)) for cell in cells(10)])
    tasks.drain()
    assert [(row.number, row.people) for row in db.session.scalars(sa.select(Release))] == [(3, 30)]
    assert shown(asked, "space") == {"bobine": ("full", 30)}


def test_each_release_knows_the_one_before_and_is_never_changed(asked):
    put(asked, (10, "bobine", "52"))
    first = newest_release(asked.id)
    put(asked, (10, "bobine", "41"))
    rows = db.session.scalars(sa.select(Release).order_by(Release.number)).all()
    assert first is not None
    assert [(row.before_id, row.parts_id == row.id) for row in rows] == [(None, True), (first.id, True)]
    kept = db.session.scalar(
        sa.select(ReleasedGroup.n).where(ReleasedGroup.release_id == first.id, ReleasedGroup.kind == "space")
    )
    assert kept == 10


# ---- what the exit refuses ----------------------------------------------------------------------------------------


def test_what_fails_the_audit_is_not_released_and_said_without_numbers(asked, caplog):
    put(asked, (30, "bobine", "52"))
    before = released(asked.id)
    with writing():
        ids = db.session.scalars(sa.select(Response.id).limit(27)).all()
        db.session.execute(
            sa.delete(Response).where(Response.id.in_(ids)), execution_options={"synchronize_session": False}
        )
    with caplog.at_level(logging.ERROR, logger="lms.survey"):
        put(asked, (12, "bobine", "31"))
    assert released(asked.id) == before
    (line,) = [record.getMessage() for record in caplog.records if record.name == "lms.survey"]
    assert asked.id in line
    assert not any(sign.isdigit() for sign in line.replace(asked.id, ""))


def test_a_mode_that_the_exit_does_not_know_is_refused(asked, monkeypatch):
    put(asked, (30, "bobine", "52"))
    monkeypatch.setattr(rules, "MODES", frozenset({"confidential"}))
    for ask in (
        lambda: released(asked.id),
        lambda: released(asked.id, by="space"),
        lambda: released_parts(view(asked)),
        lambda: released_group(view(asked), "space", "bobine"),
        lambda: service.prepare(asked.id),
    ):
        with pytest.raises(Refused):
            ask()


def test_a_sensitive_item_has_a_k_of_its_own():
    _digest, document = questionnaire()
    assert not any(item.sensitive for item in instrument(document).items)
    first, *rest = document["domains"]
    marked = {**first, "items": [{**first["items"][0], "sensitive": True}, *first["items"][1:]]}
    made = instrument({**document, "domains": [marked, *rest]})
    assert [item.sensitive for item in made.items] == [True] + [False] * 23
    assert service.tracks_of(made, 5) == [5, 11] + [5] * 23
    assert service.tracks_of(made, 15) == [15] * 25


def test_answers_of_another_length_are_refused(asked):
    with pytest.raises(ValueError, match="signs"), writing():
        survey.count_returns(asked.id, [Return(cells(1)[0], "55")])


# ---- cheap --------------------------------------------------------------------------------------------------------


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def test_reading_takes_one_statement_and_no_answer(asked):
    put(asked, (30, "bobine", "52"), (12, "estive", "43"), (30, "remise", "33"))
    found = view(asked)
    db.session.rollback()
    for ask in (lambda: released_parts(found), lambda: released_group(found, "space", "bobine")):
        with statements() as seen:
            ask()
        asking = [one for one in seen if one.startswith("SELECT")]
        assert len(asking) == 1
        assert "survey_response" not in asking[0]
