"""Units of numbers: the ways in which people write the same one in the four languages.

A learner answers in the words they have: beside a field in "min" they type "58 minutos". Whether a unit is the same is said
here and nowhere else; what is in no list is the same where it goes on from the key's own letters ("poste", "postes").
"""

from __future__ import annotations

from typing import Final

from lms.content.texts import fold

#: A unit as keys write it -> what else people write for it. Case and accents do not count; a full stop at the end neither.
FORMS: Final[dict[str, str]] = {
    "s": "sec second seconds seconde secondes segundo segundos segon segons",
    "min": "mn minute minutes minuto minutos minut minuts",
    "h": "hr hrs hour hours heure heures hora horas hores",
    "j": "d day days jour jours journée journées día días dia dies",
    "sem": "week weeks semaine semaines semana semanas setmana setmanes",
    "mois": "month months mes meses mesos",
    "an": "year years ans année années año años any anys",
    "%": "percent pourcent pour_cent por_ciento per_cent",
    "€": "eur euro euros",
    "$": "usd dollar dollars dólar dólares dòlar dòlars",
    "£": "gbp pound pounds livre livres libra libras lliura lliures",
    "mm": "millimetre millimetres millimeter millimeters millimètre millimètres milímetro milímetros mil·límetre mil·límetres",
    "cm": "centimetre centimetres centimeter centimeters centimètre centimètres centímetro centímetros centímetre centímetres",
    "m": "metre metres meter meters mètre mètres metro metros",
    "km": "kilometre kilometres kilometer kilometers kilomètre kilomètres kilómetro kilómetros quilòmetre quilòmetres",
    "m²": "m2 mètre_carré mètres_carrés metro_cuadrado metros_cuadrados metre_quadrat metres_quadrats square_metre square_metres"
    " square_meter square_meters",
    "m³": "m3 mètre_cube mètres_cubes metro_cúbico metros_cúbicos metre_cúbic metres_cúbics cubic_metre cubic_metres"
    " cubic_meter cubic_meters",
    "g": "gram grams gramme grammes gramo gramos",
    "kg": "kilo kilos quilo quilos kilogram kilograms kilogramme kilogrammes kilogramo kilogramos quilogram quilograms",
    "t": "tonne tonnes tonelada toneladas tona tones",
    "l": "litre litres liter liters litro litros",
    "°c": "c ºc",
}
_SAME: Final = {fold(form.replace("_", " ")): unit for unit, forms in FORMS.items() for form in (unit, *forms.split())}
#: A key's unit of at least so many letters may be gone on from: "poste", "postes"; not "m", "minutes".
_STEM: Final = 3


def is_same(typed: str, unit: str) -> bool:
    """Whether `typed`, as a learner wrote it, is the unit `unit` of a key (empty: the key has none)."""
    said, wanted = fold(typed).rstrip("."), fold(unit).rstrip(".")
    if said == wanted:
        return True
    if said in _SAME or not wanted:
        return said in _SAME and _SAME[said] == _SAME.get(wanted)
    return len(wanted) >= _STEM and said.isalpha() and said.startswith(wanted)
