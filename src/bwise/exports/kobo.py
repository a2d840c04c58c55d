"""KoBoToolbox exports as CSV or XLSX: headings as XML names or labels, groups with `/`, and what R makes of them.

Source of the layout: KoBo's own exporter (formpack) and a real file. KoBo appends `_id`, `_uuid`, `_submission_time`, …,
`_index`. A multiple answer stands in one column (names or labels, joined by spaces), in one column per option (1, 0, blank
when unanswered), or in both. Where the form has HXL tags, they are a second row of headings. Each repeated group is a sheet
of its own, whose rows are no respondents.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bwise.exports.table import FREE_TEXT, Column, Grid, RawTable, headings, holds_places, is_repeat, raw_table
from bwise.text import tidy

NAME = "KoBoToolbox"
XML_NAME = re.compile(r"^[A-Za-z_][\w-]*([./][\w-]+)*$")
BOM_IN_R = re.compile(r"^(X\.U\.FEFF\.|ï\.\.)")  # what R makes of a byte order mark in the first heading
HXL_TAG = re.compile(r"^#[A-Za-z]\w*(\s*[+@!]\s*\w+)*$")
LATITUDE = re.compile(r"(^|/)_(?P<place>[^/].*)_latitude$")
OTHER_TEXT = "Specify other."  # how pyxform labels the text of "other" of a question with `or_other`, in every language
TRUNCATED = "<WARNING: Truncated to Excel limit of 32767 characters!>"
META = {
    "_id": "respondent_id",
    "_uuid": "tool",
    "_submission_time": "submitted",
    "start": "started",
    "end": "tool",
    "today": "tool",
    "audit": "tool",
    "_validation_status": "tool",
    "_notes": "tool",
    "_status": "tool",
    "_tags": "tool",
    "__version__": "tool",
    "_version_": "tool",
    "_index": "tool",
    "_xform_id_string": "tool",
    "_attachments": "tool",
    "formhub/uuid": "tool",
    "meta/instanceID": "tool",
    "meta/rootUuid": "tool",
    "meta/instanceName": "person",  # made of answers by the form: often the name of the respondent
    "_submitted_by": "person",
    "deviceid": "person",
    "username": "person",
    "phonenumber": "person",
}


def read(grid: Grid) -> RawTable | None:
    """Accept a table that carries KoBo's appended columns, and is not the sheet of a repeated group."""
    named = {position: _name(text) for position, text in headings(grid)}
    told = set(named.values())
    if "_submission_time" not in told or not told & {"_id", "_uuid"} or is_repeat(grid.cells):
        return None
    first_data_row = 3 if _is_hxl(grid, named) else 2
    asked = [name for name in named.values() if name not in META]
    as_names = sum(bool(XML_NAME.match(name)) for name in asked) > 0.8 * len(asked)
    columns = _as_names(grid, named) if as_names else _as_labels(grid, named)
    data = grid.cells.loc[first_data_row:]
    places = _places(named) | {p for p in named if holds_places(data[p])}
    columns = [replace(c, about="person") if c.position in places else c for c in columns]
    raw = raw_table(NAME, grid, columns, first_data_row, headings="code" if as_names else "text", groups_in_text=not as_names)
    return replace(raw, header_row=1, notes=(*raw.notes, *_notes(raw)))


def _name(heading: str) -> str:
    """A heading as KoBo wrote it, where R put an X before the underscore of KoBo's own columns."""
    name = BOM_IN_R.sub("", tidy(heading))
    own = name.removeprefix("X")
    return own if own in META or LATITUDE.search(own) else name


def _is_hxl(grid: Grid, named: dict[int, str]) -> bool:
    """Whether row 2 holds HXL tags: nothing but tags in it, and none for the columns KoBo itself adds."""
    if 2 not in grid.cells.index:
        return False
    cells = {position: tidy(grid.cells.loc[2, position]) for position in named}
    tags = [text for text in cells.values() if text]
    untagged = not any(cells[position] for position, name in named.items() if name.startswith("_"))
    return bool(tags) and untagged and all(HXL_TAG.match(text) for text in tags)


def _as_names(grid: Grid, named: dict[int, str]) -> list[Column]:
    """Names of groups, question and option, joined by `/`; R and other tools make `.` of it."""
    sign = "/" if any("/" in name for name in named.values()) else "."
    return [
        Column(p, grid.cells.loc[1, p], code=name if name in META else name.replace(sign, "/"), about=META.get(name, ""))
        for p, name in named.items()
    ]


def _as_labels(grid: Grid, named: dict[int, str]) -> list[Column]:
    columns: list[Column] = []
    question = ""
    for position, name in named.items():
        heading = grid.cells.loc[1, position]
        text = f"{question} [Other] {FREE_TEXT}" if name.split("/")[-1] == OTHER_TEXT and question else heading
        if not (question and name.startswith(f"{question}/")):
            question = name  # the columns of its options, and of its "other", come after it
        columns.append(Column(position, heading, text=text, about=META.get(name, "")))
    return columns


def _places(named: dict[int, str]) -> set[int]:
    """Columns that hold a place as a whole, beside the four columns of its parts (`_place_latitude`, …)."""
    places = {found["place"] for name in named.values() if (found := LATITUDE.search(name))}
    return {position for position, name in named.items() if any(name == place or name.endswith(f"/{place}") for place in places)}


def _notes(raw: RawTable) -> tuple[str, ...]:
    cut = [f"`{c.heading}`" for c in raw.answer_columns if raw.cells[c.position].str.startswith(TRUNCATED).any()]
    repeats = [f"`{name}`" for name, cells in raw.grid.others.items() if is_repeat(cells)]
    notes = []
    if cut:
        notes.append(f"Answers longer than 32767 characters are cut off in {', '.join(cut)}: ask the partner for the CSV.")
    if repeats:
        notes.append(f"Not read: {', '.join(repeats)}. These sheets hold repeated groups, whose rows are no respondents.")
    return tuple(notes)
