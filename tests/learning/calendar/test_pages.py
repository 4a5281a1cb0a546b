"""One's dates and the secret address: made, shown once, renewed, ended; what stands there follows what changes."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import icalendar
import pytest
import sqlalchemy as sa
import time_machine
import vobject
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.foundation.db import db, writing
from lms.jobs.tasks import drain
from lms.learning import service as learning
from lms.learning.calendar import limits, privacy, tasks
from lms.learning.calendar.models import CalendarEntry, CalendarFeed
from lms.learning.models import Enrolment
from lms.learning.sessions import service as sessions
from tests.learning.conftest import inside, person, serve
from tests.learning.together import JOIN, LIVE, TOGETHER, learner, visit, write_live, write_together
from tests.visits import words_of

PAGE = "/account/calendar"
START = "2027-02-01T09:00:00Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_live(write_together(tmp_path / "courses"), start="2027-03-04T14:00")
    return tmp_path / "courses"


@pytest.fixture(autouse=True)
def clock(app: Flask) -> Any:
    """The session of the course is a month ahead."""
    with time_machine.travel(START, tick=False) as ticking:
        yield ticking


@pytest.fixture
def lea(app: Flask, folder: Path) -> str:
    """Somebody with a seat, a plan with a day, and a due date."""
    serve(app, folder)
    who = learner(app, "lea")

    def do() -> None:
        with writing():
            sessions.take(who, TOGETHER, *LIVE)
            plan(who, date(2027, 2, 20))
            db.session.execute(sa.update(Enrolment).where(Enrolment.person_id == who).values(due_on=date(2027, 3, 31)))

    inside(app, do)
    return who


def plan(who: str, day: date | None, action: str = "je reformule") -> None:
    learning.keep_plan(
        who, TOGETHER, "avis", "k-essai", situation="Camille PRIVÉ se plaint", action=action, planned_on=day
    )


def write(app: Flask, do: Any) -> None:
    def go() -> None:
        with writing():
            do()

    inside(app, go)


def follow(app: Flask) -> None:
    """What the machine does every few minutes."""
    inside(app, drain)
    inside(app, lambda: tasks.keep_calendars({}))


def address(app: Flask, who: str, *, details: bool = False) -> str:
    """The secret address, as the page shows it once."""
    page = visit(app, who).fill(PAGE, {"details": details}, press="adresse")
    found = re.search(r'id="address" value="([^"]+)"', page.get_data(as_text=True))
    assert found is not None
    assert page.headers["Cache-Control"] == "no-store"
    return urlsplit(found[1]).path


def read(app: Flask, path: str) -> dict[str, Any]:
    """Summary -> event, as a program without any cookie reads it."""
    answer = FlaskClient(app, app.response_class).get(path)
    assert answer.status_code == 200
    events = list(icalendar.Calendar.from_ical(answer.get_data()).walk("VEVENT"))
    others = vobject.readOne(answer.get_data(as_text=True)).contents.get("vevent", [])
    assert [str(one["uid"]) for one in events] == [one.uid.value for one in others]
    return {str(one["summary"]): one for one in events}


def test_days_follow_each_other_as_they_do_where_the_person_lives(app: Flask, lea: str) -> None:
    def far() -> None:
        db.session.execute(sa.update(Person).where(Person.id == lea).values(zone="Pacific/Auckland"))
        plan(lea, date(2027, 3, 4))  # the session begins at two in the morning of the fifth

    write(app, far)
    found = words_of(visit(app, lea).get(PAGE))
    assert found.index("je reformule") < found.index("Une heure ensemble") < found.index("À terminer")


def test_a_new_address_holds_everything_and_nothing_private(app: Flask, lea: str) -> None:
    found = read(app, address(app, lea))
    assert set(found) == {"Mon plan", "Une heure ensemble", "À terminer\u00a0: Écouter au comptoir"}
    due = found["À terminer\u00a0: Écouter au comptoir"]
    assert due["dtstart"].dt == date(2027, 3, 31)
    assert "Paris" in str(due["description"])
    live = found["Une heure ensemble"]
    assert live["dtstart"].dt.isoformat() == "2027-03-04T13:00:00+00:00"
    assert str(live["url"]) == JOIN
    assert "PRIVÉ" not in str(found["Mon plan"])


def test_details_are_the_persons_own_choice(app: Flask, lea: str) -> None:
    found = read(app, address(app, lea, details=True))
    assert "PRIVÉ" in str(found["Mon plan\u00a0: je reformule"]["description"])


def test_A14_the_secret_is_kept_as_a_digest_and_shown_once(app: Flask, lea: str) -> None:
    path = address(app, lea)
    secret = path.removeprefix("/calendar/").removesuffix(".ics")
    rows = inside(app, lambda: [tuple(row) for row in db.session.execute(sa.select(CalendarFeed.__table__))])
    assert secret not in repr(rows)
    assert secret not in visit(app, lea).get(PAGE).get_data(as_text=True)
    assert secret not in repr(inside(app, lambda: privacy.export(lea)))


def test_A14_a_new_address_ends_the_former_and_ending_it_ends_all(app: Flask, lea: str) -> None:
    first = address(app, lea)
    page = visit(app, lea).fill(PAGE, press="nouvelle adresse")
    second = urlsplit(re.search(r'id="address" value="([^"]+)"', page.get_data(as_text=True))[1]).path  # type: ignore[index]
    reader = FlaskClient(app, app.response_class)
    assert (reader.get(first).status_code, reader.get(second).status_code) == (404, 200)
    visit(app, lea).fill(PAGE, press="Supprimer")
    assert reader.get(second).status_code == 404
    assert inside(app, lambda: db.session.scalar(sa.select(sa.func.count()).select_from(CalendarEntry))) == 0


def test_reading_needs_no_sign_in_sets_no_cookie_and_writes_nothing(app: Flask, lea: str) -> None:
    path = address(app, lea)
    reader = FlaskClient(app, app.response_class, use_cookies=True)
    answer = reader.get(path)
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    again = reader.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    write(app, lambda: plan(lea, date(2027, 2, 22)))
    follow(app)
    assert reader.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200


def test_a_program_that_reads_all_the_time_waits(app: Flask, lea: str) -> None:
    path, reader = address(app, lea), FlaskClient(app, app.response_class)
    codes = [reader.get(path).status_code for _reading in range(limits.READINGS[0] + 1)]
    assert codes == [200] * limits.READINGS[0] + [429]
    assert int(reader.get(path).headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    "path", ["/calendar/x.ics", "/calendar/" + "A" * 32 + ".ics", "/calendar/.ics", "/calendar/%00.ics"]
)
def test_an_address_there_is_not_is_a_404(app: Flask, lea: str, path: str) -> None:
    assert FlaskClient(app, app.response_class).get(path).status_code == 404


def test_somebody_who_may_not_sign_in_has_no_calendar(app: Flask, lea: str) -> None:
    path = address(app, lea)
    write(app, lambda: db.session.execute(sa.update(Person).where(Person.id == lea).values(state="disabled")))
    assert FlaskClient(app, app.response_class).get(path).status_code == 404


def test_changes_raise_the_sequence_and_keep_the_identity(app: Flask, folder: Path, lea: str, clock: Any) -> None:
    path = address(app, lea)
    before = read(app, path)
    clock.shift(timedelta(hours=1))
    write(app, lambda: plan(lea, date(2027, 2, 25)))
    write_live(folder / TOGETHER, start="2027-03-29T14:00")
    serve(app, folder)
    follow(app)
    after = read(app, path)
    for name in ("Mon plan", "Une heure ensemble"):
        assert after[name]["uid"] == before[name]["uid"]
        assert int(after[name]["sequence"]) > int(before[name]["sequence"])
        assert after[name]["dtstamp"].dt > before[name]["dtstamp"].dt
    assert after["Mon plan"]["dtstart"].dt == date(2027, 2, 25)
    assert after["Une heure ensemble"]["dtstart"].dt.isoformat() == "2027-03-29T12:00:00+00:00", "summer time now"
    untouched = "À terminer\u00a0: Écouter au comptoir"
    assert after[untouched] == before[untouched]


def test_what_is_off_is_told_as_off_for_thirty_days(app: Flask, folder: Path, lea: str, clock: Any) -> None:
    path = address(app, lea)
    before = read(app, path)
    write(app, lambda: sessions.give_back(lea, TOGETHER, *LIVE))
    write(app, lambda: plan(lea, None))
    follow(app)
    after = read(app, path)
    for name in ("Mon plan", "Une heure ensemble"):
        assert (after[name]["status"], after[name]["uid"]) == ("CANCELLED", before[name]["uid"])
        assert int(after[name]["sequence"]) == int(before[name]["sequence"]) + 1
    clock.shift(timedelta(days=29))
    follow(app)
    assert "Mon plan" in read(app, path)
    clock.shift(timedelta(days=2))
    follow(app)
    assert set(read(app, path)) == {"À terminer\u00a0: Écouter au comptoir"}


def test_a_due_date_of_a_course_that_was_left_or_finished_is_off(app: Flask, lea: str) -> None:
    path = address(app, lea)
    write(app, lambda: learning.decline(lea, TOGETHER))
    follow(app)
    assert read(app, path)["À terminer\u00a0: Écouter au comptoir"]["status"] == "CANCELLED"
    assert read(app, path)["Une heure ensemble"]["status"] == "CANCELLED", "the seat went with the course"


def test_a_cancelled_session_is_off_and_said_in_words(app: Flask, folder: Path, lea: str) -> None:
    path = address(app, lea)
    head = folder / TOGETHER / "course.yml"
    head.write_text(head.read_text().replace(f"  - {LIVE[0]}\n", ""))
    (folder / TOGETHER / "units" / LIVE[0] / "live.fr.md").unlink()
    serve(app, folder)
    follow(app)
    assert read(app, path)["Une heure ensemble"]["status"] == "CANCELLED"
    assert "AnnuléUne heure ensemble" in words_of(visit(app, lea).get(PAGE))


def test_following_writes_nothing_where_nothing_changed(app: Flask, lea: str) -> None:
    address(app, lea)
    rows = lambda: [tuple(row) for row in db.session.execute(sa.select(CalendarEntry.__table__))]  # noqa: E731
    before = inside(app, rows)
    follow(app)
    assert inside(app, rows) == before


def test_somebody_elses_dates_stay_elsewhere(app: Flask, lea: str) -> None:
    other = person(app, "tom")
    path = address(app, other)
    assert read(app, path) == {}
    assert "Rien n’a encore de date" in words_of(visit(app, other).get(PAGE))


def test_the_page_lists_what_is_ahead_in_its_order(app: Flask, lea: str) -> None:
    words = words_of(visit(app, lea).get(PAGE))
    places = [words.index(name) for name in ("je reformule", "Une heure ensemble", "À terminer")]
    assert places == sorted(places)
    assert JOIN not in words


@pytest.mark.parametrize("text", ["x\r\nBEGIN:VEVENT", "a;b,c\\n", "=cmd|' /C calc'!A0"])
def test_X16_what_somebody_types_stays_text(app: Flask, lea: str, text: str) -> None:
    write(app, lambda: plan(lea, date(2027, 2, 20), action=text))
    path = address(app, lea, details=True)
    assert len(read(app, path)) == 3


def test_N2_two_addresses_made_at_once_are_one_row_and_the_newer_one_works(app: Flask, lea: str) -> None:
    client = visit(app, lea)
    page = client.get(PAGE)
    found = [
        re.search(r'id="address" value="([^"]+)"', client.fill(page).get_data(as_text=True)) for _again in range(2)
    ]
    paths = [urlsplit(one[1]).path for one in found if one]
    reader = FlaskClient(app, app.response_class)
    assert [reader.get(path).status_code for path in paths] == [404, 200]
    assert inside(app, lambda: db.session.scalar(sa.select(sa.func.count()).select_from(CalendarFeed))) == 1
