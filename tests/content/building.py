"""A small good course to break: written into a folder by the tests of the content room."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

COURSE = """\
dialect: 1
id: petit
source: fr
languages: [fr]
title: {fr: Petit cours, es: Curso pequeño}
summary: {fr: Un cours pour essayer.}
domain: mediation
competencies: [ecouter]
authors: [m.puig]
status: published
units:
  - ecouter
"""

LESSON = """\
---
id: ecouter
title: Écouter avant de proposer
minutes: 12
objectives:
  - reformuler une plainte
---

# Écouter avant de proposer

Camille pose son casque : « Je ne viens plus. »

## Que dites-vous ?
<!-- q-premier -->

- [ ] La règle.
  > Elle ferme la porte.
- [x] Un besoin ?
  > Oui.

## J’essaie
<!-- k-reformuler -->

Quand **une personne se plaint**,
je **reformule une fois**.

## À retenir

- La position se discute.
- Le besoin s’entend.
"""

QUIZ = """\
---
id: ecouter
title: Quatre questions
---

# Quatre questions

## Combien de minutes ?
<!-- q-duree -->

- [=] 10 ± 5
- [~] 30
  > Trente minutes suffisent pour plaider.
- [ ] *
  > Comptez le temps de dire.

## Remettez dans l’ordre.
<!-- q-etapes order -->

1. Écouter
2. Nommer
3. Chercher
4. Noter

## Reliez.
<!-- q-relier match -->

| Phrase | Ce qu’elle exprime |
| --- | --- |
| La salle est à moi. | une position |
| J’ai besoin de calme. | un besoin |
|  | un jugement |

## Complétez.
<!-- q-trous cloze -->

Le médiateur garde le [=cadre|champ], les personnes gardent la [=solution|!règle|!clé].

## Qui est là ?
<!-- q-qui -->

- [x] Camille
  > Oui.
- [x] Jordi
  > Oui.
- [ ] Le maire
  > Non.

> [!TIP]
> Deux personnes.

> [!NOTE]
> Elles étaient deux.

## En un mot ?
<!-- q-mot points=2 -->

- [=] besoin
- [=] un besoin
- [~] envie
  > Presque.

## Racontez.
<!-- q-recit -->

> [!IMPORTANT]
> Un modèle de réponse.
"""

SCENARIO = """\
---
id: ecouter
title: La salle calme
minutes: 8
---

# La salle calme

Vous animez un espace à Prades.

<a id="debut"></a>
## « C’est toujours lui ! »

Camille est debout.

- [Dehors.](#dehors)
  > Vous retirez le public.
- [Calmez-vous.](#froid)

<a id="dehors"></a>
## Sur le banc

- [Un besoin.](#accord)
- [Recommencer.](#debut)

<a id="froid"></a>
## La tension reste
<!-- end: partial -->

Rien n’est réglé. [Recommencer](#debut)

<a id="accord"></a>
## Un accord
<!-- end: good -->

Deux semaines d’essai.
"""

REFLECTION = """\
---
id: ecouter
title: Une fois, chez vous
---

# Une fois, chez vous

Pensez à la semaine dernière.

## À quel moment avez-vous répondu trop vite ?
<!-- q-trop-vite -->

Un moment, pas une personne.

## Qu’auriez-vous pu demander ?
<!-- q-demander -->
"""

POLL = """---
id: ecouter
title: Un avis
open: 2027-03-01..2027-03-15
anonymous: false
---

# Un avis

Trois réponses, aucune n’est la bonne.

## Que faites-vous d’abord ?
<!-- q-abord -->

Pensez à *hier*.

- [ ] J’écoute.
- [ ] Je propose,
  et j’attends.
"""

CHECKLIST = """---
id: ecouter
title: Avant l’entretien
download: [pdf, docx]
---

# Avant l’entretien

À imprimer.

## La salle
<!-- c-salle -->

La veille.

- [ ] Ouvrir la salle
- [ ] Poser **deux** chaises

## Les mots
<!-- c-mots -->

- [ ] Préparer une question
"""

ASSIGNMENT = """---
id: ecouter
title: Une lettre
submit: [text, file]
max_mb: 8
review: peer
peers: 3
---

# Une lettre

Écrivez à Camille en dix lignes.

> [!IMPORTANT]
> Chère Camille, *merci* d’avoir parlé.

Signez.

## Comment elle sera lue
<!-- r-lettre -->

Trois lectures, trois regards.

| Critère | Pas encore | En chemin | Oui |
| --- | --- | --- | --- |
| Le besoin | absent | suggéré | nommé |
| Le ton | accuse | neutre | ouvre |
"""

LIVE = """---
id: ecouter
title: En direct
start: 2027-03-04T14:00
tz: Europe/Paris
minutes: 45
join: https://example.org/salle
seats: 20
---

# En direct

Ordre du jour.
"""

GOOD = {
    "petit/course.yml": COURSE,
    "petit/units/ecouter/lesson.fr.md": LESSON,
    "petit/units/ecouter/quiz.fr.md": QUIZ,
    "petit/units/ecouter/scenario.fr.md": SCENARIO,
}

COMPETENCIES = """\
domains:
  mediation: {fr: Médiation, es: Mediación, ca: Mediació, en: Mediation}
anchors:
  1: {fr: un, es: uno, ca: u, en: one}
competencies:
  - id: ecouter
    domain: mediation
    name: {fr: écouter, es: escuchar, ca: escoltar, en: listening}
    example: {fr: Un banc., es: Un banco., ca: Un banc., en: A bench.}
"""


def write(root: Path, files: Mapping[str, str | bytes | None]) -> Path:
    """Write the good course below `root`, with files put in, replaced, or (None) left out. Gives `root`."""
    for name, text in {**GOOD, **files}.items():
        if text is None:
            continue
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def quiz(body: str) -> str:
    """Give a quiz file with this body; the body begins at line 5."""
    return f"---\nid: ecouter\ntitle: Essai\n---\n{body}"


def lesson(body: str, header: str = "") -> str:
    """Give a lesson with this body and more header lines."""
    return f"---\nid: ecouter\ntitle: Essai\nminutes: 5\nobjectives: [essayer]\n{header}---\n{body}"
