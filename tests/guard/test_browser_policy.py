"""Rows C1, C2, P12 and P13 of the guard list, in a real Chromium: as each role over all pages, nothing is blocked by the policy,
nothing is asked of another machine, nothing is kept on the visitor's machine but the cookies that the privacy notice names.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import WAIT, Live, followed, watch
from tests.house.census import DOORS
from tests.trips.steps import go_on

ROLES = ("anonymous", "learner", "manager", "trainer", "coordinator")
#: All cookies there are: who is signed in, and two choices.
COOKIES = {"cordada", "lang", "theme"}
#: So many pages of one kind (one row of the census) are opened in each role.
MOST = 2
#: Pages that no link leads to for everybody, opened all the same.
STARTS = sorted(
    {door.path for door in DOORS if door.method == "GET" and "<" not in door.path} - {"/healthz", "/readyz"}
)
LISTEN = """() => {
    window.broken = [];
    document.addEventListener('securitypolicyviolation', e => window.broken.push(`${e.violatedDirective} ${e.blockedURI}`));
}"""
KEPT = """async () => ({
    local: Object.keys(localStorage), session: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map(one => one.name),
    caches: self.caches ? await caches.keys() : [],
    workers: navigator.serviceWorker ? (await navigator.serviceWorker.getRegistrations()).length : 0,
})"""
KINDS = [
    (re.compile("^" + re.sub(r"<path:\w+>", ".+", re.sub(r"<(?!path:)[^>]*>", "[^/]+", door.path)) + "$"), door.path)
    for door in DOORS
    if door.method == "GET"
]


def kind_of(path: str) -> str:
    """The row of the census that a path belongs to; rows without holes first."""
    for shape, name in sorted(KINDS, key=lambda kind: kind[1].count("<")):
        if shape.match(path):
            return name
    return path


def enter(page: Page, live: Live, role: str) -> None:
    """Sign in by the form, as people do."""
    address, password = live.accounts[role]
    page.goto(f"{live.url}/sign-in")
    page.fill("input[name=email]", address)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: urlsplit(url).path != "/sign-in")


def crawl(page: Page, live: Live) -> Counter[str]:
    """Open every page that links lead to, a few of each kind. Gives how many of which kind were seen."""
    waiting, known, seen = [urljoin(live.url, path) for path in STARTS], set[str](), Counter[str]()
    while waiting:
        address = waiting.pop(0)
        kind = kind_of(urlsplit(address).path)
        if address in known or seen[kind] >= MOST or "/files/" in kind:
            continue
        known.add(address)
        seen[kind] += 1
        answer = followed(page, address)
        if answer is None:
            continue
        assert answer.status < 500, address
        assert page.evaluate("window.broken") == [], f"{address} breaks its policy"
        for link in page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)"):
            plain = link.split("#")[0]
            if urlsplit(plain).netloc == urlsplit(live.url).netloc:
                waiting.append(plain)
    return seen


@pytest.fixture
def context(browser: Browser) -> Any:
    """A browser of somebody who has never been here."""
    made = browser.new_context(viewport={"width": 1280, "height": 800}, locale="fr-FR", reduced_motion="reduce")
    made.set_default_timeout(WAIT)
    made.add_init_script(f"({LISTEN})()")
    yield made
    made.close()


@pytest.mark.parametrize("role", ROLES)
def test_C1_and_P12_and_P13_every_page_keeps_to_the_policy_and_to_this_machine(
    live: Live, context: BrowserContext, role: str
) -> None:
    page = context.new_page()
    seen = watch(page, live.url)
    if role != "anonymous":
        enter(page, live, role)
    kinds = crawl(page, live)
    seen.check()
    opened = {kind for kind in kinds if "<" in kind}
    assert "/courses/<course_id>" in opened
    if role in ("learner", "manager"):
        assert role != "learner" or "/courses/<course_id>/<unit>/<activity>" in opened
        assert role != "manager" or "/team/<space_id>" in opened
    assert sum(kinds.values()) >= 18, kinds
    kept = {cookie["name"] for cookie in context.cookies()}
    assert kept <= COOKIES, "a cookie that the privacy notice does not name"
    assert kept >= ({"cordada"} if role != "anonymous" else set())
    for cookie in context.cookies():
        assert cookie["httpOnly"], cookie
        assert cookie["sameSite"] == "Lax", cookie
        assert cookie["domain"] == "127.0.0.1", cookie
    stored = page.evaluate(KEPT)
    assert stored == {"local": [], "session": [], "databases": [], "caches": [], "workers": 0}


def test_C1_forms_that_were_sent_keep_to_the_policy_too(live: Live, context: BrowserContext) -> None:
    """Pages that only a POST leads to: a refused sign-in, the survey's pages, a quiz, an answer with its feedback."""
    page = context.new_page()
    seen = watch(page, live.url)
    page.goto(f"{live.url}/sign-in")
    page.fill("input[name=email]", "nobody@example.org")
    page.fill("input[name=password]", "wrong, as it happens")
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("[aria-invalid=true], .error, [role=alert]")
    page.goto(f"{live.url}/demo/mails")
    letters = page.eval_on_selector_all("a[href*='/survey/']", "all => all.map(one => one.href)")
    assert letters, "the demonstration's mails hold the letters of the survey"
    page.goto(letters[0])
    page.click("main form button")
    page.wait_for_url("**/survey/*/*")
    assert page.evaluate("window.broken") == []
    enter(page, live, "learner")
    page.goto(f"{live.url}/courses/mediation-premiers-pas/faire-le-point/quiz-final")
    page.click("main form button")
    page.wait_for_url("**/quiz-final/*/*")
    page.check("main input[type=radio] >> nth=0")
    go_on(page.locator("main form button[type=submit], main form button:not([type])").first)
    page.wait_for_selector("#feedback")
    assert page.evaluate("window.broken") == []
    seen.check()


def test_C2_a_course_cannot_bring_a_script_or_a_style_of_its_own(live: Live, context: BrowserContext) -> None:
    """Files of courses are on no script or style path: even a forged page of ours could not load them as such."""
    page = context.new_page()
    page.goto(f"{live.url}/courses/mediation-premiers-pas")
    page.evaluate(
        """() => new Promise(done => {
            const link = document.createElement('link');
            link.rel = 'stylesheet';
            link.href = '/courses/mediation-premiers-pas/files/units/se-parler/media/plan-places.svg';
            link.onload = link.onerror = () => done();
            document.head.append(link);
        })"""
    )
    rules = """[...document.styleSheets].filter(one => one.href.includes('/files/')).map(one => {
        try { return one.cssRules.length; } catch { return 0; }
    })"""
    assert sum(page.evaluate(rules)) == 0, "what is no style sheet by its type is none"
    page.evaluate(
        """() => {
            const inline = document.createElement('script');
            inline.textContent = 'window.executed = 1';
            document.body.append(inline);
            document.body.insertAdjacentHTML('beforeend', '<img src="/none" onerror="window.executed = 2">');
        }"""
    )
    page.wait_for_timeout(200)
    assert page.evaluate("window.executed") is None
    assert len(page.evaluate("window.broken")) >= 1


def test_P13_the_three_cookies_are_those_the_notice_names(live: Live, context: BrowserContext) -> None:
    page = context.new_page()
    for path in ("/", "/help", "/catalogue", "/privacy", "/gallery"):
        page.goto(live.url + path)
    assert {cookie["name"] for cookie in context.cookies()} <= {"cordada"}, (
        "nothing is chosen, so nothing is remembered"
    )
    page.goto(f"{live.url}/?lang=es")
    page.goto(f"{live.url}/?theme=dark")
    enter(page, live, "learner")
    assert {cookie["name"] for cookie in context.cookies()} == COOKIES
    for lang in ("fr", "es", "ca", "en"):
        page.goto(f"{live.url}/privacy?lang={lang}")
        told = page.inner_text("main")
        assert all(re.search(rf"\b{name}\b", told) for name in COOKIES), f"{lang}: the notice does not name all cookies"
