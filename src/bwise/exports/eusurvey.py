"""EUSurvey results as XLSX, XLS or ODS, and their re-save as CSV.

Layout (EUSurvey's `CommonExcelExportCreator`): row 1 `Alias | short name`, row 2 `Export Date | date`, row 3 empty, row 4
headings, data from row 5. With "Show Assigned Values", headings and answers end in an id in brackets.
"""

from __future__ import annotations

import re

from bwise.exports.table import Column, Grid, RawTable, headings, raw_table
from bwise.text import heading_key

NAME = "EUSurvey"
HEADER_ROW = 4
WITH_ID = re.compile(r"^(?P<text>.+?)\s*\((?P<code>[A-Za-z][A-Za-z0-9_]*)\)$", re.DOTALL)
META = {
    heading_key(k): v
    for k, v in {
        "Contribution ID": "respondent_id",
        "Kennnummer des Beitrags": "respondent_id",
        "Numéro d'identification de la contribution": "respondent_id",
        "Creation date": "started",
        "Erstellungsdatum": "started",
        "Date de création": "started",
        "Last update": "submitted",
        "Letzte Aktualisierung": "submitted",
        "Dernière mise à jour": "submitted",
        "Languages": "language",
        "Sprachen": "language",
        "Langues": "language",
        "Total Score": "tool",
        "Invitation number": "person",
        "Einladungsnummer": "person",
        "Numéro de l'invitation": "person",
        "User name": "person",
        "Nutzername": "person",
        "Nom d'utilisateur": "person",
    }.items()
}


def read(grid: Grid) -> RawTable | None:
    """Accept a sheet that begins with EUSurvey's preface."""
    if HEADER_ROW not in grid.cells.index or 1 not in grid.cells.columns:
        return None
    if heading_key(grid.cells.loc[1, 0]) != "alias" or "date" not in heading_key(grid.cells.loc[2, 0]):
        return None
    named = headings(grid, HEADER_ROW)
    with_ids = sum(bool(WITH_ID.match(t)) for _, t in named) > 0.8 * len(named)
    columns = []
    for position, heading in named:
        parts = WITH_ID.match(heading) if with_ids else None
        columns.append(
            Column(
                position,
                heading,
                code=parts["code"] if parts else "",
                text=parts["text"] if parts else heading,
                about=META.get(heading_key(heading), ""),
            )
        )
    return raw_table(NAME, grid, columns, first_data_row=HEADER_ROW + 1, headings="code and text" if with_ids else "text")
