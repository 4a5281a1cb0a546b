"""The words of a room: take them out of its code and pages, and bring its catalogues up to date.

    python -m lms.foundation.catalogues ROOM [ROOM ...]      (no room: all of them; a sub-room is `learning/works`)

A sub-room that has a `translations` folder has words of its own, and its room leaves them to it.
New sentences come out empty and a missing translation fails the build, so fill them in; sentences no longer used are
dropped.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOMS = Path(__file__).resolve().parent.parent
TRANSLATED = ("fr", "es", "ca")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
OPTIONS = {"**/templates/**.html": {"silent": "false"}, "**/templates/**.txt": {"silent": "false"}}
#: What marks a sentence, beside gettext's own names.
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None, "N_": None, "gettext": None, "lazy_": None, "ngettext": (1, 2), "lazy_gettext": None
}  # fmt: skip
#: Two forms each: French counts 0 as singular, Spanish and Catalan do not (CLDR's "many" never reaches gettext).
PLURALS = {"fr": "(n > 1)", "es": "(n != 1)", "ca": "(n != 1)"}


def rooms_with_words() -> list[Path]:
    """Every room, and every sub-room that keeps words of its own."""
    rooms = [path.parent for path in ROOMS.glob("*/__init__.py")]
    return sorted(rooms + [path.parent for room in rooms for path in room.glob("*/translations")])


def sentences(room: Path) -> Catalog:
    """Every sentence marked for translation in `room` (a folder of `lms/`), with where it stands."""
    catalogue = Catalog(charset="utf-8", project="cordada")
    others = {path.parent for path in room.glob("*/translations")}
    for file, line, message, comments, context in extract_from_dir(
        str(room),
        METHODS,
        OPTIONS,
        KEYWORDS,
        comment_tags=("NOTE:",),
        directory_filter=lambda path: Path(path) not in others,
    ):
        catalogue.add(message, None, [(file, line)], auto_comments=comments, context=context)
    return catalogue


def read(path: Path, lang: str) -> Catalog:
    """The catalogue in `path`, empty where there is no file."""
    if not path.exists():
        return Catalog(locale=lang, charset="utf-8", project="cordada")
    with path.open("rb") as file:
        return read_po(file, locale=lang)


def update(room: Path) -> dict[str, list[str]]:
    """Bring `room`'s catalogues up to date. Gives the sentences that still need words, by language."""
    template = sentences(room)
    missing: dict[str, list[str]] = {}
    if not len(template):
        return missing
    for lang in TRANSLATED:
        path = room / "translations" / lang / "LC_MESSAGES" / "messages.po"
        old = read(path, lang)
        fresh = Catalog(locale=lang, charset="utf-8", project="cordada", fuzzy=False)
        for message in template:
            if not message.id:
                continue
            known = old.get(message.id, message.context)
            empty = "" if isinstance(message.id, str) else ("", "")
            kept = known.string if known and not known.fuzzy and isinstance(known.string, type(empty)) else empty
            fresh.add(message.id, kept, message.locations, auto_comments=message.auto_comments, context=message.context)
            if not (kept if isinstance(kept, str) else all(kept)):
                missing.setdefault(lang, []).append(message.id if isinstance(message.id, str) else message.id[0])
        out = BytesIO()
        write_po(out, fresh, width=120, sort_output=True, include_lineno=False, omit_header=True)
        head = (
            f'msgid ""\nmsgstr ""\n"Language: {lang}\\n"\n"MIME-Version: 1.0\\n"\n'
            f'"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
            f'"Plural-Forms: nplurals=2; plural={PLURALS[lang]};\\n"\n\n'
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(head.encode() + out.getvalue())
    return missing


def main(names: list[str]) -> int:
    """Update the rooms named (all where none is) and say what still needs words. Exit code 1 while something does."""
    rooms = [ROOMS / name for name in names] or rooms_with_words()
    left = 0
    for room in rooms:
        for lang, texts in update(room).items():
            for text in texts:
                left += 1
                print(f"{room.relative_to(ROOMS) if room.is_relative_to(ROOMS) else room.name} {lang}: {text!r}")
    print(f"{left} to translate", file=sys.stderr)
    return 1 if left else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
