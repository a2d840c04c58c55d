"""The contract of all readers: a table of untouched text, and what each column is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

import numpy as np
import pandas as pd

from bwise.problems import Problem
from bwise.text import heading_key, tidy

# How tools and spreadsheets of the 13 countries write a moment: the parts of the day in any order, Bulgarian `г.` after them;
# hours with colons or (Italian) stops, halves of the day in English, Spanish and Greek, a time zone. Parts of a pattern.
DAY = r"\d{1,4}(?:[-/]|\. ?)\d{1,2}(?:[-/]|\. ?)\d{1,4}\.?(?: ?г\.?)?"
CLOCK = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?(?:[AaPp]\.? ?[Mm]\.?|[πμΠΜ]\.? ?[μΜ]\.?))?(?: [A-Z]{2,5}(?:[+-]\d{1,2}(?::\d{2})?)?)?"
DIGITS = re.compile(r"\d+")
NOT_SHOWN = "{question_not_shown}"
"""What LimeSurvey's VV export writes for a question that was never asked of this respondent; readers of other formats that can
tell it use the same sign."""
FREE_TEXT = "(free text)"
"""What readers add to the heading of a field for free text beside an option, whatever the tool calls that field."""


@dataclass(frozen=True)
class Grid:
    """The cells of a file as text, before anybody said what they mean.

    `cells` has one row per record of the file; its index is the row number a spreadsheet shows (from 1).
    `container` is text, workbook, sav or xml; `sheet` the sheet of a workbook, or the file inside an archive.
    `complete` is False while only the first records have been read; `letters` then holds the characters beyond ASCII
    of the whole file. `others` holds the other sheets of a workbook that have anything in them. `unquoted` tells, where
    a CSV quotes even empty cells, which cells are empty without quotes: the only trace of "never asked" in some tools.
    `widths`: how many cells each record of a CSV has in the file, before all were made as wide as the widest. `cut_off`: a CSV
    ends inside a quoted cell. `merged`: first and last cell (row from 1, position of the column) of what a workbook shows as one
    cell. `set_aside`: rows that are nobody's answers, which were emptied, and the rule that leaves them out
    (`bwise.exports.set_aside`). `notes`: what had to be decided to make text of the file.
    """

    cells: pd.DataFrame
    container: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    complete: bool = True
    letters: str = ""
    others: dict[str, pd.DataFrame] = field(default_factory=dict)
    unquoted: pd.DataFrame | None = None
    widths: pd.Series | None = None
    cut_off: bool = False
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    set_aside: dict[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """One column of an export.

    `about` says what the tool itself tells: respondent_id, started, submitted, progress, language, person (personal
    data, dropped by the reader), tool (anything else the tool adds); empty for a column that may hold answers.
    `code` and `text` are the parts of the heading, where the tool writes both; `section` is the title of the section that
    the tool writes before the text. It may be the question of a battery whose rows are the texts.
    """

    position: int
    heading: str
    code: str = ""
    text: str = ""
    about: str = ""
    section: str = ""

    @property
    def key(self) -> str:
        return heading_key(self.text)

    @property
    def place(self) -> str:
        """How params name a column whose heading others have, too: `column 12`, counted as a spreadsheet does."""
        return f"column {self.position + 1}"


@dataclass(frozen=True)
class RawTable:
    """An export read: `cells[position]` is text as it was sent, the index is the row number in the file.

    Columns with personal data are in `columns` by their heading only; their cells were dropped by the reader.
    `other_in_cell`: the tool writes the text of "other" into the same cell as the options. `bare_options`: the columns of
    a multiple answer are headed by the option alone, without its question. `groups_in_text`: the labels of groups may stand
    before the text of a question, joined by `/`. Rows of `grid.set_aside` are among the cells, and empty. `other_rows`: how
    many rows of the file are not of this delivery (`bwise.matching.rows`). `notes`: what an analyst must know of this file.
    `problems`: why the table cannot be used, though it is known what it is.
    """

    tool: str
    grid: Grid
    columns: tuple[Column, ...]
    cells: pd.DataFrame
    header_row: int = 1
    headings: str = "text"
    other_in_cell: bool = False
    bare_options: bool = False
    groups_in_text: bool = False
    other_rows: int = 0
    notes: tuple[str, ...] = field(default=())
    problems: tuple[Problem, ...] = field(default=())

    def about(self, what: str) -> pd.Series | None:
        """Cells of what the tool tells (respondent_id, submitted, …), or None when it does not."""
        for column in self.columns:
            if column.about == what:
                return self.cells[column.position]
        return None

    def factorised(self, position: int) -> tuple[np.ndarray, list[str]]:
        """A column as codes: the place of each cell's text among the distinct ones, and these."""
        if position not in self._factorised:
            codes, texts = pd.factorize(self.cells[position])
            self._factorised[position] = codes, texts.tolist()
        return self._factorised[position]

    def distinct(self, position: int) -> list[str]:
        """The distinct texts of a column."""
        return self.factorised(position)[1]

    @cached_property
    def _factorised(self) -> dict[int, tuple[np.ndarray, list[str]]]:
        return {}

    @property
    def answer_columns(self) -> list[Column]:
        return [c for c in self.columns if not c.about and c.position in self.cells]


# Headings under which tools put data about the person who answers, in the languages of the 13 countries and English.
# Sources: LimeSurvey, EUSurvey, KoBo formpack and Qualtrics sources and translations; MS and Google Forms exports seen; the fields
# for contact data of REDCap's demonstration projects (name, address, telephone, birth), in dictionary words of the other languages.
PERSONAL = {
    heading_key(h)
    for h in """
ipaddr|ip address|ip-adresse|ip-adres|adresse ip|ip адрес|ip-адрес|ip adresa|διεύθυνση ip|indirizzo ip|ip adrese|adres ip|adresa ip|
ip naslov|dirección ip|refurl|referrer url|referrer-url|url referente|url référente|référent|
url de referencia|token|zugangsschlüssel|zugangscode|code d'accès|adresse de messagerie|
toegangscode|jeton|codice d'accesso|email|e-mail|email address|e-mail address|e-mail-adresse|e-mailadres|adresse e-mail|adresse mail|
courriel|имейл|имейл адрес|електронна поща|e-pošta|e-adresa|adresa e-pošte|e-poštni naslov|elektronski naslov|διεύθυνση email|
διεύθυνση ηλεκτρονικού ταχυδρομείου|ηλεκτρονικό ταχυδρομείο|indirizzo email|posta elettronica|e-pasts|e-pasta adrese|adres e-mail|
poczta e-mail|adresă de e-mail|adresa de e-mail|correo electrónico|dirección de correo electrónico|correo|name|nom|naam|име|ime|όνομα|
nome|vārds|nazwa|imię i nazwisko|nume|nombre|first name|firstname|last name|lastname|vorname|nachname|prénom|voornaam|achternaam|
user name|username|nutzername|benutzername|nom d'utilisateur|gebruikersnaam|потребителско име|korisničko ime|uporabniško ime|
όνομα χρήστη|nome utente|lietotājvārds|nazwa użytkownika|nume de utilizator|nombre de usuario|submitted by|deviceid|device id|
phonenumber|phone number|telefonnummer|téléphone|telefono|teléfono|simserial|subscriberid|recipientlastname|recipientfirstname|
recipientemail|externalreference|locationlatitude|locationlongitude|ipaddress|invitation number|einladungsnummer|
numéro de l'invitation|respondent email|submitter|submitter email|geolocation|submittername|submitterid|last name first name|
address|street|street address|postal address|adresse|anschrift|postanschrift|straße|adresse postale|rue|adres|postadres|straat|адрес|
пощенски адрес|улица|adresa|ulica|naslov|διεύθυνση|ταχυδρομική διεύθυνση|οδός|indirizzo|indirizzo postale|adrese|pasta adrese|iela|
adres pocztowy|adresa poștală|strada|dirección|dirección postal|calle|
telephone|phone|mobile|mobile phone|cell phone|telefon|telefon mobil|handy|mobiltelefon|mobilnummer|numéro de téléphone|portable|telefoon|
mobiel|телефон|телефонен номер|mobitel|telefonska številka|τηλέφωνο|κινητό|αριθμός τηλεφώνου|cellulare|numero di telefono|tālrunis|
tālruņa numurs|numer telefonu|număr de telefon|número de teléfono|móvil|
dob|date of birth|birth date|birthdate|geburtsdatum|date de naissance|geboortedatum|дата на раждане|datum rođenja|datum rojstva|
ημερομηνία γέννησης|data di nascita|dzimšanas datums|data urodzenia|data nașterii|fecha de nacimiento|
full name|fullname|surname|family name|given name|familienname|nom de famille|nom et prénom|cognome|apellido|apellidos|nazwisko|prenume|
prezime|priimek|фамилия|επώνυμο|uzvārds|
sähköposti|sähköpostiosoite|nimi|koko nimi|etunimi|sukunimi|puhelin|puhelinnumero|osoite|katuosoite|syntymäaika|käyttäjänimi|
endereço de email|endereço de e-mail|nome completo|apelido|telefone|telemóvel|número de telefone|morada|endereço|data de nascimento|
e-mail-cím|email-cím|név|teljes név|keresztnév|vezetéknév|telefonszám|cím|lakcím|születési idő|születési dátum|felhasználónév|
e-mailová adresa|jméno|meno|priezvisko|příjmení|mailadresse|navn|fornavn|efternavn|e-post|e-postadress|namn|förnamn|efternamn|
e-posti aadress|eesnimi|perekonnanimi|el. paštas|el. pašto adresas|vardas|pavardė|ainm|isem
""".replace("\n", "").split("|")
    if h.strip()
}
COORDINATE = re.compile(r"^(?P<place>.*)[_-](latitude|longitude|altitude|precision|accuracy)$", re.IGNORECASE)


def is_personal(heading: str) -> bool:
    """Whether a tool puts data about a person under this heading."""
    return heading_key(heading) in PERSONAL


def _row_numbers(cells: pd.Series) -> bool:
    """Whether an unnamed column only numbers the rows, as pandas and R write it."""
    filled = [text for text in cells if text]
    return all(DIGITS.fullmatch(text) for text in filled) and len(set(filled)) == len(filled)


def _personal(column: Column, places: set[str]) -> bool:
    """A heading of personal data, or one of the columns a tool makes of a place (it has a latitude among them)."""
    part = COORDINATE.match(tidy(column.heading).lower())
    return bool(part and part["place"] in places) or any(is_personal(part) for part in (column.heading, column.code, column.text))


CANNOT_TELL = "from there on, answers would stand under other questions than they were given to"
AGAIN = "ask the partner to export again, as XLSX where the tool can"


def _misshapen(grid: Grid, first_data_row: int) -> tuple[Problem, ...]:
    """Rows of a CSV with more or fewer cells than there are headings.

    No fault are lines without anything in them, and empty cells after the last heading, where all rows have as many of them:
    spreadsheets and some tools end every row so. No row is made longer: a row whose last answers were left away cannot be
    told from one that lost a cell further left. Excel leaves away the last cells of a row in some re-saves; the partner can
    send the workbook instead.
    """
    if grid.widths is None:
        return ()
    above = grid.cells.index < first_data_row
    headed, written = int(_ends(grid.cells[above]).max()), int(grid.widths[above].max())
    ends = _ends(grid.cells[~above])
    ends = ends[ends > 0]
    widths = grid.widths[ends.index]
    unnamed = ends.between(headed + 1, written)
    if 2 * unnamed.sum() > len(ends):  # a column without a heading, which is told elsewhere
        unnamed[:] = False
    longer = widths.gt(written) if widths.nunique() > 1 else ends.gt(written)
    wrong = widths[longer | unnamed | (widths < headed)]
    if not len(wrong):
        what = "the file ends inside a quoted cell: it is cut off, or a quote further up was never closed"
        return (Problem(what, why="answers would be missing, or stand in one cell", remedy=AGAIN),) if grid.cut_off else ()
    named = ", ".join(f"row {row} has {cells}" for row, cells in wrong.iloc[:3].items()) + (", …" if len(wrong) > 3 else "")
    what = f"{len(wrong)} row{'s have' if len(wrong) > 1 else ' has'} more or fewer cells than the {headed} headings: {named}"
    if len(wrong) == 1 and wrong.index[0] == grid.cells.index[-1] and wrong.iloc[0] < headed:
        return (Problem(f"the file is cut off in its last row: {named} cells of {headed}", why=CANNOT_TELL, remedy=AGAIN),)
    return (
        Problem(what, why=CANNOT_TELL, remedy="look there for a line break, or for the delimiter in an answer without quotes; " + AGAIN),
    )


def _merged(grid: Grid, first_data_row: int) -> tuple[Problem, ...]:
    """Cells among the answers that a workbook shows as one: only the first of them holds the answer."""
    places = [first for first, last in grid.merged if last[0] >= first_data_row and grid.cells.at[first[0], first[1]]]
    if not places:
        return ()
    named = ", ".join(f"row {row} in column {column + 1}" for row, column in places[:3]) + (", …" if len(places) > 3 else "")
    return (
        Problem(
            f"{len(places)} merged cell{'s' * (len(places) > 1)} among the answers: {named}",
            why="only the first of the rows or columns under it would have the answer",
            remedy="ask the partner for the export as the tool wrote it, without merged cells",
        ),
    )


# Where a sheet of Excel ends, and in which of its formats (Microsoft: Excel specifications and limits). Not the 256 columns of XLS,
# which a questionnaire may well have.
LAST_ROW = {1_048_576: "XLSX", 65_536: "XLS"}
LAST_COLUMN = {16_384: "XLSX"}


def _full(grid: Grid) -> tuple[Problem, ...]:
    """A table that ends where a sheet of Excel does, in a workbook or in a CSV saved from one: what did not fit is not in the file."""
    rows, columns = int(grid.cells.index.max()), grid.cells.shape[1]
    ends = [f"row {rows:,}, the last one of a sheet of {LAST_ROW[rows]}"] if rows in LAST_ROW else []
    ends += [f"column {columns:,}, the last one of a sheet of {LAST_COLUMN[columns]}"] if columns in LAST_COLUMN else []
    why = "what the tool has beyond it is not in the file"
    remedy = "ask the partner for the export as CSV, as the tool wrote it, never opened in Excel; or in parts, each a delivery of its own"
    return tuple(Problem(f"the table ends with {end}", why=why, remedy=remedy) for end in ends)


def _set_aside(grid: Grid) -> tuple[str, ...]:
    """The rows that are nobody's answers, in words."""
    told = {"heading_row": "repeats the headings", "summary_row": "is a total, a mean or the like"}
    return tuple(f"row {row} {told[rule]}: no respondent, left out by the rule `{rule}`" for row, rule in grid.set_aside.items())


def _ends(cells: pd.DataFrame) -> pd.Series:
    """Position after the last cell of each row that has anything in it; 0 for a row without anything."""
    filled = cells.ne("").to_numpy()
    return pd.Series(np.where(filled.any(axis=1), filled.shape[1] - filled[:, ::-1].argmax(axis=1), 0), index=cells.index, dtype=int)


def raw_table(tool: str, grid: Grid, columns: list[Column], first_data_row: int, **more) -> RawTable:
    """Cut the data out of the grid: personal columns and empty rows stay behind, answers without a heading do not.

    Notes and problems that the reader gives stand after those of the file's shape.
    """
    more["notes"] = (*grid.notes, *_set_aside(grid), *more.get("notes", ()))
    more["problems"] = (*_misshapen(grid, first_data_row), *_merged(grid, first_data_row), *_full(grid), *more.get("problems", ()))
    data = grid.cells.loc[grid.cells.index >= first_data_row]
    named = {c.position for c in columns}
    places = {c.heading.lower().removesuffix("latitude").rstrip("_-") for c in columns if c.heading.lower().endswith("latitude")}
    columns = [c if c.about or not _personal(c, places) else replace(c, about="person") for c in columns]
    unnamed = [p for p, filled in data.ne("").any().items() if filled and p not in named]
    columns += [Column(p, "", about="tool" if _row_numbers(data[p]) else "") for p in unnamed]
    cells = data[[c.position for c in columns if c.about != "person"]]
    filled = cells.ne("").any(axis=1) | cells.index.isin(list(grid.set_aside))
    return RawTable(tool, grid, tuple(columns), cells[filled], header_row=first_data_row - 1, **more)


PARENTS = {"_parent_index", "X_parent_index", "PARENT_KEY"}


def is_repeat(cells: pd.DataFrame) -> bool:
    """Whether the rows belong to rows of another table: a repeated group of KoBo or ODK, several rows per respondent."""
    return 1 in cells.index and not PARENTS.isdisjoint(map(tidy, cells.loc[1]))


PLACE = r"-?\d{1,3}\.\d+ -?\d{1,3}\.\d+( -?\d+(\.\d+)?){0,2}"
PLACES = re.compile(rf"^{PLACE}(\s*;\s*{PLACE})*\s*;?$")


def holds_places(cells: pd.Series) -> bool:
    """Whether a column holds places as KoBo and ODK write them into one cell: `latitude longitude altitude precision`."""
    filled = list(islice(filter(None, cells), 20))
    return sum(bool(PLACES.match(text)) for text in filled) > len(filled) / 2


def headings(grid: Grid, row: int = 1) -> list[tuple[int, str]]:
    """Position and text of each non-empty heading."""
    return [(position, text) for position, text in grid.cells.loc[row].items() if tidy(text)]
