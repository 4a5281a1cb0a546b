"""The manager: the team, one person ticked, the first course of the shelf with its reason, and that person's home."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from tests.browser import Live
from tests.trips.steps import go_on, sign_in, visitor

WHY = "La salle du fond : j’aimerais que nous en parlions ensemble."


def test_a_manager_enrols_one_person_who_finds_the_course_at_home(browser: Browser, live: Live) -> None:
    with visitor(browser, live) as page:
        sign_in(page, live, "manager")
        page.get_by_role("link", name="Mon espace").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(
            re.compile(r"\d+ personnes, \d+ ont avancé ce mois-ci")
        )
        team = page.get_by_role("table")
        row = team.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Inès Soulé"))
        expect(row).to_contain_text("2 sur 6")
        expect(row).to_contain_text("Recevoir chaque personne à part")

        # the reason names the course; the learner takes it already, so the next one on the shelf that she lacks is chosen
        form = page.get_by_role("region", name="Inscrire les personnes cochées ci-dessus")
        courses = form.get_by_label("Cours")
        shelf = [name.strip() for name in courses.locator("option").all_inner_texts()]
        expect(form).to_contain_text(f"En tête des besoins : « {shelf[0]} ».")
        expect(form).to_contain_text(
            re.compile(r"Proposé car (au moins )?\d+ réponses sur 100 .*, premier besoin du réseau\.")
        )
        expect(courses.locator("option").first).to_have_js_property("selected", True)
        row.get_by_role("checkbox").check()
        page.get_by_role("button", name="Inscrire").click()
        expect(page.get_by_role("status").first).to_contain_text("déjà")

        team.get_by_role("checkbox", name="Choisir Inès Soulé").check()
        courses.select_option(label=shelf[1])
        form.get_by_label("Pourquoi, en une phrase").fill(WHY)
        page.get_by_role("button", name="Inscrire").click()
        expect(page.get_by_role("status").first).to_contain_text(f"« {shelf[1]} »")
        expect(row).to_contain_text(shelf[1])
        # what a manager never sees
        words = team.inner_text()
        assert not re.search(r"\d\d:\d\d|%|réponse", words), "weeks, not hours; steps, not answers"

        # nobody ticked: said in a sentence, and nothing happens
        page.get_by_role("button", name="Inscrire").click()
        expect(page).to_have_title(re.compile("^Erreur"))

    with visitor(browser, live, width=390) as page:
        sign_in(page, live, "learner")
        expect(page.get_by_role("main")).to_contain_text(shelf[1])
        page.get_by_role("link", name=shelf[1]).click()
        expect(page.get_by_role("main")).to_contain_text(WHY)
        expect(page.get_by_role("main")).to_contain_text("Amina Lacaze")


def test_nobody_looks_into_a_space_that_is_not_his(browser: Browser, live: Live) -> None:
    with visitor(browser, live) as page:
        sign_in(page, live, "learner")
        for path in ("/team", "/team/la-remise-bordesvieille", "/network/needs", "/write"):
            answer = page.goto(path)
            assert answer is not None
            assert answer.status in (403, 404), path
            expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_an_address_without_a_place_to_break_leaves_the_page_of_people_as_wide_as_the_phone(
    browser: Browser, live: Live
) -> None:
    with visitor(browser, live, width=320) as page:
        sign_in(page, live, "manager")
        page.get_by_role("link", name="Mon espace").click()
        go_on(page.get_by_role("link", name="Personnes et suppléances"))
        page.get_by_text("manager@demo.test").evaluate(
            "(one, long) => one.textContent = long", f"{'x' * 64}@example.test"
        )
        assert page.evaluate("document.documentElement.scrollWidth") == 320
