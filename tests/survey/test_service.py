"""The survey on a real database: drafts, sending, batches, closing, and what a reader of the whole database learns."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise

import pytest
import sqlalchemy as sa
import time_machine

from lms.foundation.db import db, writing
from lms.foundation.errors import Expired, NotFound, Refused
from lms.foundation.tokens import digest
from lms.jobs import outbox, tasks
from lms.survey import sealing, service
from lms.survey import tasks as _survey_tasks  # noqa: F401  # registers survey.flush
from lms.survey.events import BatchCounted, CampaignClosed
from lms.survey.instruments import InstrumentFault
from lms.survey.models import Campaign, Draft, Response, Token, Waiting
from lms.survey.queries import campaign, drafted, newest_campaign, open_campaign, page_of
from lms.survey.release import tasks as _release_tasks  # noqa: F401  # registers survey.release
from tests.survey.conftest import cells, sealed_draft


def count(model) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def state_of(token: str) -> str | None:
    return db.session.scalar(sa.select(Token.state).where(Token.id == digest(token)))


def test_a_token_is_kept_as_a_hash_with_its_cell(asked, invite):
    tokens = invite(6)
    rows = db.session.scalars(sa.select(Token)).all()
    assert {row.id for row in rows} == {digest(token) for token in tokens}
    assert {(row.space_id, row.role, row.state) for row in rows} == {("bobine", "learner", "unused")}
    found = campaign(asked.id)
    assert found is not None
    assert found.invited == 6


def test_few_people_of_a_cell_are_not_pointed_at(asked, invite):
    invite(3)
    assert set(db.session.execute(sa.select(Token.territory_id, Token.space_id, Token.role))) == {(None, None, None)}


def test_a_page_is_kept_at_once_and_the_link_goes_on_from_there(asked, invite):
    (token, *_rest) = invite(5)
    with writing():
        assert service.start(token) == 1
        service.save_page(token, 1, "4", "d", place=2)
    db.session.remove()
    page = page_of(token)
    assert page is not None
    assert (page.state, page.place) == ("started", 2)
    assert page.answers == {page.order[0]: ["4", "d"]}
    assert sorted(page.order) == sorted(asked.items)
    with writing():
        assert service.start(token) == 2


def test_domains_are_shuffled_and_stay_together(asked, invite):
    orders = []
    for token in invite(8):
        with writing():
            service.start(token)
        page = page_of(token)
        assert page is not None
        where = {item.id: item.domain for item in page.instrument.items}
        domains = [where[item] for item in page.order]
        assert sum(a != b for a, b in pairwise(domains)) == 3
        orders.append(page.order)
    assert len(set(orders)) == 8


@pytest.mark.parametrize(("number", "code"), [(0, "3"), (25, "3"), (1, "6"), (1, ""), (1, "33")])
def test_a_page_or_code_that_does_not_exist_is_refused(asked, invite, number, code):
    (token, *_rest) = invite(5)
    with pytest.raises(NotFound), writing():
        service.save_page(token, number, code, "3", place=2)
    assert count(Draft) == 0


def test_sending_moves_the_draft_without_its_token_and_wipes_it(asked, invite, answer):
    (token, *_rest) = invite(5)
    answer(token, "5", "2", pages=24)
    assert (count(Draft), count(Waiting), count(Response), state_of(token)) == (0, 1, 0, "used")
    row = db.session.scalars(sa.select(Waiting)).one()
    assert "52" * 3 not in row.answers
    assert sealing.opened(sealing.key_of_machine(), row.answers) == "52" * 24
    assert row.id != digest(token)
    found = campaign(asked.id)
    assert found is not None
    assert found.counted == 0


def test_a_draft_is_read_with_its_link_alone(asked, invite):
    token, other, *_rest = invite(5)
    with writing():
        service.save_page(token, 1, "4", "2", place=2)
    row = db.session.scalars(sa.select(Draft)).one()
    assert row.order[0] not in row.answers
    assert drafted(token, row.answers) == {row.order[0]: ["4", "2"]}
    for key in (sealing.key_of_link(other), sealing.key_of_link(digest(token)), sealing.key_of_machine()):
        with pytest.raises(sealing.Unreadable):
            sealing.opened(key, row.answers)


def test_what_was_begun_and_sent_before_there_were_seals_still_counts(asked, invite):
    token, *_rest = invite(5)
    with writing():
        service.start(token)
        draft = db.session.scalars(sa.select(Draft)).one()
        draft.answers = {asked.items[0]: ["5", "1"]}
    with writing():
        service.send(token)
        db.session.add(
            Waiting(id="x" * 22, campaign_id=asked.id, territory_id=None, space_id=None, role=None, answers="44" * 24)
        )
    with writing():
        service.close(asked.id)
    assert sorted(db.session.scalars(sa.select(Response.answers))) == ["44" * 24, "51" + "00" * 23]


def test_a_return_sealed_with_another_secret_waits_for_it(asked, invite, answer, any_app, caplog):
    for token in invite(15):
        answer(token)
    key, any_app.secret_key = any_app.secret_key, "another-0123456789-abcdefghijklmnopqr"
    tasks.drain()
    assert (count(Waiting), count(Response)) == (15, 0)
    assert "sent answers wait for the secret key" in caplog.text
    assert "15" not in "".join(one.getMessage() for one in caplog.records if one.name == "lms.survey")
    any_app.secret_key = key
    with writing():
        service.flush(asked.id)
    assert (count(Waiting), count(Response)) == (5, 10)


def test_sending_gives_the_pairs_by_competency(asked, invite):
    (token, *_rest) = invite(5)
    with writing():
        service.start(token)
        service.save_page(token, 1, "5", "2", place=2)
        service.save_page(token, 2, "5", "d", place=3)
    page = page_of(token)
    assert page is not None
    with writing():
        pairs = service.send(token)
    first = next(item for item in page.instrument.items if item.id == page.order[0])
    assert pairs == {first.competency: (5, 2)}


def test_sent_twice_is_one_return(asked, invite, answer):
    (token, *_rest) = invite(5)
    answer(token)
    for act in (
        lambda: service.send(token),
        lambda: service.start(token),
        lambda: service.save_page(token, 1, "1", "1", place=2),
    ):
        with pytest.raises(Expired), writing():
            act()
    assert (count(Waiting), count(Draft)) == (1, 0)


def test_two_senders_at_once_make_one_return(asked, invite, any_app):
    (token, *_rest) = invite(5)
    with writing():
        service.start(token)
    db.session.remove()

    def send(_turn: int) -> str:
        with any_app.app_context():
            try:
                with writing():
                    service.send(token)
            except Expired:
                return "refused"
            return "sent"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, range(4))) == ["refused"] * 3 + ["sent"]
    assert count(Waiting) == 1


def test_ten_join_together_through_the_outbox(asked, invite, answer):
    tokens = invite(23)
    for token in tokens[:14]:
        answer(token)
    tasks.drain()
    assert (count(Waiting), count(Response)) == (14, 0)
    answer(tokens[14])
    tasks.drain()
    # five stay behind, so that closing moves no figure by fewer
    assert (count(Waiting), count(Response)) == (5, 10)
    found = campaign(asked.id)
    assert found is not None
    assert (found.counted, found.told) == (10, 10)


def test_a_late_flush_lets_only_full_tens_join(asked, invite, answer):
    for token in invite(23):
        answer(token)
    with writing():
        assert service.flush(asked.id) == 10
    assert (count(Waiting), count(Response)) == (13, 10)


@pytest.mark.parametrize(("waiting", "joined"), [(4, 0), (9, 0), (10, 5), (12, 7)])
def test_at_the_days_end_they_join_if_they_are_enough(asked, invite, answer, waiting, joined):
    for token in invite(12)[:waiting]:
        answer(token)
    with writing():
        outbox.put("survey.flush", {"slot": 1}, key="day")
    tasks.drain()
    assert (count(Waiting), count(Response)) == (waiting - joined, joined)


def test_closing_counts_the_last_ones_wipes_drafts_and_tells(asked, invite, answer, any_app):
    tokens = invite(12)
    for token in tokens[:3]:
        answer(token)
    with writing():
        service.start(tokens[3])
    any_app.extensions["listeners"] = {CampaignClosed: ("survey.flush",), BatchCounted: ("survey.flush",)}
    with writing():
        service.close(asked.id)
    tasks.drain()
    told = [key for key in db.session.scalars(sa.text("SELECT key FROM job")) if key.startswith("survey.flush")]
    assert told == [f"survey.flush:{asked.id}"]
    found = campaign(asked.id)
    assert found is not None
    assert (found.state, found.counted, count(Waiting), count(Draft)) == ("closed", 3, 0, 0)
    assert open_campaign() is None
    for token in (tokens[3], tokens[4]):
        with pytest.raises(Expired), writing():
            service.start(token)
    with pytest.raises(Refused), writing():
        service.close(asked.id)
    with pytest.raises(Refused), writing():
        service.mint_tokens(asked.id, cells(5))


def test_one_campaign_is_open_at_a_time_and_the_next_is_newer(asked):
    row = db.session.get(Campaign, asked.id)
    assert row is not None
    instrument_id = row.instrument_id
    with pytest.raises(Refused), writing():
        service.open_campaign(instrument_id)
    with writing():
        service.close(asked.id)
        second = service.open_campaign(instrument_id)
    newest = newest_campaign()
    assert newest is not None
    assert (newest.id, newest.number) == (second, 2)


def test_an_instrument_that_was_asked_keeps_its_words(asked):
    row = db.session.get(Campaign, asked.id)
    assert row is not None
    version = service.InstrumentVersion
    kept = db.session.get(version, row.instrument_id)
    assert kept is not None
    with writing():
        assert service.keep_instrument(kept.digest, kept.document) == row.instrument_id
    with pytest.raises(InstrumentFault), writing():
        service.keep_instrument("0" * 64, kept.document)


def test_an_unknown_token_is_no_page(asked):
    assert page_of("nonsense") is None
    with pytest.raises(NotFound), writing():
        service.start("nonsense")


# ---- what an attacker with the whole database learns -------------------------------------------------------------


def dump() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every survey table, in the order the database gives them."""
    db.session.rollback()
    return {
        model.__tablename__: [tuple(row) for row in db.session.execute(sa.select(model.__table__))]
        for model in (Campaign, Token, Draft, Waiting, Response)
    }


def test_tokens_and_responses_have_no_common_key_and_no_time(asked, invite, answer):
    with time_machine.travel(datetime(2027, 3, 4, 14, 2, 31, tzinfo=UTC), tick=False):
        for token in invite(20):
            answer(token)
        tasks.drain()
    rows = dump()
    hashes = {row[0] for row in rows["survey_token"]}
    known = {asked.id, "bobine", "vall-nord", "learner"}
    for row in rows["survey_response"] + rows["survey_waiting"]:
        assert not hashes & set(row)
        assert not any(isinstance(value, datetime) for value in row)
    values = [set(map(str, row)) - known for row in rows["survey_response"]]
    shared = set.intersection(*values)
    assert shared <= {"2027-03-04", "1"}  # the day and the batch: the same for all of it
    columns = {column.name for column in Response.__table__.columns} & {
        column.name for column in Token.__table__.columns
    }
    assert columns == {"id", "campaign_id", "territory_id", "space_id", "role"}


def test_the_order_of_responses_says_nothing_about_who_sent_when(asked, invite):
    """Twenty people send one after another; an attacker pairs the k-th of them with the k-th row that is new."""
    people, rounds = 20, 3
    column = list(Response.__table__.columns.keys()).index("answers")
    right = {"stored": 0, "by id": 0}
    for _turn in range(rounds):
        before = {row[0] for row in dump()["survey_response"]}
        told = [f"{place // 5 + 1}{place % 5 + 1}" for place in range(people)]
        for token, codes in zip(invite(people), told, strict=True):
            with writing():
                service.start(token)
                draft = db.session.get(Draft, digest(token))
                assert draft is not None
                draft.answers = sealed_draft(token, {item: list(codes) for item in asked.items})
            with writing():
                service.send(token)
            tasks.drain()
        rows = [row for row in dump()["survey_response"] if row[0] not in before]
        for name, ordered in (("stored", rows), ("by id", sorted(rows, key=lambda row: str(row[0])))):
            right[name] += sum(str(row[column])[:2] == codes for row, codes in zip(ordered, told, strict=False))
    # the last ones of a round wait for the next; by chance one pair in twenty is right, within a batch one in ten: two a round
    for name, hits in right.items():
        assert hits <= 2 * rounds + 3 * (2 * rounds) ** 0.5, (name, hits)


def test_sqlite_overwrites_a_wiped_draft(asked, invite, answer, any_app):
    if db.engine.dialect.name != "sqlite":
        return  # PostgreSQL has no such file to read; its vacuum is the operator's
    token, *_rest = invite(5)
    answer(token, "4", "1", pages=24)
    db.session.remove()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = open(str(db.engine.url.database), "rb").read()  # noqa: SIM115
    assert raw.count(digest(token).encode()) <= 2  # the token's own row, none with answers beside it
    assert b'["4","1"]' not in raw.replace(b" ", b"")
