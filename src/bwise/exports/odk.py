"""ODK Central and ODK Briefcase: a CSV, or a zip with one CSV for the form and one for each repeated group in it.

Source of the layout: ODK Central's own export code (`lib/data/briefcase.js`). `SubmissionDate` comes first, the group stands
before the field with `-`, answers are codes only. A multiple answer is joined by spaces; with "split select multiples", a
column `field/code` with 1 and 0 follows for each code that anybody chose: 0 also where the question was not asked.
The rows of a repeated group have a `PARENT_KEY` and are no respondents.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

from bwise.exports.table import Column, Grid, RawTable, headings, holds_places, is_repeat, raw_table
from bwise.text import tidy

NAME = "ODK"
PATH_SIGN = re.compile(r"[-./]")  # `.` where R read the headings
META = {
    "SubmissionDate": "submitted",
    "KEY": "respondent_id",
    "start": "started",
    "end": "tool",
    "today": "tool",
    "audit": "tool",
    "instanceID": "tool",
    "instanceName": "person",  # made of answers by the form: often the name of the respondent
    "SubmitterID": "person",
    "SubmitterName": "person",
    "DeviceID": "person",
    "AttachmentsPresent": "tool",
    "AttachmentsExpected": "tool",
    "Status": "tool",
    "ReviewState": "tool",
    "Edits": "tool",
    "FormVersion": "tool",
    "isValidated": "tool",
}
UNREADABLE = {"not decrypted", "missing encrypted form data"}
"""What ODK Central writes as `Status` of a submission whose answers it could not decrypt: the row has none."""


def read(grid: Grid) -> RawTable | None:
    """Accept a table with the first and the last column that ODK adds to every form."""
    named = {position: tidy(text) for position, text in headings(grid)}
    if not {"SubmissionDate", "KEY"} <= set(named.values()) or is_repeat(grid.cells):
        return None
    columns = [_column(grid, position, name) for position, name in named.items()]
    raw = raw_table(NAME, grid, columns, first_data_row=2, headings="code")
    return replace(raw, notes=(*raw.notes, *_notes(raw)))


def _column(grid: Grid, position: int, name: str) -> Column:
    path = PATH_SIGN.sub("/", name)
    about = META.get(path.removeprefix("meta/"), "") or ("person" if holds_places(grid.cells.loc[2:, position]) else "")
    return Column(position, grid.cells.loc[1, position], code=path, about=about)


def _notes(raw: RawTable) -> tuple[str, ...]:
    repeats = [f"`{name}`" for name, cells in raw.grid.others.items() if is_repeat(cells) or _is_named_after(name, raw.grid.sheet)]
    status = next((raw.cells[c.position] for c in raw.columns if c.heading == "Status"), None)
    encrypted = 0 if status is None else int(status.isin(UNREADABLE).sum())
    notes = []
    if repeats:
        notes.append(f"Not read: {', '.join(repeats)}. These tables hold repeated groups, whose rows are no respondents.")
    if encrypted:
        what = f"{encrypted} submissions came without their answers, which are encrypted"
        notes.append(f"{what}: ask the partner to export with the passphrase.")
    return tuple(notes)


def _is_named_after(name: str, main: str) -> bool:
    """Whether a file of the archive is a repeated group of the form `main`: ODK calls it `form-group.csv`."""
    return PurePosixPath(name).name.startswith(f"{PurePosixPath(main).stem}-")
