"""The footer's pages: four languages with the same parts, telling what the program really does."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from lms.accounts import service as accounts
from lms.foundation.i18n import LANGUAGES
from lms.home.pages import views
from lms.notifications.service import REMEMBERED
from lms.spaces import service as spaces
from lms.spaces.audit.service import KEPT as AUDIT_KEPT
from lms.spaces.people.service import AWAITED_FOR
from tests.accounts.people import CONTACT, House, found
from tests.visits import page_of, words_of

PAGES = ("help", "privacy", "accessibility", "source")
FOLDER = Path(views.__file__).parent / "templates" / "pages"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, apps: object) -> House:
    """One network for all the reading: nobody changes anything here."""
    folder = tmp_path_factory.mktemp("pages")
    return found(apps.build(folder, DATABASE_URL=apps.sqlite(folder)))  # type: ignore[attr-defined]


def test_every_page_has_a_template_in_every_language_and_no_other() -> None:
    wanted = {f"{name}.{lang}.html" for name in PAGES for lang in LANGUAGES} | {"frame.html", "parts.html"}
    assert {path.name for path in FOLDER.iterdir()} == wanted


@pytest.mark.parametrize("name", PAGES)
def test_all_four_languages_have_the_same_parts(house: House, name: str) -> None:
    shapes = {}
    for lang in LANGUAGES:
        page = page_of(house.client().get(f"/{name}?lang={lang}"))
        main = page.find("body/main")
        assert main is not None
        assert page.get("lang") == lang
        parts = [part.get("id") for part in main.iter("h2")]
        counts = [
            sum(1 for _ in main.iter(tag))
            for tag in ("h2", "h3", "p", "li", "tr", "td", "th", "dt", "dd", "a", "b", "code")
        ]
        addresses = sorted(str(link.get("href")) for link in main.iter("a"))
        shapes[lang] = (parts, counts, addresses)
        assert len(parts) >= 4
        assert None not in parts
    assert len({repr(shape) for shape in shapes.values()}) == 1, shapes


@pytest.mark.parametrize("name", PAGES)
def test_no_language_falls_back_to_the_words_of_another(house: House, name: str) -> None:
    texts = {lang: words_of(house.client().get(f"/{name}?lang={lang}")) for lang in LANGUAGES}
    sentences = {
        lang: {part for part in re.split(r"(?<=[.?:]) ", text) if len(part.split()) > 4} for lang, text in texts.items()
    }
    for one in LANGUAGES:
        for other in LANGUAGES:
            shared = sentences[one] & sentences[other] if one != other else set()
            assert not shared, (one, other)


@pytest.mark.parametrize("name", PAGES)
def test_french_sets_a_space_before_high_signs(name: str) -> None:
    text = re.sub(r"\{[{%#].*?[#%}]\}|<[^>]+>", "", (FOLDER / f"{name}.fr.html").read_text(), flags=re.DOTALL)
    assert re.findall(r"[^\s\u00a0][?!;»](?!\w)|[^\u00a0\d]:(?!\d)\s|«[^\u00a0]", text) == []
    assert "'" not in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_P13_the_cookies_told_are_the_cookies_set(house: House, lang: str) -> None:
    told = {term.findtext("code") for term in page_of(house.client().get(f"/privacy?lang={lang}")).iter("dt")}
    client = house.client()
    client.get("/sign-in?lang=ca&theme=dark")
    client.fill("/sign-in", {"email": "learner_a@example.org", "password": "dix minutes au vert"})
    for path in ("/", "/account", "/help", "/privacy"):
        client.get(path)
    assert told == {"cordada", "lang", "theme"}
    assert {cookie.key for cookie in client._cookies.values()} == told  # type: ignore[union-attr]


def test_P13_over_https_the_session_cookie_has_the_name_that_is_told(make_app: Callable[..., Flask]) -> None:
    house = found(make_app(BASE_URL="https://learn.example.org"))
    page = house.client().get("/privacy?lang=en")
    assert "__Host-cordada" in {term.findtext("code") for term in page_of(page).iter("dt")}
    assert house.client().get("/sign-in").headers["Set-Cookie"].startswith("__Host-cordada=")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_privacy_notice_tells_the_times_that_rule(house: House, lang: str) -> None:
    words = words_of(house.client().get(f"/privacy?lang={lang}"))
    for number, unit in (
        (accounts.STAY.days, r"(days|jours|días|dies)"),
        (accounts.STAY_SHARED.seconds // 3600, r"(hours|heures|horas|hores)"),
        (accounts.LINK_LIFE["reset"].seconds // 60, r"(minutes|minutos|minuts)"),
        (spaces.INVITATION_KEPT.days, r"(days|jours|días|dies)"),
        (REMEMBERED.days, r"(days|jours|días|dies)"),
        (AUDIT_KEPT.days, r"(days|jours|días|dies)"),
        (AWAITED_FOR.days, r"(days after|jours après|días después|dies després)"),
    ):
        assert re.search(rf"\b{number}[ \u00a0]{unit}", words), (number, unit)
    assert re.search(r"[Vv]ersi(on|ón|ó) 1, 23 (de )?[Nn]ov", words)
    assert "RGPD" in words or "GDPR" in words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whom_to_write_to_is_named(house: House, lang: str) -> None:
    for name in PAGES:
        page = page_of(house.client().get(f"/{name}?lang={lang}"))
        assert f"mailto:{CONTACT}" in [link.get("href") for link in page.iter("a")], name


def test_the_pages_stand_before_there_is_a_network(app: Flask) -> None:
    client = app.test_client()
    for name in PAGES:
        for lang in LANGUAGES:
            page = client.get(f"/{name}?lang={lang}")
            assert page.status_code == 200
            assert "mailto:" not in page.get_data(as_text=True)


def test_the_accessibility_statement_says_that_people_have_not_assessed_it(house: House) -> None:
    assert "not yet been assessed by people" in words_of(house.client().get("/accessibility?lang=en"))


def test_the_links_inside_lead_somewhere(house: House) -> None:
    client = house.client("learner_a")
    for name in PAGES:
        page = page_of(client.get(f"/{name}?lang=en"))
        ids = {part.get("id") for part in page.iter()}
        main = page.find("body/main")
        assert main is not None
        for link in main.iter("a"):
            address = str(link.get("href"))
            if address.startswith("#"):
                assert address[1:] in ids
            elif address.startswith("/"):
                assert client.get(address.split("#")[0]).status_code == 200, address


def test_licences_are_where_the_page_says() -> None:
    root = Path(__file__).resolve().parents[3]
    assert "EUROPEAN UNION PUBLIC LICENCE v. 1.2" in (root / "LICENSE").read_text()
    assert "Attribution-ShareAlike 4.0" in (root / "courses" / "LICENSE").read_text()
