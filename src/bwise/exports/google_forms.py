"""Google Forms answers: the sheet as CSV or XLSX, or the direct download, a zip archive with one CSV.

The first column is the timestamp, headed in the language of the account; it is known by what is in it, in the style of the
account's country (sheet) or as `2022/04/05 9:24:00 AM GMT+2` (download). Multiple answers stand in one cell, joined by `, `
(sheet) or `;` (download), and the text of "other" stands among them. A grid has one column per row, `Question [Row]`.
"""

from __future__ import annotations

import re

import pandas as pd

from bwise.exports.table import CLOCK, DAY, Column, Grid, RawTable, headings, raw_table
from bwise.text import tidy

NAME = "Google Forms"
ADDRESS = re.compile(r"\S+@\S+\.\w+")
TIMESTAMP = re.compile(rf"^{DAY},? {CLOCK}$")


def _are_addresses(cells: pd.Series) -> bool:
    """Whether Google collected addresses there: they stand behind the timestamp, under a heading in the language of the account."""
    there = cells[cells.ne("")]
    return len(there) > 0 and bool(there.str.fullmatch(ADDRESS).all())


def read(grid: Grid) -> RawTable | None:
    """Accept a table whose first column, and not its second, is a timestamp in every filled row."""
    data = grid.cells.loc[2:]
    filled = data[data.ne("").any(axis=1)]
    if grid.cells.shape[1] < 2 or not len(filled):
        return None
    first, second = (filled[i].map(tidy).str.match(TIMESTAMP) for i in (0, 1))
    if not first.all() or second.any():
        return None
    about = {0: "submitted", 1: "person" if _are_addresses(filled[1].map(tidy)) else ""}
    columns = [Column(p, t, text=t, about=about.get(p, "")) for p, t in headings(grid)]
    return raw_table(NAME, grid, columns, first_data_row=2, other_in_cell=True)
