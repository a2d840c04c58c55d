"""EUSurvey results as XML: every question and answer in every language of the survey, then the answers by their ids.

Layout (EUSurvey's `XmlExportCreator`): `<Results><Survey>`, one `<Elements lang>` per language with the texts, then
`<Answers>` with one `<AnswerSet>` per respondent. An answer names its question (`qid`) and the option chosen (`aid`), or holds
a text. The order of the languages says nothing; the survey's main language is not named.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass, replace
from xml.etree import ElementTree

import pandas as pd

from bwise.exports.table import Column, Grid, RawTable, raw_table
from bwise.problems import Problem, stop
from bwise.text import TAG, tidy

NAME = "EUSurvey XML"
CONTAINERS = ("xml",)
BEGINS = re.compile(r"<Results\b[^>]*>\s*<Survey\b[^>]*\balias=")
FORBIDDEN = re.compile(r"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # EUSurvey lets through what XML does not allow
MOST_ELEMENTS = 1_000_000  # four thousand respondents of 250 questions; each takes some 300 bytes of memory
MOMENT = re.compile(r"^(\d{4}-\d\d-\d\d)_(\d\d)-(\d\d)-(\d\d)$")
THREE_DECIMALS = re.compile(r"^-?\d+\.\d{3}$")
NO_COLUMN = {  # elements of these kinds hold no answer; the rows of a rating are elements of their own
    "Question": ("Rating", "Line", "File Download"),
    "Cell": ("Empty", "StaticText"),
    "RatingQuestion": (),
}
META = {
    "id": "respondent_id",
    "list": "tool",
    "create": "started",
    "last": "submitted",
    "lang": "language",
    "user": "person",
    "userlogin": "person",
    "invitation": "person",
    "totalscore": "tool",
}
Key = tuple[str, str]
"""Id of a question; in a table, id of the row and id of the column."""


@dataclass(frozen=True)
class Asked:
    """A question, or a row of a matrix, a rating or a table: one column."""

    key: Key
    heading: str
    code: str = ""
    kind: str = ""


def read(grid: Grid) -> RawTable | None:
    """Accept EUSurvey's XML; the texts are those of the language most people answered in.

    Raises:
        ProblemsFound: the file is EUSurvey's, but damaged or dangerous to parse.
    """
    text = grid.cells.iat[0, 0] if grid.container == "xml" else ""
    root = _parsed(text) if BEGINS.search(text) else None
    languages = root.findall("Survey/Elements") if root is not None else []
    if not languages:
        return None
    sets = root.findall("Answers/AnswerSet")
    told = Counter(one.get("lang", "").casefold() for one in sets)
    languages.sort(key=lambda elements: -told[elements.get("lang", "").casefold()])
    texts = {id_: text for elements in reversed(languages) for id_, text in _texts(elements).items() if text}
    asked = _asked(languages[0], texts)
    answers = _answers(sets, {a.key: a.kind for a in asked}, texts)
    asked += _no_longer_asked(asked, answers)
    own = [name for name in META if any(name in one.attrib for one in sets)]
    rows = [[a.heading for a in asked] + own]
    rows += [[row.get(a.key, "") for a in asked] + [_own(one, name) for name in own] for one, row in zip(sets, answers, strict=True)]
    # row 0 holds the headings, so that row 1 is the first answer set
    cells = pd.DataFrame(rows, index=range(len(rows)), columns=range(len(rows[0])), dtype="str")
    columns = [_column(position, question) for position, question in enumerate(asked)]
    columns += [Column(len(asked) + n, name, text=name, about=_about(name, sets)) for n, name in enumerate(own)]
    return raw_table(
        NAME,
        replace(grid, cells=cells),
        columns,
        first_data_row=1,
        headings="code and text" if any(a.code for a in asked) else "text",
        notes=_notes(root, text),
    )


def _parsed(text: str) -> ElementTree.Element:
    heading = "The export cannot be read. Nothing was changed."
    again = "ask the partner to export the answers again, as XML or XLSX"
    if FORBIDDEN.search(text):
        what = "the XML declares a document type or entities, which EUSurvey never does"
        stop(heading, Problem(what, why="entities can fill the memory or bring in other files", remedy=again))
    if text.count("<") > 2 * MOST_ELEMENTS:
        what = f"the XML has more than {MOST_ELEMENTS:,} elements"
        stop(
            heading, Problem(what, why="the whole would not fit into memory", remedy="ask the partner to export the answers as XLSX or CSV")
        )
    try:
        return ElementTree.fromstring(CONTROL.sub("", text))
    except ElementTree.ParseError as error:
        stop(heading, Problem(f"the XML is damaged or breaks off in line {error.position[0]}", remedy=again))


def _texts(elements: ElementTree.Element) -> dict[str, str]:
    """Id -> text of each question, row and answer in one language, without markup."""
    found = {}
    for element in elements.iter():
        if "id" in element.attrib:
            result = element.find("ResultText")  # the whole title of a cell of a complex table
            text = (element if result is None else result).text or ""
            found[element.get("id")] = tidy(html.unescape(TAG.sub(" ", text)))
    return found


def _asked(elements: ElementTree.Element, texts: dict[str, str]) -> list[Asked]:
    """The columns, in the order of the questionnaire."""
    asked: list[Asked] = []
    above, rows = "", []
    for element in elements:
        id_, kind, code = (element.get(name, "") for name in ("id", "type", "bid"))
        title = texts.get(id_, "")
        if element.tag in ("MatrixTitle", "TableTitle"):
            above, rows = title, []
        elif element.tag == "MatrixQuestion":
            asked.append(Asked((id_, ""), f"{above}: {title}", code, kind))
        elif element.tag == "TableQuestion":
            rows.append(id_)
        elif element.tag == "TableAnswer":
            asked += [Asked((row, id_), f"{above} {texts.get(row, '')}:{title}") for row in rows]
        elif kind not in NO_COLUMN.get(element.tag, (kind,)):
            asked.append(Asked((id_, ""), title, code, kind))
    return asked


def _answers(sets: list[ElementTree.Element], kinds: dict[Key, str], texts: dict[str, str]) -> list[dict[Key, str]]:
    """One dict per answer set: question -> cell as EUSurvey writes it into a workbook, several labels joined by `; `."""
    rows = []
    for one in sets:
        found: dict[Key, list[str]] = {}
        for answer in one.findall("Answer"):
            option = answer.get("aid", "").partition(" ")[0]  # older versions write markup behind the id
            key = (answer.get("qid", ""), option)
            text = answer.text or ""
            if not option or key not in kinds:  # not of a table
                key = (key[0], "")
                text = texts.get(option, option) if option else _as_in_a_workbook(text, kinds.get(key, ""), texts)
            if text:
                found.setdefault(key, []).append(text)
        rows.append({key: "; ".join(parts) for key, parts in found.items()})
    return rows


def _as_in_a_workbook(text: str, kind: str, texts: dict[str, str]) -> str:
    """A text that EUSurvey wrote, not the respondent, as its workbooks show it."""
    if kind == "Ranking":
        ids = [id_.strip() for id_ in text.split(";")]
        return "; ".join(texts[id_] for id_ in ids) if all(id_ in texts for id_ in ids) else text
    # 2.125 with a decimal point is no 2125 with a sign for thousands: one more 0 says so
    return text + "0" if kind in ("Number", "Formula") and THREE_DECIMALS.match(text) else text


def _no_longer_asked(asked: list[Asked], answers: list[dict[Key, str]]) -> list[Asked]:
    """Questions that were answered and then deleted from the survey: the export has no text for them."""
    known = {a.key for a in asked}
    return [Asked(key, key[0]) for key in dict.fromkeys(key for row in answers for key in row) if key not in known]


def _column(position: int, question: Asked) -> Column:
    about = "person" if question.kind == "E-mail" else ""
    return Column(position, question.heading, code=question.code, text=question.heading, about=about)


def _about(name: str, sets: list[ElementTree.Element]) -> str:
    """What an attribute of the answer sets tells. In an anonymous survey every id is `Anonymous`; the number in the list is not."""
    anonymous = all(one.get("id", "Anonymous") == "Anonymous" for one in sets)
    if anonymous and name in ("id", "list"):
        return "respondent_id" if name == "list" else "tool"
    return META[name]


def _own(one: ElementTree.Element, name: str) -> str:
    return MOMENT.sub(r"\1 \2:\3:\4", one.get(name, ""))


def _notes(root: ElementTree.Element, text: str) -> tuple[str, ...]:
    """What an analyst must know: remarks to questions of a Delphi survey, and letters that are lost."""
    notes = []
    remarks = sum(1 for tag in ("Explanation", "Discussion") for _ in root.iterfind(f"Answers/AnswerSet/{tag}"))
    if remarks:
        notes.append(f"{remarks} explanations and discussions of a Delphi survey are in the file and are not read")
    if "\ufffd" in text:
        notes.append("some letters are not UTF-8, in which EUSurvey writes: somebody saved the file again, and they are lost")
    return tuple(notes)
