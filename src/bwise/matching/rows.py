"""Which rows of a file belong to a delivery: those that `rows:` in params takes, before anything else is done with them.

A file may hold several countries or waves. What looks like a column of them, or of weights, is named; a file of several
countries is used only once params say which of its rows belong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from bwise.countries import coded_country, named_country
from bwise.exports.table import Column, RawTable
from bwise.matching.dates import date_order, parse_date
from bwise.matching.numbers import parse_number
from bwise.problems import Problem, did_you_mean
from bwise.settings import ALL_ROWS, Delivery, Span
from bwise.text import answer_key, tidy

WORDS = {
    "country": "country countries cntry nation staat land pays paese país kraj kraju państwo państwie država državi zemlja zemlji "
    "țara țară tara държава страна χώρα valsts valstī estado",
    "wave": "wave round welle vague ronde golf ola onda ondata fala val вълна κύμα vilnis",
    "weight": "weight weights gewicht gewichtung poids pondération peso ponderación ponderazione waga weging težina utež svars "
    "pondere тегло",
}
"""Words of headings that tell of whom or what a row is, in English and the languages of the 13 countries."""
MOSTLY = 0.8  # of the cells must be countries
MOST_COUNTRIES = 300  # different texts
MOST_WAVES = 20


def rows_taken(raw: RawTable, delivery: Delivery) -> RawTable:
    """The table with the rows of the delivery only; with a problem where a line of `rows:` takes nothing."""
    if not isinstance(delivery.rows, dict):
        return raw
    taken, problems = pd.Series(True, index=raw.cells.index), []
    for heading, wanted in delivery.rows.items():
        column = column_named(raw, heading)
        if column is None:
            there = {name for c in raw.columns if c.position in raw.cells for name in (c.heading, c.code, c.place) if name}
            what = f"`rows: {heading}` matches no heading of a column that is read"
            problems.append(Problem(what, why="no row would be taken", remedy=did_you_mean(heading, there)))
            continue
        here, problem = _matching(raw.cells[column.position], heading, wanted, delivery.dates or "")
        taken &= here
        problems += problem
    nobody = taken.index.isin(list(raw.grid.set_aside))  # rows of headings and totals are told whoever the others belong to
    if not problems and not (taken & ~nobody).any():
        problems.append(Problem("`rows:` takes no row: its lines are never true together", remedy="correct the lines in params"))
    if problems:
        return replace(raw, problems=(*raw.problems, *problems))
    return replace(raw, cells=raw.cells[taken | nobody], other_rows=int((~taken & ~nobody).sum()))


def column_named(raw: RawTable, name: str) -> Column | None:
    """The column that a line of params means by its place, heading or code; None where there is none, or no one column."""
    open_columns = [c for c in raw.columns if c.position in raw.cells]
    for same in (lambda c: name == c.place, lambda c: tidy(name) == tidy(c.heading), lambda c: bool(c.code) and tidy(name) == tidy(c.code)):
        found = [c for c in open_columns if same(c)]
        if len(found) == 1:
            return found[0]
    return None


def _matching(cells: pd.Series, heading: str, wanted: list[str] | Span, dates: str) -> tuple[pd.Series, list[Problem]]:
    """Which cells are wanted, and values that no cell has."""
    if isinstance(wanted, Span):
        within = _within(wanted, dates or date_order(cells.unique()))
        found = cells.map({text: within(text) for text in cells.unique()}).astype(bool)
        what = f"`rows: {heading}`: no cell is from {wanted.first} to {wanted.last}"
        return found, [] if found.any() else [Problem(what, why="no row would be taken", remedy="compare with the file")]
    keys = cells.map({text: answer_key(text) for text in cells.unique()})
    there = sorted({tidy(text) for text in cells.unique()} - {""})
    gone = [value for value in wanted if not keys.eq(answer_key(value)).any()]
    problems = [
        Problem(f"`rows: {heading}: {value}` matches no cell", why="no row would be taken", remedy=did_you_mean(value, there[:50]))
        for value in gone
    ]
    return keys.isin([answer_key(value) for value in wanted]), problems


def _within(span: Span, order: str) -> Callable[[str], bool]:
    """Whether a text is a day, or a number, of the span."""
    read = (lambda text: parse_date(text, order)) if isinstance(span.first or span.last, date) else parse_number

    def within(text: str) -> bool:
        value = read(text)
        return value is not None and (span.first is None or value >= span.first) and (span.last is None or value <= span.last)

    return within


@dataclass(frozen=True)
class Telling:
    """A column that says of whom or what a row is: `what` is country, wave or weight; `values` its distinct texts with their counts."""

    column: Column
    what: str
    values: dict[str, int]

    def __str__(self) -> str:
        some = ", ".join(f"{text} ({count})" for text, count in list(self.values.items())[:8])
        more = f", and {len(self.values) - 8} more" if len(self.values) > 8 else ""
        return f"{self.column.place} looks like a {self.what}" + (f": {some}{more}" if some else "")

    def as_params(self) -> str:
        """What it is, and the line of params that would use it."""
        name = self.column.place
        line = f"weight: {name}" if self.what == "weight" else f"rows: {{{name}: {next(iter(self.values))}}}"
        return f"{self}\n{line}"


def telling_columns(raw: RawTable, delivery: Delivery, matched: Container[int] = ()) -> list[Telling]:
    """Columns that look like a country, a wave or a weight, of which params say nothing.

    Args:
        matched: positions of columns that are a question; of these only one headed as a country is looked at.
    """
    found = []
    for column in raw.columns:
        if column.position not in raw.cells or column.about in ("respondent_id", "started", "submitted"):
            continue
        said = _said(column)
        if column.position in matched:
            what = "country" if "country" in said and len(countries_in(raw.cells[column.position], coded=True)) > 1 else ""
        else:
            what = _what(raw.cells[column.position], said)
        if what and not (delivery.rows if what != "weight" else delivery.weight):
            counts = raw.cells[column.position].map(tidy).value_counts()
            found.append(Telling(column, what, {} if what == "weight" else {t: int(n) for t, n in counts.items() if t}))
    return found


def _said(column: Column) -> set[str]:
    """What the words of its heading say it is."""
    words = set(re.split(r"[\W_]+", f"{column.heading} {column.text}".casefold()))
    return {what for what, known in WORDS.items() if words & set(known.split())}


def _what(cells: pd.Series, said: set[str]) -> str:
    if len(countries_in(cells, coded="country" in said)) > 1:
        return "country"
    filled = cells[cells.ne("")]
    if "country" in said and 1 < filled.nunique() <= MOST_COUNTRIES and filled.str.isdigit().all():
        return "country"  # by the numbers of some list
    if "weight" in said and filled.nunique() > 1 and filled.map(parse_number).notna().all():
        return "weight"
    return "wave" if "wave" in said and 1 < filled.nunique() <= MOST_WAVES else ""


def countries_in(cells: pd.Series, coded: bool = False) -> set[str]:
    """Countries that a column names, or writes by their codes (`coded`), where most of its cells name one; none otherwise."""
    counts = cells.value_counts().drop("", errors="ignore")
    if len(counts) > MOST_COUNTRIES or counts.index.str.isdigit().all():
        return set()
    countries = {text: named_country(text) or (coded and coded_country(tidy(text))) for text in counts.index}
    known = sum(n for text, n in counts.items() if countries[text])
    return {code for code in countries.values() if code} if known >= MOSTLY * counts.sum() else set()


def undecided_rows(telling: Iterable[Telling], delivery: Delivery, shown: str) -> list[Problem]:
    """Why a file is not used before params say which of its rows belong: it holds several countries."""
    return [
        Problem(
            str(column),
            shown,
            why="people of several countries would be counted for one",
            remedy=f"say in params which rows belong, `rows: {{{column.column.place}: {next(iter(column.values))}}}`, "
            f"or that all do, `rows: {ALL_ROWS}`",
        )
        for column in telling
        if column.what == "country" and delivery.rows is None
    ]


def weights(raw: RawTable, delivery: Delivery) -> pd.Series:
    """The weight of each respondent, as a number; none for rows that are nobody's answers, and where params name no weight."""
    column = column_named(raw, delivery.weight) if delivery.weight else None
    if column is None:
        return pd.Series(float("nan"), index=raw.cells.index)
    texts = raw.cells[column.position]
    return texts.map({text: parse_number(text, delivery.decimal) for text in texts.unique()}).astype(float)


def weight_problems(raw: RawTable, delivery: Delivery, shown: str) -> list[Problem]:
    """A weight that no column has, and respondents without a number above 0 for it."""
    if not delivery.weight:
        return []
    name = f"`weight: {delivery.weight}`"
    if column_named(raw, delivery.weight) is None:
        there = {name for c in raw.columns if c.position in raw.cells for name in (c.heading, c.code, c.place) if name}
        return [Problem(f"{name} matches no heading", shown, "the line would do nothing", did_you_mean(delivery.weight, there))]
    found = weights(raw, delivery).drop([row for row in raw.grid.set_aside if row in raw.cells.index])
    without = found.index[~(found > 0)]
    if not len(without):
        return []
    rows = ", ".join(map(str, without[:5])) + (", …" if len(without) > 5 else "")
    what = f"{name}: {len(without)} respondents have no number above 0 there (rows {rows})"
    return [Problem(what, shown, "they would count for nobody", "ask the partner for the weights; `decimal:` says which sign 1,234 has")]
