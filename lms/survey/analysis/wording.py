"""What is said of a table that cannot be used: a code, a sentence, a fix, in the reader's language."""

from __future__ import annotations

from lms.foundation.i18n import _
from lms.survey.analysis.reading import Unusable

#: Kind of fault -> its code, which is never translated.
CODES = {
    "empty": "N101", "encoding": "N102", "separator": "N103", "quote": "N104", "header_twice": "N105", "column": "N106",
    "cells": "N107", "no_rows": "N108", "blank": "N109", "nul": "N110", "cell_long": "N111",
    "rating": "N201", "row_twice": "N202", "two_values": "N203",
    "number": "N204", "whole": "N205", "respondent_twice": "N206", "no_weight": "N207", "zero_weights": "N208",
    "no_column": "N209", "no_margin": "N301", "target_twice": "N302", "margin_empty": "N303", "margins_differ": "N304",
    "margin_missing": "N305", "no_target": "N306", "target_alone": "N307", "target_zero": "N308", "no_end": "N309",
    "trim_short": "N310",
    "item_twice": "N401", "choices": "N402", "cell_twice": "N501", "cells_most": "N502", "cannot_hide": "N503",
    "told": "N504",
}  # fmt: skip


def sentence(fault: Unusable) -> str:
    """What is wrong, and after a dash what to do. Values from the file stand in it as they were written, shortened."""
    said = {
        "empty": _("the file has no first line with the names of its columns — write them as its first line"),
        "encoding": _("the file is not written in UTF-8 — save it as CSV in UTF-8"),
        "separator": _("the columns are separated by %(found)s — save the file with commas"),
        "quote": _("a quotation mark is opened and never closed, or stands inside a cell — double it or take it away"),
        "header_twice": _("the column “%(column)s” stands twice — keep one of the two"),
        "column": _("there is no column “%(column)s” among: %(columns)s — add it or rename one"),
        "cells": _("this row has %(found)s cells where the first line names %(wanted)s — add or take away commas"),
        "no_rows": _("there is no row below the names of the columns — add the answers"),
        "blank": _("“%(column)s” is empty — write it, or delete the row"),
        "nul": _("this line has a sign of number 0, which no text has — save the file as CSV in UTF-8"),
        "cell_long": _("a cell is longer than %(most)s signs — look for a quotation mark that is never closed"),
        "rating": _("“%(value)s” is no %(column)s — write 1, 2, 3, 4 or 5, or DK, NA, PNS or nothing"),
        "row_twice": _("“%(respondent)s” answered “%(item)s” before, in line %(before)s — keep one of the two rows"),
        "two_values": _("“%(respondent)s” had “%(before)s” as %(column)s before — a respondent has one value in it"),
        "number": _("“%(value)s” is no number of 0 or more for “%(column)s” — write it with a decimal point"),
        "whole": _("“%(value)s” is no whole number of 0 or more for “%(column)s” — write digits only"),
        "respondent_twice": _("“%(respondent)s” stands here a second time — keep one of the two rows"),
        "no_weight": _("“%(respondent)s” has no weight (respondents without one: %(many)s) — add a row for each"),
        "zero_weights": _("all weights are 0 — at least one must be larger"),
        "no_column": _("no column “%(column)s” to group by; there are: %(columns)s — choose one of them"),
        "no_margin": _("there is no column besides respondent and weight — add one for each margin"),
        "target_twice": _("“%(value)s” of “%(margin)s” has a target already — keep one of the two rows"),
        "margin_empty": _("the targets of “%(margin)s” add up to 0 — at least one must be larger"),
        "margins_differ": _(
            "the targets of “%(margin)s” add up to %(sum)s, those of “%(first)s” to %(total)s — make them the same"
        ),
        "margin_missing": _("respondents have no column “%(margin)s”; there are: %(columns)s — add it or drop its targets"),
        "no_target": _("“%(value)s” of “%(margin)s” has no target — add a row to the targets, or merge it with another"),
        "target_alone": _("nobody who answered is “%(value)s” of “%(margin)s” — merge it with another value"),
        "target_zero": _("the target of “%(value)s” of “%(margin)s” is 0, but people are there — raise it, or leave them out"),
        "no_end": _("after %(rounds)s rounds the weights still change — the targets contradict each other: merge values"),
        "trim_short": _(
            "too few people are “%(value)s” of “%(margin)s” to stand for so many with weights of at most %(trim)s — merge it "
            "with another value, or raise --trim"
        ),
        "item_twice": _("“%(item)s” stands here a second time — keep one of the two rows"),
        "choices": _(
            "“%(item)s” was shown %(shown)s times, best %(best)s and worst %(worst)s times: it must be shown, and at least "
            "as often as it was chosen — mend the counts"
        ),
        "cell_twice": _("row “%(row)s”, column “%(col)s” stands here a second time — keep one of the two"),
        "cells_most": _("the table has more than %(most)s cells — split it"),
        "cannot_hide": _(
            "the count of row “%(row)s”, column “%(col)s” follows from its margins whatever is hidden — merge its row or its "
            "column with another"
        ),
        "told": _(
            "%(many)s hidden counts can still be worked out by whoever knows what is hidden and why, that of row “%(row)s”, "
            "column “%(col)s” among them — merge its row or its column with another"
        ),
    }[fault.code]  # fmt: skip
    return said % {name: _short(value) for name, value in fault.about.items()}


def _short(value: object) -> str:
    text = str(value)
    shown = "".join(sign if sign.isprintable() else "�" for sign in text)
    return shown if len(shown) <= 80 else shown[:79] + "…"
