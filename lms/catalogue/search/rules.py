"""Rules of search: what of a course can be found, which words a reader means, how they are marked in what was found. Pure.

Every step takes time in proportion to its text. Both databases are given the same folded words, so they find the same by
how words begin; PostgreSQL knows the forms of a language besides (see `index`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from lms.content.documents import Activity, CourseDocument
from lms.content.kinds import Cloze
from lms.content.texts import plain, squeeze

#: Raise it when what is found of a course changes: courses are then read again, and found anew.
VERSION: Final = 3
#: Competency -> language -> its name.
Names = Mapping[str, Mapping[str, str]]
NO_NAMES: Final[Names] = {}
#: In characters: the longest question, the longest text of an entry, what is shown of it, what stands before the first word
#: found; and the most words of a question that count.
QUESTION, TEXT, SHOWN, BEFORE, MOST_WORDS = 200, 100_000, 220, 60, 8
#: A word of the index is no longer than this; the shortest one that is searched for has two letters.
WORD: Final = 40

_WORD = re.compile(r"[^\W_]+(?:·[^\W_]+)*")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "·": ""})
#: Endings that say number, gender or the form of a verb: "plaintes" is looked for as "plaint...".
_ENDINGS: Final = ("ees", "es", "er", "ez", "ee", "ar", "ir", "os", "as", "s", "x", "e", "a", "o")
_STEM: Final = 4
#: Endings that make a noun of a verb: "négociation" is looked for as "negoci...", so that "négocier" is found.
_DERIVED: Final = (
    "ations", "ation", "aciones", "acion", "acions", "acio", "amientos", "amiento", "aments", "ament", "ements", "ement",
    "ings", "ing",
)  # fmt: skip
_DERIVED_STEM: Final = 5
#: Endings that stand for one another, of several and of one, of who does and of what is done: "chevaux" and "cheval", "luces"
#: and "luz", "reunions" and "reunió", "queries" and "query", "médiateurs" and "médiation".
_KIN: Final = (
    ("aux", "al"), ("aux", "ail"), ("ces", "z"), ("ies", "y"), ("lves", "lf"),
    ("ans", "a"), ("ens", "e"), ("ins", "i"), ("ons", "o"), ("uns", "u"),
    ("ques", "ca"), ("gues", "ga"), ("ges", "ja"), ("ssos", "s"), ("tjos", "g"), ("jos", "ig"),
    ("ateurs", "ation"), ("ateur", "ation"), ("atrices", "ation"), ("atrice", "ation"),
    ("adores", "acion"), ("ador", "acion"), ("adoras", "acion"), ("adora", "acion"),
    ("adors", "acio"), ("ador", "acio"), ("adores", "acio"), ("adora", "acio"),
)  # fmt: skip
#: Letters of a word that is made from another by them.
_KIN_LEAST: Final = 3
#: Words that say nothing about what is looked for, folded, in the four languages.
_EMPTY: Final = frozenset(
    """
    le la les l un une des du de d au aux et ou en dans par pour sur avec sans ce cet cette ces mon ma mes son sa ses que
    qui quoi quand comment est sont se ne pas plus il elle on je vous nous
    el los las una unos unas del al y o con sin por para sobre como cuando es son su sus mi mis no mas lo yo tu
    els dels als i amb sense per com quan es seu seva meu meva
    the a an of to in on for with without and or how what when is are my your our their it this that do does
    """.split()  # noqa: SIM905 (five lines that can be read)
)


@dataclass(frozen=True)
class Entry:
    """What can be found, before it has a row; see `models.SearchEntry`. Folded as soon as it is made: outside a transaction."""

    lang: str
    kind: str
    unit: str
    activity: str
    title: str
    text: str
    hidden_in: str = ""
    folded_title: str = field(init=False, repr=False, compare=False)
    folded_text: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folded_title", folded(self.title))
        object.__setattr__(self, "folded_text", folded(self.text))


@dataclass(frozen=True)
class Wanted:
    """A word of a question, folded. A long one stands without its ending, and any word that begins so is meant (`open`);
    of a short one it and its plural are. So are its `kin`, made by other endings.
    """

    stem: str
    open: bool
    kin: tuple[str, ...] = ()
    #: The whole word, folded and as it was typed.
    word: str = field(default="", compare=False)
    typed: str = field(default="", compare=False)

    @property
    def forms(self) -> tuple[tuple[str, bool], ...]:
        """The words that are meant; with True, every word that begins so is."""
        own = ((self.stem, True),) if self.open else ((self.stem, False), (f"{self.stem}s", False))
        return (*own, *((one, len(one) >= _STEM) for one in self.kin))

    def fits(self, folded: str) -> bool:
        """Whether a folded word of a text is meant."""
        return any(folded.startswith(form) if begins else folded == form for form, begins in self.forms)


@dataclass(frozen=True)
class Piece:
    """A piece of plain text, `found` where it is a word that was looked for."""

    text: str
    found: bool = False


# --- what can be found -------------------------------------------------------------------------------------------------


def entries_of(document: CourseDocument, competencies: Names = NO_NAMES) -> list[Entry]:
    """Everything of a course as it is served that learners may read before they answer: no key, no feedback, no hint, no
    model answer, no note. `competencies` gives id -> language -> name; the course is found by the names of what it trains.
    """
    found = []
    for lang, title in document.titles.items():
        names = [name for one in document.competencies if (name := competencies.get(one, {}).get(lang))]
        found.append(Entry(lang, "course", "", "", title, joined(document.summaries.get(lang, ""), names)))
    hidden = {unit.id: _hidden_in(document, unit.id) for unit in document.units}
    for unit, key, one in document.each_activity():
        found.append(Entry(one.lang, one.type, unit.id, key, one.title, text_of(one)[:TEXT], hidden[unit.id]))
    for lang, terms in document.glossary.items():
        found += [Entry(lang, "term", "", term.id, term.name, plain(term.html)[:TEXT]) for term in terms]
    return found


def joined(summary: str, competencies: Sequence[str]) -> str:
    """The text of a course's entry: its summary on the first line, what it trains on the following, one each."""
    return "\n".join(" ".join(one.splitlines()).strip() for one in (summary, *competencies))


def parted(text: str) -> tuple[str, list[str]]:
    """The summary and what is trained, of a text that `joined` made."""
    summary, *competencies = text.split("\n")
    return summary, competencies


def text_of(one: Activity) -> str:
    """The words of an activity that stand on its page before anything is answered, without its title."""
    parts = [*one.objectives, one.words.removeprefix(one.title).strip()]
    for question in one.questions:
        parts.append(plain(question.title))
        parts.append("" if isinstance(question, Cloze) else plain(question.prompt))
    return " · ".join(part for part in parts if part)


def _hidden_in(document: CourseDocument, unit_id: str) -> str:
    """The languages in which a course with `fallback: hide` does not list a unit, each followed by a space."""
    if document.fallback != "hide":
        return ""
    asked = {name.partition("/")[0] for name in document.certificate.require} if document.certificate else set()
    if unit_id in asked:
        return ""
    whole: dict[str, set[str]] = {}
    for unit in document.units:
        for lang in set.intersection(*(set(variants) for variants in unit.activities.values())):
            whole.setdefault(lang, set()).add(unit.id)
    return "".join(f"{lang} " for lang in sorted(whole) if unit_id not in whole[lang])


# --- words -------------------------------------------------------------------------------------------------------------


def fold(word: str) -> str:
    """A word as it is compared: small letters, no accents, œ as oe, l·l as ll."""
    parts = unicodedata.normalize("NFD", word.casefold().translate(_LIGATURES))
    return "".join(sign for sign in parts if unicodedata.category(sign) != "Mn")


def words_in(text: str) -> Iterator[re.Match[str]]:
    """The words of a text, where they stand."""
    return _WORD.finditer(text)


def folded(text: str) -> str:
    """A text as the index keeps it: its words, folded, with single spaces."""
    return " ".join(fold(found[0])[:WORD] for found in words_in(unicodedata.normalize("NFC", text)))


def question(typed: str) -> str:
    """What somebody typed, as it is shown again: one line, no control signs, not too long."""
    line = "".join(
        " " if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") else sign for sign in typed[:2_000]
    )
    return squeeze(line)[:QUESTION].strip()


def wanted(asked: str) -> list[tuple[str, Wanted]]:
    """The words of a question that count, each as typed and as it is looked for: no single letters, no small words unless
    there is nothing else, none twice, eight at most.
    """
    found: dict[str, tuple[str, Wanted]] = {}
    for match in words_in(asked):
        word = fold(match[0])[:WORD]
        if len(word) > 1:
            one = _wanted(word)
            one = replace(
                one, kin=_kin(word, one), word=word, typed=unicodedata.normalize("NFC", match[0]).casefold()[:WORD]
            )
            found.setdefault(one.stem, (match[0], one))
    telling = [pair for pair in found.values() if fold(pair[0]) not in _EMPTY]
    return (telling or list(found.values()))[:MOST_WORDS]


def _wanted(word: str) -> Wanted:
    for ending in _DERIVED:
        if word.endswith(ending) and len(word) - len(ending) >= _DERIVED_STEM:
            return Wanted(word.removesuffix(ending), open=True)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            return Wanted(word.removesuffix(ending), open=True)
    if len(word) == _STEM and word.endswith("s"):
        return Wanted(word[:-1], open=False)
    return Wanted(word, open=len(word) >= _STEM)


def _kin(word: str, own: Wanted) -> tuple[str, ...]:
    """What else is meant by a word, as far as it does not begin as the word does anyway."""
    pairs = [*_KIN, *((one, several) for several, one in _KIN)]
    made = (f"{word.removesuffix(ending)}{other}" for ending, other in pairs if word.endswith(ending))
    return tuple(dict.fromkeys(one for one in made if len(one) >= _KIN_LEAST and not own.fits(one)))


# --- what is shown -----------------------------------------------------------------------------------------------------


def marked(text: str, looked_for: Sequence[Wanted]) -> list[Piece]:
    """A text in pieces, the words found apart from the rest."""
    pieces, end = [], 0
    for match in words_in(text):
        if _fits(match[0], looked_for):
            pieces += [Piece(text[end : match.start()])] if match.start() > end else []
            pieces.append(Piece(match[0], found=True))
            end = match.end()
    return [*pieces, Piece(text[end:])] if end < len(text) else pieces


def snippet(text: str, looked_for: Sequence[Wanted]) -> list[Piece]:
    """The part of a text that holds most of the words looked for, in pieces; its beginning where it holds none."""
    places = [match.start() for match in words_in(text) if _fits(match[0], looked_for)]
    best, most, last = 0, 0, 0
    for first, place in enumerate(places):
        last = max(last, first)
        while last < len(places) and places[last] < place + SHOWN - BEFORE:
            last += 1
        if last - first > most:
            best, most = place, last - first
    start = text.rfind(" ", 0, max(0, best - BEFORE)) + 1 if best > BEFORE else 0
    end = len(text)
    if end - start > SHOWN:
        cut = text.rfind(" ", start, start + SHOWN)
        end = cut if cut > start else start + SHOWN
    pieces = marked(text[start:end], looked_for)
    if start:
        pieces.insert(0, Piece("… "))
    return [*pieces, Piece(" …")] if end < len(text) else pieces


def _fits(word: str, looked_for: Sequence[Wanted]) -> bool:
    plain_word = fold(word)[:WORD]
    return any(one.fits(plain_word) for one in looked_for)
