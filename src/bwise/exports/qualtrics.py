"""Qualtrics answers as CSV, TSV or XLSX: three heading rows, or two in a workbook and in the legacy format.

Layout (exports in the tests of ropensci/qualtRics, headings collected by darbour/surveyir): row 1 holds the export tags, row 2
the texts in the language of the account, row 3 an id as JSON (`{"ImportId":"QID1","choiceId":"2"}`) that is the same in every
language and tells what a column is. The legacy format has no row 3, V1 to V10 for what Qualtrics adds, and ends each line in a
comma. Multiple answers stand in one cell, joined by a comma without a space, or in one column per option.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from bwise.exports.table import FREE_TEXT, Column, Grid, RawTable, raw_table
from bwise.text import tidy

NAME = "Qualtrics"
IMPORT_ID = re.compile(r'^\s*\{\s*"ImportId"\s*:\s*"(?P<id>[^"]+)"')
META = {
    "startDate": "started",
    "endDate": "tool",
    "status": "tool",
    "ipAddress": "person",
    "progress": "progress",
    "duration": "tool",
    "finished": "tool",
    "recordedDate": "submitted",
    "_recordId": "respondent_id",
    "recipientLastName": "person",
    "recipientFirstName": "person",
    "recipientEmail": "person",
    "externalDataReference": "person",
    "locationLatitude": "person",
    "locationLongitude": "person",
    "locationAccuracy": "person",
    "distributionChannel": "tool",
    "userLanguage": "language",
    "responseSet": "tool",
}
TAGS = {
    "StartDate": "startDate",
    "EndDate": "endDate",
    "Status": "status",
    "IPAddress": "ipAddress",
    "Progress": "progress",
    "Duration (in seconds)": "duration",
    "Finished": "finished",
    "RecordedDate": "recordedDate",
    "ResponseId": "_recordId",
    "RecipientLastName": "recipientLastName",
    "RecipientFirstName": "recipientFirstName",
    "RecipientEmail": "recipientEmail",
    "ExternalReference": "externalDataReference",
    "LocationLatitude": "locationLatitude",
    "LocationLongitude": "locationLongitude",
    "DistributionChannel": "distributionChannel",
    "UserLanguage": "userLanguage",
}
LEGACY_TAGS = {
    "V1": "_recordId",
    "V2": "responseSet",
    "V3": "recipientLastName",
    "V4": "externalDataReference",
    "V5": "recipientEmail",
    "V6": "ipAddress",
    "V7": "status",
    "V8": "startDate",
    "V9": "recordedDate",  # it calls it EndDate
    "V10": "finished",
    "LocationLatitude": "locationLatitude",
    "LocationLongitude": "locationLongitude",
    "LocationAccuracy": "locationAccuracy",
}
ADDED = re.compile(  # order shown, time taken, analysis of texts
    r"_(DO|(FIRST|LAST)[ _]CLICK|PAGE[ _]SUBMIT|CLICK[ _]COUNT|TEXT_[0-9a-f]{8,}\w*)(_\w+)?$", re.IGNORECASE
)
DEVICE_OR_FILE = re.compile(
    r"^(\d+_)?Q(ID)?[\d.]+_(BROWSER|VERSION|OS|OPERATING SYSTEM|RESOLUTION|FILE_(ID|NAME|SIZE|TYPE))$", re.IGNORECASE
)
SELECTED = re.compile(r"\s?-\s?Selected Choice(?=\s?-|$)")
FIELD = re.compile(r"^(?P<question>.+?)_x?\d+_TEXT$")  # for free text beside an option
OPTION_NUMBER = re.compile(r"_x?\d+$")
DIGIT = re.compile(r"\d")
UNANSWERED = "-99"
TRIED_OUT = re.compile(r"^(1|2|9|17|.*preview.*|.*test.*)$")  # Status and channel of who only tried the survey out
FINISHED, UNFINISHED = ("1", "true"), ("0", "false")


def heading_rows(grid: Grid) -> range:
    """Names, texts, and in newer exports the ids."""
    return range(1, _ids(grid)[1])


def read(grid: Grid) -> RawTable | None:
    """Accept a table with Qualtrics' ids in its third row, or with its own tags in the first and headings, not answers, in the second.

    Two things are changed in the cells, and told: the date of answers that were never finished is taken away, for Qualtrics
    dates them too; `-99` is taken away where it says "seen, not answered".
    """
    ids, first_data_row = _ids(grid)
    if not ids:
        return None
    codes, labels = grid.cells.loc[1], grid.cells.loc[2]
    named = [p for p in grid.cells.columns if tidy(codes[p]) or tidy(labels[p])]
    texts = without_own_words([(ids[p], labels[p]) for p in named])
    columns = [
        Column(p, labels[p] or codes[p], code=tidy(codes[p]), text=text, about=_about(ids[p])) for p, text in zip(named, texts, strict=True)
    ]
    raw = raw_table(NAME, grid, columns, first_data_row=first_data_row, headings="code and text")
    told = {id_: raw.cells[p].map(tidy).str.casefold() for p, id_ in ids.items() if id_ in META and p in raw.cells}
    return _only_finished(_without_seen_only(replace(raw, notes=(*raw.notes, *_tried_out(told))), ids, told), told)


def _ids(grid: Grid) -> tuple[dict[int, str], int]:
    """Position -> the id that tells what the column is, and the first row of data; nothing when the table is not Qualtrics'."""
    if 2 not in grid.cells.index:
        return {}, 0
    tags = grid.cells.loc[1].map(tidy)
    if 3 in grid.cells.index:
        found = {p: match["id"] for p, cell in grid.cells.loc[3].items() if (match := IMPORT_ID.match(cell))}
        if len(found) > tags.ne("").sum() / 2:
            return tags.to_dict() | found, 4
    second = {tag: tidy(grid.cells.loc[2, p]) for p, tag in tags.items() if tag in TAGS}
    if {"StartDate", "EndDate", "Finished"} <= set(second) and all(text and not DIGIT.search(text) for text in second.values()):
        return {p: TAGS.get(tag, tag) for p, tag in tags.items()}, 3
    if tags.tolist()[:3] == ["V1", "V2", "V3"] and tidy(grid.cells.loc[2, 0]) == "ResponseID":
        return {p: LEGACY_TAGS.get(tag, tag) for p, tag in tags.items()}, 3
    return {}, 0


def _about(id_: str) -> str:
    if id_ in META:
        return META[id_]
    return "tool" if ADDED.search(id_) else "person" if DEVICE_OR_FILE.search(id_) else ""


def without_own_words(headings: list[tuple[str, str]]) -> list[str]:
    """Texts of headings, given with their ids, without the words that are Qualtrics' own.

    `Question - Selected Choice - Option` becomes `Question - Option`, and the field for free text beside an option,
    `Question - Option - Text`, is marked as such. The words stand in the language of the account: where a question has such a
    field, they are known by their place.
    """
    texts = [SELECTED.sub("", text) for _, text in headings]
    fields: dict[str, list[int]] = {}
    for i, (id_, _) in enumerate(headings):
        if field := FIELD.match(id_):
            fields.setdefault(field["question"], []).append(i)
    for question, places in fields.items():
        choices = [i for i, (id_, _) in enumerate(headings) if OPTION_NUMBER.sub("", id_) == question]
        parts = {i: texts[i].split(" - ") for i in (*places, *choices)}
        stem = _alike(list(parts.values())) if choices else 1
        word = {parts[i][stem] for i in choices if len(parts[i]) > stem}
        if len(word) == 1 and all(len(parts[i]) > stem + (len(choices) > 1) for i in choices):
            texts = [" - ".join(parts[i][:stem] + parts[i][stem + 1 :]) if i in choices else text for i, text in enumerate(texts)]
        for i in places:
            without_last = parts[i][:-1] if len(parts[i]) > stem + 1 else parts[i]
            texts[i] = f"{' - '.join(without_last)} {FREE_TEXT}"
    return texts


def _alike(lists: list[list[str]]) -> int:
    """How many parts all lists begin with."""
    return next((n for n, parts in enumerate(zip(*lists, strict=False)) if len(set(parts)) > 1), min(map(len, lists)))


def _tried_out(told: dict[str, pd.Series]) -> tuple[str, ...]:
    """A note when some records come from a preview or test of the survey; who they are is not decided here."""
    tried = [told[what].str.match(TRIED_OUT) for what in ("status", "distributionChannel") if what in told]
    rows = [n for n, mark in pd.concat(tried, axis=1).any(axis=1).items() if mark] if tried else []
    return (f"{len(rows)} records are previews or tests of the survey: rows {', '.join(map(str, rows))}",) if rows else ()


def _only_finished(raw: RawTable, told: dict[str, pd.Series]) -> RawTable:
    """Without the date of records that were never finished; where the word for it is not known, progress below 100 says so."""
    position = next((c.position for c in raw.columns if c.about == "submitted"), None)
    nothing = pd.Series("", index=raw.cells.index)
    finished, progress = told.get("finished", nothing), told.get("progress", nothing)
    left = finished.isin(UNFINISHED) | (~finished.isin(FINISHED) & progress.ne("") & progress.ne("100"))
    cells = raw.cells.copy()
    if position is not None:
        cells.loc[left, position] = ""
    return replace(raw, cells=cells)


def _without_seen_only(raw: RawTable, ids: dict[int, str], told: dict[str, pd.Series]) -> RawTable:
    """Without `-99` where it can only say "seen, not answered".

    In an export of labels no answer is written so, and a text has no codes; in an export of codes without `-99` for texts, the
    survey's author may have given this code to an answer.
    """
    positions = [c.position for c in raw.answer_columns]
    seen = raw.cells[positions].eq(UNANSWERED)
    count = int(seen.to_numpy().sum())
    labels = any(not told[what].str.fullmatch(r"\d*").all() for what in ("finished", "status") if what in told)
    if not count:
        return raw
    if not labels and not seen[[p for p in positions if ids.get(p, "").endswith("_TEXT")]].any(axis=None):
        note = f"{count} cells hold {UNANSWERED}: seen and not answered, or a code for an answer; say which in params"
        return replace(raw, notes=(*raw.notes, note))
    cells = raw.cells.copy()
    cells[positions] = cells[positions].mask(seen, "")
    return replace(raw, cells=cells, notes=(*raw.notes, f"{count} cells with {UNANSWERED} (seen, not answered) are read as no answer"))
