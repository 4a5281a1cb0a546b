"""A topic proposed where the search found nothing: with script, without it, by keyboard alone; axe on each page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import Live, axe
from tests.trips.steps import go_on, sign_in, visitor
from tests.trips.test_keyboard import Hands


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_topic_is_proposed_read_handled_opened_again_and_withdrawn(
    browser: Browser, live: Live, script: bool
) -> None:
    words = f"Chauffer sans se ruiner, {'avec' if script else 'sans'} détour"
    with (
        visitor(browser, live, width=390, script=script) as lea,
        visitor(browser, live, script=script) as coordinator,
    ):
        sign_in(lea, live, "learner")
        lea.goto("/search?q=zzyyx")
        lea.get_by_label("Sur quoi faudrait-il un cours ?").fill(words)
        go_on(lea.get_by_role("button", name="Proposer ce sujet"))
        expect(lea.get_by_text("Merci. Les personnes qui coordonnent le réseau lisent votre sujet")).to_be_visible()
        expect(lea.get_by_role("paragraph").filter(has_text=words)).to_be_visible()
        sign_in(coordinator, live, "coordinator")
        coordinator.goto("/network")
        go_on(coordinator.get_by_role("link", name="sujet proposé à lire"))
        go_on(coordinator.get_by_role("button", name=f"Marquer comme traité {words}"))
        expect(coordinator.get_by_role("button", name=f"Marquer comme traité {words}")).to_have_count(0)
        go_on(coordinator.get_by_role("button", name=f"Rouvrir le sujet {words}"))
        expect(coordinator.get_by_role("heading", name=words)).to_be_visible()
        if script:
            axe(coordinator)
            axe(lea)
        go_on(lea.get_by_role("button", name=f"Retirer {words}"))
        expect(lea.get_by_label("Sur quoi faudrait-il un cours ?")).to_have_value(words)
        coordinator.goto("/network/topics")
        expect(coordinator.get_by_role("heading", name=words)).to_have_count(0)


def test_by_keyboard_alone(browser: Browser, live: Live) -> None:
    with visitor(browser, live) as page:
        sign_in(page, live, "learner")
        page.goto("/search?q=zzyyx")
        axe(page)
        hands = Hands(page)
        hands.to(id="topic")
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type("Accueillir un chien")
        hands.go()
        hands.to(words="Retirer")
        hands.go()
        expect(page.get_by_text("Retiré : plus personne ne le lit.")).to_be_visible()
