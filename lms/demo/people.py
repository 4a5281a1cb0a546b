"""Who lives in the demonstration: 1,500 fictional people, with a language, a space and a role. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from lms.demo.places import Place

FIRST = {
    "fr": ("Camille", "Inès", "Paul", "Elsa", "Amina", "Léa", "Marc", "Jeanne", "Théo", "Lucie", "Samir", "Claire", "Hugo",
           "Margaux", "Nadia", "Bastien", "Odile", "Romain", "Sylvie", "Yanis", "Aude", "Mathieu", "Fanny", "Gilles"),
    "es": ("Lucía", "Javier", "Elena", "Pilar", "Diego", "Marta", "Sergio", "Carmen", "Álvaro", "Nuria", "Iker", "Rosa",
           "Pablo", "Inma", "Óscar", "Beatriz", "Rubén", "Ainhoa", "Tomás", "Silvia", "Leire", "Andrés", "Teresa", "Mario"),
    "ca": ("Jordi", "Laia", "Pere", "Mireia", "Ton", "Núria", "Oriol", "Montse", "Arnau", "Mariona", "Jan", "Rosa", "Biel",
           "Anna", "Quim", "Judit", "Pol", "Clara", "Guillem", "Carme", "Roger", "Berta", "Xavi", "Neus"),
}  # fmt: skip
LAST = {
    "fr": ("Puig", "Soulé", "Lacaze", "Fontan", "Barrère", "Cazaux", "Dedieu", "Marty", "Rouch", "Estrade", "Laporte",
           "Bordes", "Peyre", "Sentenac", "Vidal", "Claverie", "Duran", "Faure", "Galy", "Pujol", "Ribes", "Saint-Martin"),
    "es": ("Lanau", "Ara", "Bielsa", "Castán", "Ezquerra", "Gállego", "Laplana", "Mur", "Navarro", "Pardo", "Sanz", "Urdániz",
           "Zazurca", "Aso", "Betés", "Campo", "Escartín", "Ferrer", "Iturralde", "Jarne", "Oliván", "Villacampa"),
    "ca": ("Serra", "Vila", "Puigvert", "Casals", "Roca", "Farré", "Sala", "Coll", "Bosch", "Riba", "Font", "Pla", "Torrent",
           "Camps", "Grau", "Ferrer", "Solà", "Pujol", "Vidal", "Ribó", "Tarrés", "Comas"),
}  # fmt: skip


@dataclass(frozen=True)
class Somebody:
    """A person of the demonstration. `role` is learner or manager, in `space`."""

    email: str
    name: str
    lang: str
    zone: str
    space: str
    role: str


def people(places: list[Place], seed: int = 11) -> list[Somebody]:
    """Everybody, space by space; the first of each space manages it. The same seed gives the same people."""
    rng = Random(seed)
    found: list[Somebody] = []
    for place in places:
        here: set[str] = set()
        for number in range(place.people):
            lang = place.lang if rng.random() < 0.93 else rng.choice(("fr", "es", "ca", "en"))
            words = place.lang if lang == "en" else lang
            name = f"{rng.choice(FIRST[words])} {rng.choice(LAST[words])}"
            while name in here:  # two people of one space with one name would look like a fault
                name = f"{rng.choice(FIRST[words])} {rng.choice(LAST[words])}"
            here.add(name)
            found.append(
                Somebody(
                    f"p{len(found):04d}@example.test",
                    name,
                    lang,
                    place.zone,
                    place.slug,
                    "learner" if number else "manager",
                )
            )
    return found
