"""What a start does with the courses: it publishes, and takes nothing off the shelf."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.catalogue.queries import places
from lms.foundation.db import db
from lms.startup import prepare
from tests.catalogue.courses import write_course
from tests.conftest import Apps


def test_a_start_archives_no_course_that_is_missing_from_the_folder(
    make_app: Apps, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "courses"
    for name in ("un-cours", "deux-cours"):
        write_course(folder, name)
    app = make_app(LMS_COURSES=str(folder), LMS_DURABILITY="full", DATABASE_URL=f"sqlite:///{tmp_path / 'own.db'}")
    prepare(app, demo=False)
    (folder / "un-cours").rename(folder / "_away")
    prepare(app, demo=False)
    with app.app_context():
        assert {one.course_id for one in places()} == {"un-cours", "deux-cours"}
        db.session.remove()
    assert "course un-cours is not in" in caplog.text
