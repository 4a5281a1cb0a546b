"""Row D7: one table at a time for each person, whichever of several processes sends it; nobody else waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest
from flask import Flask

from lms.learning.following import rules, service
from lms.learning.following.models import TableOnItsWay
from lms.spaces import service as spaces
from tests.accounts.people import House, found
from tests.home.conftest import furnish

TABLE = "/team/la-bobine/table"


@pytest.fixture
def houses(any_url: str, make_app: Callable[..., Flask], tmp_path: Path) -> tuple[House, House]:
    """The same network, served by two applications on one database."""
    here = found(make_app(DATABASE_URL=any_url))
    furnish(here, tmp_path / "courses", {"alpha": "mediation"})
    return here, replace(here, app=make_app(DATABASE_URL=any_url))


@contextmanager
def on_its_way(house: House, path: str = f"{TABLE}.csv", who: str = "manager_a") -> Iterator[None]:
    """Inside, `who` has begun to receive a table and reads no further; then they go away."""
    begun, enough, status = threading.Event(), threading.Event(), []

    def receive() -> None:
        answer = house.client(who).get(path, buffered=False)
        status.append(answer.status_code)
        begun.set()
        enough.wait(20)
        answer.close()

    thread = threading.Thread(target=receive)
    thread.start()
    try:
        assert begun.wait(20)
        assert status == [200]
        yield
    finally:
        enough.set()
        thread.join(20)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_D7_of_a_hundred_tables_one_is_sent_and_others_do_not_wait(houses: tuple[House, House], kind: str) -> None:
    codes: list[int] = []

    def ask(house: House) -> None:
        client = house.client("manager_a")
        for _turn in range(10):
            answer = client.get(f"{TABLE}.{kind}")
            codes.append(answer.status_code)
            assert answer.headers["Retry-After"] == "10"
            assert "Your last table is still on its way." in answer.text

    with on_its_way(houses[0], f"{TABLE}.{kind}"):
        threads = [threading.Thread(target=ask, args=(houses[number % 2],)) for number in range(10)]
        for one in threads:
            one.start()
        began = monotonic()
        assert houses[1].client("manager_b").get(f"/team/l-estive/table.{kind}").status_code == 200
        assert monotonic() - began < 30
        for one in threads:
            one.join(60)
        assert codes == [429] * 100
    assert houses[1].client("manager_a").get(f"{TABLE}.{kind}").status_code == 200, "whoever breaks off may begin again"
    assert houses[0].count(TableOnItsWay) == 0


def test_D7_of_two_that_begin_at_the_same_moment_one_is_sent(houses: tuple[House, House]) -> None:
    barrier, enough = threading.Barrier(8), threading.Event()
    codes: list[int] = []

    def receive(house: House) -> None:
        client = house.client("manager_a")
        barrier.wait(20)
        answer = client.get(f"{TABLE}.csv", buffered=False)
        codes.append(answer.status_code)
        if len(codes) == 8:
            enough.set()
        enough.wait(20)
        answer.close()

    threads = [threading.Thread(target=receive, args=(houses[number % 2],)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert sorted(codes) == [200] + [429] * 7


def test_D7_what_a_process_that_died_left_behind_is_forgotten(houses: tuple[House, House]) -> None:
    with on_its_way(houses[0]):
        houses[1].later(TableOnItsWay, until=-rules.TABLE_LONGEST - timedelta(seconds=1))
        with on_its_way(houses[1]):
            assert houses[0].count(TableOnItsWay) == 1
            assert houses[0].client("manager_a").get(f"{TABLE}.csv").status_code == 429
    assert houses[0].count(TableOnItsWay) == 0


def test_D7_the_end_of_one_that_took_too_long_is_not_the_end_of_the_next(houses: tuple[House, House]) -> None:
    with on_its_way(houses[1]):
        houses[0].write(lambda: service.end_table("A" * 22, houses[0].ids["manager_a"]))
        assert houses[0].client("manager_a").get(f"{TABLE}.csv").status_code == 429


def test_D7_a_table_that_takes_too_long_is_cut_off(
    houses: tuple[House, House], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that nobody has two on their way, however slowly they read."""
    monkeypatch.setattr(rules, "TABLE_LONGEST", timedelta())
    with pytest.raises(TimeoutError):
        houses[0].client("manager_a").get(f"{TABLE}.csv")


def test_a_table_of_which_only_the_headers_are_asked_leaves_nothing_behind(houses: tuple[House, House]) -> None:
    client = houses[0].client("manager_a")
    assert client.head(f"{TABLE}.csv").status_code == 200
    assert houses[0].count(TableOnItsWay) == 0
    assert client.get(f"{TABLE}.csv").status_code == 200


def test_A11_whoever_lost_the_right_begins_none(houses: tuple[House, House]) -> None:
    client = houses[1].client("manager_a")
    houses[0].write(
        lambda: spaces.end_manager(houses[0].ids["manager_a"], "la-bobine", by=houses[0].ids["coordinator"])
    )
    assert client.get(f"{TABLE}.csv").status_code in (403, 404)
    assert houses[0].count(TableOnItsWay) == 0
