"""Headings that word the question of their code otherwise: shown beside the question's own text, and accepted in params."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bwise.intake import State, quoted, side_by_side, states
from bwise.matching.columns import Match
from bwise.problems import Problem, did_you_mean, stop
from bwise.questionnaire import load_questionnaire
from bwise.settings import Project, load_country
from bwise.storage import write_text

NOTHING_WRITTEN = "Nothing was confirmed."


@dataclass(frozen=True, eq=False)
class Confirmation:
    """Headings of one delivery that are about to be accepted; `number` counts the deliveries of its part from 0."""

    name: str
    part: str
    number: int
    matches: tuple[Match, ...]

    def __str__(self) -> str:
        part = f" ({self.part.replace('_', ' ')})" if self.part else ""
        return "\n".join([f"{self.name}{part}", *(f"  {side_by_side(match)}" for match in self.matches)])


def to_confirm(project: Project, country: str, delivery: str = "") -> list[Confirmation]:
    """The headings of a country's exports, of survey and focus group, that wait for being accepted; of one delivery, or of all.

    Raises:
        ProblemsFound: there is no such delivery, or an export cannot be read.
    """
    found: list[tuple[int, State]] = []
    for settings in load_country(project, country).parts():
        questionnaire = load_questionnaire(project.params / "questionnaires" / settings.questionnaire)
        found += enumerate(states(project, settings, questionnaire))
    known = list(dict.fromkeys(state.name for _, state in found))
    if delivery and delivery not in known:
        where, remedy = f"params/{country}.yaml", did_you_mean(delivery, known)
        stop(NOTHING_WRITTEN, Problem(f"there is no delivery `{delivery}`", where, remedy=remedy))
    wanted = [(number, state) for number, state in found if delivery in ("", state.name)]
    stop(NOTHING_WRITTEN, *[problem for _, state in wanted for problem in state.problems])
    return [Confirmation(s.name, s.part, number, tuple(s.reworded)) for number, s in wanted if s.reworded]


def confirm(project: Project, country: str, confirmations: list[Confirmation]) -> None:
    """Write `wording:` lines into `params/<CC>.yaml`; every other byte stays.

    Raises:
        ProblemsFound: a delivery is not written on lines of its own.
    """
    path = project.params / f"{load_country(project, country).country}.yaml"
    mark = "\ufeff" if path.read_bytes().startswith(b"\xef\xbb\xbf") else ""
    text = path.read_bytes().decode("utf-8-sig")
    for confirmation in confirmations:
        text = _with_lines(text, confirmation, path)
    write_text(path, mark + text)


def _with_lines(text: str, confirmation: Confirmation, path: Path) -> str:
    content = YAML().load(text)
    deliveries = (content[confirmation.part] if confirmation.part else content)["deliveries"]
    delivery = deliveries[confirmation.number]
    there = delivery.get("wording")
    line, column = delivery.lc.key("wording" if there else "file")
    indent = there.lc.key(next(iter(there)))[1] if there else column + 2
    lines = text.split("\n")
    end = "\r" if lines[line].endswith("\r") else ""
    names = _names(confirmation.matches)
    new = [] if there else [f"{' ' * column}wording:{end}"]
    new += [f"{' ' * indent}{quoted(name)}: accepted{end}" for name in names]
    lines[line + 1 : line + 1] = new
    delivery["wording"] = {**(there or {}), **dict.fromkeys(names, "accepted")}
    try:
        same = YAML().load("\n".join(lines)) == content
    except YAMLError:
        same = False
    if not same:
        what = f"the delivery {confirmation.name} is not written with one key per line"
        remedy = "write these lines under its `file:`:\n" + "\n".join(line.strip("\r") for line in new)
        stop(NOTHING_WRITTEN, Problem(what, f"params/{path.name}", remedy=remedy))
    return "\n".join(lines)


def _names(matches: tuple[Match, ...]) -> list[str]:
    """The whole heading, so that another text in a later export waits again; the place of a column whose heading others have, too."""
    headings = Counter(match.column.heading for match in matches)
    return [match.column.heading if headings[match.column.heading] == 1 else match.column.place for match in matches]
