"""Serving a folder of courses: versions, faults, archives, the order of the shelf. On the real database."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts import service as accounts
from lms.catalogue import queries, service
from lms.catalogue.models import Course, CourseVersion, StoredFile
from lms.foundation.db import db, writing
from lms.foundation.errors import NotFound
from lms.jobs.models import Job
from tests.catalogue.courses import write_course, write_head, write_lesson


def outcomes(report: service.SyncReport) -> dict[str, str]:
    return {one.course_id: one.outcome for one in report.courses}


def shelf_changes() -> int:
    """How often rooms above were told that the shelf changed, counted by the duties that follow from it."""
    follows = sa.select(sa.func.count()).select_from(Job).where(Job.task == "priorities.recompute")
    return db.session.scalar(follows) or 0


def test_a_folder_becomes_version_one_and_the_second_run_changes_nothing(any_ctx: Flask, tmp_path: Path) -> None:
    write_course(tmp_path, "un-cours")
    write_course(tmp_path, "deux-cours")
    assert outcomes(service.sync(tmp_path)) == {"deux-cours": "published", "un-cours": "published"}
    first = queries.published("un-cours")
    assert first is not None
    assert first.number == 1
    assert [unit.id for unit in first.document.units] == ["un", "deux", "trois"]
    assert set(outcomes(service.sync(tmp_path)).values()) == {"unchanged"}
    again = queries.published("un-cours")
    assert again is not None
    assert again.version_id == first.version_id


def test_a_changed_course_becomes_a_new_version_and_the_old_one_stays(ctx: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path, "un-cours")
    service.sync(tmp_path)
    first = queries.published("un-cours")
    assert first is not None
    write_head(course, ["un", "trois", "quatre"])
    write_lesson(course, "quatre", title="Étape quatre")
    meant = {f"un-cours/deux/{name}" for name in ("q-mot", "k-essai")}
    for too_few in ((), {"un-cours/deux/q-mot"}, {"deux-cours/deux/q-mot", "deux-cours/deux/k-essai"}):
        (held,) = service.sync(tmp_path, accept_gone=too_few).courses
        assert (held.outcome, held.number) == ("invalid", 1)
        assert [one.code for one in held.findings] == ["E104", "E104"]
    (report,) = service.sync(tmp_path, accept_gone=meant).courses
    assert (report.outcome, report.number) == ("published", 2)
    assert report.changes is not None
    assert (report.changes.added, report.changes.removed) == (("quatre",), ("deux",))
    assert "deux/q-mot" in report.changes.gone
    second, old = queries.published("un-cours"), queries.version(first.version_id)
    assert second is not None
    assert [unit.id for unit in second.document.units] == ["un", "trois", "quatre"]
    assert old is not None
    assert [unit.id for unit in old.document.units] == ["un", "deux", "trois"]


def test_a_note_that_no_page_shows_makes_no_version(ctx: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path, "un-cours")
    service.sync(tmp_path)
    (course / "README.md").write_text("# Notes\n", encoding="utf-8")
    assert outcomes(service.sync(tmp_path)) == {"un-cours": "unchanged"}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CourseVersion)) == 1


def test_a_course_with_an_error_keeps_its_last_good_version_and_says_where(ctx: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path, "un-cours")
    write_course(tmp_path, "deux-cours")
    service.sync(tmp_path)
    path = course / "units" / "un" / "lesson.fr.md"
    path.write_text(path.read_text("utf-8").replace("- [x]", "- [ ]"), encoding="utf-8")
    write_lesson(tmp_path / "deux-cours", "un", title="Autrement")
    report = service.sync(tmp_path)
    assert outcomes(report) == {"un-cours": "invalid", "deux-cours": "published"}
    assert not report.is_clean
    faulty = report.ended("invalid")[0]
    errors = [one for one in faulty.findings if one.severity == "error"]
    assert [(one.path, one.code) for one in errors] == [("units/un/lesson.fr.md", "E204")]
    assert path.read_text("utf-8").splitlines()[errors[0].line - 1].startswith("## Que dites-vous")
    served = queries.published("un-cours")
    assert faulty.number == 1
    assert served is not None
    assert served.number == 1


def test_a_course_whose_folder_is_gone_is_archived_and_comes_back(ctx: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path, "un-cours")
    service.sync(tmp_path)
    kept = queries.published("un-cours")
    shutil.move(course, tmp_path.parent / "away")
    assert outcomes(service.sync(tmp_path)) == {"un-cours": "archived"}
    assert queries.published("un-cours") is None
    assert queries.shelf() == []
    assert kept is not None
    assert queries.version(kept.version_id) is not None
    assert service.sync(tmp_path).courses == ()
    shutil.move(tmp_path.parent / "away", course)
    told = shelf_changes()
    assert outcomes(service.sync(tmp_path)) == {"un-cours": "unchanged"}
    assert shelf_changes() == told + 1
    service.sync(tmp_path)
    assert shelf_changes() == told + 1
    back = queries.published("un-cours")
    assert back is not None
    assert back.number == 1


def test_a_course_of_the_studio_is_left_alone(ctx: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path, "un-cours")
    service.sync(tmp_path)
    with writing():
        db.session.execute(sa.update(Course).values(owner="studio"))
    write_head(course, ["un"])
    assert outcomes(service.sync(tmp_path)) == {"un-cours": "studio"}
    shutil.rmtree(course)
    assert service.sync(tmp_path).courses == ()
    assert queries.published("un-cours") is not None


@pytest.mark.parametrize("status", ["draft", "review", "approved", "archived"])
def test_only_published_courses_are_served(ctx: Flask, tmp_path: Path, status: str) -> None:
    course = write_course(tmp_path, "un-cours", status=status)
    assert outcomes(service.sync(tmp_path)) == {"un-cours": "waiting"}
    assert queries.published("un-cours") is None
    write_head(course, ["un"])
    service.sync(tmp_path)
    assert queries.published("un-cours") is not None
    write_head(course, ["un"], status=status)
    assert outcomes(service.sync(tmp_path)) == {"un-cours": "waiting"}
    assert queries.published("un-cours") is None


def test_a_unit_that_is_a_draft_is_not_offered(ctx: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path, "un-cours")
    path = course / "units" / "deux" / "lesson.fr.md"
    path.write_text(path.read_text("utf-8").replace("minutes: 12", "minutes: 12\nstatus: draft"), encoding="utf-8")
    service.sync(tmp_path)
    served = queries.published("un-cours")
    assert served is not None
    assert [unit.id for unit in served.document.units] == ["un", "trois"]


def test_files_of_versions_before_are_found_by_what_is_in_them(any_ctx: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path, "un-cours")
    lesson = course / "units" / "un" / "lesson.fr.md"
    (lesson.parent / "media").mkdir()
    lesson.write_text(
        lesson.read_text("utf-8").replace("## À retenir", "![Le plan](media/plan.svg)\n\n## À retenir"), "utf-8"
    )
    path, digests = "units/un/media/plan.svg", []
    for sign in "abc":
        (lesson.parent / "media" / "plan.svg").write_text(f"<svg><!--{sign}--></svg>", encoding="utf-8")
        service.sync(tmp_path)
        now = queries.published("un-cours")
        assert now is not None
        digests.append(queries.digests_of(now)[path])
    for sign, digest in zip("abc", digests, strict=True):
        found = queries.file_of("un-cours", path, digest, former=True)
        assert found is not None
        assert found[0] == f"<svg><!--{sign}--></svg>".encode()
        assert (queries.file_of("un-cours", path, digest) is not None) == (sign == "c")
    assert queries.file_of("un-cours", "units/un/media/other.svg", digests[0], former=True) is None
    assert queries.file_of("no-course", path, digests[0], former=True) is None


def test_the_pictures_of_a_course_are_kept_once_under_their_content(ctx: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path, "un-cours")
    lesson = course / "units" / "un" / "lesson.fr.md"
    (lesson.parent / "media").mkdir()
    (lesson.parent / "media" / "plan.svg").write_text("<svg/>", encoding="utf-8")
    lesson.write_text(
        lesson.read_text("utf-8").replace("## À retenir", "![Le plan de la salle](media/plan.svg)\n\n## À retenir"),
        encoding="utf-8",
    )
    service.sync(tmp_path)
    found = queries.file_of("un-cours", "units/un/media/plan.svg")
    assert found is not None
    assert found[0] == b"<svg/>"
    assert queries.file_of("un-cours", "units/un/media/other.svg") is None
    assert queries.file_of("un-cours", "../un-cours/course.yml") is None
    write_lesson(course, "deux", title="Autre")
    service.sync(tmp_path)
    same = sa.select(sa.func.count()).select_from(StoredFile).where(StoredFile.data == b"<svg/>")
    assert db.session.scalar(same) == 1


def test_an_exported_version_is_the_folder_it_was_made_from(any_ctx: Flask, tmp_path: Path) -> None:
    (tmp_path / "courses").mkdir()
    course = write_course(tmp_path / "courses", "un-cours")
    service.sync(tmp_path / "courses")
    before = {path.relative_to(course): path.read_bytes() for path in course.rglob("*") if path.is_file()}
    write_lesson(course, "un", title="Autre")
    service.sync(tmp_path / "courses")
    service.export("un-cours", tmp_path / "new")
    service.export("un-cours", tmp_path / "old", 1)
    for place, wanted in (
        ("new", {path.relative_to(course): path.read_bytes() for path in course.rglob("*") if path.is_file()}),
        ("old", before),
    ):
        folder = tmp_path / place
        assert {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()} == wanted
    with pytest.raises(FileExistsError):
        service.export("un-cours", tmp_path / "new")
    with pytest.raises(NotFound):
        service.export("un-cours", tmp_path / "none", 9)


def test_a_folder_that_is_not_there_is_the_callers_mistake(ctx: Flask, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        service.sync(tmp_path / "nowhere")


def test_the_shelf_stands_by_pin_then_weight_then_id(ctx: Flask, tmp_path: Path) -> None:
    for name in ("aa-un", "bb-deux", "cc-trois", "dd-quatre"):
        write_course(tmp_path, name, units=["un"])
    service.sync(tmp_path)
    assert [one.published.course_id for one in queries.shelf()] == ["aa-un", "bb-deux", "cc-trois", "dd-quatre"]
    reason = {"competency": "ecouter", "share": 62}
    with writing():
        by = accounts.create_person(email="c@example.org", name="C", lang="fr").id
        service.order_shelf({"cc-trois": (2.5, reason), "bb-deux": (1.0, None)})
        service.pin("dd-quatre", 1, by)
    shelf = queries.shelf()
    assert [one.published.course_id for one in shelf] == ["dd-quatre", "cc-trois", "bb-deux", "aa-un"]
    assert (shelf[0].pin, shelf[1].weight, shelf[1].reason, shelf[2].reason) == (1, 2.5, reason, None)
    with writing():
        service.order_shelf({"aa-un": (1.0, None)})
        service.pin("dd-quatre", None, by)
    shelf = queries.shelf()
    assert [one.published.course_id for one in shelf] == ["aa-un", "bb-deux", "cc-trois", "dd-quatre"]
    assert all(one.reason is None for one in shelf)


def test_a_course_that_is_not_there_cannot_be_pinned(ctx: Flask) -> None:
    with pytest.raises(NotFound), writing():
        service.pin("nothing", 1, "nobody")


def test_a_folder_may_get_another_name_and_the_course_stays_the_same(ctx: Flask, tmp_path: Path) -> None:
    write_course(tmp_path, "un-cours")
    service.sync(tmp_path)
    first = queries.published("un-cours")
    assert first is not None
    (tmp_path / "un-cours").rename(tmp_path / "autre-nom")
    (report,) = service.sync(tmp_path).courses
    assert (report.course_id, report.outcome, report.number) == ("un-cours", "unchanged", 1)
    again = queries.published("un-cours")
    assert again is not None
    assert again.version_id == first.version_id


def test_two_folders_with_one_id_are_both_held_back_and_what_is_served_stays(ctx: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path, "un-cours")
    service.sync(tmp_path)
    served = queries.published("un-cours")
    for name in ("aaa", "un-cours-bis"):  # before it and after it in the alphabet
        shutil.copytree(course, tmp_path / name)
        write_lesson(tmp_path / name, "un", title="Une autre étape")
        both = service.sync(tmp_path).courses
        assert {one.course_id: one.outcome for one in both} == {"un-cours": "invalid", name: "invalid"}
        assert [one.findings[0].code for one in both] == ["E012", "E012"]
        assert queries.published("un-cours") == served
        shutil.rmtree(tmp_path / name)
    (again,) = service.sync(tmp_path).courses
    assert again.outcome == "unchanged"


def test_a_course_whose_source_file_was_deleted_keeps_its_last_good_version(ctx: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path, "un-cours", languages=("fr", "es"))
    for unit in ("un", "deux", "trois"):
        write_lesson(course, unit, lang="es", title=f"Etapa {unit}")
    service.sync(tmp_path)
    (course / "units/deux/lesson.fr.md").unlink()
    (held,) = service.sync(tmp_path).courses
    assert (held.outcome, held.number) == ("invalid", 1)
    assert [one.code for one in held.findings if one.severity == "error"] == ["E401"]
