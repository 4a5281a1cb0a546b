"""Where the demonstration takes place: 14 territories of the Pyrenees, 200 spaces in villages that do not exist. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

#: (slug, name, country, language, zone, west, east, south, north): a box of coordinates inside the territory.
TERRITORIES: tuple[tuple[str, str, str, str, str, float, float, float, float], ...] = (
    ("pays-basque", "Pays basque intérieur", "FR", "fr", "Europe/Paris", -1.35, -0.85, 43.05, 43.35),
    ("bearn", "Béarn des gaves", "FR", "fr", "Europe/Paris", -0.75, -0.30, 42.95, 43.25),
    ("bigorre", "Bigorre", "FR", "fr", "Europe/Paris", -0.15, 0.40, 42.85, 43.20),
    ("comminges", "Comminges", "FR", "fr", "Europe/Paris", 0.45, 0.85, 42.85, 43.20),
    ("couserans", "Couserans", "FR", "fr", "Europe/Paris", 0.95, 1.35, 42.82, 43.10),
    ("haute-ariege", "Haute Ariège", "FR", "fr", "Europe/Paris", 1.45, 1.95, 42.65, 42.98),
    ("conflent", "Conflent et Vallespir", "FR", "fr", "Europe/Paris", 2.15, 2.75, 42.42, 42.70),
    ("valls-navarra", "Valles de Navarra", "ES", "es", "Europe/Madrid", -1.40, -0.80, 42.70, 42.98),
    ("jacetania", "Jacetania", "ES", "es", "Europe/Madrid", -0.75, -0.30, 42.50, 42.75),
    ("sobrarbe", "Sobrarbe", "ES", "es", "Europe/Madrid", -0.05, 0.35, 42.25, 42.65),
    ("ribagorza", "Ribagorza", "ES", "es", "Europe/Madrid", 0.35, 0.70, 42.10, 42.60),
    ("pallars", "Pallars", "ES", "ca", "Europe/Madrid", 0.85, 1.25, 42.15, 42.65),
    ("cerdanya", "Cerdanya i Ripollès", "ES", "ca", "Europe/Madrid", 1.70, 2.35, 42.15, 42.45),
    ("andorra", "Andorra", "AD", "ca", "Europe/Andorra", 1.43, 1.72, 42.44, 42.62),
)
#: Parts of village names and space names, by language. None of the villages exists; all of them could.
VILLAGE = {
    "fr": (
        ("Peyre", "Coste", "Mont", "Arrieu", "Aigue", "Bosc", "Serre", "Font", "Castel", "Val", "Bordes", "Cap"),
        ("lade", "belle", "négra", "-Bas", "-Dessus", "longue", "rède", "fort", "vieille", "mijane", "clare", "sèque"),
    ),
    "es": (
        ("Villa", "Torre", "Peña", "Val", "Fuente", "Castie", "Sarra", "Bies", "Lina", "Ara", "Escu", "Navas"),
        ("luenga", "blanca", "fría", "cierva", "rueba", "llas", "güesa", "mañas", "yuelo", "bal", "cosa", "serna"),
    ),
    "ca": (
        ("Vila", "Font", "Sala", "Bell", "Coll", "Puig", "Riu", "Mont", "Pla", "Llo", "Auban", "Tor"),
        ("mont", "freda", "bona", "font", "roig", "negre", "cerdà", "alta", "serra", "bereda", "eda", "rella"),
    ),
}
SPACE = {
    "fr": ("La Bobine", "L’Estive", "Le Lavoir", "La Remise", "Le Four banal", "L’Atelier haut", "La Grange", "Le Préau",
           "La Halle", "Le Moulin", "La Scierie", "Le Relais", "L’Ancienne Poste", "Le Pressoir", "La Cabane"),
    "es": ("La Borda", "El Lavadero", "La Escuela", "El Molino", "La Fragua", "El Pajar", "La Herrería", "El Horno",
           "La Estación", "El Telar", "La Casa Nueva", "El Granero", "La Cooperativa", "El Refugio", "La Plaza"),
    "ca": ("El Forn Vell", "Casa Lluna", "La Farga", "El Paller", "L’Era", "La Teixidora", "El Molí", "L’Escola",
           "La Rectoria", "El Safareig", "Cal Ferrer", "La Cabana", "El Mercat", "La Fusteria", "El Celler"),
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A space of the demonstration. `people` is how many belong to it, `answers` how many of them answered the survey."""

    slug: str
    name: str
    village: str
    territory: str
    country: str
    lang: str
    zone: str
    latitude: float
    longitude: float
    people: int
    answers: int


def sizes(rng: Random) -> list[tuple[int, int]]:
    """(people, answers) of 200 spaces, unevenly, so that every display rule of small groups can be seen.

    3 spaces with 30 answers or more, 14 with 10 to 29, 44 with 5 to 9, the rest with fewer; about 1,500 people and 600
    answers. Large ones first.
    """
    large = [(45, 33), (43, 31), (42, 30)]
    medium = [(rng.randint(17, 22), rng.randint(10, 14)) for _ in range(14)]
    small = [(rng.randint(9, 12), rng.randint(5, 7)) for _ in range(44)]
    rest = [(rng.randint(2, 7), rng.choice((0, 0, 0, 0, 1, 1, 2))) for _ in range(200 - 61)]
    return large + medium + small + rest


def places(seed: int = 7) -> list[Place]:
    """The 200 spaces, by territory. The same seed gives the same network."""
    rng = Random(seed)
    names = {lang: _villages(rng, lang) for lang in VILLAGE}
    found: list[Place] = []
    slugs: set[str] = set()
    for number, (people, answers) in enumerate(sizes(rng)):
        slug, _name, country, lang, zone, west, east, south, north = TERRITORIES[number % len(TERRITORIES)]
        village = next(names[lang])
        called = rng.choice(SPACE[lang])
        own = _slug(f"{called} {village}")
        while own in slugs:
            own += "-2"
        slugs.add(own)
        found.append(
            Place(
                own,
                called,
                village,
                slug,
                country,
                lang,
                zone,
                round(rng.uniform(south, north), 4),
                round(rng.uniform(west, east), 4),
                people,
                answers,
            )
        )
    return found


def _villages(rng: Random, lang: str) -> Iterator[str]:
    first, last = VILLAGE[lang]
    every = [a + b for a in first for b in last]
    rng.shuffle(every)
    while True:
        yield from every


_PLAIN = str.maketrans("àáâçèéêëíîïòóôùúûüñ’' ", "aaaceeeeiiiooouuuun---")


def _slug(text: str) -> str:
    return "-".join(part for part in text.lower().translate(_PLAIN).split("-") if part)[:64]
