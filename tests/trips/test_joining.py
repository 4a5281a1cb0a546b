"""Coming and going: by the code on the screen, on a phone without script; accepted by the manager; asked by another space;
leaving. And, where registration is open, from the first page to the manager's yes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from lms.__main__ import ROOT
from tests.browser import Live, axe
from tests.trips.steps import PATIENCE, go_on, sign_in, visitor

CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")


def letter(page: Page, address: str, words: str) -> str:
    """The text of the newest mail to `address` that holds `words`; the site may still be writing it."""
    found = page.get_by_role("article").filter(has_text=address).filter(has_text=words).first
    for _ in range(int(PATIENCE)):
        page.goto("/demo/mails")
        if found.count():
            return found.inner_text()
        page.wait_for_timeout(1_000)
    raise AssertionError(f"no mail to {address} with {words!r}")


def path_in(text: str, piece: str) -> str:
    """The path of the link in a mail that holds `piece`."""
    return re.findall(rf"https?://[^/\s]+(/{piece}/\S+)", text)[0]


def team_of(page: Page) -> str:
    """The address of the manager's team."""
    page.goto("/team")
    return re.sub(r"[?#].*", "", page.url)


def ask_elsewhere(live: Live, address: str, space_id: str) -> None:
    """Have another space than this one ask somebody to come."""
    asked = (
        "from lms.spaces.joining.service import request_transfer as ask\n"
        "from lms.foundation.db import writing\n"
        "from lms.accounts.queries import person_with_email\n"
        "from lms.spaces.queries import all_spaces\n"
        f"one = person_with_email({address!r}).id\n"
        f"other = next(space.id for space, _ in all_spaces() if space.id != {space_id!r})\n"
        "with writing():\n    ask(one, other, by=None)\n\n"
    )
    run = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "shell"], input=asked,
        cwd=ROOT, env=os.environ | {"LMS_INSTANCE": str(live.instance), "BASE_URL": live.url},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr


def test_by_the_code_on_the_screen_then_asked_elsewhere_then_gone(browser: Browser, live: Live) -> None:
    with visitor(browser, live) as manager, visitor(browser, live, width=390, script=False) as phone:
        sign_in(manager, live, "manager")
        team = team_of(manager)
        manager.goto(f"{team}/code")
        axe(manager)
        go_on(manager.get_by_role("button", name="Créer un code"))
        axe(manager)
        code = CODE.findall(manager.get_by_role("main").inner_text())[0]
        space = manager.get_by_role("heading", level=1).inner_text().removeprefix("Rejoindre ")

        phone.goto("/join")
        phone.get_by_label("Code").fill(code.lower().replace("-", " "))
        phone.get_by_label("Adresse e-mail").fill("ona@example.org")
        phone.get_by_role("button", name="Continuer").click()
        expect(phone.get_by_role("heading", level=1)).to_contain_text(space)
        phone.get_by_label("Nom").fill("Ona Puig")
        go_on(phone.get_by_role("button", name="Demander à rejoindre l’espace"))
        mailed = CODE.findall(letter(phone, "ona@example.org", "/link/"))[0]
        phone.goto("/sign-in/code")
        phone.get_by_label("Adresse e-mail").fill("ona@example.org")
        phone.get_by_label("Code reçu par e‑mail").fill(mailed)
        phone.get_by_label(re.compile("^Ordinateur partagé")).check()
        phone.get_by_role("button", name="Entrer", exact=True).click()
        go_on(phone.get_by_role("button", name="Demander à rejoindre l’espace"))
        expect(phone.get_by_role("main")).to_contain_text("en attente de réponse")

        manager.goto(f"{team}/invite")
        axe(manager)
        go_on(manager.get_by_role("button", name="Accepter"))
        expect(manager.locator("body")).to_contain_text("1 personne fait maintenant partie de votre espace")
        phone.goto("/account/spaces")
        expect(phone.get_by_role("main")).to_contain_text("accepté")

        # another space would like to have her; at the machine, since the demonstration prints one manager's password
        ask_elsewhere(live, "ona@example.org", team.rpartition("/")[2])
        phone.goto("/home")
        phone.get_by_role("link", name=re.compile("aimerait vous accueillir")).click()
        phone.get_by_label(re.compile(f"et quitter {re.escape(space)}")).check()
        phone.get_by_role("button", name="Enregistrer mon choix").click()
        expect(phone.get_by_role("main")).to_contain_text("Vos espaces actuels")
        expect(phone.get_by_role("main").get_by_role("link", name=f"Quitter {space}")).to_have_count(0)
        assert "Ona Puig" in letter(manager, live.accounts["manager"][0], "a quitté")

        phone.get_by_role("link", name=re.compile("^Quitter")).click()
        phone.get_by_role("button", name=re.compile("^Quitter")).click()
        expect(phone.get_by_role("main")).to_contain_text("Vous ne faites partie d’aucun espace")


def test_axe_finds_nothing_on_the_pages_of_joining(browser: Browser, live: Live) -> None:
    for width in (390, 1280):
        with visitor(browser, live, width=width) as page:
            for path in ("/join", "/join-again", "/join-again/sent", "/join-sent", "/sign-in/code", "/sign-in/sent"):
                page.goto(path)
                axe(page)
            sign_in(page, live, "learner")
            for path in ("/account/spaces", "/join?code=2222-2222"):
                page.goto(path)
                axe(page)
            page.goto("/account/spaces")
            leaving = page.get_by_role("link", name=re.compile("^Quitter")).first
            mine = (leaving.get_attribute("href") or "").split("/")[-2]
            go_on(leaving)
            axe(page)
            ask_elsewhere(live, live.accounts["learner"][0], mine)
            page.goto("/home")
            go_on(page.get_by_role("link", name=re.compile("aimerait vous accueillir")))
            axe(page)
            if width == 1280:  # answered, and opened once more
                question = page.url
                page.get_by_label("Ne rien changer").check()
                go_on(page.get_by_role("button", name="Enregistrer mon choix"))
                page.goto(question)
                axe(page)


def test_where_registration_is_open_from_the_first_page_to_the_yes(
    browser: Browser, sites: Callable[..., Live]
) -> None:
    live = sites().start()
    run = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "network", "registration", "open"],
        cwd=ROOT, env=os.environ | {"LMS_INSTANCE": str(live.instance), "BASE_URL": live.url},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    with visitor(browser, live) as manager, visitor(browser, live, width=390, script=False) as phone:
        sign_in(manager, live, "manager")
        team = team_of(manager)
        phone.goto("/register")
        phone.get_by_label("Nom").fill("Biel Serra")
        phone.get_by_label("Adresse e-mail").fill("biel@example.org")
        go_on(phone.get_by_role("button", name=re.compile("lien")))
        phone.goto(path_in(letter(phone, "biel@example.org", "/link/"), "link"))
        go_on(phone.get_by_role("button", name="Entrer", exact=True))
        phone.goto("/register/space")
        phone.get_by_label("Votre espace").select_option(team.rpartition("/")[2])
        go_on(phone.get_by_role("button", name="Demander à rejoindre l’espace"))
        manager.goto(f"{team}/invite")
        go_on(manager.get_by_role("button", name="Accepter"))
        assert "vous accueille" in letter(phone, "biel@example.org", "vous accueille")
        phone.goto("/account/spaces")
        expect(phone.get_by_role("link", name=re.compile("^Quitter"))).to_be_visible()
