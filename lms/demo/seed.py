"""Fills an empty database with the demonstration network, in one transaction: all of it is there, or none."""

from __future__ import annotations

import os
import secrets
import shutil
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.accounts.passwords import check_password, hash_password
from lms.accounts.service import mark_installation
from lms.catalogue import service as catalogue
from lms.catalogue.queries import Shelved, shelf
from lms.content.documents import Commitment, CourseDocument
from lms.demo.answers import answers
from lms.demo.history import write_history
from lms.demo.people import Somebody, people
from lms.demo.places import TERRITORIES, Place, places
from lms.demo.portraits import portrait, seen
from lms.foundation.addresses import address_of as web_address
from lms.foundation.clock import now, today
from lms.foundation.db import Base, db, new_id, writing
from lms.foundation.tokens import digest
from lms.jobs.models import Job
from lms.learning import service as learning
from lms.learning.models import Completion, Enrolment
from lms.learning.models import Place as Standing
from lms.learning.plans import service as plans
from lms.learning.reviews.models import Review
from lms.learning.sessions import service as sessions
from lms.notifications.queries import survey_key
from lms.notifications.service import keep_demo_mail, write
from lms.spaces import service as spaces
from lms.spaces.models import Membership, NetworkRole, Space, Territory
from lms.survey import rules as survey_rules
from lms.survey import service as survey
from lms.survey.instruments import newest, read
from lms.survey.models import Token
from lms.survey.queries import instrument_of
from lms.survey.release import service as release
from lms.survey.release.rules import FULL, OWN_FIGURES

#: role -> (name, language): the four accounts a demonstration prints. Their address is ROLE@demo.test.
ACCOUNTS = {
    "learner": ("Inès Soulé", "fr"),
    "manager": ("Amina Lacaze", "fr"),
    "trainer": ("Mireia Puig", "fr"),
    "coordinator": ("Bastien Claverie", "fr"),
}
NETWORK = "Sept Vallées"
#: The course the demonstration's learner has begun.
BEGUN = "mediation-premiers-pas"
#: How many people of the manager’s space are late.
LATE = 3
#: How many answers to the survey wait to be counted: five or more, so that closing counts them.
WAITING = 8
#: The course with a live session, and its place in it. It stands beside the demonstration, not among the courses: its
#: date belongs to the day on which the demonstration is made.
_MEETING = Path(__file__).parent / "meeting"
_SESSION = ("rencontre", "live")
#: What others tried there: step -> a practice note.
PRACTICE = {
    "ecouter": "Nous sommes sortis dix minutes avant d’en parler. Dehors, le ton a changé dès la première phrase.",
    "chaque-personne": "Deux fois un quart d’heure, le même jour, avec les trois mêmes questions. Personne n’a attendu l’autre.",
}


def address_of(role: str) -> str:
    """The e-mail of one of the four accounts."""
    return f"{role}@demo.test"


def password_in(instance: Path) -> str:
    """The demonstration's password, made once and kept in the instance folder with mode 0600."""
    path = instance / "demo_password"
    if not path.exists():
        # Written aside and linked whole: neither a second start nor a cut can meet half a password.
        draft = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write("-".join(secrets.token_hex(3) for _ in range(3)))
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


def keep_password(instance: Path) -> str:
    """The demonstration's password, which opens its four accounts: also after the instance folder was lost or changed."""
    password = password_in(instance)
    addresses = [address_of(role) for role in ACCOUNTS]
    kept = list(db.session.scalars(sa.select(Person.password_hash).where(Person.email.in_(addresses))))
    if not all(check_password(password, one) for one in kept):
        fresh = hash_password(password)
        with writing():
            demo = Person.email.in_(addresses), Person.demo.is_(True)
            db.session.execute(sa.update(Person).where(*demo).values(password_hash=fresh))
    db.session.rollback()
    return password


def seed(instance: Path, courses: Path) -> None:
    """Write the whole network: places, people, progress, a survey with some 600 answers. The courses are on the shelf."""
    kept = hash_password(password_in(instance))
    rng = Random(23)
    network = places()
    everybody = people(network)
    offers = shelf()
    meeting_id = _serve_meeting(courses)
    source = newest(courses)
    questionnaire = read(source, courses / "_competencies.yml") if source else None
    moment = now()
    with writing():
        mark_installation(demo=True)
        spaces.found_network(name=NETWORK, lang="fr", contact=address_of("coordinator"))
        _insert(Territory, [{"id": row[0], "name": row[1], "country": row[2]} for row in TERRITORIES])
        told = Random(41)
        _insert(Space, [{**_space(place), **portrait(place, told)} for place in network])
        rows = [_person(one, moment) for one in everybody]
        _insert(Person, rows)
        ids = [row["id"] for row in rows]
        _insert(
            Membership,
            [
                {"person_id": person_id, "space_id": one.space, "role": one.role, "since": moment, "seen": seen(told)}
                for person_id, one in zip(ids, everybody, strict=True)
            ],
        )
        home = next(place for place in network if place.answers < OWN_FIGURES)
        accounts = _accounts(home, moment, kept)
        write_history(network, home.slug, accounts["manager"])
        _progress(rng, offers, ids, everybody, accounts, moment)
        _dated(home.slug, accounts, moment)
        _meet(meeting_id, accounts["learner"], ids)
        campaign_id = _survey(rng, *questionnaire, network, home, everybody, accounts) if questionnaire else None
    # its figures are there at the first page, before any duty was run
    made = release.prepare(campaign_id) if campaign_id else None
    if made is not None:
        with writing():
            release.store(made)


def _insert(model: type[Base], rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(sa.insert(model), rows)


def _space(place: Place) -> dict[str, Any]:
    return {
        "id": place.slug, "name": place.name, "place": place.village, "territory_id": place.territory, "lang": place.lang,
        "zone": place.zone, "latitude": place.latitude, "longitude": place.longitude, "desks": max(4, place.people),
    }  # fmt: skip


def _person(one: Somebody, moment: datetime) -> dict[str, Any]:
    return {
        "id": new_id(), "email": one.email, "name": one.name, "password_hash": None, "lang": one.lang, "zone": one.zone,
        "state": "active", "demo": False, "created_at": moment,
    }  # fmt: skip


def _accounts(home: Place, moment: datetime, kept: str) -> dict[str, str]:
    """The four accounts: role -> person id. Learner and manager belong to `home`."""
    ids = {role: new_id() for role in ACCOUNTS}
    _insert(
        Person,
        [
            {
                "id": ids[role], "email": address_of(role), "name": name, "password_hash": kept, "lang": lang, "zone": home.zone,
                "state": "active", "demo": True, "created_at": moment,
            }
            for role, (name, lang) in ACCOUNTS.items()
        ],
    )  # fmt: skip
    _insert(
        Membership,
        [
            {"person_id": ids[role], "space_id": home.slug, "role": role, "since": moment}
            for role in ("learner", "manager")
        ],
    )
    _insert(NetworkRole, [{"person_id": ids[role], "role": role} for role in ("trainer", "coordinator")])
    return ids


def _progress(
    rng: Random,
    offers: list[Shelved],
    ids: list[str],
    everybody: list[Somebody],
    accounts: dict[str, str],
    moment: datetime,
) -> None:
    """Two people in five take a course or two, some finish; each within the last ten weeks."""
    enrolments: list[dict[str, Any]] = []
    completions: list[dict[str, Any]] = []
    standings: list[dict[str, Any]] = []

    def take(person_id: str, offer: Shelved, units_done: int, weeks: float) -> None:
        document, version = offer.published.document, offer.published.version_id
        began = moment - timedelta(weeks=weeks)
        step = timedelta(weeks=weeks) / (len(document.units) + 1)
        whole = units_done >= len(document.units)
        last = began + step * units_done
        enrolments.append(
            {
                "id": new_id(), "person_id": person_id, "course_id": offer.published.course_id, "version_id": version,
                "state": "finished" if whole else "active", "source": "self", "due_on": None, "why": "", "enrolled_by": None,
                "created_at": began, "finished_at": last if whole else None, "begun_at": began + step if units_done else None,
            }
        )  # fmt: skip
        for number, unit in enumerate(document.units[:units_done], start=1):
            completions.append(
                {
                    "person_id": person_id, "course_id": offer.published.course_id, "unit": unit.id, "version_id": version,
                    "kind": list(unit.activities)[-1].partition("-")[0], "done_at": began + step * number,
                }
            )  # fmt: skip
        here = document.units[min(units_done, len(document.units) - 1)]
        standings.append(
            {
                "person_id": person_id, "course_id": offer.published.course_id, "unit": here.id,
                "activity": next(iter(here.activities)), "at": last,
            }
        )  # fmt: skip

    for person_id, _one in zip(ids, everybody, strict=True):
        if not offers or rng.random() > 0.4:
            continue
        for offer in rng.sample(offers, k=min(len(offers), rng.choice((1, 1, 1, 2)))):
            total = len(offer.published.document.units)
            take(person_id, offer, rng.choice((0, 1, 1, 2, total - 1, total, total)), rng.uniform(0.5, 10))
    by_id = {offer.published.course_id: offer for offer in offers}
    if BEGUN in by_id:
        take(accounts["learner"], by_id[BEGUN], 2, 1.0)
    _insert(Enrolment, enrolments)
    _insert(Completion, completions)
    _insert(Standing, standings)
    if BEGUN in by_id:
        _came_back(by_id[BEGUN].published.document, accounts["learner"])
        _tried(by_id[BEGUN].published.document, dict(zip((one.space for one in everybody), ids, strict=True)))


def _dated(space_id: str, accounts: dict[str, str], moment: datetime) -> None:
    """Three people of the manager's space were to have finished by now: they are late, and can be reminded."""
    theirs = (
        sa.select(Enrolment.id, Enrolment.created_at)
        .join(Membership, Membership.person_id == Enrolment.person_id)
        .where(
            Membership.space_id == space_id, Membership.role == "learner", Enrolment.state == "active",
            Enrolment.person_id != accounts["learner"],
        )
        .order_by(Enrolment.created_at, Enrolment.id)
    )  # fmt: skip
    for row in db.session.execute(theirs.limit(LATE)).all():
        asked = {
            "source": "manager", "enrolled_by": accounts["manager"], "why": "Pour en parler à notre prochaine réunion.",
            "due_on": moment.date() - timedelta(days=4),
        }  # fmt: skip
        db.session.execute(sa.update(Enrolment).where(Enrolment.id == row.id).values(**asked))


def _came_back(document: CourseDocument, learner: str) -> None:
    """The demonstration's learner answered a question in each of the first two lessons; today both come back."""
    for unit in document.units[:2]:
        lesson = unit.activities["lesson"][document.source]
        asked = next((one for one in lesson.questions if one.review and one.kind == "single"), None)
        if asked is not None:
            learning.practise(learner, document.id, unit.id, "lesson", asked.id, None, lang=document.source)
    db.session.execute(sa.update(Review).where(Review.person_id == learner).values(due_on=today()))


def _serve_meeting(courses: Path) -> str:
    """Put the course with a live session on the shelf. Its date goes with the day of the seeding: a Thursday six to seven
    weeks later, so that a demonstration of a month still has it ahead. Gives the course's id.
    """
    day = today() + timedelta(days=42)
    day += timedelta(days=(3 - day.weekday()) % 7)
    with TemporaryDirectory() as made:
        folder = Path(made) / "meeting"
        shutil.copytree(_MEETING, folder)
        for page in folder.glob("units/*/live.*.md"):
            page.write_text(page.read_text("utf-8").replace("{start}", f"{day}T14:00"), encoding="utf-8")
        return catalogue.serve_one(folder, people=courses).course_id


def _meet(course_id: str, learner: str, others: list[str]) -> None:
    """The demonstration's learner has a seat in it, others have the rest of them, and two wait."""
    sessions.follow(course_id)
    for person_id in [learner, *others[:5]]:
        learning.enrol(person_id, course_id)
        sessions.take(person_id, course_id, *_SESSION)
    # They took it some weeks ago: what the learner does now is another course.
    some_weeks_ago = now() - timedelta(days=20)
    db.session.execute(sa.update(Enrolment).where(Enrolment.course_id == course_id).values(created_at=some_weeks_ago))


def _tried(document: CourseDocument, somebody_of: dict[str, str]) -> None:
    """What two other spaces tried after a step, and gave on."""
    villages = {place.slug: place.village for place in places() if place.lang == "fr" and place.slug in somebody_of}
    for (unit_id, text), slug in zip(PRACTICE.items(), villages, strict=False):
        unit = document.unit(unit_id)
        blocks = unit.activities["lesson"][document.source].blocks if unit and "lesson" in unit.activities else ()
        for promise in [block for block in blocks if isinstance(block, Commitment)][:1]:
            key = (document.id, unit_id, promise.id)
            words = {"situation": promise.when or promise.title, "action": promise.then, "planned_on": None}
            learning.keep_plan(somebody_of[slug], *key, **words)  # type: ignore[arg-type]
            plans.tell(somebody_of[slug], key, state="tried", happened=text, keeps="")
            plans.give_on(somebody_of[slug], key, text=text, place=villages[slug], lang="fr")


def _survey(
    rng: Random,
    file_digest: str,
    document: dict[str, Any],
    network: list[Place],
    home: Place,
    everybody: list[Somebody],
    accounts: dict[str, str],
) -> str:
    """A campaign that is open: everybody was invited, some 600 have answered, the four accounts have their letter. Gives
    its id.
    """
    campaign_id = survey.open_campaign(survey.keep_instrument(file_digest, document))
    # Everybody is invited below. The duty to mail them would invite them again, and write to 1,500 invented addresses
    # where there is a mail server.
    db.session.execute(sa.delete(Job).where(Job.task == "notifications.invite_to_survey"))
    found = instrument_of(campaign_id)
    assert found is not None
    items = {item.id: (item.competency, item.domain) for item in found.items}
    territory = {place.slug: place.territory for place in network}
    wanted = Counter({place.slug: place.answers for place in network})
    cells, returns, used = [], [], []
    for one in everybody:
        cell = survey_rules.Cell(territory[one.space], one.space, one.role)
        answered = wanted[one.space] > 0
        wanted[one.space] -= answered
        cells.append(cell)
        used.append(answered)
        if answered:
            given = answers(
                rng, items=items, territory=territory[one.space], space=one.space, manages=one.role == "manager"
            )
            returns.append(survey.Return(cell, survey_rules.pack(given, found.item_ids)))
    own = survey_rules.Cell(home.territory, home.slug, "learner")
    tokens = survey.mint_tokens(campaign_id, [*cells, *([own] * len(ACCOUNTS))])
    spent = [digest(token) for token, answered in zip(tokens, used, strict=False) if answered]
    db.session.execute(
        sa.update(Token).where(Token.id.in_(spent)).values(state="used"),
        execution_options={"synchronize_session": False},
    )
    coarse = survey_rules.coarsen([one.cell for one in returns], 5)
    counted = [survey.Return(cell, one.answers) for cell, one in zip(coarse, returns, strict=True)]
    # some came last and wait, as always: whoever tries the survey is counted with them when the campaign closes
    crowd = Counter(one.cell.space_id for one in counted if one.cell.space_id)
    large = [space for space, many in crowd.most_common() if many not in (OWN_FIGURES, FULL)][:WAITING]
    last = [next(one for one in counted if one.cell.space_id == space) for space in large]
    survey.count_returns(campaign_id, [one for one in counted if not any(one is late for late in last)])
    for at in range(0, WAITING, 4):
        survey.count_returns(campaign_id, last[at : at + 4])  # fewer than five of them wait
    for (role, (name, lang)), token in zip(ACCOUNTS.items(), tokens[len(cells) :], strict=True):
        letter = write(
            "survey", key=survey_key(campaign_id, accounts[role]), person_id=accounts[role], address=address_of(role), name=name,
            lang=lang, link=web_address("survey.start", token=token), minutes=found.minutes,
        )  # fmt: skip
        keep_demo_mail(letter)
    return campaign_id
