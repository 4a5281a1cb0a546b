"""Units as keys write them and as people do."""

from __future__ import annotations

import pytest

from lms.content.texts import fold
from lms.content.units import FORMS, is_same


@pytest.mark.parametrize(
    ("unit", "typed"),
    [
        ("min", "min"), ("min", "MIN."), ("min", "minutes"), ("min", "minutos"), ("min", "minuts"), ("min", "mn"),
        ("minute", "min"), ("h", "heures"), ("h", "horas"), ("€", "euros"), ("€", "EUR"), ("%", "pour cent"),
        ("%", "por ciento"), ("m", "mètres"), ("km", "quilòmetres"), ("km", "Kilometres"), ("j", "días"), ("jours", "dies"),
        ("m²", "m2"), ("m²", "mètres carrés"), ("m²", "metros cuadrados"), ("m²", "metres quadrats"), ("m²", "square metres"),
        ("m³", "mètres cubes"), ("m³", "metros cúbicos"), ("poste", "postes"), ("pers.", "personnes"),
    ],
)  # fmt: skip
def test_the_same_unit_in_other_words(unit: str, typed: str) -> None:
    assert is_same(typed, unit)


@pytest.mark.parametrize(
    ("unit", "typed"),
    [
        ("min", "heures"), ("m", "minutes"), ("m", "mm"), ("m", "min"), ("km", "km/h"), ("h", "ha"), ("€", "%"),
        ("€", "€/mois"), ("%", "points"), ("min", "pommes"), ("po", "postes"), ("postes", "poste42"), ("", "min"),
        ("s", "semaines"), ("g", "kg"), ("m", "mètres carrés"), ("m²", "mètres"), ("m²", "mètres cubes"),
    ],
)  # fmt: skip
def test_another_unit(unit: str, typed: str) -> None:
    assert not is_same(typed, unit)


def test_no_word_stands_for_two_units() -> None:
    owners = {(fold(form), unit) for unit, forms in FORMS.items() for form in (unit, *forms.split())}
    assert len({form for form, _unit in owners}) == len(owners)
