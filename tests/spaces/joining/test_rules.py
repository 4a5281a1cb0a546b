"""When somebody may be asked again, what a space may know, what counts as one place in the network."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lms.spaces.joining.rules import invitation_state, may_ask_again, network_of, outcome

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("state", "days", "may"),
    [
        ("asked", 0, False), ("asked", 29, False), ("asked", 30, True),
        ("withdrawn", 0, True), ("declined", 1, False), ("declined", 30, True),
        ("moved", 1, False), ("both", 31, True),
    ],
)  # fmt: skip
def test_an_answer_is_respected_for_thirty_days(state: str, days: int, may: bool) -> None:
    assert may_ask_again(state, NOW - days * DAY, NOW) is may


@pytest.mark.parametrize(
    ("state", "left", "told"),
    [
        ("asked", DAY, "asked"), ("asked", -DAY, "over"), ("asked", 0 * DAY, "over"), ("moved", DAY, "joined"),
        ("both", DAY, "joined"), ("declined", DAY, "declined"), ("withdrawn", DAY, "withdrawn"),
    ],
)  # fmt: skip
def test_a_space_learns_whether_somebody_comes_not_from_where(state: str, left: timedelta, told: str) -> None:
    assert outcome(state, NOW + left, NOW) == told


@pytest.mark.parametrize(
    ("used", "withdrawn", "left", "state"),
    [
        (None, None, DAY, "waiting"), (None, None, -DAY, "over"), (None, NOW, -DAY, "withdrawn"), (NOW, None, -DAY, "joined"),
    ],
)  # fmt: skip
def test_what_became_of_an_invitation(
    used: datetime | None, withdrawn: datetime | None, left: timedelta, state: str
) -> None:
    assert invitation_state(used, withdrawn, NOW + left, NOW) == state


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"), ("fe80::1%eth0", "fe80::/64"), ("", ""), ("unix", ""),
    ],
)  # fmt: skip
def test_D9_a_household_in_ipv6_is_one_place(address: str, place: str) -> None:
    assert network_of(address) == place
