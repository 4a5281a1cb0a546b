"""The audit: written once, read in sentences, page by page; one's own space alone; nobody's name once they are forgotten."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from lms.foundation.db import db, writing
from lms.foundation.i18n import LANGUAGES, speaking
from lms.jobs import outbox
from lms.spaces.audit import privacy
from lms.spaces.audit.kinds import KINDS, TOPICS
from lms.spaces.audit.models import AuditEntry
from lms.spaces.audit.queries import PAGE, entries
from lms.spaces.audit.service import KEPT, note
from lms.spaces.audit.wording import sentence
from tests.accounts.people import House
from tests.visits import words_of

LMS = Path(__file__).resolve().parents[3] / "lms"


def write(house: House, what: str = "request_accepted", by: str | None = "manager_a", **more: str) -> None:
    subject = more.pop("subject", house.ids["learner_a"] if KINDS[what].person else "")
    giver = house.ids[by] if by else None
    house.write(lambda: note(by=giver, what=what, space_id=more.pop("space_id", "la-bobine"), subject=subject, **more))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_is_a_sentence_in_every_language(house: House, lang: str) -> None:
    for what in KINDS:
        write(house, what, before="learner", after="deputy")
    with house.open(), speaking(lang):
        said = [sentence(row) for row in entries(page=200)[0]]
    assert len(set(said)) == len(KINDS), "each says something else"
    assert all("%(" not in one and one.endswith(".") for one in said)
    assert {kind.topic for kind in KINDS.values()} <= set(TOPICS)


def test_an_unknown_kind_is_refused(house: House) -> None:
    with pytest.raises(KeyError):
        house.write(lambda: note(by=None, what="nothing_like_it"))


def test_too_long_words_are_cut_and_a_person_stands_by_key_alone(any_house: House) -> None:
    write(any_house, "space_changed", subject="x" * 999, before="y" * 999, after="z" * 999)
    write(any_house)
    with any_house.open():
        first, second = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.at, AuditEntry.id))
        assert (len(first.subject), len(first.before), len(first.after)) == (200, 500, 500)
        assert (second.subject, second.person_id) == ("", any_house.ids["learner_a"])


def test_A3_managers_read_their_own_space_and_no_byte_of_another(any_house: House) -> None:
    write(any_house)
    write(any_house, by="manager_b", space_id="l-estive", subject=any_house.ids["learner_b"])
    page = any_house.client("manager_a").get("/team/la-bobine/audit?space=l-estive&topic=people")
    assert "Manager_A let Learner_A into La Bobine." in words_of(page)
    assert "_B" not in page.get_data(as_text=True)
    assert "Estive" not in page.get_data(as_text=True)
    foreign = any_house.client("manager_a").get("/team/l-estive/audit")
    missing = any_house.client("manager_a").get("/team/nowhere/audit")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.get_data().replace(b"l-estive", b"nowhere") == missing.get_data()


def test_A4_a_cursor_of_another_space_opens_nothing(any_house: House) -> None:
    write(any_house, by="manager_b", space_id="l-estive", subject=any_house.ids["learner_b"])
    write(any_house)
    with any_house.open():
        foreign = db.session.scalars(sa.select(AuditEntry.id).where(AuditEntry.space_id == "l-estive")).one()
    client = any_house.client("manager_a")
    for cursor in (foreign, "missing", "", "x" * 500):
        page = client.get("/team/la-bobine/audit", query_string={"before": cursor})
        assert page.status_code == 200
        assert "Learner_A" in words_of(page)
        assert "_B" not in page.get_data(as_text=True)


@pytest.mark.parametrize(("who", "code"), [("manager_a", 403), ("learner_a", 403), ("trainer", 403), (None, 302)])
def test_the_network_s_audit_is_the_coordinator_s(house: House, who: str | None, code: int) -> None:
    assert house.client(who).get("/network/audit").status_code == code


def test_pages_follow_one_another_without_gap_or_double(any_house: House) -> None:
    with any_house.open():
        with writing():
            for number in range(2 * PAGE + 3):
                note(by=None, what="space_changed", space_id="la-bobine", subject=f"n{number}.")
        # Many of one moment: the id decides.
        with writing():
            moment = db.session.scalar(sa.select(sa.func.min(AuditEntry.at)))
            db.session.execute(sa.update(AuditEntry).values(at=moment))
    client, address, seen = any_house.client("coordinator"), "/network/audit?topic=spaces&space=la-bobine", []
    for _turn in range(5):
        page = client.get(address)
        seen += re.findall(r"La Bobine: (n\d+)\.", words_of(page))
        further = re.search(r'rel="next" href="([^"]+)"', page.get_data(as_text=True))
        if further is None:
            break
        address = further[1].replace("&amp;", "&")
        assert "topic=spaces" in address
        assert "space=la-bobine" in address
    assert len(seen) == len(set(seen)) == 2 * PAGE + 3


def test_topics_narrow_and_unknown_ones_do_not_matter(house: House) -> None:
    write(house)
    write(house, "choice_changed", "coordinator", subject="field.zone", before="Europe/Paris", after="Europe/Andorra")
    client = house.client("coordinator")
    said = "Coordinator changed a choice of the network: the time zone.Before: Europe/Paris. Now: Europe/Andorra."
    assert said in words_of(client.get("/network/audit?topic=choices"))
    assert "let Learner_A into" not in words_of(client.get("/network/audit?topic=choices"))
    assert "let Learner_A into" in words_of(client.get("/network/audit?topic=nonsense&space=nonsense"))


def test_X15_names_and_values_are_text(house: House) -> None:
    evil = "<img src=x onerror=alert(1)>"
    write(house, "space_changed", "coordinator", subject=evil, before=evil, after=evil)
    page = house.client("coordinator").get("/network/audit").get_data(as_text=True)
    assert evil not in page
    assert "&lt;img" in page


def test_who_is_forgotten_is_nobody_here_and_the_operator_is_not_nobody(any_house: House) -> None:
    write(any_house)
    write(any_house, "deputy_named", None)
    who = any_house.ids["manager_a"]
    with any_house.open():
        assert [row["by_me"] for row in privacy.export(who)["audit_entry"]] == [True]
        assert {row["about_me"] for row in privacy.export(any_house.ids["learner_a"])["audit_entry"]} == {True}
    any_house.write(lambda: (privacy.forget(who), privacy.forget(any_house.ids["learner_a"])))
    page = words_of(any_house.client("coordinator").get("/network/audit"))
    assert "Somebody who is no longer here let somebody who is no longer here into La Bobine." in page
    assert "The operator made somebody who is no longer here a deputy in La Bobine." in page
    assert any_house.count(AuditEntry) == 2


def test_entries_are_added_and_never_changed() -> None:
    """Nothing but forgetting a person updates the table, nothing but time deletes from it."""
    touching = re.compile(r"(?:update|delete)\(AuditEntry|AuditEntry\)\.(?:values|delete)")
    found = {path.relative_to(LMS).as_posix() for path in LMS.rglob("*.py") if touching.search(path.read_text())}
    assert found == {"spaces/audit/privacy.py", "spaces/audit/service.py"}


def test_P7_the_audit_forgets_after_a_year_as_the_privacy_page_says(any_house: House) -> None:
    write(any_house)
    any_house.later(AuditEntry, at=-KEPT + timedelta(hours=1))
    write(any_house, "choice_changed", "coordinator", subject="field.zone")

    def night(slot: int) -> list[str]:
        any_house.write(lambda: outbox.put("spaces.forget_audit", {"slot": slot}, key=f"spaces.forget_audit:{slot}"))
        any_house.run_jobs()
        with any_house.open():
            return list(db.session.scalars(sa.select(AuditEntry.what).order_by(AuditEntry.at)))

    assert night(1) == ["request_accepted", "choice_changed"]
    any_house.later(AuditEntry, at=-timedelta(hours=2))
    assert night(2) == night(3) == ["choice_changed"], "once is enough"
    page = words_of(any_house.client().get("/privacy"))
    assert f"Changes of roles and choices: {KEPT.days} days" in page


def test_spaces_of_one_name_are_told_apart_by_their_place(house: House) -> None:
    page = house.client("coordinator").get("/network/audit").get_data(as_text=True)
    assert re.findall(r"<option[^>]*>([^<]*)</option>", page)[-2:] == ["La Bobine (Prades)", "L’Estive (Olette)"]
