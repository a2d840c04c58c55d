"""SPSS files (.sav, .zsav), which LimeSurvey, Qualtrics, SurveyMonkey and statistics programs write.

A variable has a name and a label. The label holds the question, with the option or row of the question before it in brackets
(LimeSurvey: `[Option] Question`) or after it (`Question: Option`, `Question - Option`). What a value means stands in the file,
so answers come as labels (`containers`).
"""

from __future__ import annotations

import re
from dataclasses import replace

from bwise.exports.qualtrics import without_own_words
from bwise.exports.table import Column, Grid, RawTable, raw_table
from bwise.text import code_key

NAME = "SPSS"
CONTAINERS = ("sav",)
NAMES, LABELS = -1, 0  # rows of the grid
ITEM_FIRST = re.compile(r"^\[(?P<item>[^\[\]]+)\]\s*(?P<question>.+)$", re.DOTALL)
CUT_OFF = 240  # bytes; SPSS keeps 255 or 256 of a label, less where a letter would be cut in two or spaces were dropped
# Names of what a tool adds to the answers, in SPSS letters, digits and underscores only; beside one of them in every file of the
# tool, for another file may have a question called status.
OWN = (
    (
        {"submitdate", "startlanguage"},  # LimeSurvey
        {
            "id": "respondent_id",
            "submitdate": "submitted",
            "lastpage": "progress",
            "startlanguage": "language",
            "seed": "tool",
            "startdate": "started",
            "datestamp": "tool",
            "interviewtime": "tool",
        },
    ),
    (
        {"responseid", "recordeddate"},  # Qualtrics
        {
            "startdate": "started",
            "enddate": "tool",
            "status": "tool",
            "progress": "progress",
            "durationinseconds": "tool",
            "finished": "tool",
            "recordeddate": "tool",
            "responseid": "respondent_id",
            "distributionchannel": "tool",
            "userlanguage": "language",
        },
    ),
    (
        {"collectorid"},  # SurveyMonkey
        {
            "respondentid": "respondent_id",
            "collectorid": "tool",
            "startdate": "started",
            "enddate": "tool",
            "customdata": "person",
            "customdata1": "person",
        },
    ),
)


def read(grid: Grid) -> RawTable | None:
    """Accept every SPSS file."""
    if not {NAMES, LABELS} <= set(grid.cells.index):
        return None
    names, labels = grid.cells.loc[NAMES].tolist(), grid.cells.loc[LABELS].tolist()
    keys = [code_key(name) for name in names]
    own = {key: about for signs, meta in OWN if signs & set(keys) for key, about in meta.items()}
    parts = _sections_and_texts(names, without_own_words(list(zip(names, labels, strict=True))))
    columns = [
        Column(position, label or name, code=name, text=text, section=section, about=own.get(keys[position], ""))
        for position, (name, label, (section, text)) in enumerate(zip(names, labels, parts, strict=True))
    ]
    raw = raw_table(NAME, grid, columns, first_data_row=1, headings="code and text")
    return replace(raw, cells=grid.cells.loc[1:, list(raw.cells)])  # a case without any answer is a case


def _sections_and_texts(names: list[str], labels: list[str]) -> list[tuple[str, str]]:
    """`[Option] Question` as `Question [Option]`, and what is left of a label that SPSS cut off.

    A question cut off is taken from beside another option, where it stands whole; else it is the section of its row. An option
    cut off has no question in its label at all: that of the variable before, if the names begin alike.
    """
    found = [ITEM_FIRST.match(label) for label in labels]
    questions = {match["question"] for match in found if match}
    parts: list[tuple[str, str]] = []
    for i, (match, label) in enumerate(zip(found, labels, strict=True)):
        cut = len(label.encode()) >= CUT_OFF
        if match and (question := _whole(match["question"], questions) if cut else match["question"]):
            parts.append(("", f"{question} [{match['item']}]"))
        elif match:
            parts.append((match["question"], match["item"]))
        elif cut and label.startswith("[") and i and found[i - 1] and _stem(names[i]) == _stem(names[i - 1]):
            parts.append(("", f"{_whole(found[i - 1]['question'], questions) or found[i - 1]['question']} {label}"))
        else:
            parts.append(("", label))
    return parts


def _whole(question: str, questions: set[str]) -> str:
    """The one question of the file that begins so and is longer, or nothing."""
    longer = sorted((q for q in questions if q.startswith(question)), key=len)
    return longer[-1] if len(longer) > 1 and all(longer[-1].startswith(q) for q in longer) else ""


def _stem(name: str) -> str:
    return name.rpartition("_")[0]
