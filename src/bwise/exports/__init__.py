"""Readers of what survey tools write, one small module per tool, one contract (`exports.table`).

A reader takes a grid of text and either says what each column is or declines (None). It never maps an answer and never
guesses meaning; which reading is right is decided by the questionnaire, in `bwise.matching`.
To add a tool: write a module with `NAME` and `read(grid) -> RawTable | None` and put it into `READERS`; its twin in
`bwise.demo.layouts` writes what it reads. A reader of anything but tables names its `CONTAINERS`; one whose headings stand
elsewhere than in the first row says where: `heading_rows(grid)`.
"""

from bwise.exports import (
    eusurvey,
    eusurvey_xml,
    google_forms,
    indico,
    kobo,
    limesurvey,
    microsoft_forms,
    odk,
    plain,
    qualtrics,
    redcap,
    spss,
    surveymonkey,
    typeform,
)
from bwise.exports.set_aside import without_repetitions
from bwise.exports.table import Grid, RawTable

READERS = (
    qualtrics,
    surveymonkey,
    spss,
    limesurvey,
    eusurvey,
    eusurvey_xml,
    kobo,
    odk,
    redcap,
    typeform,
    indico,
    microsoft_forms,
    google_forms,
    plain,
)
TABLES = ("text", "workbook")


def read_as(grid: Grid, tool: str | None = None) -> list[RawTable]:
    """The table as each tool's reader (or the one named) understands it; readers that decline are left out."""
    readers = [r for r in READERS if tool in (None, r.NAME) and grid.container in getattr(r, "CONTAINERS", TABLES)]
    rows = [tuple(reader.heading_rows(grid)) if hasattr(reader, "heading_rows") else (1,) for reader in readers]
    grids = {headings: without_repetitions(grid, headings) for headings in dict.fromkeys(rows)}
    return [raw for reader, headings in zip(readers, rows, strict=True) if (raw := reader.read(grids[headings])) is not None]
