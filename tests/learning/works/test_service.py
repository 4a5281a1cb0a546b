"""Works on both databases, also in a race: handing in, dealing works to peers, reviewing (rows N2, N4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts import service as accounts
from lms.catalogue.queries import published
from lms.content.documents import Assignment
from lms.foundation.db import db, writing
from lms.learning import service as learning
from lms.learning.models import Completion
from lms.learning.works import service
from lms.learning.works.files import ready
from lms.learning.works.models import Work, WorkEdition, WorkFile, WorkReview
from lms.spaces import service as spaces
from tests.learning.conftest import at_once, inside, serve
from tests.learning.works.conftest import COURSE
from tests.learning.works.test_files import PDF

MARKS = {"r-lettre.1": 1, "r-lettre.2": 0}


@pytest.fixture
def site(any_app: Flask, courses: Path) -> Flask:
    """The course, on each database."""
    serve(any_app, courses)
    return any_app


def people(site: Flask, count: int, *, role: str = "") -> list[str]:
    def make() -> list[str]:
        with writing():
            found = []
            for number in range(count):
                name = f"{role or 'p'}{number}"
                who = accounts.create_person(email=f"{name}@example.org", name=name, lang="fr").id
                if role:
                    spaces.give_role(who, role, None)
                else:
                    learning.enrol(who, COURSE)
                found.append(who)
            return found

    return cast("list[str]", inside(site, make))


def hand_in(who: str, unit: str, text: str, *, revision: int = 0, pdf: bytes = b"", hand: bool = True) -> str:
    served = published(COURSE)
    assert served is not None
    found = served.document.unit(unit)
    assert found is not None
    assignment = found.activities["assignment"]["fr"].assignment
    assert isinstance(assignment, Assignment)
    with writing():
        return service.save(
            who, COURSE, unit, "assignment", assignment, text=text, link="", file=ready(pdf, "a.pdf") if pdf else None,
            keep_file=True, revision=revision, hand_in=hand, lang="fr", version_id=served.version_id,
        )  # fmt: skip


def review(who: str, work: str, *, trainer: bool = False, number: int = 1) -> str:
    with writing():
        return service.review(who, work, trainer=trainer, number=number, marks=MARKS, comment="Bien vu.")


def rows(site: Flask, model: Any) -> list[Any]:
    return cast("list[Any]", inside(site, lambda: list(db.session.scalars(sa.select(model)).all())))


def race(site: Flask, acts: Sequence[Callable[[], object]]) -> list[object]:
    """All at the same moment; gives what each gave or raised."""
    return at_once(site, *acts, also=(service.Full,))


def test_N2_the_same_work_sent_at_once_is_one(site: Flask) -> None:
    [who] = people(site, 1)
    told = race(site, [lambda: hand_in(who, "lettre", "Une fois.", pdf=PDF)] * 4)
    assert told == ["handed"] * 4
    assert len(rows(site, Work)) == len(rows(site, WorkFile)) == 1
    assert [(one.number, one.text) for one in rows(site, WorkEdition)] == [(1, "Une fois.")]


def test_N4_of_two_different_drafts_one_is_told(site: Flask) -> None:
    [who] = people(site, 1)
    told = race(site, [lambda n=n: hand_in(who, "lettre", f"Texte {n}.", hand=False) for n in range(4)])  # type: ignore[misc]
    assert sorted(map(str, told)) == ["conflict"] * 3 + ["saved"]
    assert len(rows(site, WorkEdition)) == 1


def test_all_who_hand_in_at_once_get_works_and_readers(site: Flask) -> None:
    everybody = people(site, 6)
    told = race(site, [lambda who=who: hand_in(who, "affiche", who) for who in everybody])  # type: ignore[misc]
    assert told == ["handed"] * 6
    owner = {one.id: one.person_id for one in rows(site, Work)}
    pairs = [(one.reviewer_id, owner[one.work_id]) for one in rows(site, WorkReview)]
    assert all(reader != author for reader, author in pairs)
    assert len(set(pairs)) == len(pairs)
    reads = Counter(reader for reader, _ in pairs)
    assert all(reads[who] == 2 for who in everybody)


def test_peers_who_review_one_another_at_once_do_not_block_each_other(site: Flask) -> None:
    ana, ben = people(site, 2)
    hand_in_both = [lambda: hand_in(ana, "affiche", "A"), lambda: hand_in(ben, "affiche", "B")]
    race(site, hand_in_both)
    work = {one.person_id: one.id for one in rows(site, Work)}
    assert race(site, [lambda: review(ana, work[ben]), lambda: review(ben, work[ana])]) == ["sent", "sent"]
    assert all(one.sent_at for one in rows(site, WorkReview))


def test_of_two_trainers_one_is_told_and_the_step_is_done_once(site: Flask) -> None:
    [who] = people(site, 1)
    trainers = people(site, 3, role="trainer")
    inside(site, lambda: hand_in(who, "lettre", "Une lettre."))
    work = rows(site, Work)[0].id
    told = race(site, [lambda one=one: review(one, work, trainer=True) for one in trainers])  # type: ignore[misc]
    assert sorted(map(str, told)) == ["late", "late", "sent"]
    assert len(rows(site, WorkReview)) == len(rows(site, Completion)) == 1


def test_handing_in_again_while_a_trainer_reviews_leaves_no_review_of_something_else(site: Flask) -> None:
    [who] = people(site, 1)
    [trainer] = people(site, 1, role="trainer")
    inside(site, lambda: hand_in(who, "lettre", "Première."))
    work = rows(site, Work)[0].id
    told = race(
        site, [lambda: review(trainer, work, trainer=True), lambda: hand_in(who, "lettre", "Deuxième.", revision=1)]
    )
    newest = max(one.number for one in rows(site, WorkEdition))
    if "sent" in told:
        assert "read" in told
        assert [one.number for one in rows(site, WorkReview)] == [newest] == [1]
    else:
        assert sorted(map(str, told)) == ["changed", "handed"]
        assert newest == 2


def test_works_of_others_and_of_nobody_are_refused_alike(site: Flask) -> None:
    ana, ben = people(site, 2)
    inside(site, lambda: hand_in(ana, "lettre", "À moi."))
    work = rows(site, Work)[0].id
    for who, what in ((ben, work), (ana, work), (ben, "no-such-work")):
        told = race(site, [lambda who=who, what=what: review(who, what)])  # type: ignore[misc]
        assert type(told[0]).__name__ == "NotFound"
    assert rows(site, WorkReview) == []
