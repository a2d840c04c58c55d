"""Any other table: headings in the first row, one respondent per row."""

from __future__ import annotations

from bwise.exports.table import Column, Grid, RawTable, headings, raw_table

NAME = "plain table"


def read(grid: Grid) -> RawTable | None:
    """Accept every table that has headings."""
    named = headings(grid)
    if len(named) < 2:
        return None
    return raw_table(NAME, grid, [Column(p, t, code=t, text=t) for p, t in named], first_data_row=2, headings="code or text")
