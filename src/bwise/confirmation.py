"""Headings that word the question of their code otherwise: shown beside the question's own text, and accepted in params."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from bwise.intake import State, side_by_side, states
from bwise.matching.columns import Match
from bwise.params_lines import Setting, check_delivery, write_settings
from bwise.problems import stop
from bwise.questionnaire import load_questionnaire
from bwise.settings import Project, load_country

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
    check_delivery(delivery, known, country, NOTHING_WRITTEN)
    wanted = [(number, state) for number, state in found if delivery in ("", state.name)]
    stop(NOTHING_WRITTEN, *[problem for _, state in wanted for problem in state.problems])
    return [Confirmation(s.name, s.part, number, tuple(s.reworded)) for number, s in wanted if s.reworded]


def confirm(project: Project, country: str, confirmations: list[Confirmation]) -> None:
    """Write `wording:` lines into `params/<CC>.yaml`; every other byte stays.

    Raises:
        ProblemsFound: a delivery is not written on lines of its own.
    """
    settings = [Setting(c.name, c.part, c.number, "wording", dict.fromkeys(_names(c.matches), "accepted")) for c in confirmations]
    write_settings(project, load_country(project, country).country, settings, NOTHING_WRITTEN)


def _names(matches: tuple[Match, ...]) -> list[str]:
    """The whole heading, so that another text in a later export waits again; the place of a column whose heading others have, too."""
    headings = Counter(match.column.heading for match in matches)
    return [match.column.heading if headings[match.column.heading] == 1 else match.column.place for match in matches]
