"""Short pages made of published figures alone: one for each answer to a question (a WISE model), or for each of two together (worker group
and model).

`params/factsheets.yaml` says which pages there are and what stands on them: cut-outs of the European tables. Nothing is computed here, so
that a figure which is withheld there is withheld here too; an order is only named where the stability rule gives one
(`bwise.tables.findings`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
from markupsafe import Markup
from pydantic import Field, field_validator

from bwise.ledger import UNRELIABLE
from bwise.lineage import DEMONSTRATION
from bwise.pages import page_template
from bwise.phrases import ENGLISH, Phrases
from bwise.pooling import Pool
from bwise.problems import Problem, did_you_mean, stop
from bwise.questionnaire import Question
from bwise.released_texts import published_texts
from bwise.settings import Project, Strict, read_yaml, validated
from bwise.storage import write_text
from bwise.tables import Published, Table, checks, group_labels, within
from bwise.tables.descriptions import Names

FILE = "params/factsheets.yaml"
SLOT = re.compile(r"\{(\w+)\}")
NOT_KNOWN = "_or_not_known"  # what the code of the smallest group ends with, where those whose group nobody told are counted with it
READING = {
    "not shown": "withheld: too few persons or organisations stand behind the figure, or it would give such a one away",
    ":": "not available, or does not apply",
    UNRELIABLE: "low reliability: few persons behind the figure",
    "n": "persons behind the figure; small grey numbers in a cell are its n",
    "Pooled": "every respondent counts the same",
}


class Part(Strict):
    """A cut-out of a table.

    Attributes:
        table: its id; the part is left out where there is no such table.
        where: dimension -> the values that are kept; `{model}` stands for the answer that the page is of.
        rows, columns: dimensions down and across; all others have to be settled by `where`.
        lead: dimension -> the value (or the first of several there are) of the figures that a sentence orders, as far as the stability rule
            gives an order; no sentence where it is absent.
        only: name -> the answers whose pages have the part; all where it says nothing.
        zeros: whether rows stand there in which all figures are zero.
        wide: whether it takes the whole width of the page.
        note: said in place of the table's unit, population and base.
        english: whether pages in other languages leave it out.
    """

    title: str
    table: str
    where: dict[str, Names] = Field(default={})
    rows: Names
    columns: Names = Field(default=[])
    lead: dict[str, Names] = Field(default={})
    only: dict[str, Names] = Field(default={})
    zeros: bool = True
    wide: bool = False
    note: str = ""
    english: bool = False


class Kind(Strict):
    """Pages of one kind.

    Attributes:
        of: name -> role of the question whose answers each have a page; with several names, each answer to one with each to the other.
        title, about: said on top of a page; `{model}` stands for the answer in words.
    """

    of: dict[str, str] = Field(min_length=1)
    title: str
    about: str
    parts: list[Part]


class CountryPages(Strict):
    """What stands on the pages of countries; `{country}` stands for the country."""

    parts: list[Part]


class Factsheets(Strict):
    """`params/factsheets.yaml`: folder of `reports/` -> what its pages are; and the parts of the pages of countries."""

    factsheets: dict[str, Kind] = Field(default={})
    countries: CountryPages = CountryPages(parts=[])

    @field_validator("factsheets")
    @classmethod
    def _folders_of_their_own(cls, kinds: dict[str, Kind]) -> dict[str, Kind]:
        wrong = [name for name in kinds if name in TAKEN or not re.fullmatch("[a-z][a-z_]*", name)]
        if wrong:
            raise ValueError(f"pages cannot stand in a folder `{wrong[0]}`: choose small letters, and none of {', '.join(TAKEN)}")
        return kinds


TAKEN = ("countries", "data", "figures", "tables")


@dataclass(frozen=True)
class Answer:
    """One answer of the question that pages are of: its code in file names, its words, and all codes that tables have for it."""

    code: str
    label: str
    codes: frozenset[str]


@dataclass(frozen=True)
class Section:
    """A part of a page: the cut-out (None where nothing of it is published) and what may be said of its order."""

    part: Part
    table: Table | None
    sentence: str = ""


@dataclass(frozen=True)
class Factsheet:
    """A page. `of`: name -> the answer that it is of."""

    folder: str
    of: dict[str, Answer]
    title: str
    about: str
    sections: tuple[Section, ...]

    @property
    def id(self) -> str:
        return re.sub(r"[^\w-]", "_", "-".join(answer.code for answer in self.of.values()))

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.id}.html"

    @property
    def name(self) -> str:
        return ", ".join(answer.label for answer in self.of.values())


def load_factsheets(project: Project, known: Iterable[str]) -> Factsheets:
    """The pages that `params/factsheets.yaml` describes, none without the file; `known`: ids of the tables described.

    Raises:
        ProblemsFound: with everything in it that cannot be used.
    """
    path, known = project.params / "factsheets.yaml", list(known)
    if not path.is_file():
        return Factsheets()
    found = validated(Factsheets, read_yaml(path), FILE, {"parts": Part, "factsheets": Kind, "countries": CountryPages})
    problems = [
        problem for folder, kind in found.factsheets.items() for part in kind.parts for problem in _unusable(part, folder, kind.of, known)
    ]
    problems += [problem for part in found.countries.parts for problem in _unusable(part, "countries", ["country"], known)]
    stop(f"{FILE} cannot be used.", *problems)
    return found


def _unusable(part: Part, folder: str, of: Iterable[str], known: list[str]) -> list[Problem]:
    where = f"{FILE}, {folder}, “{part.title}”"
    no_table = [] if part.table in known else [Problem(f"`{part.table}` is not a table", where, remedy=did_you_mean(part.table, known))]
    named = [name for values in part.where.values() for value in values for name in SLOT.findall(value)]
    return no_table + [
        Problem(f"`{name}` is nothing that the pages are of", where, remedy=did_you_mean(name, of))
        for name in dict.fromkeys([*named, *part.only])
        if name not in of
    ]


def country_parts(project: Project, known: Iterable[str]) -> list[Part]:
    """The parts of the pages of countries, none where `params/factsheets.yaml` says nothing of them."""
    return load_factsheets(project, known).countries.parts


def factsheets(tables: Published, pool: Pool) -> list[Factsheet]:
    """The pages, kind by kind; none of answers of which nothing is published.

    Raises:
        ProblemsFound: as `load_factsheets`; or a part leaves more than one figure for a cell.
    """
    made = []
    for folder, kind in load_factsheets(pool.project, tables.described).factsheets.items():
        questions = {name: pool.questionnaire.one(role) for name, role in kind.of.items()}
        if None in questions.values():
            continue
        answers = [_answers(pool, question) for question in questions.values()]
        for each in product(*answers):
            of = dict(zip(kind.of, each, strict=True))
            sections = tuple(cut_out(part, of, tables) for part in kind.parts if _stands(part, of, tables))
            if any(section.table for section in sections):
                words = {name: answer.label for name, answer in of.items()}
                made.append(Factsheet(folder, of, _filled(kind.title, words), _filled(kind.about, words), sections))
    return made


def _answers(pool: Pool, question: Question) -> list[Answer]:
    """The answers of a question in the order of its list; those that params join are one."""
    missing = {choice.name for choice in pool.questionnaire.choices(question.name).values() if choice.missing}
    joined = {"_or_".join(answers): answers for answers in pool.settings.together.get(question.name, ())}
    return [
        Answer(code, label, frozenset(c + end for c in (code, *joined.get(code, ())) for end in ("", NOT_KNOWN)))
        for code, label in group_labels(pool, question).items()
        if code not in missing
    ]


def _stands(part: Part, of: dict[str, Answer], tables: Published) -> bool:
    return part.table in tables and all(of[name].code in codes for name, codes in part.only.items())


def _filled(text: str, words: dict[str, str]) -> str:
    return SLOT.sub(lambda slot: words.get(slot[1], slot[0]), text)


def cut_out(part: Part, of: dict[str, Answer], tables: Published) -> Section:
    """A part of the page that is of these answers.

    Raises:
        ProblemsFound: the table has no such dimension, or more than one figure is left for a cell.
    """
    table = tables[part.table]
    _check_dimensions(part, table.data)
    here = own = np.ones(len(table.data), dtype=bool)
    for dimension, values in part.where.items():
        here = here & table.data[dimension].isin(_codes(values, of))
        if slots := [value for value in values if SLOT.fullmatch(value)]:
            own = own & table.data[dimension].isin(_codes(slots, of))
    data, mine = table.data[here], table.data[here & own]
    if mine.empty:
        return Section(part, None)
    dimensions = [*part.rows, *part.columns]
    if data.duplicated(dimensions).any():
        in_one_cell = data[data.duplicated(dimensions, keep=False)].groupby(dimensions)
        open_ = [d for d in (*table.rows, *table.columns) if d not in dimensions and in_one_cell[d].nunique().gt(1).any()]
        remedy = f"settle {' and '.join(open_)} under `where`, or name it under `rows` or `columns`"
        problem = Problem("several figures would stand in one cell", f"{FILE}, “{part.title}”", remedy=remedy)
        stop(f"{FILE} cannot be used.", problem)
    if not part.zeros:
        named = data[data["value"].ne(0)]  # also what is withheld
        data = data[pd.MultiIndex.from_frame(data[part.rows]).isin(pd.MultiIndex.from_frame(named[part.rows]))]
    cut = replace(table, title=part.title, data=data, rows=tuple(part.rows), columns=tuple(part.columns))
    return Section(part, cut, _sentence(part, table, mine, tables))


def _codes(values: Iterable[str], of: dict[str, Answer]) -> set[str]:
    """The codes that values stand for: an answer's own in place of its name in braces."""
    slots = {value: SLOT.fullmatch(value) for value in values}
    return set().union(*(of[slot[1]].codes if slot else {value} for value, slot in slots.items()))


def _check_dimensions(part: Part, data: pd.DataFrame) -> None:
    known = list(data.columns)
    stop(
        f"{FILE} cannot be used.",
        *[
            Problem(f"`{name}` is not a dimension of the table `{part.table}`", f"{FILE}, “{part.title}”", remedy=did_you_mean(name, known))
            for name in dict.fromkeys([*part.where, *part.rows, *part.columns, *part.lead])
            if name not in known
        ],
    )


def _sentence(part: Part, table: Table, mine: pd.DataFrame, tables: Published) -> str:
    """What may be said of the order of the page's own figures; "" where it rests on too few, or none is asked for."""
    if not part.lead:
        return ""
    for dimension, values in part.lead.items():
        there = next((value for value in values if mine[dimension].eq(value).any()), None)
        mine = mine[mine[dimension].eq(there)]
    found = tables.ledger.once(f"order in {table.id} of {list(mine.index)}", lambda: within(table, mine, tables.ledger))
    return found.sentence if found else ""


def write_factsheets(sheets: list[Factsheet], pool: Pool, groups: Pool | None, html_table: Callable[[Table, Phrases], Markup]) -> list[str]:
    """`reports/<folder>/<answer>.html`; the folders of pages are known from the names it gives back, relative to `reports/`."""
    texts = any(not published_texts(part.texts).empty for part in (pool, *([groups] if groups else [])))
    for sheet in sheets:
        page = page_template("factsheet.html.j2").render(
            sheet=sheet,
            pool=pool,
            demonstration=DEMONSTRATION if pool.demonstration else "",
            alike=[other for other in sheets if other.folder == sheet.folder],
            related=[other for other in sheets if other.folder != sheet.folder and _shares(other, sheet)],
            html_table=lambda table: html_table(table, ENGLISH),
            reading=READING,
            checks=checks(pool.settings.organisation),
            texts=texts,
        )
        write_text(pool.project.reports / sheet.path, page)
    return [sheet.path for sheet in sheets]


def _shares(one: Factsheet, other: Factsheet) -> bool:
    """Whether both are of the same answer to some question."""
    return any(one.of.get(name) == answer for name, answer in other.of.items())
