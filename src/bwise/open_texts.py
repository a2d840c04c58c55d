"""Answers that wait for a decision: each text once with its count, why it waits, and the line of params that would settle it."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from bwise.masking import mask
from bwise.matching.answers import PARTS
from bwise.matching.rules import OF_THE_COLUMN, Rule, made_by
from bwise.settings import CountrySettings, Project
from bwise.storage import remove, write_csv

FILE = "open_answers.csv"
FEW = 3  # questions that are named where many wait for one reason
LONG = 100  # characters of a text that are shown


def by_text(answers: pd.DataFrame) -> pd.DataFrame:
    """Open answers by text, or by the part of a joined answer that is open, however many answers it stands in.

    Args:
        answers: as `bwise.cleaning.open_answers` gives them.

    Returns:
        One row per delivery, question and text: delivery, question, text, count (of answers), rule, proposal.
    """
    by_part = []
    for line in answers.to_dict("records"):
        parts = line["open"].split(PARTS) if line["open"] else [line["raw"]]
        proposals = line["proposal"].split(PARTS) if line["open"] else [line["proposal"]]
        proposals = proposals if len(proposals) == len(parts) else [line["proposal"]] * len(parts)
        by_part += [{**line, "text": text, "proposal": near} for text, near in zip(parts, proposals, strict=True)]
    keys = ["delivery", "question", "text", "rule", "proposal"]
    found = pd.DataFrame(by_part, columns=[*keys, "count"])
    found = found.groupby(keys, sort=False, as_index=False)["count"].sum()
    return found[["delivery", "question", "text", "count", "rule", "proposal"]]


def write_list(project: Project, settings: CountrySettings, by_delivery: list[pd.DataFrame]) -> Path:
    """Write every open text of a country to `processed/<CC>/open_answers.csv`; away with the file where nothing is open.

    Personal data is masked, but people may have typed anything: the file is private.
    """
    path = project.processed(settings.country, settings.part) / FILE
    waiting = [answers for answers in by_delivery if len(answers)]
    if not waiting:
        remove(path)
        return path
    texts = by_text(pd.concat(waiting))
    texts["text"] = texts["text"].map(lambda text: mask(text, settings.country))
    write_csv(path, texts.rename(columns={"count": "answers", "rule": "why it is open"}))
    return path


def told(answers: pd.DataFrame, country: str) -> list[str]:
    """One line per open text, those like an answer first; one line for all numbers that wait for the same reason."""
    texts = by_text(answers)
    judged = made_by(texts["rule"], *OF_THE_COLUMN)
    lines = []
    for (rule, proposal), same in texts[judged].groupby(["rule", "proposal"], sort=False):
        names = list(dict.fromkeys(same["question"]))
        more = f" and {len(names) - FEW} more questions" if len(names) > FEW else ""
        what = f"{', '.join(names[:FEW])}{more}: {rule} ({same['count'].sum()} answers)"
        lines.append(f"{what}  →  {proposal}" if proposal else what)
    single = texts[~judged]
    for likely in (True, False):
        for line in single[single["proposal"].ne("").eq(likely)].itertuples():
            text = _shorter(mask(line.text, country))
            lines.append(f"{line.question}: {text} ({line.count}×)  →  {line.proposal or _without(line.rule)}")
    return lines


def _without(rule: str) -> str:
    return "like no answer" if rule in (Rule.NO_SUCH_ANSWER, Rule.UNKNOWN_PART) else rule


def _shorter(text: str) -> str:
    text = re.sub(r"\s+", " ", text)
    return text if len(text) <= LONG else text[: LONG - 1] + "…"


def to_do(answers: pd.DataFrame) -> list[str]:
    """What settles them, in words: by line of params."""
    rules = answers["rule"]
    steps = []
    if made_by(rules, Rule.OTHER_SCALE, Rule.OTHER_ENDS, Rule.OTHER_LIST).any():
        steps.append(
            "under `scales:`, name the answer list that was asked; or say under `answers:` what each number means, once for an answer "
            "list and all its questions (`relevance: {0: 1, 1: 2}`)"
        )
    if made_by(rules, Rule.SHARES).any():
        steps.append("under `units:`, say `share` or `%` for each of these questions")
    if (~made_by(rules, *OF_THE_COLUMN) | made_by(rules, Rule.AMONG_TEXTS, Rule.GRADED, Rule.BESIDE_LOST)).any():
        steps.append("under `answers:`, say what each open text means: an answer's code, or no_answer")
    return steps


def as_params(answers: pd.DataFrame, country: str) -> dict[str, dict[str, object]]:
    """Lines of params for what has a proposal: key -> question -> list or unit, or {text: (code, proposal)}.

    A text that is masked is no key: it is left out.
    """
    lines: dict[str, dict[str, object]] = {"scales": {}, "units": {}, "answers": {}}
    for line in by_text(answers).itertuples():
        question, proposal = line.question.partition("/")[0], line.proposal
        key, _, value = proposal.partition(": ")
        if key in ("scales", "units"):
            lines[key][question] = value.replace(" or ", "   # or ", 1)
        elif proposal and mask(line.text, country) == line.text:
            lines["answers"].setdefault(question, {})[line.text] = (proposal.partition(" ")[0], proposal)
    return {key: found for key, found in lines.items() if found}
