"""A scenario comes back as one scene: the one that decides how it ends, asked as a question with one good choice. Pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from lms.content.documents import Activity, Scene
from lms.content.kinds import Choice, Question, Single
from lms.learning.rules import scene_of, steps_of

#: The endings a good choice leads to: the first of these that the scenario has.
_BEST = ("good", "partial")


def asked_of(text: Activity, name: str) -> Question | None:
    """The question `name` of an activity; of a scenario, its decisive scene as a question, if that is its name."""
    if not text.scenes:
        return text.question(name)
    found = decisive(text)
    return found if found is not None and found.id == name else None


def decisive(text: Activity) -> Question | None:
    """The decisive scene of a scenario as a question; None where no choice leads nearer to its best ending than another.

    A scene decides where one choice leads on towards the best ending and another does not. Of several it is the one
    where another choice shuts the way for good, then the one nearest to that ending, then the first in the file.
    """
    far = _distances(text.scenes)
    # A fork: some of its choices lead on, others do not.
    forks = [one for one in text.scenes if len({_leads_on(one, far, move.target) for move in one.moves}) == 2]
    if not forks:
        return None
    scene = min(forks, key=lambda one: (not any(math.isinf(_far(far, move.target)) for move in one.moves), far[one.id]))
    choices = tuple(Choice(move.text, _leads_on(scene, far, move.target), move.feedback) for move in scene.moves)
    return Single(id=scene.id, title=scene.title, prompt=scene.html, shuffle=True, choices=choices)


def chosen(text: Activity, scene: str, path: Sequence[str]) -> list[int] | None:
    """What was chosen in a scene, the last time a way came through it, as its question keeps it; None if it never did."""
    found = text.scene(scene)
    after = [there for here, there in itertools.pairwise(path) if scene_of(here) == scene]
    steps = steps_of(found.moves) if found else []
    return [steps.index(after[-1]) + 1] if after and after[-1] in steps else None


def _distances(scenes: Sequence[Scene]) -> dict[str, float]:
    """Scene -> how many choices it is from the best ending; without the scenes from which none can be reached."""
    best = next((kind for kind in _BEST if any(one.ending == kind for one in scenes)), None)
    far: dict[str, float] = {one.id: 0 for one in scenes if best and one.ending == best}
    while True:
        found = {
            one.id: 1 + min(far[move.target] for move in one.moves if move.target in far)
            for one in scenes
            if one.id not in far and any(move.target in far for move in one.moves)
        }
        if not found:
            return far
        far.update(found)


def _far(far: Mapping[str, float], scene: str) -> float:
    return far.get(scene, math.inf)


def _leads_on(scene: Scene, far: Mapping[str, float], target: str) -> bool:
    """Whether the choice that leads to `target` leads from a scene towards the best ending."""
    return _far(far, target) < _far(far, scene.id)
