"""Courses for tests, written as a trainer writes them: Markdown and YAML in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

#: Words that only the key and the feedback hold: none may be in a page before its question is answered.
SECRETS = (
    "RIGHT-FEEDBACK",
    "WRONG-FEEDBACK",
    "NEAR-FEEDBACK",
    "OTHER-FEEDBACK",
    "EXPLANATION",
    "MODEL-ANSWER",
    "quarante-deux",
)

LESSON = """---
id: {unit}
title: {title}
minutes: 12
objectives:
  - écouter avant de parler
---

# {title}

Mardi, 9 h 20. Camille pose son casque sur votre bureau.

## Que dites-vous d’abord ?
<!-- q-mot -->

- [ ] « C’est la règle. »
  > WRONG-FEEDBACK La porte se ferme.
- [x] « Que vous faut-il ? »
  > RIGHT-FEEDBACK Une question ouvre.

> [!TIP]
> HINT-ONE Cherchez la question.

> [!NOTE]
> EXPLANATION Une question laisse parler.

## J’essaie dans mon espace
<!-- k-essai -->

Quand **une personne se plaint**,
je **reformule d’abord**.

## À retenir

- La position se discute.
- Le besoin s’entend.
"""

QUIZ = """---
id: {unit}
title: Cinq questions
{more}---

# Cinq questions

## Combien de minutes ?
<!-- q-duree -->

- [=] 10 ± 5
  > RIGHT-FEEDBACK Assez pour dire.
- [~] 30
  > NEAR-FEEDBACK Trop long.
- [ ] *
  > OTHER-FEEDBACK Comptez encore.

## Quel mot ?
<!-- q-mot-juste -->

- [=] quarante-deux
- [ ] *
  > OTHER-FEEDBACK Un autre mot.

## Quels gestes gardent l’équilibre ?
<!-- q-gestes multiple -->

- [x] Les mêmes questions
  > RIGHT-FEEDBACK Oui.
- [x] Le même jour
  > RIGHT-FEEDBACK Oui.
- [ ] Un seul récit
  > WRONG-FEEDBACK Non.

> [!TIP]
> HINT-ONE Il y en a deux.

> [!TIP]
> HINT-TWO Pas le récit.

## Remettez dans l’ordre.
<!-- q-etapes order -->

1. Écouter
2. Nommer
3. Chercher

> [!NOTE]
> EXPLANATION Écouter d’abord.

## Reliez.
<!-- q-relier match -->

| Phrase | Ce qu’elle dit |
| --- | --- |
| « La salle est à moi. » | une position |
| « J’ai besoin de calme. » | un besoin |
|  | un jugement |

## Complétez.
<!-- q-trous cloze -->

On garde le [=cadre|!café|!verrou] et chacun garde sa [=solution].

## Racontez votre mardi.
<!-- q-recit open -->

> [!IMPORTANT]
> MODEL-ANSWER Un mardi calme.
"""

SHORT_QUIZ = """---
id: {unit}
title: Une question
{more}---

# Une question

## Oui ou non ?
<!-- q-oui -->

- [x] Oui
  > RIGHT-FEEDBACK Oui.
- [ ] Non
  > WRONG-FEEDBACK Non.

## Encore ?
<!-- q-encore -->

- [ ] Jamais
  > WRONG-FEEDBACK Si.
- [x] Parfois
  > RIGHT-FEEDBACK Oui.
"""

#: A question with a picture or a link in each of its texts; `write_picture` writes what they lead to.
PICTURED = """---
id: {unit}
title: Un plan
{more}---

# Un plan

La salle a deux portes.

## Où est la salle ?
<!-- q-plan -->

![Le plan](media/plan.svg)

Pensez au [besoin](../../glossary.fr.md#besoin).

- [x] Ici, comme dans [l’étape](lesson.fr.md)
  > ![Le plan, la salle en bleu](media/plan.svg)
- [ ] Là
  > Non.

> [!TIP]
> ![Le plan, de plus près](media/plan.svg)

> [!NOTE]
> Relisez [l’étape](lesson.fr.md).
"""


def write_picture(course: Path, unit: str) -> Path:
    """The picture of `PICTURED`, and the glossary it leads to; gives the path of the picture."""
    (course / "glossary.fr.md").write_text("# Mots\n\n## Besoin\n\nCe qui compte vraiment.\n", encoding="utf-8")
    path = course / "units" / unit / "media" / "plan.svg"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>')
    return path


def write_lesson(
    course: Path, unit: str, *, title: str = "Écouter avant de proposer", lang: str = "fr", body: str = LESSON
) -> Path:
    """A lesson file of a unit; gives its path."""
    path = course / "units" / unit / f"lesson.{lang}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body.format(unit=unit, title=title), encoding="utf-8")
    return path


def write_quiz(
    course: Path, unit: str, *, name: str = "quiz", more: str = "", lang: str = "fr", body: str = QUIZ
) -> Path:
    """A quiz file of a unit; `more` are lines of its header. Gives its path."""
    path = course / "units" / unit / f"{name}.{lang}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body.format(unit=unit, more=more), encoding="utf-8")
    return path


def write_head(
    course: Path, units: Sequence[str], *, status: str = "published", languages: Sequence[str] = ("fr",), more: str = ""
) -> Path:
    """The course.yml of a course; gives its path."""
    course.mkdir(parents=True, exist_ok=True)
    path = course / "course.yml"
    path.write_text(
        f"dialect: 1\nid: {course.name}\nsource: fr\nlanguages: [{', '.join(languages)}]\nfallback: source\n"
        f"title:\n  fr: Écouter au comptoir\n  en: Listening at the counter\n"
        f"summary:\n  fr: Entendre ce qui compte.\n  en: Hearing what matters.\n"
        f"domain: mediation\ncompetencies: []\nstatus: {status}\n{more}units:\n"
        + "".join(f"  - {unit}\n" for unit in units),
        encoding="utf-8",
    )
    return path


def write_course(
    root: Path, course_id: str = "ecouter-bien", *, units: Sequence[str] = ("un", "deux", "trois"), **head: object
) -> Path:
    """A small valid course: lessons alone. Gives its folder."""
    course = root / course_id
    write_head(course, units, **head)  # type: ignore[arg-type]
    for unit in units:
        write_lesson(course, unit, title=f"Étape {unit}")
    return course


def write_ahead(root: Path, course_id: str = "bientot", *, title: str = "Étape un") -> Path:
    """A course in preparation: its header is published, its one lesson is a draft. Gives its folder."""
    course = write_course(root, course_id, units=("un",))
    write_lesson(course, "un", title=title, body=LESSON.replace("minutes: 12\n", "minutes: 12\nstatus: draft\n"))
    return course
