"""Calendar files, read back by the library that wrote them and by another one (vobject): moments over every change of clocks,
texts that try to break out (guard X16), folding, bytes that stay the same.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject

from lms.learning import ical
from lms.learning.ical import Entry

CHANGED = datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)
ZONES = ("Europe/Paris", "Europe/Madrid", "Europe/Andorra", "Europe/London", "Atlantic/Canary")
#: Around the two changes of clocks of 2027, in the zones of the mountains and beside them.
HOURS = ("2027-03-27T14:00", "2027-03-28T01:30", "2027-03-28T03:30", "2027-03-28T14:00", "2027-10-30T23:30",
         "2027-10-31T00:30", "2027-10-31T03:30", "2027-10-31T14:00")  # fmt: skip
NASTY = (
    "Plan; avec, des \\ signes",
    "Ligne\nBEGIN:VEVENT\nSUMMARY:autre",
    "Retour\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR",
    'ATTENDEE;CN="x":mailto:x@example.org',
    "Très long : " + "é€𝄞" * 60,
    "Signes\x00\x07\x1b[31m\u202egauche\u2066",
    "<script>alert(1)</script> & « guillemets »",
)


def entry(**more: Any) -> Entry:
    values: dict[str, Any] = {
        "uid": ical.uid_of("live", "c", "u", "live"), "sequence": 3, "changed_at": CHANGED,
        "start": datetime(2027, 3, 4, 13, tzinfo=UTC), "minutes": 60, "title": "Une heure",
    }  # fmt: skip
    return Entry(**{**values, **more})


def by_icalendar(data: bytes) -> list[Any]:
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


def by_vobject(data: bytes) -> list[Any]:
    return list(vobject.readOne(data.decode()).contents.get("vevent", []))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hour", HOURS)
def test_both_readers_find_the_same_moment_over_every_change_of_clocks(zone: str, hour: str) -> None:
    start = datetime.fromisoformat(hour).replace(tzinfo=ZoneInfo(zone))
    data = ical.calendar("x", [entry(start=start, minutes=90)])
    (one,), (other,) = by_icalendar(data), by_vobject(data)
    for begins, ends in ((one["dtstart"].dt, one["dtend"].dt), (other.dtstart.value, other.dtend.value)):
        assert begins.astimezone(UTC) == start.astimezone(UTC)
        assert (ends.astimezone(UTC) - begins.astimezone(UTC)).total_seconds() == 90 * 60
        assert begins.astimezone(ZoneInfo(zone)).strftime("%H:%M") == start.astimezone(UTC).astimezone(
            ZoneInfo(zone)
        ).strftime("%H:%M")


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2027, 10, 31), date(2028, 2, 29), date(2027, 12, 31)])
def test_a_day_is_a_day_in_every_zone(day: date) -> None:
    data = ical.calendar("x", [entry(start=day, minutes=0)])
    (one,), (other,) = by_icalendar(data), by_vobject(data)
    assert (one["dtstart"].dt, (one["dtend"].dt - day).days) == (day, 1)
    assert (other.dtstart.value, (other.dtend.value - day).days) == (day, 1)
    assert b"DTSTART;VALUE=DATE:" in data
    assert one["transp"] == "TRANSPARENT"


@pytest.mark.parametrize("text", NASTY)
def test_X16_no_text_breaks_out_of_its_line(text: str) -> None:
    data = ical.calendar(text, [entry(title=text, text=text)])
    (one,), (other,) = by_icalendar(data), by_vobject(data)
    assert str(one["summary"]) == str(one["description"]) == ical.clean(text)
    assert other.summary.value == ical.clean(text)
    assert other.description.value == ical.clean(text)
    assert data.split(b"\r\n").count(b"BEGIN:VEVENT") == 1
    assert "attendee" not in one
    assert not {0x00, 0x07, 0x1B} & set(data)


@pytest.mark.parametrize("text", NASTY)
def test_lines_are_folded_at_75_bytes_and_end_as_they_must(text: str) -> None:
    data = ical.calendar("x", [entry(title=text, text=text * 3)])
    assert data.endswith(b"END:VCALENDAR\r\n")
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(b"\n" not in line and b"\r" not in line for line in lines)


def test_the_identity_stays_and_the_sequence_says_what_is_newer() -> None:
    first = by_icalendar(ical.calendar("x", [entry()]))[0]
    later = by_icalendar(ical.calendar("x", [entry(sequence=4, title="Autre", cancelled=True)]))[0]
    assert first["uid"] == later["uid"]
    assert (int(first["sequence"]), int(later["sequence"])) == (3, 4)
    assert (first["status"], later["status"]) == ("CONFIRMED", "CANCELLED")
    assert first["dtstamp"].dt == CHANGED


def test_the_same_events_are_the_same_bytes_and_an_empty_calendar_is_one() -> None:
    assert ical.calendar("x", [entry()]) == ical.calendar("x", [entry()])
    empty = ical.calendar("x", [])
    assert by_icalendar(empty) == []
    assert vobject.readOne(empty.decode()).version.value == "2.0"


def test_an_identity_names_nobody_and_is_nobody_elses() -> None:
    found = {ical.uid_of("plan", "ana", "c"), ical.uid_of("plan", "bob", "c"), ical.uid_of("live", "c", "u", "a")}
    assert len(found) == 3
    assert all(len(uid) == 40 and "ana" not in uid for uid in found)
