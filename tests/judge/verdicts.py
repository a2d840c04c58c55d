"""What becomes of a changed delivery in `bwise check`, and in the flags of a run: same, asked, refused, or wrong."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bwise.checks import flag
from bwise.cleaning import DUPLICATE, apply_skip_logic, exclude, gather
from bwise.intake import State, states
from bwise.questionnaire import Questionnaire
from bwise.settings import CountrySettings, Delivery, Project
from tests.judge.files import DELIVERIES, ROOT, people_of, sheet
from tests.judge.mutations import DESTROY, KEEP, Mutant

SAME, ASKED, REFUSED, WRONG = "same", "asked", "refused", "wrong"


@dataclass(frozen=True)
class Verdict:
    outcome: str
    why: str = ""


def project_in(folder: Path) -> Project:
    """A project with the questionnaire of the demonstration and no deliveries."""
    shutil.copytree(ROOT / "params", folder / "params", ignore=shutil.ignore_patterns("[A-Z][A-Z].*"))
    (folder / "raw").mkdir()
    return Project(folder)


def judged(kind: str, mutant: Mutant, project: Project) -> Verdict:
    """Read the changed delivery and compare it with what the simulated people sent."""
    state = state_of(mutant, project)
    found = verdict(kind, mutant, state)
    silent = found.outcome == WRONG and kind in DESTROY and not mutant.touched and not state.problems
    if silent and len(respondents(state)) == len(mutant.sheet.order):  # answers that were pushed aside: told by flags of their record
        questionnaire, sent = mutant.sheet.questionnaire, state_of(Mutant(sheet(mutant.sheet.partner)), project)
        new = _flags(state, questionnaire) - _flags(sent, questionnaire)
        return Verdict(ASKED, "flagged: " + ", ".join(sorted({name for _, name in new}))) if new else found
    return found


def state_of(mutant: Mutant, project: Project) -> State:
    (project.root / "raw" / mutant.name).write_bytes(mutant.bytes)
    partner = mutant.sheet.partner
    delivery = Delivery(partner=partner.name, file=Path("raw", mutant.name))
    settings = CountrySettings(country=partner.country, questionnaire=mutant.sheet.questionnaire.name, deliveries=[delivery])
    (state,) = states(project, settings, mutant.sheet.questionnaire)
    return state


def _flags(state: State, questionnaire: Questionnaire) -> set[tuple[int, str]]:
    """Record and flag, as the country page lists them."""
    settings = CountrySettings(country=state.country, questionnaire=questionnaire.name, deliveries=[state.delivery])
    country = gather(settings, questionnaire, [state.read])
    country = apply_skip_logic(country)
    country = exclude(country)
    return {(found.position, found.flag) for found in flag(country).flags.itertuples()}


def judged_beside_itself(mutant: Mutant, project: Project) -> Verdict:
    """Read a delivery and, as one of another partner of the country, a file that holds the same records.

    Wrong where it is not told of as many records as are alike in both files; a record with an answer that the form of the file
    made unreadable, which is asked about, is alike when that is decided.
    """
    partner = mutant.sheet.partner
    sent = {partner.name: Mutant(sheet(partner)), "again": mutant}
    for name, file in sent.items():
        (project.root / "raw" / f"{name} {file.name}").write_bytes(file.bytes)
    deliveries = [Delivery(partner=name, file=Path("raw", f"{name} {file.name}")) for name, file in sent.items()]
    settings = CountrySettings(country=partner.country, questionnaire=mutant.sheet.questionnaire.name, deliveries=deliveries)
    first, later = states(project, settings, mutant.sheet.questionnaire)
    if first.problems or later.problems:
        return Verdict(REFUSED, str((first.problems or later.problems)[0]))
    counts = [int(told[1]) for remark in later.remarks if (told := re.match(r"(\d+) records? came with ", remark))]
    alike = _kept(first) - (len(_unreadable(later) - _unreadable(first)) if len(later.answers) else 0)
    told = counts[0] if counts else 0
    return Verdict(ASKED) if told == alike else Verdict(WRONG, f"told of {told} records of {alike}")


def _unreadable(state: State) -> set[str]:
    """Submissions with an answer that cannot be read, by the tool's id where it gives one."""
    unread = state.read.answers.reasons.eq("unreadable").any(axis=1).to_numpy()
    ids = state.read.raw.about("respondent_id")
    return set(map(str, (state.read.raw.cells.index if ids is None else ids.str.lstrip("0"))[unread]))


def _kept(state: State) -> int:
    """Records that count, or would if they had not been sent twice within their own delivery, too."""
    return sum(person.fate in ("kept", DUPLICATE) for person in people_of(DELIVERIES[state.name]))


def verdict(kind: str, mutant: Mutant, state: State) -> Verdict:
    if state.problems:
        return Verdict(REFUSED, str(state.problems[0]))
    asked = opened(state, mutant)
    if len(respondents(state)) != len(mutant.sheet.order):
        return Verdict(WRONG, f"{len(respondents(state))} records of {len(mutant.sheet.order)}")
    differing = wrong_cells(mutant, state, asked)
    if kind in KEEP:
        return Verdict(WRONG, differing) if differing else Verdict(ASKED, ", ".join(sorted(asked))) if state.is_open else Verdict(SAME)
    touched = {mutant.sheet.question(c).name for c in mutant.touched}
    caught = bool(asked & touched) if touched else state.is_open
    if caught:
        return Verdict(WRONG, differing) if touched and differing else Verdict(ASKED, ", ".join(sorted(asked)))
    if not differing and not touched and state.read.raw.notes:  # left out by rule, and named
        return Verdict(SAME)
    return Verdict(WRONG, f"accepted in silence: {differing or ', '.join(sorted(touched))}")


def respondents(state: State) -> pd.DataFrame:
    """The answers of the rows that are somebody's: the others are left out by a rule, and `check` names them."""
    return state.read.answers.values.drop(index=list(state.read.raw.grid.set_aside))


def opened(state: State, mutant: Mutant) -> set[str]:
    """Questions about which something waits for a decision."""
    targets = mutant.sheet.targets
    columns = {targets[m.column.position] for m in state.columns if m.column.position < len(targets)} - {""}
    columns |= {m.named for m in state.columns if m.named}
    return {mutant.sheet.question_of(target).name for target in columns | set(state.answers["question"]) | set(state.options)}


def wrong_cells(mutant: Mutant, state: State, asked: set[str]) -> str:
    """The first cells that are not what was sent though nothing is open about their question; empty where there are none."""
    sheet = mutant.sheet
    sent = [sheet.people[r] for r in sheet.order]
    values, found = respondents(state), []
    for column in sheet.questionnaire.all_columns:
        name = sheet.question_of(column).name
        if name in asked or name.removesuffix("_other") in asked:
            continue
        cells = values[column].astype(object).where(values[column].notna(), None)
        found += [
            f"{column}, record {n + 1}: {cell!r} for {person.sent(column)!r}"
            for n, (cell, person) in enumerate(zip(cells, sent, strict=True))
            if cell != person.sent(column)
        ]
    return f"{len(found)} cells, {'; '.join(found[:3])}" if found else ""


def tally(verdicts: list[Verdict]) -> pd.Series:
    outcomes = pd.Series([v.outcome for v in verdicts], dtype="str").value_counts().reindex([SAME, ASKED, REFUSED, WRONG], fill_value=0)
    return pd.concat([pd.Series({"tried": len(verdicts)}), outcomes])
