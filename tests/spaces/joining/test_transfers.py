"""Somebody who belongs elsewhere is asked to come: they decide, and the asking space learns only whether they come."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts import service as accounts
from lms.accounts.models import Person
from lms.foundation.db import db, writing
from lms.foundation.errors import DomainError, Expired, NotFound, Refused
from lms.jobs.models import Job
from lms.spaces import service as spaces
from lms.spaces.joining import privacy, queries, service
from lms.spaces.joining.models import Transfer
from lms.spaces.models import Invitation, Membership
from tests.accounts.attacks import token_of
from tests.accounts.people import House, found
from tests.visits import words_of

LEARNER_B = "learner_b@example.org"


def asked(house: House, who: str = "learner_b", space: str = "la-bobine", by: str | None = "manager_a") -> str:
    """Ask `who` to come to `space`; gives the question's id."""
    house.write(lambda: service.request_transfer(house.ids[who], space, by=house.ids[by] if by else None))
    with house.open():
        mine = (Transfer.person_id == house.ids[who], Transfer.space_id == space)
        return db.session.scalars(sa.select(Transfer.id).where(*mine)).one()


def answer(house: House, transfer: str, choice: str, who: str = "learner_b"):  # type: ignore[no-untyped-def]
    return house.client(who).fill(f"/transfers/{transfer}", {"answer": choice}, follow=False)


@pytest.fixture
def demo_house(app: Flask) -> House:
    """A demonstration keeps its mails."""
    return found(app, demo=True)


CHOICES = [
    ("moved.l-estive", {("learner", "la-bobine")}, "joined"),
    ("both", {("learner", "la-bobine"), ("learner", "l-estive")}, "joined"),
    ("declined", {("learner", "l-estive")}, "declined"),
]


@pytest.mark.parametrize(("choice", "roles", "told"), CHOICES)
def test_the_person_decides(any_house: House, choice: str, roles: set[tuple[str, str]], told: str) -> None:
    house = any_house
    transfer = asked(house)
    assert house.roles(LEARNER_B) == {("learner", "l-estive")}, "asking changes nothing"
    assert answer(house, transfer, choice).status_code == 302
    assert house.roles(LEARNER_B) == roles
    with house.open():
        assert [one.outcome for one in queries.questions_of("la-bobine")] == [told]
    assert house.client("learner_b").get(f"/transfers/{transfer}").status_code == 410


def test_the_home_and_the_mail_lead_to_the_question(demo_house: House) -> None:
    house = demo_house
    transfer = asked(house)
    house.run_jobs()
    letter = next(mail for mail in house.kept() if mail.kind == "transfer")
    assert f"/transfers/{transfer}" in (letter.body or "")
    assert "L’Estive" not in (letter.body or "")
    home = house.client("learner_b").get("/home")
    assert f"/transfers/{transfer}" in home.get_data(as_text=True)
    assert f"/transfers/{transfer}" not in house.client("learner_a").get("/home").get_data(as_text=True)


def test_the_first_mail_of_a_question_put_anew_leads_to_the_one_that_is_put_now(demo_house: House) -> None:
    house = demo_house
    first = asked(house)
    house.run_jobs()
    (link,) = re.findall(r"/transfers/\S+", next(mail.body or "" for mail in house.kept() if mail.kind == "transfer"))
    me, other = house.client("learner_b"), house.client("learner_a")
    open_page = me.get(link)
    house.client("manager_a").fill("/team/la-bobine/invite", form="/withdraw")
    assert me.get(link).status_code == 410
    second = asked(house)
    assert second != first
    for page in (me.get(link, follow_redirects=True), me.fill(open_page, {"answer": "both"}, follow=True)):
        assert (page.status_code, page.request.path) == (200, f"/transfers/{second}")
    assert other.get(link).status_code == 404
    for wrong in (f"/transfers/{first}", f"/transfers/{first}?space=l-estive", f"/transfers/{first}?space=%00"):
        assert me.get(wrong).status_code == 404
    answer(house, second, "both")
    assert me.get(link, follow_redirects=True).status_code == 410


def test_twice_is_once(any_house: House) -> None:
    first = asked(any_house)
    assert asked(any_house) == first
    assert any_house.count(Transfer) == 1
    assert any_house.count(Job, Job.task == "notifications.ask_to_move") == 1


def test_who_belongs_to_the_space_or_is_disabled_is_not_asked(house: House) -> None:
    house.write(lambda: accounts.disable(house.ids["learner_b"]))
    people = [house.ids[who] for who in ("learner_a", "manager_a", "learner_b")] + ["nobody"]
    house.write(lambda: service.request_transfers(people, "la-bobine", by=house.ids["manager_a"]))
    assert house.count(Transfer) == 0


def test_many_are_asked_in_few_statements(house: House) -> None:
    def people(first: int, count: int) -> list[str]:
        rows = [
            {
                "id": f"p{first + number}", "email": f"p{first + number}@example.org", "name": "P", "sort": "p", "lang": "fr",
                "zone": "Europe/Paris", "state": "active", "demo": False, "created_at": accounts.now(), "password_hash": None,
            }
            for number in range(count)
        ]  # fmt: skip
        house.write(lambda: db.session.execute(sa.insert(Person), rows))
        return [str(row["id"]) for row in rows]

    def cost(ids: list[str]) -> int:
        seen: list[str] = []
        with house.open():
            listen = lambda *more: seen.append(more[2])  # noqa: E731
            sa.event.listen(db.engine, "before_cursor_execute", listen)
            with writing():
                service.request_transfers(ids, "la-bobine", by=house.ids["manager_a"])
            sa.event.remove(db.engine, "before_cursor_execute", listen)
        return len(seen)

    few, many = people(0, 3), people(100, 300)
    assert cost(few) == cost(many)
    assert house.count(Transfer) == 303


@pytest.mark.parametrize("by", ["learner_a", "manager_b", "trainer", "coordinator"])
def test_A9_who_may_not_bring_people_in_asks_nobody(any_house: House, by: str) -> None:
    house = any_house
    with pytest.raises(Refused):
        asked(house, by=by)
    assert house.count(Transfer) == 0


def _made_learner(house: House) -> None:
    house.write(lambda: spaces.end_manager(house.ids["manager_a"], "la-bobine", by=None))


def _disabled(house: House) -> None:
    house.write(lambda: accounts.disable(house.ids["manager_a"]))


def _gone(house: House) -> None:
    house.write(lambda: spaces.end_membership(house.ids["manager_a"], "la-bobine", by=None))


@pytest.mark.parametrize("lost", [_made_learner, _disabled, _gone])
@pytest.mark.parametrize("choice", ["both", "moved.l-estive"])
def test_E4_an_asker_who_lost_the_right_brings_nobody_in(
    any_house: House, lost: Callable[[House], None], choice: str
) -> None:
    transfer = asked(any_house)
    lost(any_house)
    assert answer(any_house, transfer, choice).status_code == 410
    assert any_house.roles(LEARNER_B) == {("learner", "l-estive")}


def test_E4_no_mail_leaves_for_an_asker_who_lost_the_right(demo_house: House) -> None:
    asked(demo_house)
    _made_learner(demo_house)
    demo_house.run_jobs()
    assert [mail.kind for mail in demo_house.kept() if mail.kind == "transfer"] == []


def test_a_question_waits_thirty_days(house: House) -> None:
    transfer = asked(house)
    with house.open():
        row = db.session.get_one(Transfer, transfer)
        assert row.expires_at - row.asked_at == timedelta(days=30)
    house.later(Transfer, expires_at=timedelta(days=-30, seconds=-1))
    assert house.client("learner_b").get(f"/transfers/{transfer}").status_code == 410
    with house.open(), pytest.raises(Expired), writing():
        service.answer_transfer(transfer, house.ids["learner_b"], "both")


def test_the_space_takes_its_question_back_and_may_ask_anew(house: House) -> None:
    transfer = asked(house)
    client = house.client("manager_a")
    page = client.fill("/team/la-bobine/invite", form="/withdraw")
    assert "taken back" in words_of(page)
    link = house.client("learner_b").get(f"/transfers/{transfer}")
    assert (link.status_code, "The space no longer asks you to come." in words_of(link)) == (410, True)
    assert asked(house) != transfer
    answer(house, asked(house), "declined")
    house.write(lambda: service.request_transfer(house.ids["learner_b"], "la-bobine", by=house.ids["manager_a"]))
    with house.open():
        assert db.session.scalars(sa.select(Transfer.state)).one() == "declined", "no is respected"


def test_A1_a_question_to_somebody_else_is_like_none(any_house: House) -> None:
    house = any_house
    transfer = asked(house)
    for who in ("learner_a", "manager_a", "manager_b", "coordinator"):
        client = house.client(who)
        assert client.get(f"/transfers/{transfer}").status_code == 404
        assert client.get("/transfers/none").status_code == 404
        data = {"csrf_token": token_of(client, "/account"), "answer": "both"}
        assert client.post(f"/transfers/{transfer}", data=data).status_code == 404
    with house.open(), pytest.raises(NotFound), writing():
        service.answer_transfer(transfer, house.ids["learner_a"], "both")


@pytest.mark.parametrize(
    "sent", ["", "moved", "moved.", "moved.la-bobine", "moved.nowhere", "withdrawn", "asked", "both\x00"]
)
def test_A7_only_what_the_page_offers_can_be_answered(any_house: House, sent: str) -> None:
    house = any_house
    transfer = asked(house)
    client = house.client("learner_b")
    data = {"csrf_token": token_of(client, "/account"), "answer": sent, "space_id": "l-estive", "role": "manager"}
    assert client.post(f"/transfers/{transfer}", data=data).status_code == 422
    assert house.roles(LEARNER_B) == {("learner", "l-estive")}


def test_I3_the_asking_manager_never_sees_the_other_space(house: House) -> None:
    client = house.client("manager_a")
    page = client.fill("/team/la-bobine/invite", {"email": LEARNER_B.upper(), "lang": "fr"})
    assert house.count(Invitation) == 0, "somebody who belongs elsewhere is asked, not invited"
    pages = [page]
    for choice in ("moved.l-estive",):
        answer(house, asked(house), choice)
        pages.append(client.get("/team/la-bobine/invite"))
    text = " ".join(one.get_data(as_text=True) for one in pages)
    assert LEARNER_B in text
    assert "Estive" not in text
    assert "Olette" not in text


def test_L3_the_answer_to_the_manager_is_the_same_for_an_address_known_elsewhere(house: House) -> None:
    said = set()
    for email in (LEARNER_B, "new@example.org"):
        page = house.client("manager_a").fill(
            "/team/la-bobine/invite", {"email": email, "lang": "fr"}, form="/team/la-bobine/invite"
        )
        said.add(f"The invitation to {email} is on its way." in page.get_data(as_text=True))
    assert said == {True}


def test_somebody_of_several_spaces_says_which_one_they_leave(house: House) -> None:
    house.write(lambda: spaces.give_role(house.ids["trainer"], "learner", "l-estive"))
    house.write(lambda: spaces.give_role(house.ids["trainer"], "learner", "la-bobine"))
    house.write(lambda: _new_space("col-vert"))
    transfer = asked(house, "trainer", "col-vert", by=None)
    page = house.client("trainer").get(f"/transfers/{transfer}")
    assert "leave La Bobine" in words_of(page)
    assert "leave L’Estive" in words_of(page)
    answer(house, transfer, "moved.la-bobine", "trainer")
    assert house.roles("trainer@example.org") == {("trainer", None), ("learner", "l-estive"), ("learner", "col-vert")}


def _new_space(slug: str) -> None:
    from lms.spaces.models import Space

    db.session.add(
        Space(id=slug, name="Col Vert", place="Mont", territory_id="conflent", lang="fr", zone="Europe/Paris", desks=4)
    )


def test_the_only_manager_of_a_space_cannot_move_away_from_it(any_house: House) -> None:
    transfer = asked(any_house, "manager_b")
    page = answer(any_house, transfer, "moved.l-estive", "manager_b")
    assert page.status_code == 422
    assert any_house.roles("manager_b@example.org") == {("manager", "l-estive")}
    assert answer(any_house, transfer, "both", "manager_b").status_code == 302


def test_the_former_space_is_told_without_the_new_one(demo_house: House) -> None:
    house = demo_house
    answer(house, asked(house), "moved.l-estive")
    house.run_jobs()
    letters = [mail for mail in house.kept() if mail.kind == "left"]
    assert [mail.address for mail in letters] == ["manager_b@example.org"]
    assert "Learner_B" in (letters[0].body or "")
    assert "Bobine" not in (letters[0].body or "")


def test_N2_two_answers_at_once_are_one(any_house: House) -> None:
    house = any_house
    for _round in range(3):
        house.write(lambda: db.session.execute(sa.delete(Transfer)))
        house.write(lambda: spaces.give_role(house.ids["learner_b"], "learner", "l-estive"))
        house.write(
            lambda: db.session.execute(
                sa.delete(Membership).where(
                    Membership.space_id == "la-bobine", Membership.person_id == house.ids["learner_b"]
                )
            )
        )
        transfer = asked(house)

        def decide(choice: str, transfer: str = transfer) -> str:
            try:
                with house.open(), writing():
                    service.answer_transfer(transfer, house.ids["learner_b"], choice, leaving="l-estive")
            except DomainError as error:
                return type(error).__name__
            return choice

        with ThreadPoolExecutor(8) as pool:
            done = list(pool.map(decide, ["moved", "declined"] * 4))
        assert sorted(done)[:7] == ["Expired"] * 7
        left = {"moved": {("learner", "la-bobine")}, "declined": {("learner", "l-estive")}}
        assert house.roles(LEARNER_B) == left[sorted(done)[7]]


def test_N5_the_manager_loses_the_right_while_somebody_says_yes(any_house: House) -> None:
    """Whichever comes first, the other sees it: nobody is let in by somebody who has no right any more."""
    house = any_house
    transfer = asked(house)

    def lose() -> str:
        house.write(lambda: spaces.end_manager(house.ids["manager_a"], "la-bobine", by=None))
        return "lost"

    def come() -> str:
        try:
            with house.open(), writing():
                service.answer_transfer(transfer, house.ids["learner_b"], "both")
        except Expired:
            return "refused"
        return "came"

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(lose), pool.submit(come)
        assert first.result() == "lost"
        came = second.result() == "came"
    assert (("learner", "la-bobine") in house.roles(LEARNER_B)) is came


def test_export_tells_and_forget_leaves_nothing(any_house: House) -> None:
    house = any_house
    asked(house)
    with house.open():
        told = privacy.export(house.ids["manager_a"])
        assert [row["sent"] for row in told["transfer"]] == [True]
        assert house.ids["learner_b"] not in repr(told)
        assert [row["sent"] for row in privacy.export(house.ids["learner_b"])["transfer"]] == [False]
        with writing():
            privacy.forget(house.ids["manager_a"])
    assert house.count(Transfer) == 0, "a question without its asker would pass for the operator's"


def test_old_questions_are_forgotten(house: House) -> None:
    asked(house)
    house.write(lambda: service.forget_old(accounts.now() + timedelta(days=59)))
    assert house.count(Transfer) == 1
    house.write(lambda: service.forget_old(accounts.now() + timedelta(days=61)))
    assert house.count(Transfer) == 0
