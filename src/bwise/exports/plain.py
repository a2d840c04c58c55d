"""Any other table: headings in the first row, one respondent per row."""

from __future__ import annotations

from bwise.exports.table import Column, Grid, RawTable, headings, is_repeat, raw_table
from bwise.problems import Problem

NAME = "plain table"
REPEAT = Problem(
    "its rows belong to rows of another table: a repeated group",
    why="a row would count as a respondent",
    remedy="name the table of the respondents in params (`sheet:`), or ask the partner for it",
)


def read(grid: Grid) -> RawTable | None:
    """Accept every table that has headings."""
    named = headings(grid)
    if len(named) < 2:
        return None
    columns = [Column(p, t, code=t, text=t) for p, t in named]
    problems = (REPEAT,) if is_repeat(grid.cells) else ()
    return raw_table(NAME, grid, columns, first_data_row=2, headings="code or text", problems=problems)
