"""The learner's trip by keyboard alone, on a phone's width: Tab, Shift+Tab, Enter, Space and arrows, nothing else.

At every stop the focus must be seen (an outline or a ring) and lie in view, not under the bar at the bottom.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser import Live
from tests.trips.steps import LAST, NEXT, Key, keys_of, open_last_quiz, plain, visitor

#: More presses of Tab than any page may ask for before its main action.
MOST = 120
WHERE = """() => {
  const here = document.activeElement, box = here.getBoundingClientRect(), style = getComputedStyle(here);
  const label = here.closest('label'), ring = label ? getComputedStyle(label) : style;
  // on the little calendar inside a date field the browser draws a ring of its own, and says so nowhere
  const inner = here.type === 'date' && !here.matches(':focus');
  const seen = s => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none';
  // not hidden: somewhere in the part of it that is in view, a finger would touch it
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight), left = Math.max(box.left, 0);
  const right = Math.min(box.right, innerWidth), touched = [0.1, 0.3, 0.5, 0.7, 0.9].some(share => {
    const hit = document.elementFromPoint((left + right) / 2, top + (bottom - top) * share);
    return hit !== null && (here.contains(hit) || (label !== null && label.contains(hit)));
  });
  return {
    tag: here.tagName, id: here.id, name: here.name || '', value: here.value || '', href: here.getAttribute('href') || '',
    words: (label ? label.innerText : here.innerText || here.getAttribute('aria-label') || '').trim(),
    shown: inner || seen(style) || seen(ring),
    bare: bottom > top && touched,
  };
}"""


@dataclass
class Hands:
    """Two hands on a keyboard in front of `page`."""

    page: Page

    def stop(self) -> dict[str, Any]:
        """Where the focus is. Raises `AssertionError` where it cannot be seen."""
        at: dict[str, Any] = self.page.evaluate(WHERE)
        assert at["shown"], f"no ring round {at} on {self.page.url}"
        assert at["bare"], f"the focus is hidden at {at} on {self.page.url}"
        return at

    def press(self, key: str) -> dict[str, Any]:
        """Press a key and look where the focus went."""
        self.page.keyboard.press(key)
        return self.stop()

    def to(self, *, words: str = "", key: str = "Tab", **wanted: str) -> dict[str, Any]:
        """Press Tab (or Shift+Tab) until the focus is on what has `words` and the attributes `wanted`."""
        for _ in range(MOST):
            at = self.press(key)
            if plain(words) in plain(at["words"]) and all(at[name] == value for name, value in wanted.items()):
                return at
        raise AssertionError(f"{words!r} {wanted} is not reached by {key} on {self.page.url}")

    def go(self) -> None:
        """Press Enter on a link or button, and wait for the page it leads to.

        Only a page that is whole counts: the address may change before it, and the page may be the same once more.
        """
        self.page.wait_for_load_state("load")
        with self.page.expect_event("load"):
            self.page.keyboard.press("Enter")

    def answer(self, name: str, key: Key, words: list[str]) -> None:
        """Answer question `name` of kind `key.kind` with `words`, then press the button under it."""
        page = self.page
        if key.kind == "single":
            self.to(name=page.locator(f"#{name}-field input").first.get_attribute("name") or "", tag="INPUT")
            for _ in range(MOST):
                # the first arrow chooses and moves; from then on the focus is on the chosen row
                if plain(self.press("ArrowDown")["words"]) == plain(words[0]):
                    break
        elif key.kind == "multiple":
            for row in page.locator(f"#{name}-field label.choice").all_inner_texts():
                self.to(words=row, tag="INPUT")
                if plain(row) in map(plain, words):
                    page.keyboard.press("Space")
        elif key.kind == "order":
            for place, line in enumerate(map(plain, words)):
                lines = [plain(one) for one in page.locator(f"#{name}-field li label").all_inner_texts()]
                if lines.index(line) > place:
                    self.to(words=f"Monter : {line}", tag="BUTTON")
                for _ in range(lines.index(line) - place):
                    self.press("Enter")  # the focus goes up with the line
        else:
            self.to(tag="INPUT")
            page.keyboard.type(re.split(r"\.\.| ±", words[0])[0])
        self.to(words="Valider", tag="BUTTON")
        self.go()


def test_a_step_and_a_quiz_without_touching_the_mouse(browser: Browser, live: Live) -> None:
    with visitor(browser, live, width=390) as page:
        hands = Hands(page)
        page.goto("/sign-in")
        # the first stop leads past the header
        assert hands.press("Tab")["words"] == "Aller au contenu"
        page.keyboard.press("Enter")
        address, password = live.accounts["learner"]
        hands.to(id="email")
        page.keyboard.type(address)
        hands.press("Tab")
        page.keyboard.type(password)
        hands.press("Tab")
        assert hands.stop()["name"] == "shared"
        # back, and on again
        assert hands.press("Shift+Tab")["id"] == "password"
        page.keyboard.press("Tab")
        hands.to(words="Entrer", tag="BUTTON")
        hands.go()
        expect(page.get_by_role("heading", level=1)).to_have_text("Bonjour Inès")

        hands.to(words="Reprendre", tag="A")
        hands.go()
        keys = keys_of(NEXT, "lesson")
        name = next(name for name, key in keys.items() if key.kind == "single")
        hands.answer(name, keys[name], keys[name].wrong)
        expect(page.locator(f"#{name}-told")).to_contain_text("Pas encore.")
        name = next(name for name, key in keys.items() if key.kind == "multiple")
        hands.answer(name, keys[name], keys[name].right)
        expect(page.locator(f"#{name}-told")).to_contain_text("Oui.")
        hands.to(name="do", value="finish")
        hands.go()

        expect(page.get_by_role("status").first).to_contain_text("Recevoir chaque personne à part")
        open_last_quiz(page)
        hands.to(words="Commencer les questions", tag="BUTTON")
        hands.go()
        for name, key in keys_of(LAST, "quiz-final").items():
            hands.answer(name, key, key.right)
            expect(page.locator("#feedback")).to_contain_text("Oui.")
            hands.to(words="Continuer", tag="A")
            hands.go()
        expect(page).to_have_url(re.compile("/end$"))

        # the rest of the page can be walked to its end and back, always in view
        hands.to(words="English", tag="A")
        hands.to(words="Aller au contenu", key="Shift+Tab")


def test_the_bar_at_the_bottom_hides_no_stop(browser: Browser, live: Live) -> None:
    """The pages with the bar: a manager walks through the whole team page."""
    with visitor(browser, live, width=390) as page:
        hands = Hands(page)
        page.goto("/sign-in?next=/team")
        hands.to(id="email")
        page.keyboard.type(live.accounts["manager"][0])
        hands.press("Tab")
        page.keyboard.type(live.accounts["manager"][1])
        hands.go()
        page.goto("/team")
        assert page.locator("nav.bar").bounding_box()["y"] > 600, "the bar is at the bottom"  # type: ignore[index]
        hands.to(words="English", tag="A")
        hands.to(words="Aller au contenu", key="Shift+Tab")
