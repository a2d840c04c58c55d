"""REDCap records as CSV: raw or label headings, and raw or label answers, in any combination.

Sources of the layout: REDCap's own export code (`Records::getData`) and the exports in the tests of REDCapR. The first
column is the record, a checkbox has one column per option (`field___code` with 0/1, or `Label (choice=Option)` with
Unchecked/Checked) and is never missing, each form ends in `<form>_complete`, each survey begins with `<form>_timestamp`.
REDCap's own words are English in every language. Longitudinal and repeating projects have several rows per record.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from bwise.exports.table import Column, Grid, RawTable, headings, raw_table
from bwise.problems import Problem
from bwise.text import tidy

NAME = "REDCap"
VARIABLE = re.compile(r"^[a-z][a-z0-9_]*$")
CHOICE = re.compile(r"^(?P<question>.*?\S)\s*\(choice=(?P<option>.*)\)$", re.DOTALL)
RECORD_ID = re.compile(r"(^|[\s_])id$", re.IGNORECASE)
STATUS = {"", "0", "1", "2", "Incomplete", "Unverified", "Complete"}
NOT_COMPLETED = "[not completed]"
META = {
    "redcap_event_name": "tool",
    "redcap_repeat_instrument": "tool",
    "redcap_repeat_instance": "tool",
    "redcap_data_access_group": "tool",
    "redcap_survey_identifier": "person",
    # the same as labels
    "Event Name": "tool",
    "Repeat Instrument": "tool",
    "Repeat Instance": "tool",
    "Data Access Group": "tool",
    "Survey Identifier": "person",
}
SEVERAL_ROWS = {h for h in META if "event" in h.lower() or "repeat" in h.lower()}
"""Headings, right after the record, of projects with several rows per record."""


def read(grid: Grid) -> RawTable | None:
    """Accept a table with REDCap's own columns, or with forms that end as REDCap's do."""
    named = {position: tidy(text) for position, text in headings(grid)}
    about = {position: META.get(name, "") for position, name in named.items()}
    about |= {position: "tool" for position, name in named.items() if _is_status(grid, position, name)}
    raw_headings = bool(named) and all(VARIABLE.match(name) for name in named.values())
    if not (_has_raw_signs(named, about) if raw_headings else _has_label_signs(named, about)):
        return None
    about |= _timestamps(named, about)
    if 0 in named and (RECORD_ID.search(named[0]) or SEVERAL_ROWS & set(named.values())):
        about[0] = "respondent_id"
    columns = [_column(p, grid.cells.loc[1, p], name, about[p], raw_headings) for p, name in named.items()]
    raw = raw_table(NAME, grid, columns, first_data_row=2, headings="code" if raw_headings else "text")
    return replace(raw, cells=_without_open_surveys(raw), problems=(*raw.problems, *_problems(raw)))


def _is_status(grid: Grid, position: int, name: str) -> bool:
    """Whether the column is the status of a form: incomplete, unverified or complete."""
    return (name == "Complete?" or name.endswith("_complete")) and set(grid.cells.loc[2:, position].map(tidy)) <= STATUS


def _has_raw_signs(named: dict[int, str], about: dict[int, str]) -> bool:
    """REDCap's own variables; or the last form's status as the last column."""
    last = max(named)
    return any(name.startswith("redcap_") and name in META for name in named.values()) or (about[last] == "tool" and last > 1)


def _has_label_signs(named: dict[int, str], about: dict[int, str]) -> bool:
    return any(CHOICE.match(name) or (name == "Complete?" and about[p]) for p, name in named.items())


def _timestamps(named: dict[int, str], about: dict[int, str]) -> dict[int, str]:
    """The last survey's time of completion is when a record was submitted."""
    forms = {name.removesuffix("_complete") for p, name in named.items() if about[p] and name.endswith("_complete")}
    stamps = {"Survey Timestamp", *(f"{form}_timestamp" for form in forms)}
    found = [position for position, name in named.items() if name in stamps]
    return {p: "submitted" if p == found[-1] else "tool" for p in found}


def _column(position: int, heading: str, name: str, about: str, raw_headings: bool) -> Column:
    if raw_headings:
        return Column(position, heading, code=name.replace("___", "/", 1), about=about)
    choice = CHOICE.match(name)
    return Column(position, heading, text=f"{choice['question']} [{choice['option']}]" if choice else heading, about=about)


def _without_open_surveys(raw: RawTable) -> pd.DataFrame:
    """The cells, without REDCap's word for a survey that was begun and not sent off: it was not submitted."""
    return raw.cells.replace({c.position: {NOT_COMPLETED: ""} for c in raw.columns if c.about == "submitted"})


def _problems(raw: RawTable) -> tuple[Problem, ...]:
    """A record in several rows: of an event or repeated form each, even where the columns that say so were deleted.

    Rows that are alike to the last cell are copies, which a rule leaves out.
    """
    records = raw.about("respondent_id")
    if records is None:
        return ()
    told = SEVERAL_ROWS & {tidy(c.heading) for c in raw.columns}
    rows = records[records.ne("")] if told else records[records.ne("") & ~raw.grid.cells.loc[records.index].duplicated()]
    several = rows[rows.duplicated()].nunique()
    if not several:
        return ()
    return (
        Problem(
            f"{several} of its {records.nunique()} records have several rows, one per event or repeated form",
            why="a row would count as a respondent",
            remedy="ask the partner for a report with the questionnaire's event and form only, one row per record",
        ),
    )
