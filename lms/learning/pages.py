"""What the pages of learning show: values for the templates, made of a course, a learner and a language. No database,
but for the day on which a source text was changed.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property, partial
from typing import Any, TypeVar, cast

from babel.core import Locale
from flask import url_for
from markupsafe import Markup, escape

from lms.catalogue import queries as catalogue
from lms.catalogue.queries import Published
from lms.content.documents import Activity, Asked, CourseDocument, Unit
from lms.content.documents import Commitment as Promise
from lms.content.kinds import OPEN_LIMIT, TEXT_LIMIT, Question
from lms.content.rendering import PLACE, place_links
from lms.foundation.clock import local, today
from lms.foundation.i18n import LANGUAGES, _, format_date, format_time, language, ngettext
from lms.learning import asking, rules
from lms.learning.doors.rules import builds_on, knowing_quiz
from lms.learning.forms import PlanForm
from lms.learning.moves.rules import stood_then
from lms.learning.queries import Begun, Commitment, Given, Learning, Try, Way
from lms.learning.versions.queries import changed_at

_QUOTED = re.compile(r"((?:«[^«»]{1,300}»|“[^“”]{1,300}”)[.,]?)\s*(?=\S)")
_ANCHOR = re.compile(r'</?a(?:\s(?:[^">]|"[^"]*")*)?>')
NOTHING = Markup("")
#: What each type of activity is called in the list of steps.
_TYPES = {
    "lesson": lambda: _("lesson"),
    "quiz": lambda: _("questions"),
    "scenario": lambda: _("scene"),
    "reflection": lambda: _("reflection"),
    "assignment": lambda: _("assignment"),
    "poll": lambda: _("poll"),
    "checklist": lambda: _("checklist"),
    "live": lambda: _("live session"),
}


def safe(html: str) -> Markup:
    """HTML of a course: it was sanitised last of all when the version was published."""
    return Markup(html)  # noqa: S704


def is_voice(html: str) -> bool:
    """Whether a piece of text is something somebody says: it stands in quotation marks. Said in serif."""
    return html.lstrip().startswith(("«", "“"))


def voiced(html: str) -> Markup:
    """A question's title (safe HTML) with the words it quotes first on a line of their own, in the voice of people."""
    found = _QUOTED.match(html)
    if not found:
        return safe(f'<span class="voice loud">{html}</span>') if is_voice(html) else safe(html)
    return safe(f'<span class="voice loud">{found[1]}</span><br>{html[found.end() :]}')


def lang_mark(lang: str) -> Markup:
    """The `lang` attribute for a text in `lang`, empty on a page in that language."""
    return NOTHING if lang == language() else safe(f' lang="{escape(lang)}"')


def in_its_language(text: str, lang: str) -> Markup:
    """A title inside a sentence of the reader's, marked where it is in another language."""
    return escape(text) if lang == language() else safe(f'<bdi lang="{escape(lang)}">{escape(text)}</bdi>')


def named(text: str, document: CourseDocument, unit: Unit, lang: str) -> Markup:
    """The title of a unit or activity of it, shown to somebody who reads in `lang`, inside a sentence."""
    return in_its_language(text, rules.unit_lang(unit, lang, document.source))


def minutes(count: int, *, fixed: bool = False) -> str:
    """A duration as a range: "10 to 15 min"; what has a `fixed` length, as a meeting, as it is."""
    low, high = (count, count) if fixed else rules.minutes_range(count)
    return _("%(low)s to %(high)s min", low=low, high=high) if low != high else _("%(low)s min", low=low)


def unit_minutes(unit: Unit, lang: str, source: str) -> str:
    """How long a unit takes, in words; a unit that is a meeting takes as long as the meeting."""
    return minutes(unit.minutes(lang, source), fixed=all(key.startswith("live") for key in unit.activities))


def language_name(code: str) -> str:
    """The name of a course's language in itself."""
    return LANGUAGES.get(code, code)


def said_language(code: str) -> str:
    """The name of a course's language inside a sentence of the reader's."""
    return str(Locale.parse(language()).languages.get(code, code))


@dataclass(frozen=True)
class Text:
    """The head of an activity as shown: its title, length and language."""

    title: str
    minutes: str
    lang: str
    #: The language it is translated from, where the original has changed since; else empty.
    newer_in: str = ""
    #: How many of its sections have changed there, and when the original did, where that is known.
    stale: int = 0
    changed_at: datetime | None = None
    #: The way to the same page in the language it is translated from, or, on that page, to the reader's own language.
    other_href: str = ""

    @cached_property
    def lang_mark(self) -> Markup:
        """The `lang` attribute of the title, empty where it is in the page's language."""
        return lang_mark(self.lang)

    @property
    def language(self) -> str:
        """The name of its language, as the reader calls it."""
        return said_language(self.lang)


@dataclass(frozen=True)
class Step:
    """A unit in a list of steps, in the shape of `ui.path`."""

    title: str
    href: str
    state: str
    text: str
    meta: str
    #: The language of title and text where it is not the reader's.
    lang: str = ""
    #: What is said in place of "done", "under way", "to do".
    word: str = ""
    #: What has become of it since the learner did it: a word beside the state.
    mark: str = ""
    #: A way past it for those who know it: words and address.
    more: tuple[str, str] | None = None


@dataclass(frozen=True)
class Link:
    """A link with its words."""

    text: str
    href: str
    minutes: str = ""
    number: int = 0


@dataclass(frozen=True)
class CourseLink:
    """The way back to the course."""

    title: str
    href: str
    lang_mark: Markup


def activity_address(course_id: str, unit: str, activity: str | None, heading: str = "") -> str:
    """The address of an activity, at a heading of it."""
    return url_for("learning.activity", course_id=course_id, unit=unit, activity=activity, _anchor=heading or None)


def text_of(one: Activity, source: str = "", *, changed_at: datetime | None = None, other_href: str = "") -> Text:
    """The head of an activity; `source` is the language its course is translated from."""
    newer = said_language(source) if one.stale_sections and source else ""
    return Text(
        one.title,
        minutes(one.minutes, fixed=one.type == "live"),
        one.lang,
        newer,
        one.stale_sections,
        changed_at,
        other_href,
    )


def course_link(document: CourseDocument, lang: str) -> CourseLink:
    """The way back to the course, in `lang` where it has a title in it."""
    shown = lang if lang in document.titles else document.source
    return CourseLink(document.title(lang), url_for("learning.course", course_id=document.id), lang_mark(shown))


def _unit_types(unit: Unit) -> str:
    """What a unit is made of: "lesson and questions"."""
    found = list(dict.fromkeys(_TYPES[key.partition("-")[0]]() for key in unit.activities))
    return found[0] if len(found) == 1 else _("%(first)s and %(last)s", first=", ".join(found[:-1]), last=found[-1])


@dataclass(frozen=True)
class _Told:
    """A step as it is told to everybody who reads this language."""

    unit: str
    title: str
    href: str
    text: str
    meta: str
    #: The language of title and text where it is not this one.
    lang: str


def _outline(document: CourseDocument, lang: str) -> list[_Told]:
    found = []
    for unit in document.units:
        opening = next(iter(unit.activities))
        first = rules.variant(document, unit.id, opening, lang)
        objective = first.objectives[0] if first and first.objectives else ""
        if not objective and first:
            source = rules.variant(document, unit.id, first.key, document.source)
            objective = source.objectives[0] if source and source.objectives and source.lang == first.lang else ""
        spoken = rules.unit_lang(unit, lang, document.source)
        meta = [_unit_types(unit), unit_minutes(unit, lang, document.source)]
        if not rules.is_whole(unit, lang):
            meta.append(_languages_of(unit, lang, document.source))
        found.append(
            _Told(
                unit.id,
                unit.title(lang, document.source),
                activity_address(document.id, unit.id, opening),
                objective[:1].upper() + objective[1:] if first and first.lang == spoken else "",
                ", ".join(meta),
                "" if spoken == lang else spoken,
            )
        )
    return found


def _languages_of(unit: Unit, lang: str, source: str) -> str:
    """In which language a unit is read by somebody whose own it is not, or not wholly, in."""
    if not unit.in_language(lang):
        return _("in %(language)s", language=said_language(source))
    return _("partly in %(language)s", language=said_language(source))


def steps(served: Published, own: Learning | None, lang: str, current: str | None = None) -> list[Step]:
    """The steps of a course with what a learner has done; `current` is the unit of this page (default: the next
    one).
    """
    shown = {unit.id for unit in rules.listed(served.document, lang)} | {current}
    outline = [
        one for one in served.once(lambda: _outline(served.document, lang), "outline", lang) if one.unit in shown
    ]
    now = current or (own.next_unit if own else None)
    done = (own.done if own else frozenset()) - ({current} if current else set())
    states = rules.states([one.unit for one in outline], done, now)
    known = own.known if own else frozenset()
    finished = own.done if own else frozenset()
    return [
        Step(
            one.title,
            one.href if own else "",
            state,
            one.text,
            one.meta,
            one.lang,
            _("known already") if one.unit in known else _("done") if state == "now" and one.unit in finished else "",
        )
        for one, state in zip(outline, states, strict=True)
    ]


def is_invited(own: Learning) -> bool:
    """Whether somebody else put the learner on this course and they have not begun."""
    return own.enrolment.source == "manager" and own.enrolment.state == "active" and own.place is None and not own.done


def invitation(own: Learning | None, name: str | None) -> dict[str, Any] | None:
    """What is said to somebody who was put on the course: by whom, why, until when."""
    if own is None or not is_invited(own):
        return None
    return {"by": name, "why": own.enrolment.why, "due_on": own.enrolment.due_on}


def _languages(document: CourseDocument) -> list[dict[str, str]]:
    """In which languages the course can be taken, and how much of it."""
    found = []
    for code in document.languages:
        there = sum(all(code in variants for variants in unit.activities.values()) for unit in document.units)
        stale = sum(
            variants[code].stale_sections > 0
            for unit in document.units
            for variants in unit.activities.values()
            if code in variants
        )
        if there < len(document.units):
            total = len(document.units)
            state = ngettext("%(num)s of %(total)s steps", "%(num)s of %(total)s steps", there, total=total)
        elif stale:
            state = _("being updated")
        else:
            state = _("complete")
        found.append({"code": code, "name": language_name(code), "state": state})
    return found


def course_page(served: Published, own: Learning | None, lang: str, authors: Sequence[str]) -> dict[str, Any]:
    """The course page but for what needs another query."""
    document = served.document
    listed = steps(served, own, lang)
    units = own.listed if own else rules.listed(document, lang)
    objectives: list[str] = []  # those that do not already stand in the list of steps
    spoken = lang if lang in document.titles else document.source
    for unit in units:
        for key in unit.activities:
            one = unit.activity(key, spoken) or unit.activity(key, document.source)
            objectives += one.objectives if one and one.lang == spoken else ()
    told = {step.text.casefold() for step in listed}
    objectives = [text for text in dict.fromkeys(objectives) if text.casefold() not in told]
    next_id = own.next_unit if own else (units[0].id if units else None)
    next_ = None
    if next_id is not None:
        place = [unit.id for unit in units].index(next_id)
        unit = units[place]
        open_at = own.next_activity if own else next(iter(unit.activities))
        next_ = Link(
            listed[place].title,
            activity_address(document.id, next_id, open_at, own.heading_in(lang) if own else ""),
            unit_minutes(unit, lang, document.source),
            place + 1,
        )
    return {
        "course_id": document.id,
        "document": document,
        "own": own,
        "units": units,
        "steps": listed,
        "next": next_,
        "text": {
            "title": document.title(lang),
            "summary": document.summary(lang),
            "objectives": objectives[:6],
            "lang_mark": lang_mark(spoken),
            "summary_mark": lang_mark(rules.summary_lang(document, lang)),
        },
        "skyline": [(step.title, step.state) for step in listed],
        "total_minutes": minutes(sum(unit.minutes(lang, document.source) for unit in units)),
        "languages": served.once(lambda: _languages(document), "languages", lang),
        "authors": ", ".join(authors),
        "published_at": served.published_at,
    }


def neighbours(document: CourseDocument, unit: str, activity: str, lang: str) -> tuple[Link | None, Link | None]:
    """The activity before this one and the one after it, over the whole course."""
    shown = {one.id for one in rules.listed(document, lang)} | {unit}
    chain = [(one.id, key) for one in document.units if one.id in shown for key in one.activities]
    here = chain.index((unit, activity))
    found: list[Link | None] = []
    for place, word in ((here - 1, _("Before: %(title)s")), (here + 1, _("After: %(title)s, %(minutes)s"))):
        if not 0 <= place < len(chain):
            found.append(None)
            continue
        one = rules.variant(document, *chain[place], lang)
        assert one is not None
        lasts = minutes(one.minutes, fixed=one.type == "live")
        # the sentence is ours; what is put into it is escaped
        words = Markup(word) % {"title": in_its_language(one.title, one.lang), "minutes": lasts}  # noqa: S704
        found.append(Link(words, activity_address(document.id, *chain[place]), lasts))
    return found[0], found[1]


def known_address(document: CourseDocument, unit: Unit) -> str:
    """The door "I already know this" of a unit, empty where it has none."""
    quiz = knowing_quiz(unit)
    return url_for("doors.known", course_id=document.id, unit=unit.id, activity=quiz) if quiz else ""


def advice(own: Learning, unit: Unit, lang: str) -> list[Markup]:
    """Links to the steps of the course it helps to have done before this one, and that are not done."""
    document = own.published.document
    found = []
    for name in builds_on(unit, own.finished, own.units):
        other = document.unit(name)
        assert other is not None
        title = named(other.title(lang, document.source), document, other, lang)
        address = activity_address(document.id, name, next(iter(other.activities)))
        found.append(safe(f'<a href="{escape(address)}">{title}</a>'))
    return found


def frame(own: Learning, unit: str, one: Activity, lang: str) -> dict[str, Any]:
    """What every page of an activity has: the course, the steps, where this one stands, the neighbours."""
    served, document = own.published, own.published.document
    before, after = served.once(lambda: neighbours(document, unit, one.key, lang), "neighbours", unit, one.key, lang)
    units = [found.id for found in document.units if found.id in {*own.units, unit}]
    here = document.unit(unit)
    assert here is not None
    is_first = one.key == next(iter(here.activities))
    other = here.activity(one.key, document.source if one.lang == lang else lang)
    address = activity_address(document.id, unit, one.key)
    return {
        "course": course_link(document, lang),
        "steps": steps(served, own, lang, current=unit),
        "number": units.index(unit) + 1,
        "done": len(own.done - {unit}),
        "text": text_of(
            one,
            document.source,
            changed_at=changed_at(served, unit, one),
            other_href=f"{address}?text={other.lang}" if other and other.lang != one.lang else "",
        ),
        "known_href": known_address(document, here) if is_first and unit not in own.finished else "",
        "advice": advice(own, here, lang) if is_first else [],
        "before": before,
        "after": after,
        "is_done": unit in own.finished,
        "terms": glossary(served, one),
    }


def placed(html: str, served: Published) -> Markup:
    """Stored HTML with its links to the files and activities of the course led to where they are served."""
    return safe(_leading(served)(html))


Shown = TypeVar("Shown")


def placed_in(shown: Shown, served: Published) -> Shown:
    """What a page shows of a question or says about its answer, with the links in all of its texts led as `placed` does."""
    return cast(Shown, _placed_in(shown, _leading(served)))


def _placed_in(shown: Any, lead: Callable[[str], str]) -> Any:
    if isinstance(shown, str):
        return lead(shown) if PLACE in shown else shown
    if isinstance(shown, Mapping):
        return {name: _placed_in(one, lead) for name, one in shown.items()}
    if isinstance(shown, list | tuple):
        return type(shown)(_placed_in(one, lead) for one in shown)
    if is_dataclass(shown) and not isinstance(shown, type):
        return replace(shown, **{one.name: _placed_in(getattr(shown, one.name), lead) for one in fields(shown)})
    return shown


def _leading(served: Published) -> Callable[[str], str]:
    """What leads the links of a text of this version, and asks for its files as they are in this version."""
    return served.once(
        lambda: partial(
            place_links,
            base=url_for("learning.course", course_id=served.course_id) + "/",
            digests=catalogue.digests_of(served),
        ),
        "leading",
    )


@dataclass
class Block:
    """A piece of a lesson: text, or a question that is open or answered."""

    html: Markup = NOTHING
    ask: dict[str, Any] | None = None
    told: asking.Told | None = None
    #: The attribute for the language in which it was answered, and that language where the page is in another.
    lang_mark: Markup = NOTHING
    answered_in: str = ""
    #: What a browser sent and is not kept (a hint was asked for, or something is missing).
    typed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    error: str = ""
    hints: tuple[str, ...] = ()
    #: When what was typed was saved, in words and as a moment; empty where nothing is.
    saved: str = ""
    since: str = ""


def asked(question: Question, *, seed: str, shuffle: bool = False) -> dict[str, Any]:
    """What a browser may see of a question before its answer."""
    return question.public(seed, shuffle)


#: The longest text kept of a field of a draft, in characters, and the most values of a field.
_DRAFT_TEXT, _DRAFT_VALUES = {"open": OPEN_LIMIT}, 50


def typed_in(question: Question, form: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What was typed into the fields of a question, and nothing else that a browser may have sent."""
    ask = question.public("")
    names = [question.id, f"{question.id}.sure"]
    names += [one["name"] for key in ("items", "lefts", "gaps") for one in ask.get(key, ())]
    longest = _DRAFT_TEXT.get(question.kind, TEXT_LIMIT)
    found = {}
    for name in names:
        values = [rules.clean_lines(value)[:longest] for value in list(form.get(name, ()))[:_DRAFT_VALUES]]
        if any(values):
            found[name] = [value for value in values if value]
    shown = next(iter(form.get("hints", ())), "")
    if found and shown in map(str, range(1, len(question.hints) + 1)):
        found["hints"] = [shown]
    return found


def sure_of(question: Question, form: Mapping[str, Sequence[str]]) -> bool | None:
    """What was said to "How sure are you?"."""
    return {"yes": True, "no": False}.get(next(iter(form.get(f"{question.id}.sure", ())), ""))


def in_order(ask: dict[str, Any], typed: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """A question as asked, with the lines of an order where they have been put; untouched, as they are shuffled."""
    if ask["kind"] != "order" or not any(item["name"] in typed for item in ask["items"]):
        return ask
    items = {item["name"]: item for item in ask["items"]}
    places = {name: typed[name][0] for name in items if typed.get(name)}
    return {**ask, "items": [items[name] for name in rules.in_order(list(items), places)]}


def after_move(ask: Mapping[str, Any], typed: Mapping[str, list[str]], move: str) -> dict[str, list[str]]:
    """The fields of an order after a press on Up or Down: `move` is the line's name and "up" or "down"."""
    names = [item["name"] for item in ask.get("items", ())]
    name, _dot, way = move.rpartition(".")
    if name not in names or way not in ("up", "down"):
        return dict(typed)
    places = {one: typed[one][0] for one in names if typed.get(one)}
    moved = rules.moved(names, places, name, -1 if way == "up" else 1)
    return {**typed, **{one: [place] for one, place in moved.items()}}


def taken_up(
    draft: Begun | None, question: Question, lang: str, then: Activity | None, now: Activity | None
) -> dict[str, list[str]]:
    """What a draft puts into the fields of a question on a page in `lang`.

    Words are words in any language and version. The values of menus and boxes belong to the question as it was: `then` and
    `now` are the activity in the draft's language in the version of the draft and in that of the page. From there they are
    carried into the language of the page.
    """
    if draft is None:
        return {}
    if question.kind not in ("numeric", "short", "open"):
        was, is_now = (one.question(question.id) if one else None for one in (then, now))
        if was is None or was != is_now:
            return {}
        if draft.lang != lang:
            return {name: values for name, values in was.carried(draft.typed, question).items() if values}
    return dict(draft.typed)


def plan_words(promise: Promise, saved: Commitment | None, draft: Begun | None) -> dict[str, Any]:
    """What stands in the fields of a plan: what was begun, what was saved or, before, the author's words."""
    words: dict[str, Any] = {"when": promise.when, "do": promise.then, "day": None}
    if saved is not None:
        words = {"when": saved.situation, "do": saved.action, "day": saved.planned_on}
    if draft is not None:
        typed = {name: next(iter(draft.typed.get(f"{promise.id}-{name}", ())), "") for name in words}
        words = {**typed, "day": day_of(typed["day"])}
    return words


def day_of(text: str) -> date | None:
    """The day that a field names as 2027-03-04, None for none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def faults(asked: Question | None, error: str, plans: Sequence[PlanForm]) -> list[tuple[str, str]]:
    """What is wrong on the page of a lesson: (address, sentence), for the summary above it."""
    found = [(f"#{asked.id}-field", error)] if asked is not None and error else []
    for form in plans:
        for one in (form.when, form.do, form.day):
            found += (
                [(f"#{one.id}", f"{one.label.text}{_(': ')}{' '.join(map(str, one.errors))}")] if one.errors else []
            )
    return found


def plan_saved(saved: Mapping[str, Commitment], drafts: Mapping[str, Begun], zone: str) -> str:
    """When the plans of a lesson were last saved, in words; empty where there are none."""
    moments = [one.saved_at for one in saved.values()]
    moments += [one.saved_at for one in drafts.values() if one.block.startswith("k-")]
    return saved_at(max(moments), zone) if moments else ""


def plan_since(drafts: Mapping[str, Begun]) -> str:
    """When what was begun of the plans of a lesson was last saved, as a moment; empty where nothing is."""
    return max((one.saved_at.isoformat() for one in drafts.values() if one.block.startswith("k-")), default="")


def written_in(fields: Mapping[str, int], form: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What was written into these fields (name -> longest text), and nothing else that a browser may have sent."""
    found = {name: rules.clean_lines(next(iter(form.get(name, ())), ""))[:longest] for name, longest in fields.items()}
    return {name: [text] for name, text in found.items() if text}


def moment_of(text: str | None) -> datetime | None:
    """The moment that a page says it knows of: long ago where it knows of none, None where it says nothing one can read."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text) if text else datetime.min.replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def drafted_at(moment: datetime, zone: str) -> str:
    """When something was kept as a draft, which is not yet saved: today by the clock, before with its day."""
    if local(moment, zone).date() == today(zone):
        return _("Kept as a draft at %(time)s.", time=format_time(moment, zone))
    return _(
        "Kept as a draft on %(day)s at %(time)s.", day=format_date(moment, zone=zone), time=format_time(moment, zone)
    )


def hints_in(question: Question, typed: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The hints that had been asked for with a draft."""
    return question.hints[: int(next(iter(typed.get("hints", ())), "0"))]


def saved_at(moment: datetime, zone: str) -> str:
    """When something was saved: today by the clock, before with its day."""
    if local(moment, zone).date() == today(zone):
        return _("Saved at %(time)s.", time=format_time(moment, zone))
    return _("Saved on %(day)s at %(time)s.", day=format_date(moment, zone=zone), time=format_time(moment, zone))


def lesson_blocks(
    served: Published, one: Activity, unit: str, given: Sequence[Given], versions: Mapping[str, Published], seed: str
) -> list[Block]:
    """The pieces of a lesson in their order, plans left out: they stand at the end.

    An answer is shown where its question is still the one that was answered; where it has changed, it is asked anew.
    """
    found = []
    for block in one.blocks:
        if isinstance(block, Asked):
            question = block.question
            made = Block(ask=placed_in(asked(question, seed=seed), served))
            for answer in given:
                then = versions.get(answer.version_id)
                stand = stood_then(then.document, unit, one.key, question.id) if then else (unit, one.key)
                text = rules.variant(then.document, *stand, answer.lang) if then else None
                answered = text.question(question.id) if text else None
                now = rules.variant(served.document, unit, one.key, answer.lang)
                if (
                    answer.question == question.id
                    and answered is not None
                    and now
                    and now.question(question.id) == answered
                ):
                    made.told = placed_in(asking.told(answered, answer.given), served)
                    made.ask = placed_in(asked(answered, seed=seed), served)
                    made.lang_mark = lang_mark(answer.lang)
                    made.answered_in = answer.lang if answer.lang != one.lang else ""
                    break
            found.append(made)
        elif not isinstance(block, Promise):
            found.append(Block(html=placed(block.html, served)))
    return found


def promises(one: Activity) -> list[Promise]:
    """The commitments of a lesson."""
    return [block for block in one.blocks if isinstance(block, Promise)]


def more_of(promise: Promise, served: Published) -> Markup:
    """What an author wrote with a commitment besides its two parts, which stand in the fields; empty where that is
    all.
    """
    alone = promise.when and promise.then and promise.html.count("<p") == 1 and "<img" not in promise.html
    return NOTHING if alone else placed(promise.html, served)


def glossary(served: Published, one: Activity) -> list[tuple[str, str, Markup]]:
    """(id, name, definition) of the terms an activity links to, in its language."""
    terms = {term.id: term for term in served.document.glossary.get(one.lang, ())}
    return [(name, terms[name].name, placed(terms[name].html, served)) for name in one.terms if name in terms]


_BLOCK = re.compile(r"<(/?)(?:p|ul|ol|dl|table|blockquote|div|section|figure|pre|details|aside|h[1-6])\b[^>]*>")


def up_to_terms(html: Markup) -> list[Markup]:
    """A text, cut behind each of its blocks that links to the glossary, so that the words stand where they are met."""
    pieces, start, cut, depth = [], 0, 0, 0
    for tag in _BLOCK.finditer(html):
        depth += -1 if tag[1] else 1
        if depth == 0:
            if '"#g-' in html[start : tag.end()]:
                pieces.append(html[cut : tag.end()])
                cut = tag.end()
            start = tag.end()
    return [piece for piece in (*pieces, html[cut:]) if piece.strip()]


def figure(right: int, marked: int) -> str:
    """The number at the end of a quiz: "3 of 5"."""
    return _("%(right)s of %(total)s", right=right, total=marked)


@dataclass(frozen=True)
class Group:
    """Questions of a quiz that ended the same way."""

    id: str
    title: str
    icon: str
    questions: list[dict[str, Any]]


def unlinked(html: str, served: Published) -> Markup:
    """A question's title where it is quoted far from its course: as it is placed, its links as words."""
    return placed(_ANCHOR.sub("", html), served)


def titled(question: Question, served: Published) -> dict[str, Any]:
    """The title of a question in a list, its links led; `linked` where it has some, so that it can be no link itself."""
    return {"title": placed(question.title, served), "linked": "<a " in question.title}


def groups(one: Try, text: Activity, answers: Mapping[str, Given], then: Published) -> list[Group]:
    """The questions of an attempt: those held, those to come back to, those written in one's own words. `then` is the
    version it was made on.
    """
    sorted_out: dict[str, list[dict[str, Any]]] = {"hold": [], "revisit": [], "wrote": []}
    for number, name in enumerate(one.questions, 1):
        question = text.question(name)
        if question is None:
            continue
        share = answers[name].share if name in answers else 0.0
        kind = "wrote" if question.kind == "open" else "hold" if share >= 1 - 1e-9 else "revisit"
        sorted_out[kind].append({"number": number, "href": question_address(one, number), **titled(question, then)})
    return [
        Group("hold", _("You hold"), "tick", sorted_out["hold"]),
        Group("revisit", _("To revisit"), "loop", sorted_out["revisit"]),
        Group("wrote", _("You wrote"), "pen", sorted_out["wrote"]),
    ]


def has_changed(one: Try, text: Activity, served: Published | None) -> bool:
    """Whether the questions of an attempt have changed since it was begun; `text` is that of its own version."""
    if served is None or served.version_id == one.version_id:
        return False
    unit = served.document.unit(one.unit)
    now = unit.activity(one.activity, text.lang) if unit else None
    return now is None or now.blocks != text.blocks


def left_open(tries: Sequence[Try], versions: Mapping[str, Published], lang: str) -> list[Link]:
    """The way on in quizzes that were begun and that the course no longer has."""
    found = []
    for one in tries:
        then = versions[one.version_id]
        text = rules.variant(then.document, one.unit, one.activity, lang)
        if text is not None:
            # The last question sends everybody to the first that has no answer yet.
            found.append(Link(text.title, question_address(one, len(one.questions))))
    return found


def question_address(one: Try, number: int) -> str:
    """The address of a question of an attempt."""
    return url_for(
        "learning.question",
        course_id=one.course_id,
        unit=one.unit,
        activity=one.activity,
        attempt_id=one.id,
        number=number,
    )


def result_address(one: Try) -> str:
    """The address of the end of an attempt."""
    return url_for("learning.result", course_id=one.course_id, unit=one.unit, activity=one.activity, attempt_id=one.id)


def reached(score: float) -> int:
    """A result (0 to 1) in whole percent, never more than it is."""
    return math.floor(100 * score + 1e-9)


def headline(held: int, marked: int) -> str:
    """The finding of a quiz, in words."""
    if not marked:
        return _("Your words are kept.")
    if held == marked:
        return _("You hold all of it.")
    if held * 3 >= marked * 2:
        return _("You hold most of it.")
    if held:
        return _("Some of it holds; the rest is worth another look.")
    return _("Not yet: this is worth another look.")


Tried = Sequence[tuple[Try, Mapping[str, Given]]]
"""Attempts at a quiz with their answers by question, the first first."""


def held_of(one: Try, answers: Mapping[str, Given], versions: Mapping[str, Published]) -> tuple[int, int]:
    """How many questions of an attempt were answered rightly, out of those that are marked."""
    own = versions.get(one.version_id)
    text = rules.variant(own.document, one.unit, one.activity, own.document.source) if own else None
    marked = [each.id for each in text.questions if each.kind != "open" and each.id in one.questions] if text else []
    return sum(name in answers and answers[name].share >= 1 - 1e-9 for name in marked), len(marked)


def compare(tried: Tried, versions: Mapping[str, Published]) -> str:
    """The first attempt and the best one, where there were several."""
    figures = [held_of(one, answers, versions) for one, answers in tried if one.submitted_at is not None]
    if len(figures) < 2 or not all(marked for _held, marked in figures):
        return ""
    best = max(figures, key=lambda found: found[0] / found[1])
    return _("First attempt: %(first)s. Best attempt: %(best)s.", first=figure(*figures[0]), best=figure(*best))


def wrong_shape(kind: str) -> str:
    """What is missing in an answer that cannot be read, by the kind of its question."""
    if kind == "order":
        return _("Give each line its own place, from the first to the last.")
    if kind == "numeric":
        return _("Write your answer as one number, in figures. Nothing has been counted yet.")
    return _("This answer cannot be read. Choose again.")


def nothing_given(kind: str) -> str:
    """What is said to somebody who sends a question without an answer."""
    if kind in ("numeric", "short", "open"):
        return _("Write an answer, or say “I don’t know”.")
    return _("Choose an answer, or “I don’t know”.")


def told_tries(tried: Tried, versions: Mapping[str, Published]) -> list[dict[str, Any]]:
    """The attempts that were handed in, with their result in words."""
    found = []
    for one, answers in tried:
        if one.submitted_at is not None:
            held, marked = held_of(one, answers, versions)
            told = figure(held, marked) if marked else ""
            found.append({"number": one.number, "at": one.submitted_at, "href": result_address(one), "told": told})
    return found


def ending(unit: Unit, one: Activity, document: CourseDocument, lang: str, *, saves: bool) -> dict[str, Any]:
    """The sign at the end of a lesson: it finishes the step, or leads on to what finishes it."""
    keys = list(unit.activities)
    if one.key == rules.closing_activity(unit):
        return {"text": _("Finish and decide") if saves else _("Finish this step"), "minutes": "", "saves": saves}
    after = rules.variant(document, unit.id, keys[keys.index(one.key) + 1], lang)
    assert after is not None
    words = Markup(_("Go on: %(title)s")) % {"title": in_its_language(after.title, after.lang)}  # noqa: S704
    return {"text": words, "minutes": minutes(after.minutes), "saves": saves}


def door(tried: Tried, text: Activity, versions: Mapping[str, Published], *, spent: int = 0) -> dict[str, Any]:
    """The door of a quiz: how many questions, how many attempts are left, what became of the former ones. `spent` of them
    were made before it was asked anew.
    """
    settings = text.quiz
    limit = settings.attempts if settings else None
    asked_at_once = len(text.questions)
    if settings and settings.draw is not None:
        asked_at_once = min(settings.draw, asked_at_once)
    return {
        "questions": asked_at_once,
        "limit": limit,
        "left": max(0, limit + spent - len(tried)) if limit is not None else None,
        "tries": told_tries(tried, versions),
    }


def lesson_address(document: CourseDocument, one: Try) -> str:
    """The lesson of the unit an attempt belongs to, empty if it has none."""
    unit = document.unit(one.unit)
    key = next((key for key in (unit.activities if unit else ()) if key.startswith("lesson")), None)
    return activity_address(one.course_id, one.unit, key) if key else ""


def result_page(
    own: Learning,
    one: Try,
    tried: Tried,
    versions: Mapping[str, Published],
    text: Activity,
    lang: str,
    *,
    spent: int = 0,
) -> dict[str, Any]:
    """The end of an attempt. `spent` of them were made before it was asked anew."""
    document = own.published.document
    to_look_at = _to_look_at(own, one, lang)
    sorted_out = groups(
        one, text, next(answers for each, answers in tried if each.id == one.id), versions[one.version_id]
    )
    held, revisit = len(sorted_out[0].questions), len(sorted_out[1].questions)
    marked = held + revisit
    limit = text.quiz.attempts if text.quiz else None
    left = None if limit is None else max(0, limit + spent - len(tried))
    mine = document.certificate.require if document.certificate else ()
    needed = ""
    if one.passed is False and f"{one.unit}/{one.activity}" in mine:
        needed = _(
            "%(mark)s %% are needed here for the certificate; you reached %(reached)s %%.",
            mark=document.pass_mark(text), reached=reached(one.score or 0.0),
        )  # fmt: skip
    if left is None:
        again = _("Take it again") if revisit else ""
    else:
        again = (
            ngettext("Take it again, %(num)s attempt left", "Take it again, %(num)s attempts left", left)
            if left and revisit
            else ""
        )
    return {
        "course": course_link(document, lang),
        "text": text_of(text),
        "terms": glossary(versions[one.version_id], text),
        "headline": headline(held, marked),
        "groups": sorted_out,
        "right": held,
        "marked": marked,
        "figure": figure(held, marked),
        "compare": compare(tried, versions),
        "needed": needed,
        "what_next": _what_next(own, one),
        "onward": to_look_at or _onward(own, lang),
        "again": again,
        "start_address": url_for("learning.start", course_id=one.course_id, unit=one.unit, activity=one.activity),
        "lesson_href": lesson_address(document, one) if revisit and to_look_at is None else "",
    }


def _what_next(own: Learning, one: Try) -> str:
    if one.knowing and not one.passed and one.unit not in own.finished:
        return _("Nothing has changed: the step waits for you. Your answers are kept, and only you see them.")
    if own.is_finished and own.next_unit is None:
        return _("That was the last step: the course is finished.")
    if one.unit in own.known:
        return _("This step counts as done: known already. Your answers are kept, and only you see them.")
    if one.unit in own.finished:
        return _("This step is done, whatever the figure. Your answers are kept, and only you see them.")
    return _("Your answers are kept, and only you see them.")


def _to_look_at(own: Learning, one: Try, lang: str) -> Link | None:
    """The step itself, for somebody who tried to show that they know it and did not. None for everybody else."""
    unit = own.published.document.unit(one.unit)
    if not one.knowing or one.passed or unit is None or one.unit in own.finished:
        return None
    source = own.published.document.source
    title = named(unit.title(lang, source), own.published.document, unit, lang)
    address = activity_address(own.enrolment.course_id, unit.id, next(iter(unit.activities)))
    # the sentence is ours; what is put into it is escaped
    return Link(Markup(_("Take the step: %(title)s")) % {"title": title}, address, unit_minutes(unit, lang, source))  # noqa: S704


def _onward(own: Learning, lang: str) -> Link:
    """Where the sign at the end of a quiz leads: to the next step, or back to the course when all is done."""
    document = own.published.document
    unit_id = own.next_unit
    if unit_id is None:
        return Link(_("See the whole course"), url_for("learning.course", course_id=document.id))
    unit = document.unit(unit_id)
    assert unit is not None
    return Link(
        Markup(_("Next: %(title)s"))  # noqa: S704
        % {"title": named(unit.title(lang, document.source), document, unit, lang)},
        activity_address(document.id, unit_id, own.next_activity),
        unit_minutes(unit, lang, document.source),
    )


#: Nobody walks through more scenes than this; a longer way in an address is somebody's joke.
LONGEST_WAY = 60


def way_through(text: Activity, asked_: str, scene: str) -> list[str]:
    """The scenes walked through so far, as the address names them; from the start where they do not follow each
    other.
    """
    start = text.scenes[0].id
    names = [name for name in asked_.split(".") if name][:LONGEST_WAY] or ([scene] if text.scene(scene) else [start])
    known = {one.id: one for one in text.scenes}
    if names[0] not in known:
        return [start]
    for here, there in itertools.pairwise(names):
        if there not in rules.steps_of(known[rules.scene_of(here)].moves):
            return [start]
    return names


@dataclass(frozen=True)
class Walked:
    """A scenario as somebody goes through it: the way so far, on the text of the version they began it on."""

    published: Published
    text: Activity
    path: tuple[str, ...]
    #: Whether the scenario has changed since.
    changed: bool = False


def walked(own: Learning, unit: str, text: Activity, way: Way | None, then: Published | None) -> Walked:
    """Where a way leads that was kept: on the text of today where its scenes are the same, else on its own; from the
    start where there is none. `then` is the version of the way.
    """
    start = (text.scenes[0].id,)
    if way is None or then is None:
        return Walked(own.published, text, start)
    before = rules.variant(then.document, unit, text.key, language())
    if before is None or not {*map(rules.scene_of, way.path)} <= {scene.id for scene in before.scenes}:
        return Walked(own.published, text, start)
    if before.scenes == text.scenes:
        return Walked(then, text, way.path)
    return Walked(then, before, way.path, changed=True)


def has_ended(text: Activity, asked_: str) -> bool:
    """Whether a way, as the address names it, leads from the first scene to an ending."""
    names = way_through(text, asked_, "")
    last = text.scene(rules.scene_of(names[-1]))
    return names[0] == text.scenes[0].id and last is not None and bool(last.ending)


def scene_page(
    served: Published, unit: str, text: Activity, names: Sequence[str], *, address: str = ""
) -> dict[str, Any]:
    """A scene with what led to it and where it leads. The way is in the address (by default the learner's own page of
    the scene): nothing is stored before the end.
    """
    address = address or activity_address(served.course_id, unit, text.key)

    def along(way: Sequence[str]) -> str:
        return f"{address}?path={'.'.join(way)}#scene"

    scenes = {one.id: one for one in text.scenes}
    scene = scenes[rules.scene_of(names[-1])]
    walked = []
    for step, there in itertools.pairwise(names):
        here = scenes[rules.scene_of(step)]
        move = here.moves[rules.steps_of(here.moves).index(there)]
        walked.append(
            {
                "title": placed(here.title, served),
                "choice": safe(move.text),
                "feedback": placed(move.feedback, served),
            }
        )
    return {
        "scene": replace(scene, title=placed(scene.title, served)),
        "body": placed(scene.html, served),
        "way": walked,
        "first": not walked,
        "feedback": walked[-1]["feedback"] if walked else "",
        "moves": [
            {"text": safe(move.text), "href": along([*names, step]), "step": step}
            for move, step in zip(scene.moves, rules.steps_of(scene.moves), strict=True)
        ],
        "back": along(names[:-1]) if len(names) > 1 else "",
        "again": address,
        "walked": ".".join(names),
    }
