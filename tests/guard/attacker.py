"""The attacker on the survey's anonymity (row V of the guard list): a thief with everything but the server's key.

The thief holds copies of the whole database (rows in the order the database gives them, the raw bytes of the file, of
its log and of its free pages, on PostgreSQL also `ctid` and `xmin`), two of them taken ten answers apart and one after
closing; the job table, every log line, the headers of every letter, every figure that was released along the way; knows
who was invited, in which territory, space and role; stood behind the people and wrote down who pressed "send" and in
which order; and has read everybody's letters, so that each person's link is known too. What the thief has not got is
the key of the installation: without the machine itself a backup is all there is to steal.

Each strategy is a function `Loot -> Guess`: person -> packed answers. It says where it looks for the order of arrival, or
for a key that two tables share.

**What chance is.** A return becomes readable in a batch, and says as much of a cell as at least k people of that batch
share. So the promise is a crowd: all whose returns became readable in the same batch and carry the same cell. Somebody
who knows everybody's crowd exactly, and nothing else, is right about a person with chance 1 / crowd; `Score.chance` adds
these up over the people guessed. A crowd counts as k where it is smaller: a broken promise must not raise what the
attacker is allowed. The standard error is that of a thief who pairs each crowd with its rows at random: the number of
right pairs of a random permutation has mean 1 and variance 1, whatever the size of the crowd (for guesses that do not
hang together p(1 - p) each); the larger of the two sums is taken.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lms.survey.queries import Group
from lms.survey.rules import MISSING, Cell

#: person -> the packed answers the thief believes are theirs.
Guess = Mapping[int, str]

#: What packed answers look like, wherever they stand.
PACKED = re.compile(rb"[0-5drw]{48,}")
#: What a draft looks like: an item and its two codes.
DRAFTED = re.compile(rb'"([A-Za-z0-9-]+)": ?\["([0-9drw])", ?"([0-9drw])"\]')
HASH = re.compile(rb"[0-9a-f]{64,}")
WAL_HEADER, FRAME_HEADER = 32, 24


@dataclass(frozen=True)
class Copy:
    """The database as it was stolen when `sent` people had sent."""

    sent: int
    #: table -> its rows, in the order the database gives them; on PostgreSQL with `ctid` and `xmin`.
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    #: SQLite alone: the bytes of the file and of its write-ahead log.
    file: bytes = b""
    log: bytes = b""

    @property
    def counted(self) -> Sequence[Mapping[str, Any]]:
        """The rows of the counted returns."""
        return self.tables.get("survey_response", ())

    @property
    def waiting(self) -> Sequence[Mapping[str, Any]]:
        """The rows of the returns that wait."""
        return self.tables.get("survey_waiting", ())


@dataclass(frozen=True)
class Loot:
    """Everything the thief has. People are numbers, as in `people`."""

    #: Each invited person's territory, space and role.
    people: Sequence[Cell]
    #: What each person's link leads to in the table of tokens, and what each link is.
    hashes: Sequence[str]
    links: Sequence[str]
    #: Who sent, in the order in which they pressed the button.
    order: Sequence[int]
    #: Two ten answers apart, and one after closing.
    copies: Sequence[Copy]
    #: Item ids in the order of packed answers.
    items: Sequence[str]
    k: int
    #: Lines of the log, and headers of the letters, as they came.
    lines: Sequence[str] = ()
    headers: Sequence[str] = ()
    #: (how many had sent, every group's figures), in the order in which they could be seen.
    releases: Sequence[tuple[int, Sequence[Group]]] = ()

    @property
    def last(self) -> Copy:
        """The last copy, in which every return can be read."""
        return self.copies[-1]


@dataclass(frozen=True)
class Truth:
    """What the thief wants to know, and what the scoring needs."""

    #: person -> packed answers.
    answers: Mapping[int, str]
    #: packed answers -> the batch in which they became readable.
    batches: Mapping[str, int]

    def crowds(self, loot: Loot) -> dict[int, tuple[int, Cell]]:
        """person -> their crowd: the batch and the cell their return tells."""
        cells = {row["answers"]: cell_of(row) for row in loot.last.counted}
        return {person: (self.batches[said], cells[said]) for person, said in self.answers.items() if said in cells}


@dataclass
class Score:
    """Guesses of one strategy, added up over many surveys: how many were right, and how many are by chance."""

    guessed: int = 0
    right: int = 0
    chance: float = 0.0
    variance: float = 0.0

    @property
    def bound(self) -> float:
        """As many may be right: chance and two standard errors."""
        return self.chance + 2 * self.variance**0.5

    @property
    def is_better_than_chance(self) -> bool:
        """Whether the strategy found something."""
        return self.right > self.bound

    def add(self, loot: Loot, truth: Truth, guess: Guess) -> None:
        """Add the guesses of one survey."""
        mine = truth.crowds(loot)
        sizes = Counter(mine.values())
        single, together = 0.0, set()
        for person, answers in guess.items():
            size = max(sizes[mine[person]], loot.k) if person in mine else loot.k
            self.guessed += 1
            self.right += truth.answers.get(person) == answers
            self.chance += 1 / size
            single += 1 / size * (1 - 1 / size)
            together.add(mine.get(person))
        self.variance += max(single, len(together))


def cell_of(row: Mapping[str, Any]) -> Cell:
    """The cell a row tells."""
    return Cell(row["territory_id"], row["space_id"], row["role"])


def fits(person: Cell, told: Cell) -> bool:
    """Whether somebody of the cell `person` can be behind a row that tells `told`."""
    return all(said is None or said == own for own, said in zip(person, told, strict=True))


def fineness(told: Cell) -> int:
    """How much a cell tells: 0 nothing .. 3 everything."""
    return sum(said is not None for said in told)


# ---- pairing ------------------------------------------------------------------------------------------------------


def pair(loot: Loot, people: Iterable[int], rows: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """Pair people, in the order in which they sent, with rows in a believed order of arrival, cell by cell: the rows that
    tell most first, each with the earliest person left who fits.
    """
    left = list(people)
    guess: dict[int, str] = {}
    for row in sorted(rows, key=lambda row: -fineness(cell_of(row))):
        person = next((one for one in left if fits(loot.people[one], cell_of(row))), None)
        if person is not None:
            left.remove(person)
            guess[person] = row["answers"]
    return guess


def pair_last(loot: Loot, people: Sequence[int], rows: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """The same from the end: the last row is of the last person who fits."""
    return pair(loot, reversed(people), reversed(rows))


def by_clue(loot: Loot, clue: Callable[[Mapping[str, Any]], Any], *, since: bool = True) -> dict[int, str]:
    """Pair everybody with the rows of the last copy, put into order by `clue`; with `since` rows that were readable in an
    earlier copy come before.
    """
    known = {row["answers"]: at for at, copy in reversed(list(enumerate(loot.copies))) for row in copy.counted}
    return pair(
        loot,
        loot.order,
        sorted(loot.last.counted, key=lambda row: (known[row["answers"]] if since else 0, clue(row))),
    )


# ---- strategies: the order of arrival -----------------------------------------------------------------------------


def rows_as_they_stand(loot: Loot) -> Guess:
    """The database gives rows in the order in which they were written."""
    place = {row["id"]: at for at, row in enumerate(loot.last.counted)}
    return by_clue(loot, lambda row: place[row["id"]], since=False)


def rows_as_they_stand_since_each_copy(loot: Loot) -> Guess:
    """The same, and rows that an earlier copy had are of people who had sent by then."""
    place = {row["id"]: at for at, row in enumerate(loot.last.counted)}
    return by_clue(loot, lambda row: place[row["id"]])


def ids_in_order(loot: Loot) -> Guess:
    """Ids hold a time or a count."""
    return by_clue(loot, lambda row: row["id"])


def bytes_in_the_file(loot: Loot) -> Guess:
    """SQLite fills a page from its end, so what stands further back came earlier, in whatever order its keys are. On
    PostgreSQL `ctid` says the place.
    """

    def place(row: Mapping[str, Any]) -> Any:
        if "ctid" in row:
            return tuple(int(part) for part in row["ctid"].strip("()").split(","))
        at = loot.last.file.find(f"{row['id']}{row['campaign_id']}".encode())
        return (at // 4096, -at)

    return by_clue(loot, place)


def transactions(loot: Loot) -> Guess:
    """PostgreSQL says of each row which transaction wrote it, and transactions are counted."""
    return by_clue(loot, lambda row: int(row.get("xmin", 0)))


def batch_numbers(loot: Loot) -> Guess:
    """A return says with which batch it was counted; the first batch is of the first people. Without a number it is of
    the very last.
    """
    return by_clue(loot, lambda row: row["release"] or 10**6, since=False)


def returns_that_wait(loot: Loot) -> Guess:
    """In a copy made before a batch was full, those who sent last can be read where they wait: by the order of the rows
    (`ctid`, or the place in the file), cell by cell.
    """
    guess: dict[int, str] = {}
    for copy in loot.copies:

        def place(row: Mapping[str, Any], copy: Copy = copy) -> Any:
            if "ctid" in row:
                return tuple(int(part) for part in row["ctid"].strip("()").split(","))
            at = copy.file.find(f"{row['id']}{row['campaign_id']}".encode())
            at = at if at >= 0 else copy.log.rfind(f"{row['id']}{row['campaign_id']}".encode())
            return (at // 4096, -at)

        rows = sorted(copy.waiting, key=place)
        guess |= pair_last(loot, loot.order[: copy.sent], rows)
    return guess


def between_two_copies(loot: Loot) -> Guess:
    """What the second copy has and the first has not was sent between them, by those who were seen to send then."""
    guess: dict[int, str] = {}
    before: set[str] = set()
    sent = 0
    for copy in loot.copies:
        new = [row for row in (*copy.counted, *copy.waiting) if row["answers"] not in before]
        guess |= pair(loot, loot.order[sent : copy.sent], new)
        before |= {row["answers"] for row in new}
        sent = copy.sent
    return guess


def alone_in_a_cell(loot: Loot) -> Guess:
    """A row whose cell fits one person alone of all who can have sent it is that person's. Guesses nobody else."""
    guess: dict[int, str] = {}
    before: set[str] = set()
    sent: int = 0
    for copy in loot.copies:
        new = [row for row in copy.counted if row["answers"] not in before]
        for row in new:
            # the same cell's other people, among those who sent since the copy before
            able = [person for person in loot.order[sent : copy.sent] if fits(loot.people[person], cell_of(row))]
            if len(able) == 1:
                guess[able[0]] = row["answers"]
        before |= {row["answers"] for row in new}
        sent = copy.sent
    return guess


def days(loot: Loot) -> Guess:
    """A time at a row, as fine as it is."""
    moments = [
        name for name, value in (loot.last.counted or [{}])[0].items() if hasattr(value, "year") or "_at" in name
    ]
    return by_clue(loot, lambda row: [str(row[name]) for name in sorted({*moments, "day"} & set(row))], since=False)


# ---- strategies: what deleting leaves -----------------------------------------------------------------------------


def appearances(pieces: Iterable[bytes], known: Collection[str]) -> dict[str, tuple[int, int]]:
    """Where each of the `known` answers is first seen: the number of the piece, and how far back in it."""
    first: dict[str, tuple[int, int]] = {}
    for number, piece in enumerate(pieces):
        for match in PACKED.finditer(piece):
            run = match.group().decode()
            # the end of the word before it may look like codes too: "learner"
            for at in range(len(run) - 47):
                if (answers := run[at : at + 48]) in known:
                    first.setdefault(answers, (number, -match.start() - at))
    return first


def pages_of(log: bytes, size: int = 4096) -> list[bytes]:
    """The pages in a write-ahead log, in the order in which they were written. What stands behind the end of the present
    round was left by an earlier one, which had a smaller first salt.
    """
    step = size + FRAME_HEADER
    frames = [log[at : at + step] for at in range(WAL_HEADER, len(log) - step + 1, step)]
    return [frame[FRAME_HEADER:] for frame in sorted(frames, key=lambda frame: frame[8:12])]


def free_pages(loot: Loot) -> Guess:
    """What was deleted stands in the file until something else takes its place: returns that waited, in their order.
    What belongs to a row that still stands is left out.
    """
    guess: dict[int, str] = {}
    known = {row["answers"] for row in loot.last.counted}
    for copy in loot.copies:
        raw = bytearray(copy.file)
        for row in copy.counted:
            start = raw.find(f"{row['id']}{row['campaign_id']}".encode())
            end = raw.find(row["answers"].encode(), start, start + 200) + 48
            if start >= 0 and end > start:
                raw[start:end] = bytes(end - start)
        found = appearances([bytes(raw[at : at + 4096]) for at in range(0, len(raw), 4096)], known)
        guess |= _as_sent(loot, copy, sorted(found, key=found.__getitem__))
    return guess


def the_log_of_writes(loot: Loot) -> Guess:
    """SQLite's log holds every page as each transaction left it: a return's first appearance is when it was sent, and a
    batch of ten is written at once.
    """
    guess: dict[int, str] = {}
    for copy in loot.copies:
        found = appearances(pages_of(copy.log), {row["answers"] for row in loot.last.counted})
        guess |= _as_sent(loot, copy, sorted(found, key=found.__getitem__))
    return guess


def _as_sent(loot: Loot, copy: Copy, found: Sequence[str]) -> dict[int, str]:
    """Pair answers that were found in some order with those who sent: one by one where nobody's are missing (the first
    may stand last: turned by one either way, whatever suits the cells best), else with the last ones, cell by cell.
    """
    rows = {row["answers"]: row for row in loot.last.counted}
    if len(found) == copy.sent:
        turned = [[*found[by:], *found[:by]] for by in (0, 1, -1)]

        def suits(turn: Sequence[str]) -> int:
            told = zip(loot.order, turn, strict=False)
            return sum(fits(loot.people[person], cell_of(rows[answers])) for person, answers in told)

        return dict(zip(loot.order, max(turned, key=suits), strict=False))
    return pair_last(loot, loot.order[: copy.sent], [rows[answers] for answers in found])


def remnants_of_drafts(loot: Loot) -> Guess:
    """Somebody whose letter was read has a draft under the hash of the link, or had: in the table, in free space, in the
    log. Answers that stand beside the hash are compared with the counted ones.
    """
    guess: dict[int, str] = {}
    owners = {hashed: person for person, hashed in enumerate(loot.hashes)}
    for copy in loot.copies:
        for raw in (copy.file, *pages_of(copy.log), *_texts(copy.tables.get("survey_draft", ()))):
            beside: dict[int, dict[str, str]] = defaultdict(dict)
            for match in DRAFTED.finditer(raw):
                before = HASH.findall(raw[max(0, match.start() - 2000) : match.start()])
                owner = owners.get(before[-1][-64:].decode()) if before else None
                if owner is not None:
                    item, left, right = match.groups()
                    beside[owner][item.decode()] = (left + right).decode()
            for person, drafted in beside.items():
                mine = [row["answers"] for row in loot.last.counted if _agrees(drafted, row["answers"], loot.items)]
                if len(mine) == 1:
                    guess[person] = mine[0]
    return guess


def _texts(rows: Iterable[Mapping[str, Any]]) -> list[bytes]:
    return [json.dumps(dict(row), default=str).replace('\\"', '"').encode() for row in rows]


def _agrees(drafted: Mapping[str, str], answers: str, items: Sequence[str]) -> bool:
    places = {item: 2 * at for at, item in enumerate(items)}
    return all(answers[places[item] : places[item] + 2] == said for item, said in drafted.items() if item in places)


# ---- strategies: a common key -------------------------------------------------------------------------------------


def _values(value: Any) -> set[str]:
    """The values in a cell of a table that are too long to be the same by chance."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return {word for word in re.findall(r"[A-Za-z0-9_-]{16,}", text)}


def common_keys(loot: Loot) -> Guess:
    """A value that stands at one return alone and at one person alone, in whatever table: token, draft, job, mail, audit."""
    where: dict[str, set[str]] = defaultdict(set)
    for copy in loot.copies:
        for row in (*copy.counted, *copy.waiting):
            for name, value in row.items():
                for word in _values(value) if name not in ("campaign_id", "answers") else ():
                    where[word].add(row["answers"])
    owners = {word: person for person, words in enumerate(zip(loot.hashes, loot.links, strict=True)) for word in words}
    guess: dict[int, str] = {}
    for copy in loot.copies:
        for rows in copy.tables.values():
            for row in rows:
                words = {word for value in row.values() for word in _values(value)}
                theirs = {owners[word] for word in words if word in owners}
                answers = {one for word in words for one in where.get(word, ()) if len(where[word]) == 1}
                if len(theirs) == 1 and len(answers) == 1:
                    guess[theirs.pop()] = answers.pop()
    return guess


def order_of_jobs(loot: Loot) -> Guess:
    """Job rows say when a batch was full; what they name, a return's id or answers, would say whose."""
    named = [
        json.dumps([row["args"], row["key"]], default=str)
        for row in sorted(loot.last.tables.get("job", ()), key=lambda row: str(row["created_at"]))
        if str(row["task"]).startswith("survey.")
    ]
    return _named_in(loot, named)


def lines_of_the_log(loot: Loot) -> Guess:
    """Lines in their order, and the headers of letters: one that names a return beside others in the order of sending."""
    return _named_in(loot, [*loot.lines, *loot.headers])


def _named_in(loot: Loot, lines: Sequence[str]) -> Guess:
    rows = {row["id"]: row for row in loot.last.counted} | {row["answers"]: row for row in loot.last.counted}
    seen: dict[str, Mapping[str, Any]] = {}
    for line in lines:
        for name, row in rows.items():
            if name in line:
                seen.setdefault(row["id"], row)
    return pair(loot, loot.order, seen.values())


# ---- strategies: released figures ---------------------------------------------------------------------------------


def differences_of_releases(loot: Loot) -> Guess:
    """Two figures of one group, before and after: what the new people's means must be. For one new person that is the
    answers; for more, each is taken for the row nearest to the mean.
    """
    guess: dict[int, str] = {}
    kept: dict[tuple[str, str], tuple[int, Group]] = {}
    for sent, groups in loot.releases:
        for group in groups:
            before = kept.get((group.by, group.key))
            if before is not None and group.n > before[1].n:
                guess |= _newcomers(loot, before[0], sent, before[1], group)
            kept[group.by, group.key] = (sent, group)
    return guess


def parts_from_totals(loot: Loot) -> Guess:
    """A parent's figures without those of its parts: what is left is of the people who belong to none that is shown."""
    guess: dict[int, str] = {}
    for sent, groups in loot.releases:
        network = [group for group in groups if group.by == "network"]
        for by in ("territory", "space"):
            parts = [group for group in groups if group.by == by and group.n]
            for whole in network if parts else ():
                rest = _minus(whole, parts)
                able = [
                    person
                    for person in loot.order[:sent]
                    if all(getattr(loot.people[person], f"{by}_id") != part.key for part in parts)
                ]
                if rest is not None and able:
                    guess |= _nearest(loot, able[-rest[0] :], rest[1])
    return guess


def _newcomers(loot: Loot, before: int, after: int, old: Group, new: Group) -> dict[int, str]:
    rest = _minus(new, [old])
    able = [
        person
        for person in loot.order[before:after]
        if new.by == "network" or getattr(loot.people[person], f"{new.by}_id") == new.key
    ]
    return _nearest(loot, able, rest[1]) if rest is not None else {}


def _minus(whole: Group, parts: Sequence[Group]) -> tuple[int, dict[str, tuple[float, float]]] | None:
    """How many people are in `whole` and in none of `parts`, and the mean ratings of theirs that can be computed."""
    left = whole.n - sum(part.n for part in parts)
    if left < 1:
        return None
    means: dict[str, tuple[float, float]] = {}
    for one in whole.items:
        others = [other for part in parts for other in part.items if other.item == one.item]
        n = one.n - sum(other.n for other in others)
        if n >= 1:
            means[one.item] = (
                (one.n * one.importance - sum(other.n * other.importance for other in others)) / n,
                (one.n * one.level - sum(other.n * other.level for other in others)) / n,
            )
    return left, means


def _nearest(loot: Loot, people: Sequence[int], means: Mapping[str, tuple[float, float]]) -> dict[int, str]:
    """Each person gets the row of a cell that fits whose ratings are nearest to the means."""
    if not means:
        return {}
    places = {item: 2 * at for at, item in enumerate(loot.items)}

    def distance(row: Mapping[str, Any]) -> float:
        off = 0.0
        for item, wanted in means.items():
            codes = row["answers"][places[item] : places[item] + 2]
            off += sum(
                16.0 if code in MISSING else (int(code) - one) ** 2 for code, one in zip(codes, wanted, strict=True)
            )
        return off

    rows = sorted(loot.last.counted, key=distance)
    return pair(loot, people, rows[: len(people)])


#: Every strategy by its name.
STRATEGIES: dict[str, Callable[[Loot], Guess]] = {
    strategy.__name__: strategy
    for strategy in (
        rows_as_they_stand, rows_as_they_stand_since_each_copy, ids_in_order, bytes_in_the_file, transactions, batch_numbers,
        returns_that_wait, between_two_copies, alone_in_a_cell, days, free_pages, the_log_of_writes, remnants_of_drafts,
        common_keys, order_of_jobs, lines_of_the_log, differences_of_releases, parts_from_totals,
    )
}  # fmt: skip


@dataclass
class Verdict:
    """What all strategies came to over many surveys."""

    scores: dict[str, Score] = field(default_factory=lambda: {name: Score() for name in STRATEGIES})

    def attack(self, loot: Loot, truth: Truth) -> None:
        """Let every strategy guess at one survey."""
        for name, strategy in STRATEGIES.items():
            self.scores[name].add(loot, truth, strategy(loot))

    @property
    def found(self) -> dict[str, str]:
        """The strategies that did better than chance, and how much."""
        return {
            name: f"{score.right} of {score.guessed} right, {score.chance:.1f} by chance, at most {score.bound:.1f}"
            for name, score in self.scores.items()
            if score.is_better_than_chance
        }
