"""Rows of a table that are no answers of anybody: the headings once more, and totals or means that somebody wrote below.

They are found before a reader looks at the table, which may know its tool by what every row holds. They keep their place, without
their cells, so that all rows that came in are accounted for; `bwise.cleaning` leaves them out by the rule of the same name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from bwise.exports.table import Grid
from bwise.text import answer_key, heading_key

HEADING_ROW, SUMMARY_ROW = "heading_row", "summary_row"
LABELS = {
    answer_key(word)
    for word in """
total|totals|grand total|sum|mean|means|average|averages|avg|median|standard deviation|std dev|std. dev.|
summe|gesamt|gesamtsumme|insgesamt|mittelwert|mittelwerte|durchschnitt|mittel|arithmetisches mittel|standardabweichung|
somme|moyenne|moyennes|médiane|écart type|écart-type|total général|
som|totaal|eindtotaal|gemiddelde|gemiddeld|mediaan|standaardafwijking|
сума|общо|всичко|средно|средна стойност|средно аритметично|медиана|стандартно отклонение|
zbroj|ukupno|prosjek|srednja vrijednost|aritmetička sredina|medijan|standardna devijacija|
άθροισμα|σύνολο|γενικό σύνολο|μέσος όρος|μέση τιμή|διάμεσος|τυπική απόκλιση|
somma|totale|totale generale|media|mediana|deviazione standard|
summa|kopā|pavisam|vidēji|vidējais|vidējā vērtība|mediāna|standartnovirze|
suma|razem|ogółem|łącznie|suma końcowa|średnia|odchylenie standardowe|
sumă|total general|medie|mediană|abatere standard|
vsota|skupaj|povprečje|aritmetična sredina|standardni odklon|
total general|promedio|desviación estándar|desviación típica|ø
""".replace("\n", "").split("|")
}
"""How spreadsheets and people head a row of totals, means, medians or standard deviations, in English and the 13 countries' languages."""
ALSO_NAMES = {answer_key(word) for word in ("n", "min", "max", "minimum", "maximum", "Minimalwert", "Maximalwert", "count", "Anzahl")}
"""Labels that may as well be somebody's name or code: believed only where the numbers are those of the column."""
COUNTED = re.compile(r"^n ?[=:] ?\d+$")  # `n = 41`
NUMBER = re.compile(r"^[-+−]?\d[\d\s\u00a0\u202f.,']*%?$|^[-+−]?[.,]\d+%?$|^#[A-ZÄÖÜ0-9/!?_]+[!?]?$")  # or an error, `#DIV/0!`
LABEL_WITHIN = 5  # cells: the label of a summary is the first one that is filled, near the left
AGREEING = 0.8  # of the numbers must be what they would be in a summary
ENOUGH = 3  # numbers, and rows above them, before they prove anything
EVERYBODY = 0.9  # of the rows have a cell that nobody leaves empty


def without_repetitions(grid: Grid, heading_rows: Iterable[int] = (1,)) -> Grid:
    """The grid with its rows of headings and summaries emptied, and what they are in `set_aside`.

    Args:
        heading_rows: rows in which the tool writes headings; answers begin below the last of them.
    """
    above = [row for row in heading_rows if row in grid.cells.index]
    if not above or grid.container not in ("text", "workbook"):
        return grid
    data = grid.cells.loc[above[-1] + 1 :]
    copies = sorted({copy for row in above for copy in heading_copies(grid.cells, row, data.index)})
    summaries = _summaries(data.drop(copies) if copies else data)
    set_aside = dict.fromkeys(copies, HEADING_ROW) | dict.fromkeys(summaries, SUMMARY_ROW)
    if not set_aside:
        return grid
    return replace(grid, cells=emptied(grid.cells, set_aside), set_aside=dict(sorted(set_aside.items())))


def emptied(cells: pd.DataFrame, rows: Iterable[int]) -> pd.DataFrame:
    """The cells, with nothing in these rows."""
    cells = cells.copy()
    cells.loc[list(rows)] = ""
    return cells


def heading_copies(cells: pd.DataFrame, heading: int, rows: Iterable[int]) -> list[int]:
    """Which of these rows hold the headings once more: every named column is headed alike."""
    named = {position: heading_key(text) for position, text in cells.loc[heading].items() if heading_key(text)}
    if len(named) < 2:
        return []
    first, last = min(named), max(named)
    there = cells.loc[list(rows), [first, last]]
    # a first look at two columns, which differ in nearly every row of answers
    alike = there.index[there[first].str.casefold().str.strip().eq(cells.at[heading, first].casefold().strip()) & there[last].ne("")]
    return [row for row in alike if all(heading_key(cells.at[row, position]) == key for position, key in named.items())]


def _summaries(data: pd.DataFrame) -> list[int]:
    labelled = data.index[np.any([_labels(data[position]) for position in data.columns[:LABEL_WITHIN]], axis=0)]
    found = [row for row in labelled if _is_summary(data, row)]
    rest = data.drop(found) if found else data
    last = next((row for row in reversed(rest.index) if rest.loc[row].ne("").any()), None)
    return found + ([last] if last is not None and _is_summary(rest, last) else [])


def _labels(cells: pd.Series) -> np.ndarray:
    """Which cells hold a label of a summary."""
    codes, texts = pd.factorize(cells)
    bare = [text.casefold().strip(" :.\u00a0=") for text in texts]
    return np.array([text in LABELS or text in ALSO_NAMES or bool(COUNTED.match(text)) for text in bare], dtype=bool).take(codes)


def _is_summary(data: pd.DataFrame, row: int) -> bool:
    """Whether all a row holds is a label and numbers, or numbers that are the means or sums of their columns."""
    cells = data.loc[row]
    filled = cells[cells.ne("")]
    label = answer_key(filled.iloc[0]).strip(" :.=") if len(filled) else ""
    certain = label in LABELS or bool(COUNTED.match(label))
    known = certain or label in ALSO_NAMES
    numbers = filled.iloc[1:] if known else filled
    if not len(numbers) or not numbers.str.match(NUMBER).all():
        return False
    if certain:
        return True
    others = data.drop(row)
    others = others[others.ne("").any(axis=1)]
    if len(others) < ENOUGH or not (known or (others.ne("").mean().gt(EVERYBODY) & cells.eq("")).any()):
        return False  # nothing is missing that everybody has, such as the code of the enterprise
    return _agree(numbers, others, ("mean", "sum", "min", "max", "count") if known else ("mean", "sum"))


def _agree(numbers: pd.Series, others: pd.DataFrame, statistics: tuple[str, ...]) -> bool:
    """Whether the numbers are, as far as they are written out, statistics of columns in which not everybody says the same."""
    agreeing = told = 0
    for position, text in numbers.items():
        above = _numbers(others[position]).dropna()
        value = _numbers(pd.Series([text])).iloc[0]
        if above.nunique() < 2 or np.isnan(value):
            continue
        told += 1
        half = 0.5001 * 10.0 ** -len(re.sub(r"%|^[^.,]*[.,]?", "", text))
        agreeing += any(abs(value - getattr(above, statistic)()) <= half for statistic in statistics)
    return told >= ENOUGH and agreeing >= AGREEING * told


def _numbers(texts: pd.Series) -> pd.Series:
    return pd.to_numeric(texts.str.rstrip("%").str.replace(",", ".", regex=False), errors="coerce")
