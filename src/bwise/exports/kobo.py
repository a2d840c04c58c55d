"""KoBoToolbox exports as CSV or XLSX: headings as XML names or labels, groups with `/`.

Source of the layout: KoBo's own exporter (formpack). KoBo appends `_id`, `_uuid`, `_submission_time`, …, `_index`.
"""

from __future__ import annotations

import re

from bwise.exports.table import Column, Grid, RawTable, headings, raw_table

NAME = "KoBoToolbox"
XML_NAME = re.compile(r"^[A-Za-z_][\w.-]*(/[\w.-]+)*$")
META = {
    "_id": "respondent_id",
    "_uuid": "tool",
    "_submission_time": "submitted",
    "start": "started",
    "end": "tool",
    "today": "tool",
    "_validation_status": "tool",
    "_notes": "tool",
    "_status": "tool",
    "_tags": "tool",
    "__version__": "tool",
    "_index": "tool",
    "_submitted_by": "person",
    "deviceid": "person",
    "username": "person",
    "phonenumber": "person",
}


def read(grid: Grid) -> RawTable | None:
    """Accept a table that carries KoBo's appended columns."""
    named = headings(grid)
    if not {"_id", "_submission_time"} <= {text for _, text in named}:
        return None
    asked = [text for _, text in named if text not in META]
    as_names = sum(bool(XML_NAME.match(text)) for text in asked) > 0.8 * len(asked)
    columns = [Column(p, t, code=t if as_names else "", text="" if as_names else t, about=META.get(t, "")) for p, t in named]
    return raw_table(NAME, grid, columns, first_data_row=2, headings="code" if as_names else "text")
