"""Microsoft Forms results as XLSX, or the CSV somebody saved from it.

The first five columns are always ID, start time, completion time, e-mail, name, in the language of the form; they are
known by what is in them, not by their names. Multiple answers stand in one cell, each followed by `;`.
"""

from __future__ import annotations

import re

from bwise.exports.table import Column, Grid, RawTable, headings, raw_table
from bwise.text import heading_key, tidy

NAME = "Microsoft Forms"
DATE = re.compile(r"^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\.?([ T]+\d{1,2}:\d{2}(:\d{2})?( [AaPp][Mm])?)?$")
ADDRESS = re.compile(r"^\S+@\S+$")
FIRST = ("respondent_id", "started", "submitted", "person", "person")


def read(grid: Grid) -> RawTable | None:
    """Accept a table whose first five columns hold what Microsoft Forms writes there."""
    data = grid.cells.loc[2:]
    if grid.cells.shape[1] <= len(FIRST) or not len(data):
        return None
    filled = data[data.ne("").any(axis=1)]
    ids, started, completed, mail = (filled[i].map(tidy) for i in range(4))
    if not (ids.str.fullmatch(r"\d+").all() and started.str.match(DATE).all() and completed.str.match(DATE).all()):
        return None
    if not (mail.str.match(ADDRESS) | mail.map(heading_key).isin({"anonymous", ""}) | (mail.nunique() == 1)).all():
        return None
    columns = [Column(p, t, text=t, about=FIRST[p] if p < len(FIRST) else "") for p, t in headings(grid)]
    return raw_table(NAME, grid, columns, first_data_row=2, other_in_cell=True)
