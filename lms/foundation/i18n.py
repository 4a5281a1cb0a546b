"""Four languages: which one this reader gets, the words, and dates and numbers as they write them.

The source language of the interface is English; every room carries its own catalogues in `<room>/translations/` and they are
merged at start. The language of a page is chosen by `?lang=` (which also sets a cookie), the cookie, the person, the browser,
the network, in that order. A page never falls back to an English word: a missing translation fails the build.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any, TypeVar

import flask_babel
from babel.dates import format_date as _format_date
from babel.dates import format_time as _format_time
from babel.dates import get_timezone_location
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from flask import Flask, current_app, g, has_app_context, has_request_context, request
from flask_babel import Babel, LazyString, force_locale
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.foundation.clock import DEFAULT_ZONE, local

#: Language code -> its own name, in the order they are offered.
LANGUAGES: dict[str, str] = {"fr": "Français", "es": "Español", "ca": "Català", "en": "English"}
#: What the network speaks where nothing else decides.
DEFAULT_LANGUAGE = "fr"
THEMES = ("auto", "light", "dark")

babel = Babel()
Said = TypeVar("Said", str, Markup)

__all__ = [
    "DEFAULT_LANGUAGE", "LANGUAGES", "N_", "THEMES", "_", "by_name", "format_date", "format_number", "format_time", "language",
    "lazy_", "ngettext", "pick", "sort_key", "speaking", "theme", "wished", "zone_city",
]  # fmt: skip


@dataclass(frozen=True)
class _Speech:
    """A language with its catalogue: looked up once per page, since a page asks for a hundred words."""

    lang: str
    catalogue: NullTranslations
    #: The words that templates have shown, ready as safe text.
    shown: dict[str, Markup] = field(default_factory=dict)


_SILENT = _Speech(DEFAULT_LANGUAGE, NullTranslations())


def _speech() -> _Speech:
    """The language of this page, mail or command. Outside of an application it is the source text itself."""
    try:
        found: _Speech | None = g.get("speech")
    except RuntimeError:
        return _SILENT
    if found is None:
        found = g.speech = _speech_in(_select())
    return found


def _speech_in(lang: str) -> _Speech:
    """This language with its catalogue, made once in a process; the network's own where it is none of ours."""
    known: dict[str, _Speech] = current_app.extensions["speeches"]
    lang = lang if lang in LANGUAGES else DEFAULT_LANGUAGE
    if lang not in known:
        with force_locale(lang):
            known[lang] = _Speech(lang, flask_babel.get_translations())
    return known[lang]


def _(text: str, /, **words: object) -> str:
    """`text` in the reader's language, with `words` in its `%(name)s` places."""
    speech = _speech()
    said: str = speech.catalogue.gettext(text)
    return _elided(said, speech.lang, words) % words if words else said


def ngettext(one: str, many: str, num: int, /, **words: object) -> str:
    """The sentence for `num` of something, in the reader's language; `%(num)d` is the number."""
    speech = _speech()
    said: str = speech.catalogue.ngettext(one, many, num)
    return _counted(said, speech.lang, num, words)


def _counted(said: Said, lang: str, num: int, words: dict[str, object]) -> Said:
    """A sentence with its number, which from a thousand on is written as `format_number` writes it: 1 502, 1,502."""
    if num >= 1000:
        said, words = said.replace("%(num)d", "%(num)s"), {"num": format_number(num, 0), **words}
    words = {"num": num, **words}
    return _elided(said, lang, words) % words


def _elided(said: Said, lang: str, words: dict[str, object]) -> Said:
    """A Catalan sentence with *d’* where *de* stands before 1 or 11 ("pas 1 d’11", "d’11 a 18 min"); any other as it is."""
    if lang != "ca" or "de %(" not in said:
        return said
    return type(said)(
        _DE.sub(lambda found: "d’" if _ONE_OR_ELEVEN.match(str(words.get(found[1], ""))) else found[0], said)
    )


#: *de* before a place of a sentence; a number that a Catalan voice begins with a vowel: 1 and 11, not 10, 111 or 1.504.
_DE = re.compile(r"\bde (?=%\((\w+)\)[sd])")
_ONE_OR_ELEVEN = re.compile(r"11?(?!\d|\.\d)")


@pass_eval_context
def _in_template(page: EvalContext, text: str, /, **words: object) -> str:
    """`_` of templates: safe text whose words are escaped, and always with places (so a sign `%` is written `%%`)."""
    speech = _speech()
    if not page.autoescape:
        return _elided(str(speech.catalogue.gettext(text)), speech.lang, words) % words
    said = speech.shown.get(text)
    if said is None:
        said = speech.shown[text] = Markup(speech.catalogue.gettext(text))  # noqa: S704 (the words of the house)
    return _elided(said, speech.lang, words) % words if "%" in said else said


@pass_eval_context
def _many_in_template(page: EvalContext, one: str, many: str, num: int, /, **words: object) -> str:
    """`ngettext` of templates, as `_in_template`."""
    speech = _speech()
    said: str = speech.catalogue.ngettext(one, many, num)
    if page.autoescape:
        said = Markup(said)  # noqa: S704 (the words of the house)
    return _counted(said, speech.lang, num, words)


def lazy_(text: str, /, **words: object) -> Any:
    """`text`, translated when it is shown: for labels that are written before anybody reads."""
    return LazyString(_, text, **words)


def N_(text: str) -> str:
    """Mark `text` for translation where it stands; it is translated later, where it is shown."""
    return text


def language() -> str:
    """The language of this page, mail or command: one of `LANGUAGES`."""
    return _speech().lang


def theme() -> str:
    """The theme this reader chose: auto, light or dark."""
    chosen = (request.args.get("theme") or request.cookies.get("theme")) if has_request_context() else None
    return chosen if chosen in THEMES else "auto"


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Say what is inside in `lang` (for mails and commands)."""
    if not has_app_context():
        yield
        return
    before = g.pop("speech", None)
    try:
        g.speech = speech = _speech_in(lang)
        with force_locale(speech.lang):
            yield
    finally:
        g.speech = before


def pick(words: dict[str, str], lang: str | None = None, source: str | None = None) -> str:
    """The text of a language map for the reader: `lang` (default: the page's), else `source`, else any there is."""
    for code in (lang or language(), source, DEFAULT_LANGUAGE, *words):
        if code and words.get(code):
            return words[code]
    return ""


def _locale() -> str:
    """The CLDR locale of the page: British dates for English, since this is Europe."""
    return "en_GB" if language() == "en" else language()


#: What a pattern of ours is where a language sets a word between day, month and year: "miércoles 3 de marzo".
_OWN_PATTERNS = {
    ("es", "EEEE d MMMM"): "EEEE d 'de' MMMM",
    ("es", "LLLL y"): "LLLL 'de' y",
    ("ca", "LLLL y"): "LLLL 'del' y",
}


@lru_cache(maxsize=2048)
def _written(day: date, style: str, locale: str) -> str:
    """A date in CLDR's words, remembered: a page may show the same twenty days as the one before."""
    text: str = _format_date(day, format=_OWN_PATTERNS.get((locale, style), style), locale=locale)
    if locale == "fr" and day.day == 1:  # CLDR's pattern does not know that the French write "1er mars"
        text = re.sub(r"(?<!\d)1 (?=[^\W\d])", "1er ", text, count=1)
    return text


def by_name(text: str) -> tuple[str, str]:
    """A key that sorts names as a dictionary does: É beside E, capitals or not."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return plain.casefold(), text


def sort_key(text: str, longest: int = 200) -> str:
    """The same as text, for a column that is sorted and searched."""
    return by_name(text)[0][:longest]


def format_date(day: date | datetime, style: str = "long", zone: str = DEFAULT_ZONE) -> str:
    """A date as the reader writes it ("3 mars 2027"). `style`: short, medium, long, full or a CLDR pattern."""
    if isinstance(day, datetime):
        day = local(
            day, zone
        ).date()  # the same moment is another day elsewhere, and what is written is remembered by day
    return _written(day, style, _locale())


def format_time(moment: datetime, zone: str = DEFAULT_ZONE) -> str:
    """A time of day on the 24-hour clock, in `zone` ("14:02")."""
    return _format_time(local(moment, zone), format="HH:mm", locale=_locale())


def zone_city(zone: str) -> str:
    """What a zone is called: the city its hour is named after, as the reader calls it ("Madrid", "Londres")."""
    return str(get_timezone_location(zone, locale=_locale(), return_city=True))


def format_number(value: float, digits: int | None = None) -> str:
    """A number as the reader writes it (1,9 in French, 1.9 in English), with exactly `digits` decimals if given."""
    pattern = None if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    grouped = language() != "es" or abs(value) >= 10_000  # Spanish parts no number of four figures: 1504, 15.040
    return format_decimal(value, format=pattern, locale=_locale(), group_separator=grouped)


def translation_folders() -> list[Path]:
    """The `translations` folder of every room and sub-room that has words."""
    rooms = Path(__file__).resolve().parent.parent
    return sorted([*rooms.glob("*/translations"), *rooms.glob("*/*/translations")])


def compile_catalogues() -> None:
    """Make each `.mo` that is missing or older than its `.po`. Two processes may do it at once."""
    for folder in translation_folders():
        for source in folder.glob("*/LC_MESSAGES/messages.po"):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
                continue
            draft = target.with_name(f".messages-{os.getpid()}.mo")
            with source.open("rb") as read, draft.open("wb") as write:
                write_mo(write, read_po(read, locale=source.parts[-3]))
            os.utime(draft, ns=(source.stat().st_mtime_ns, source.stat().st_mtime_ns))
            draft.replace(target)


def wished() -> str | None:
    """The language of ours that this browser asks for first, None where it asks for none or for any. Who asks for fr-CA
    reads French, whatever else stands behind it.
    """
    for tag, weight in request.accept_languages:  # the heaviest first, as sent where they are equal
        lang = tag.replace("_", "-").partition("-")[0].lower()
        if weight > 0 and lang in LANGUAGES:
            return lang
    return None


def _select() -> str:
    if not has_request_context():
        return DEFAULT_LANGUAGE
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        return asked
    kept = request.cookies.get("lang")
    if kept in LANGUAGES:
        return kept
    of_person: Callable[[], str | None] | None = current_app.extensions.get("language_of_person")
    own = of_person() if of_person else None
    if own in LANGUAGES:
        return own
    asked_for = wished()
    if asked_for is not None:
        return asked_for
    of_network: Callable[[], str] | None = current_app.extensions.get("language_of_network")
    return of_network() if of_network else DEFAULT_LANGUAGE


def install(app: Flask) -> None:
    """Give `app` its languages, and keep a choice made with `?lang=` or `?theme=` in a cookie for a year."""
    compile_catalogues()
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(str(folder) for folder in translation_folders())
    babel.init_app(app, default_locale="en", locale_selector=_select)
    app.extensions["speeches"] = {}
    app.jinja_env.globals.update(_=_in_template, gettext=_in_template, ngettext=_many_in_template)

    @app.after_request
    def _keep(response: Response) -> Response:
        choices: dict[str, Any] = {"lang": LANGUAGES, "theme": THEMES}
        for name, allowed in choices.items():
            value = request.args.get(name)
            if value is not None and value in allowed and request.cookies.get(name) != value:
                response.set_cookie(
                    name,
                    value,
                    max_age=365 * 86400,
                    samesite="Lax",
                    httponly=True,
                    secure=app.config["SESSION_COOKIE_SECURE"],
                )
        return response

    @app.before_request
    def _plain() -> None:
        g.setdefault("error_id", None)
