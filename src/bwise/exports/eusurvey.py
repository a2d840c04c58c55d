"""EUSurvey results as XLSX, XLS or ODS, and their re-save as CSV.

Layout (EUSurvey's `CommonExcelExportCreator` and `OdfExportCreator`): row 1 `Alias | short name`, row 2 `Export Date | date`,
row 3 empty, row 4 headings, data from row 5. EUSurvey's own columns come last. After 254 columns a workbook goes on on the
sheets Content1, Content2, …, on the same rows and under the same preface. With "Show Assigned Values", headings and answers
end in an id in brackets. With "Split multiple choice", a question's own column is empty, and one column per option follows,
headed by the option alone, `Yes` or `No` in every row.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from bwise.exports.table import Column, Grid, RawTable, headings, raw_table
from bwise.problems import Problem
from bwise.text import heading_key, tidy

NAME = "EUSurvey"
FIRST_SHEET = "Content"
OTHER_SHEET = re.compile(rf"^{FIRST_SHEET}\d+$|\.(xlsx|xls|ods)$", re.IGNORECASE)  # in an archive, a sheet has the name of its file
WITH_ID = re.compile(r"^(?P<text>.+?)\s*\((?P<code>[A-Za-z0-9_]+)\)$", re.DOTALL)
WITH_BARE_ID = re.compile(r"^(?P<text>.+: .+)\s(?P<code>[A-Za-z0-9_]+)$", re.DOTALL)  # rows of a matrix in an ODS
LANGUAGE = re.compile(r"^[A-Za-z]{2}(-[A-Za-z]+)?$")
FULL = 32_767  # characters that a cell of a workbook holds; EUSurvey writes what is over into rows of its own

OWN_ABOUT = ("person", "respondent_id", "person", "started", "submitted", "language")
OWN_HEADINGS = {
    language: tuple(words.split("|"))
    for language, words in {
        "en": "Invitation number|Contribution ID|User name|Creation date|Last update|Languages",
        "de": "Einladungsnummer|Kennnummer des Beitrags|Nutzername|Erstellungsdatum|Letzte Aktualisierung|Sprachen",
        "nl": "Nummer uitnodiging|Nummer bijdrage|Gebruikersnaam|Aanmaakdatum|Laatste wijziging|Talen",
        "fr": "Numéro de l'invitation|Numéro d'identification de la contribution|Nom d'utilisateur|Date de création|"
        "Dernière mise à jour|Langues",
        "bg": "Номер на покана|№ на попълнена анкета|Потребителско име|Дата на създаване|Последна актуализация|Езици",
        "hr": "Broj pozivnice|Identifikacijska oznaka doprinosa|Ime korisnika|Datum stvaranja|Posljednji put ažurirano|Jezici",
        "el": "Αριθμός πρόσκλησης|Αναγνωριστικό απαντήσεων|Όνομα χρήστη|Ημερομηνία δημιουργίας|Τελευταία επικαιροποίηση|Γλώσσες",
        "it": "Numero di invito|ID contributo|Nome utente|Data di creazione|Ultimo aggiornamento|Lingue",
        "lv": "Uzaicinājuma numurs|Atbildes identifikācijas numurs|Lietotājvārds|Izveides datums|Pēdējās atjaunināšanas datums|Valodas",
        "pl": "Numer zaproszenia|Identyfikator formularza|Nazwa użytkownika|Data utworzenia|Ostatnia aktualizacja|Języki",
        "ro": "Numărul invitației|ID contribuție|Nume de utilizator|Data creării|Ultima actualizare|Limbi",
        "sl": "Številka vabila|Identifikacijska oznaka prispevka|Uporabniško ime|Datum priprave|Zadnja posodobitev|Jeziki",
        "es": "Número de invitación|ID de la contribución|Nombre de usuario|Fecha de creación|Última actualización|Idiomas",
    }.items()
}
"""EUSurvey's own columns, in its order, in the language of the one who exports. Source: its `messages_<language>.properties`."""
META = {heading_key(word): about for words in OWN_HEADINGS.values() for word, about in zip(words, OWN_ABOUT, strict=True)}
META[heading_key("Total Score")] = "tool"


def heading_rows(grid: Grid) -> list[int]:
    """The preface and the row below it."""
    start = _start(grid.cells)
    return list(range(1, start[0] + 1)) if start else []


def read(grid: Grid) -> RawTable | None:
    """Accept a sheet that begins with EUSurvey's preface; a continuation sheet is read with the first one, never alone."""
    start = _start(grid.cells)
    if start is None or _is_continuation(grid):
        return None
    header_row, left = start
    grid, problems = _with_continuation(grid, header_row)
    grid, joined = _joined_texts(grid, header_row + 1)
    named = [(position, text) for position, text in headings(grid, header_row) if position >= left]
    data = grid.cells.loc[header_row + 1 :]
    data = data[data.ne("").any(axis=1)]
    with_ids = _shows_ids([text for _, text in named])
    own = _own_columns(named, data)
    columns = [_column(position, heading, own.get(position, ""), with_ids) for position, heading in named]
    splits = _splits(columns, data)
    questions = {option.position: question.text for question, *options in splits for option in options}
    return raw_table(
        NAME,
        grid,
        [replace(c, section=questions.get(c.position, "")) for c in columns],
        first_data_row=header_row + 1,
        headings="code and text" if with_ids else "text",
        bare_options=bool(splits),
        notes=(*joined, *_without_id(columns, data), *_unsure_options(splits, data)),
        problems=problems,
    )


def _start(cells: pd.DataFrame) -> tuple[int, int] | None:
    """Row of the headings and first column of EUSurvey's table; None without its preface.

    The preface is in English whatever the language. Somebody's re-save may have lost the empty row, or have gained a first
    column that numbers the rows (pandas).
    """
    for left in (0, 1):
        if 2 not in cells.index or left + 1 not in cells.columns:
            return None
        if (heading_key(cells.loc[1, left]), heading_key(cells.loc[2, left])) == ("alias", "exportdate"):
            filled = cells.loc[3:4, left:].ne("").any(axis=1)
            return (int(filled.idxmax()), left) if filled.any() else None
    return None


def _preface(cells: pd.DataFrame) -> list[str]:
    return cells.reindex(index=[1, 2], columns=[0, 1], fill_value="").to_numpy().ravel().tolist()


def _is_continuation(grid: Grid) -> bool:
    """Whether another sheet begins this table. Two exports in one workbook have different prefaces and are two tables."""
    first = grid.others.get(FIRST_SHEET)
    return first is not None and bool(OTHER_SHEET.search(grid.sheet)) and _preface(first) == _preface(grid.cells)


def _with_continuation(grid: Grid, header_row: int) -> tuple[Grid, tuple[Problem, ...]]:
    """The grid with the columns of Content1, Content2, … at its right, and why that cannot be."""
    sheets: dict[str, pd.DataFrame] = {}
    while (cells := grid.others.get(name := f"{FIRST_SHEET}{len(sheets) + 1}")) is not None and _preface(cells) == _preface(grid.cells):
        sheets[name] = cells
    # After exactly 254 columns EUSurvey begins a sheet on which nothing but the preface stands.
    sheets = {name: cells for name, cells in sheets.items() if header_row in cells.index and cells.loc[header_row].ne("").any()}
    problems = tuple(
        Problem(
            f"the sheet `{name}` has {len(cells)} rows, but the sheet `{FIRST_SHEET}`, which it continues, has {len(grid.cells)}",
            why="answers of different respondents would stand in one row",
            remedy="ask the partner for the workbook as EUSurvey wrote it, without rows taken away",
        )
        for name, cells in sheets.items()
        if len(cells) != len(grid.cells)
    )
    if problems or not sheets:
        return grid, problems
    cells = pd.concat([grid.cells, *sheets.values()], axis=1)
    return replace(grid, cells=cells.set_axis(range(cells.shape[1]), axis=1)), ()


def _joined_texts(grid: Grid, first_data_row: int) -> tuple[Grid, tuple[str, ...]]:
    """The grid with long texts in one piece again, and a note that says so.

    A text that is longer than a cell goes on in the next row, which holds nothing else. EUSurvey counts its column wrongly:
    it is the same, or one beside it. A row with anything else in it is a respondent's and stays.
    """
    cells = grid.cells
    if not any(cells[p].str.len().eq(FULL).any() for p in cells):
        return grid, ()
    cells = cells.copy()
    full: dict[int, tuple[int, int]] = {}  # column of a full cell in the row before -> where its text begins
    spilled = []
    for row in cells.index[cells.index >= first_data_row]:
        texts = cells.loc[row][lambda s: s.ne("")]
        begins = _begins(list(texts.index), full)
        if begins:
            spilled.append(row)
            for position, where in begins.items():
                cells.loc[where] += texts[position]
        full = {p: begins.get(p, (row, p)) for p, text in texts.items() if len(text) == FULL}
    if not spilled:
        return grid, ()
    note = f"long texts that went on in rows of their own were put together again: row {', '.join(map(str, spilled))}"
    return replace(grid, cells=cells.drop(index=spilled)), (note,)


def _begins(filled: list[int], full: dict[int, tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """Filled column -> where the text begins that goes on there; nothing unless that holds for each of them."""
    begins: dict[int, tuple[int, int]] = {}
    for position in filled:
        beside = [full[p] for p in (position - 1, position, position + 1) if p in full and full[p] not in begins.values()]
        if not beside:
            return {}
        begins[position] = beside[0]
    return begins


def _shows_ids(texts: list[str]) -> bool:
    """Whether headings end in ids: told by those that are no row of a matrix, whose ids an ODS writes without brackets."""
    asked = [t for t in texts if heading_key(t) not in META]
    asked = [t for t in asked if ": " not in t] or asked
    return sum(bool(WITH_ID.match(t)) for t in asked) > 0.8 * len(asked)


def _column(position: int, heading: str, about: str, with_ids: bool) -> Column:
    parts = (WITH_ID.match(heading) or WITH_BARE_ID.match(heading)) if with_ids and not about else None
    return Column(position, heading, code=parts["code"] if parts else "", text=parts["text"] if parts else heading, about=about)


def _own_columns(named: list[tuple[int, str]], data: pd.DataFrame) -> dict[int, str]:
    """Position -> what EUSurvey tells there. A question may be headed `Languages`, too: EUSurvey's own columns come last."""
    found = {position: about for position, text in named if (about := META.get(heading_key(text), ""))}
    found = {p: about for p, about in found.items() if about != "language" or all(LANGUAGE.match(t) for t in data[p].map(tidy) if t)}
    last = {about: position for position, about in found.items()}
    return {p: about for p, about in found.items() if about == "person" or last[about] == p}


def _splits(columns: list[Column], data: pd.DataFrame) -> list[list[Column]]:
    """Each multiple answer that was split: the empty column of the question, then its options, Yes or No in every row."""
    found: list[list[Column]] = []
    within = False
    for column in columns:
        texts = set(data[column.position].map(tidy))
        if texts == {""}:
            found.append([column])
            within = True
        elif within and texts and texts <= {"Yes", "No"}:
            found[-1].append(column)
        else:
            within = False
    return [split for split in found if len(split) > 1]


def _unsure_options(splits: list[list[Column]], data: pd.DataFrame) -> list[str]:
    """Options whose Yes or No cannot be trusted.

    EUSurvey looks for `option; ` in the joined answers: an option that another one ends in is found in that one, too.
    Double quotes it replaces in the answers but not in the option, which then is never found.
    """
    notes = []
    for _, *options in splits:
        texts = [tidy(c.text) for c in options]
        for column, text in zip(options, texts, strict=True):
            longer = [t for t in texts if t != text and t.endswith(text)]
            if longer:
                notes.append(f"EUSurvey may have written Yes under `{column.heading}` for respondents who only chose `{longer[0]}`")
            if '"' in text and data[column.position].map(tidy).eq("No").all():
                notes.append(f"EUSurvey writes No under `{column.heading}` whatever was chosen: its double quotes mislead it")
    return notes


def _without_id(columns: list[Column], data: pd.DataFrame) -> list[str]:
    """Rows that EUSurvey did not write as they are, told to whoever reads the export."""
    ids = next((data[c.position] for c in columns if c.about == "respondent_id"), pd.Series(dtype="str"))
    missing = ids.index[ids.map(tidy).eq("")]
    if not len(missing) or len(missing) == len(ids):
        return []
    return [f"rows with answers but without a contribution id, which EUSurvey always writes: {', '.join(map(str, missing))}"]
