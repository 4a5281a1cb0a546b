"""A questionnaire read from its file: frozen, complete in four languages, or refused with the reason."""

from __future__ import annotations

import copy

import pytest

from lms.survey.instruments import InstrumentFault, instrument, read
from tests.survey.conftest import COURSES, questionnaire


def test_the_instrument_of_the_network_is_four_domains_of_six():
    found = instrument(questionnaire()[1])
    assert len(found.items) == 24
    assert [sum(item.domain == domain for item in found.items) for domain in found.domains] == [6, 6, 6, 6]
    assert len(found.importance.levels) == len(found.level.levels) == 5
    assert [code for code, _words in found.ways_out] == ["d", "r", "w"]
    assert found.items[0].name["fr"] == "fixer un prix et l’expliquer"


@pytest.mark.parametrize("lang", ["fr", "es", "ca", "en"])
def test_words_missing_in_a_language_are_refused(lang):
    document = copy.deepcopy(questionnaire()[1])
    del document["domains"][2]["items"][3]["text"][lang]
    with pytest.raises(InstrumentFault, match=f"gerer-conflit-1 has no words in {lang}"):
        instrument(document)


def test_a_file_that_cannot_be_asked_names_itself(tmp_path):
    for name, text in {
        "empty": "",
        "text": "hello",
        "broken": "a: [",
        "item": "id: x\ndomains: [{id: nothing}]",
    }.items():
        path = tmp_path / f"{name}.yml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InstrumentFault, match=f"{name}.yml"):
            read(path, COURSES / "_competencies.yml")


def test_an_item_asked_twice_is_refused(tmp_path):
    original = (COURSES / "_instruments" / "needs-1.yml").read_text(encoding="utf-8")
    path = tmp_path / "needs-2.yml"
    path.write_text(original.replace("id: ecouter-1", "id: gerer-conflit-1"), encoding="utf-8")
    with pytest.raises(InstrumentFault, match="two items"):
        read(path, COURSES / "_competencies.yml")
