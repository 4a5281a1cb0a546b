"""Scenarios: scenes as written, and the graph they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lms.content.findings import Fault, fault
from lms.content.headers import closest
from lms.content.questions import FEEDBACK
from lms.content.reading import MOVE, Line, Page, Section, proposed_id

_MANY_MOVES = 4


@dataclass(frozen=True)
class MoveSketch:
    """A choice of a scene: its words, where it leads, what the learner is told before the next scene."""

    line: int
    text: str
    target: str
    feedback: str


@dataclass(frozen=True)
class SceneSketch:
    """A scene as written, still Markdown."""

    id: str
    title: str
    line: int
    text: str
    moves: tuple[MoveSketch, ...]
    ending: str

    @property
    def shape(self) -> tuple[str, tuple[str, ...], str]:
        """What must be the same in every language."""
        return self.id, tuple(move.target for move in self.moves), self.ending


def scenes_of(page: Page) -> tuple[list[SceneSketch], list[Fault]]:
    """Read the scenes of a file. A section with an anchor is a scene; text before the first is the introduction."""
    scenes = [_scene(section) for section in page.sections if section.anchor]
    nameless = [section for section in page.sections if section.is_scene and not section.anchor]
    taken = {scene.id for scene in scenes}
    faults = [
        fault("E101/scene", section.line, title=section.title, proposal=proposed_scene(section.title, taken))
        for section in nameless
    ]
    if scenes or not nameless:
        faults += _faults(scenes)
    return scenes, faults


def proposed_scene(title: str, taken: set[str]) -> str:
    """Give a readable anchor for a scene, distinct from those taken."""
    return proposed_id("", title, taken)


def _scene(section: Section) -> SceneSketch:
    text: list[Line] = []
    moves: list[MoveSketch] = []
    under_move = False
    for line in section.lines:
        found = None if line.code else MOVE.fullmatch(line.text)
        if found:
            moves.append(MoveSketch(line.number, found[1], found[2], ""))
            under_move = True
            continue
        if under_move and not line.code and not line.blank and line.spaced.startswith("  "):
            last = moves[-1]
            feedback = FEEDBACK.fullmatch(line.spaced)
            words = feedback[1] if feedback else line.text.strip()
            moves[-1] = MoveSketch(last.line, last.text, last.target, f"{last.feedback}\n{words}".lstrip("\n"))
            continue
        under_move = under_move and line.blank
        text.append(line)
    body = "\n".join(line.text for line in text).strip("\n")
    return SceneSketch(section.anchor, section.title, section.line, body, tuple(moves), section.ending)


def _faults(scenes: Sequence[SceneSketch]) -> list[Fault]:
    if not scenes:
        return [fault("E302/none")]
    faults = []
    known: dict[str, SceneSketch] = {}
    for scene in scenes:
        if scene.id in known:
            faults.append(fault("E102", scene.line, id=scene.id, line=known[scene.id].line))
        else:
            known[scene.id] = scene
    for scene in scenes:
        for move in scene.moves:
            if move.target not in known:
                near = closest(move.target, list(known)) or scenes[0].id
                faults.append(fault("E301", move.line, target=move.target, closest=near))
        if not scene.moves and not scene.ending:
            faults.append(fault("E302", scene.line, scene=scene.id))
        if len(scene.moves) > _MANY_MOVES:
            faults.append(fault("W305", scene.line, scene=scene.id, count=len(scene.moves)))
    reached = _reach({scenes[0].id}, {id: {move.target for move in scene.moves} for id, scene in known.items()})
    back: dict[str, set[str]] = {id: set() for id in known}
    for scene in scenes:
        for move in scene.moves:
            back.setdefault(move.target, set()).add(scene.id)
    saved = _reach({scene.id for scene in scenes if scene.ending}, back)
    for scene in known.values():
        if scene.id not in reached:
            faults.append(fault("W303", scene.line, scene=scene.id))
        elif scene.id not in saved and scene.moves and all(move.target in known for move in scene.moves):
            faults.append(fault("E302/loop", scene.line, scene=scene.id))
    if not any(scene.ending == "good" for scene in scenes):
        faults.append(fault("W304", scenes[0].line))
    return faults


def _reach(start: set[str], ways: dict[str, set[str]]) -> set[str]:
    reached, open_ends = set(start), list(start)
    while open_ends:
        for target in ways.get(open_ends.pop(), set()):
            if target not in reached:
                reached.add(target)
                open_ends.append(target)
    return reached
