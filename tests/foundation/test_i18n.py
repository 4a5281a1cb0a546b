"""Four languages: whose choice counts, words, dates and numbers, and the tool that keeps catalogues complete."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask

from lms.foundation.catalogues import main, read, update
from lms.foundation.i18n import (
    LANGUAGES,
    _,
    format_date,
    format_number,
    format_time,
    language,
    ngettext,
    pick,
    speaking,
)
from tests.accounts import people
from tests.visits import StrictClient, page_of


@pytest.mark.parametrize(
    ("lang", "told"),
    [("fr", "3 mars 2027"), ("es", "3 de marzo de 2027"), ("ca", "3 de març del 2027"), ("en", "3 March 2027")],
)
def test_dates(ctx: Flask, lang: str, told: str) -> None:
    with speaking(lang):
        assert format_date(date(2027, 3, 3)) == told
        assert format_date(datetime(2027, 3, 2, 23, 30, tzinfo=UTC)) == told, "half past midnight in Paris"
        assert format_date(datetime(2027, 3, 3, 23, 30, tzinfo=UTC), zone="America/Lima") == told
        assert format_time(datetime(2027, 3, 3, 13, 2, tzinfo=UTC)) == "14:02"


@pytest.mark.parametrize(
    ("lang", "day", "month"),
    [
        ("fr", "mercredi 3 mars", "mars 2027"), ("es", "miércoles 3 de marzo", "marzo de 2027"),
        ("ca", "dimecres 3 de març", "març del 2027"), ("en", "Wednesday 3 March", "March 2027"),
    ],
)  # fmt: skip
def test_our_own_patterns_have_the_words_between(ctx: Flask, lang: str, day: str, month: str) -> None:
    with speaking(lang):
        assert (format_date(date(2027, 3, 3), "EEEE d MMMM"), format_date(date(2027, 3, 3), "LLLL y")) == (day, month)


@pytest.mark.parametrize(
    ("lang", "low", "told"),
    [
        ("ca", 11, "d’11 a 18 min"), ("ca", 1, "d’1 a 18 min"), ("ca", 10, "de 10 a 18 min"), ("ca", 111, "de 111 a 18 min"),
        ("ca", "1.504", "de 1.504 a 18 min"), ("ca", "11 < 12", "d’11 &lt; 12 a 18 min"), ("es", 11, "de 11 a 18 min"),
    ],
)  # fmt: skip
def test_catalan_elides_before_one_and_eleven(ctx: Flask, lang: str, low: object, told: str) -> None:
    """On pages and in sentences of the code; what is put into a page stays escaped."""
    with speaking(lang):
        page = ctx.jinja_env.from_string('{{ _("%(low)s to %(high)s min", low=low, high=18) }}')
        assert page.render(low=low) == told
        assert _("%(low)s to %(high)s min", low=low, high=18) == told.replace("&lt;", "<")
        counted = ngettext("%(num)d step done of %(total)d", "%(num)d steps done of %(total)d", 1, total=11)
        assert counted == {"ca": "1 pas fet d’11", "es": "1 paso hecho de 11"}[lang]


@pytest.mark.parametrize(
    ("lang", "half", "thousands"),
    [("fr", "0,50", "1\u202f504"), ("es", "0,50", "1504"), ("ca", "0,50", "1.504"), ("en", "0.50", "1,504")],
)
def test_numbers(ctx: Flask, lang: str, half: str, thousands: str) -> None:
    with speaking(lang):
        assert format_number(0.5, 2) == half
        assert format_number(1.9) == ("1.9" if lang == "en" else "1,9")
        assert format_number(0.4999, 0) == "0"
        assert format_number(1504, 0) == thousands
        assert format_number(15040, 0) != "15040"


@pytest.mark.parametrize(
    ("words", "lang", "source", "wanted"),
    [
        ({"fr": "Cours", "en": "Course"}, "en", None, "Course"),
        ({"fr": "Cours", "en": "Course"}, "ca", None, "Cours"),
        ({"fr": "Cours", "ca": "Curs"}, "es", "ca", "Curs"),
        ({"es": "Curso"}, "fr", None, "Curso"),
        ({"fr": "", "es": "Curso"}, "fr", "fr", "Curso"),
        ({}, "fr", "fr", ""),
        ({"fr": ""}, "fr", None, ""),
    ],
)
def test_a_map_of_languages(ctx: Flask, words: dict[str, str], lang: str, source: str | None, wanted: str) -> None:
    assert pick(words, lang, source) == wanted


def test_a_letter_speaks_its_reader_s_language_and_then_it_is_over(ctx: Flask) -> None:
    assert language() == "fr"
    with speaking("ca"):
        assert language() == "ca"
        with speaking("en"):
            assert _("Sign in") == "Sign in"
            assert ngettext("%(num)d step", "%(num)d steps", 1) == "1 step"
        assert _("Sign in") not in ("Sign in", "Se connecter")
        with speaking("klingon"):
            assert language() == "fr"
    assert language() == "fr"


CHOICES: list[tuple[str, str, bool, str, str]] = [
    # query, cookie, signed in (reads English), browser -> language of the page
    ("?lang=es", "ca", True, "fr", "es"),
    ("?lang=xx", "ca", True, "fr", "ca"),
    ("?lang=", "", True, "fr", "en"),
    ("", "ca", True, "fr", "ca"),
    ("", "klingon", True, "fr", "en"),
    ("", "", True, "fr", "en"),
    ("", "", False, "es-MX,es;q=0.9,en;q=0.8", "es"),
    ("", "", False, "ca-ES-valencia", "ca"),
    ("", "", False, "de,pt;q=0.9", "fr"),
    ("", "", False, "de,en;q=0.2", "en"),
    ("", "", False, "es-419,en;q=0.9", "es"),
    ("", "", False, "ca-ES,fr;q=0.5", "ca"),
    ("", "", False, "ca, fr", "ca"),
    ("", "", False, "en;q=0.1,es;q=0.2,ca;q=0", "es"),
    ("", "", False, "fr;q=0", "fr"),
    ("", "", False, "EN_us", "en"),
    ("", "", False, "*", "fr"),
    ("", "", False, "*;q=0", "fr"),
    ("", "", False, "en;q=0.1,*", "en"),
    ("", "", False, "x" * 100_000 + ",ca;q=0.3", "ca"),
    ("", "", False, "", "fr"),
    ("", "", False, "fr;q=banana, \x01", "fr"),
]


def test_whose_choice_of_a_language_counts(app: Flask) -> None:
    house = people.found(app)
    for query, cookie, signed_in, browser, wanted in CHOICES:
        visitor = house.client("learner_a" if signed_in else None)
        visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = browser
        if cookie:
            visitor.set_cookie("lang", cookie)
        assert page_of(visitor.get(f"/help{query}")).get("lang") == wanted, (query, cookie, signed_in, browser)


def kept(client: StrictClient, path: str) -> Mapping[str, str]:
    """Name -> attributes of the cookies an answer sets."""
    return {one.partition("=")[0]: one for one in client.get(path).headers.getlist("Set-Cookie")}


def test_a_choice_is_kept_for_a_year(client: StrictClient) -> None:
    for name, value in (("lang", "es"), ("theme", "dark")):
        cookie = kept(client, f"/help?{name}={value}")[name]
        assert cookie.startswith(f"{name}={value};")
        assert "Max-Age=31536000" in cookie
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
    page = page_of(client.get("/help"))
    assert (page.get("lang"), page.get("data-theme")) == ("es", "dark")
    assert not kept(client, "/help?lang=es"), "what is chosen already is not sent again"
    assert not kept(client, "/help?lang=xx&theme=pink")


def test_themes(client: StrictClient) -> None:
    assert page_of(client.get("/help")).get("data-theme") is None
    assert page_of(client.get("/help?theme=light")).get("data-theme") == "light"
    assert page_of(client.get("/help?theme=auto")).get("data-theme") is None, "the system decides again"
    client.set_cookie("theme", "pink")
    assert page_of(client.get("/help")).get("data-theme") is None


def test_links_to_other_languages_keep_the_address(client: StrictClient) -> None:
    page = page_of(client.get("/sign-in?next=/courses/x%3Fa%3D1"))
    addresses = {link.get("hreflang"): link.get("href") for link in page.iter("a") if link.get("hreflang")}
    assert addresses.keys() == LANGUAGES.keys()
    assert client.get(addresses["ca"]).request.args.to_dict() == {"next": "/courses/x?a=1", "lang": "ca"}


# --- the catalogue tool ----------------------------------------------------------------------------------------------


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A small room with a module and a page."""
    folder = tmp_path / "stove"
    (folder / "templates/stove").mkdir(parents=True)
    (folder / "__init__.py").write_text('"""A stove."""\n')
    (folder / "views.py").write_text(
        "from lms.foundation.i18n import _, lazy_, N_, ngettext\n"
        "A = lazy_('Warm')\nB = N_('Cold')\n\ndef f(n): return _('Hello'), ngettext('%(num)d log', '%(num)d logs', n)\n"
    )
    (folder / "templates/stove/a.html").write_text("<p>{{ _('Hello %(name)s', name=1) }} {{ _('Warm') }}</p>")
    return folder


def test_the_tool_takes_out_every_sentence_and_says_what_is_missing(room: Path) -> None:
    found = update(room)
    assert found.keys() == {"fr", "es", "ca"}
    for texts in found.values():
        assert sorted(texts) == ["%(num)d log", "Cold", "Hello", "Hello %(name)s", "Warm"]
    path = room / "translations/fr/LC_MESSAGES/messages.po"
    assert "Plural-Forms: nplurals=2; plural=(n > 1);" in path.read_text()
    filled = path.read_text()
    for english, french in (
        ("Hello", "Bonjour"),
        ("Warm", "Chaud"),
        ("Cold", "Froid"),
        ("Hello %(name)s", "Bonjour %(name)s"),
    ):
        filled = filled.replace(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{french}"')
    filled = filled.replace('msgstr[0] ""\nmsgstr[1] ""', 'msgstr[0] "%(num)d bûche"\nmsgstr[1] "%(num)d bûches"')
    path.write_text(filled)
    assert "fr" not in update(room)
    assert path.read_text() == filled, "a second run changes nothing"


def test_the_tool_drops_what_is_used_no_more_and_keeps_the_rest(room: Path) -> None:
    update(room)
    path = room / "translations/ca/LC_MESSAGES/messages.po"
    path.write_text(path.read_text().replace('msgid "Warm"\nmsgstr ""', 'msgid "Warm"\nmsgstr "Calent"'))
    (room / "views.py").write_text("from lms.foundation.i18n import _\n\ndef f(): return _('New')\n")
    left = update(room)["ca"]
    assert sorted(left) == ["Hello %(name)s", "New"]
    words = read(path, "ca")
    assert words.get("Warm").string == "Calent"  # type: ignore[union-attr]
    assert words.get("Cold") is None


def test_a_room_without_words_gets_no_catalogue(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text('"""Silent."""\n')
    assert update(tmp_path) == {}
    assert not (tmp_path / "translations").exists()


def test_the_tool_fails_while_something_is_missing(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(room)]) == 1
    told = capsys.readouterr()
    assert "stove fr: 'Warm'" in told.out
    assert "15 to translate" in told.err


@pytest.mark.parametrize(
    ("lang", "number", "said"),
    [
        ("en", 999, "999 spaces"),
        ("en", 1502, "1,502 spaces"),
        ("fr", 1502, "1\u202f502 espaces"),
        ("fr", 12, "12 espaces"),
    ],
)
def test_a_number_in_a_sentence_is_written_as_numbers_are(ctx: Flask, lang: str, number: int, said: str) -> None:
    with speaking(lang):
        assert ngettext("%(num)d space", "%(num)d spaces", number) == said
        page = ctx.jinja_env.from_string('{{ ngettext("%(num)d space", "%(num)d spaces", number) }}')
        assert page.render(number=number) == said


def test_one_moment_is_another_day_elsewhere(ctx: Flask) -> None:
    moment = datetime(2037, 3, 5, 13, tzinfo=UTC)
    with speaking("fr"):
        days = [format_date(moment, "long", zone) for zone in ("Europe/Paris", "Pacific/Auckland", "Europe/Paris")]
    assert days == ["5 mars 2037", "6 mars 2037", "5 mars 2037"]
