"""What the demonstration answered: returns with real structure in them. Pure.

Each competency has an importance and a level that most people share; territories differ by domain, and so do the spaces
of one; managers see more weight in running a place and find a project easier, everybody uses the scale a little in their own
way, and some say that they do not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

#: competency -> (importance, level) around which people answer, on scales of 1 to 5.
CENTRES: dict[str, tuple[float, float]] = {
    "fixer-prix": (3.8, 3.6), "tenir-securite": (3.5, 3.9), "entourer-equipe": (4.0, 3.5), "entretenir-lieu": (3.4, 4.3),
    "concevoir-service": (3.6, 3.6), "choisir-cap": (3.7, 3.5), "cadrer-projet": (3.8, 3.6), "planifier": (3.5, 3.9),
    "monter-financement": (4.1, 3.1), "prevoir-risques": (3.1, 3.4), "repartir-roles": (3.7, 3.7),
    "suivre-bilan": (3.2, 3.5), "ecouter": (4.3, 3.6), "reperer-tension": (4.1, 3.4), "rester-neutre": (3.9, 3.5),
    "gerer-conflit": (4.4, 2.9), "negocier-accord": (3.9, 3.2), "faire-vivre-regles": (4.2, 3.5),
    "choisir-message": (3.6, 3.6), "ecrire-clair": (3.7, 3.8), "prendre-parole": (3.5, 3.4), "animer-en-ligne": (3.1, 3.5),
    "informer-interne": (3.7, 4.0), "parler-commune": (4.0, 3.2),
}  # fmt: skip
#: territory -> domain -> how much lower people there place their level.
DIFFERENCES: dict[str, dict[str, float]] = {
    "pays-basque": {"project": 0.5, "mediation": -0.2},
    "bearn": {"mediation": 0.3},
    "bigorre": {"communication": 0.4},
    "comminges": {"project": 0.3, "management": -0.2},
    "couserans": {"mediation": 0.5},
    "haute-ariege": {"management": 0.4},
    "conflent": {"mediation": 0.2, "communication": 0.2},
    "valls-navarra": {"communication": 0.5, "mediation": -0.3},
    "jacetania": {"project": 0.4},
    "sobrarbe": {"mediation": 0.4, "project": -0.2},
    "ribagorza": {"management": 0.3},
    "pallars": {"mediation": 0.3, "communication": -0.2},
    "cerdanya": {"communication": 0.3},
    "andorra": {"management": -0.4, "project": 0.2},
}


#: How far the spaces of one territory lie apart in a domain, as a standard deviation of their level.
SPREAD = 0.5


def own_level(space: str, domain: str) -> float:
    """How much higher the people of a space place their level in a domain than their territory does; always the same."""
    return Random(f"{space} {domain}").gauss(0, SPREAD)


def answers(
    rng: Random, *, items: Mapping[str, tuple[str, str]], territory: str, space: str, manages: bool
) -> dict[str, tuple[str, str]]:
    """One return: item id -> (importance code, level code). `items` gives each item's (competency, domain)."""
    use_of_scale, confidence = rng.gauss(0, 0.45), rng.gauss(0, 0.3)
    own = {domain: own_level(space, domain) for _competency, domain in items.values()}
    found: dict[str, tuple[str, str]] = {}
    for item, (competency, domain) in items.items():
        importance, level = CENTRES.get(competency, (3.6, 3.6))
        if manages and domain == "management":
            importance += 0.4
        if manages and domain == "project":
            level += 0.4
        level += own[domain]
        level -= DIFFERENCES.get(territory, {}).get(domain, 0.0)
        found[item] = (
            _code(rng, importance + use_of_scale + rng.gauss(0, 0.95)),
            _code(rng, level + use_of_scale + confidence + rng.gauss(0, 1.05)),
        )
    return found


def _code(rng: Random, value: float) -> str:
    """A rating from 1 to 5; now and then one of the ways out."""
    if rng.random() < 0.03:
        return rng.choice(("d", "d", "r", "w", "0"))
    return str(min(5, max(1, round(value))))
