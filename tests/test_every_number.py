"""Every number that is published, in every form it is published in, is that of the ledger: one pass over the demonstration's run."""

import csv
import re
from html import unescape

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from bwise.ledger import MEAN, MEAN_OF_COUNTRIES, QUANTILES
from bwise.publication import layout, shown
from bwise.references import with_references
from bwise.storage import read_csv
from bwise.text import half_up, rounded
from tests.test_publication import Page, counted, grid, labelled

COUNTS = ("n", "wises", "countries")
SIGNS = {"": "A", "u": "U", "C": "Q"}


class Truth:
    """What the ledger says of each row of a table that counts respondents."""

    def __init__(self, ledger):
        self.ledger, self.known = ledger, {}

    def value(self, evidence, statistic):
        key = evidence.items, evidence.by, statistic if statistic in QUANTILES else MEAN
        if key not in self.known:
            self.known[key] = self.ledger.values(*key)
        return self.known[key][evidence.group, evidence.item]

    def cell(self, evidence):
        return self.ledger.cells(evidence.items.base, evidence.by), evidence.group

    def counts(self, behind):
        """n, WISEs and countries, each added up over the countries of a mean."""
        cells = [self.cell(evidence) for evidence in behind]
        n, wises = (sum(getattr(c, name)[g] for c, g in cells) for name in ("n", "wises"))
        return [n, wises, cells[0][0].countries[cells[0][1]] if len(cells) == 1 else len(cells)]


def of_respondents(table, ledger):
    """Rows of a table with what stands behind them in the ledger; not those of records, of focus groups, or of several figures."""
    entered = {(base, by) for base, by in ledger._cells}
    for row, behind in zip(table.data.to_dict("records"), table.evidence, strict=True):
        mean = MEAN_OF_COUNTRIES in (row.get("average"), row.get("country"))
        inside = behind and not row.get("code") and all((e.items.base, e.by) in entered for e in behind)
        if inside and (mean or len(behind) == 1) and "points" not in table.unit.partition(",")[0].replace("scale points", ""):
            yield row, behind, mean


def test_every_figure_of_every_table_is_that_of_the_ledger(european):
    truth, checked = Truth(european.ledger), 0
    for table in (table for table in european.values() if table.evidence is not None):
        for row, behind, mean in of_respondents(table, european.ledger):
            checked += 1
            if row["conf_status"]:
                assert pd.isna(row["value"]) and row["obs_status"] == "" and all(pd.isna(row[c]) for c in COUNTS)
                continue
            values = [truth.value(evidence, row["statistic"]) for evidence in behind]
            decimals = table.decimals_of.get(row["statistic"], table.decimals)
            expected = float(half_up(float(np.mean(values)), decimals)) if mean else values[0]
            assert row["value"] == pytest.approx(expected, abs=1e-12) or (np.isnan(expected) and pd.isna(row["value"])), (table.id, row)
            assert [row[c] for c in COUNTS] == truth.counts(behind), (table.id, row)
    assert checked > 5000


# ------------------------------------------------------------------ the forms


def read(page, table, lines):
    """Labels of rows and columns -> text of the cell and its flags, of a table of a page."""
    head, body = grid(page["head"]), grid(page["body"])
    down = len(table.rows)
    found = {}
    for row in body:
        if len(row) > down and (row[0].get("scope") in ("row", "rowgroup")) and row[0].get("colspan") is None:
            for column in range(down, len(row)):
                key = (*(c["text"] for c in row[:down]), *(line[column]["text"] for line in head))
                if key in lines:
                    found[key] = (row[column]["text"].strip(), row[column]["flags"])
    return found


def as_read(table):
    """Labels -> text of the cell and its flags, as pages show them."""
    return {key: (shown(r, table), r["obs_status"] + r["conf_status"]) for key, r in labelled(table).items()}


def test_pages_show_every_figure_and_no_other(demonstration, european):
    titles = {table.title: table for table in european.values()}
    text = (demonstration.reports / "index.html").read_text(encoding="utf-8")
    found = {t["caption"]: t for t in Page(text).tables}
    assert titles.keys() <= found.keys()
    numbers = {str(int(n)) for table in european.values() for column in COUNTS for n in table.data[column].dropna()}
    for title, table in titles.items():
        expected = as_read(table)
        assert read(found[title], table, expected) == expected
        numbers |= {number for cell, _ in expected.values() for number in numbers_of(cell)}
    others = [p for p in demonstration.reports.glob("*/*.html") if p.name.count(".") == 1]  # not in other languages, which have own tests
    assert len(others) >= 13
    for path in others:
        cells = [c for t in Page(path.read_text(encoding="utf-8")).tables for row in t["body"] for c in row if c["tag"] == "td"]
        odd = {number for cell in cells for number in numbers_of(cell["text"])} - numbers
        assert cells and not odd, path.name


def test_the_files_hold_every_figure_and_those_of_others(demonstration, european):
    long = read_csv(demonstration.reports / "data" / "figures.csv")
    by_table = dict(list(long.groupby("table", sort=False)))
    for table in with_references(european, demonstration).values():
        mine = by_table.pop(table.id)
        with (demonstration.reports / "tables" / f"{table.id}.csv").open(encoding="utf-8-sig", newline="") as file:
            of_table = list(csv.DictReader(file))
        ours, theirs = mine[mine["published_by"].eq("")].to_dict("records"), mine[mine["published_by"].ne("")].to_dict("records")
        assert len(ours) == len(of_table) == len(table.data)
        for row, alone, record in zip(ours, of_table, table.data.to_dict("records"), strict=True):
            for column in ("value", *COUNTS):
                texts = row[column], alone[column]
                assert set(texts) == {""} if pd.isna(record[column]) else {float(t) for t in texts} == {float(record[column])}
            assert all(row[d] == alone[d] == str(record[d]) for d in (*table.dimensions, *(["code"] if "code" in record else [])))
            assert (alone["obs_status"], alone["conf_status"]) == (record["obs_status"], record["conf_status"])
            there = row["value"] or row["code"] or record["conf_status"]
            assert row["obs_status"] == (SIGNS[record["obs_status"] + record["conf_status"]] if there else "O")
        assert [float(row["value"]) for row in theirs] == [each.value for each in table.references]
        assert [row["published_by"] for row in theirs] == [each.source for each in table.references]
    assert not by_table


def test_the_workbook_holds_every_number_of_its_tables(demonstration, european):
    book = CalamineWorkbook.from_path(demonstration.reports / "european_tables.xlsx")
    for table in european.values():
        rows = book.get_sheet_by_name(table.id[:31]).to_python()
        top = next(at for at, row in enumerate(rows) if row[0] == table.rows[0].replace("_", " "))
        head = [str(h) for h in rows[top]]
        last = len(head) - (len(counted(table)) if layout(table).base == "row" else 0)
        places = [head.index("value")] if "value" in head else range(len(table.rows), last)
        found = sorted(row[at] for row in rows[top + 1 :] for at in places if isinstance(row[at], float))
        assert found == pytest.approx(sorted(table.data["value"].dropna())), table.id


def numbers_of(text):
    return re.findall(r"−?\d+(?:\.\d+)?", re.sub("“.*?”", "", text.replace("\u202f", "")))


def of_two(table, text):
    """Sums and differences of two figures of the items that a text names."""
    named = re.findall("“(.*?)”", text)
    codes = {code for labels in table.codes.values() for code, label in labels.items() if label in named}
    lines = table.data[table.data[list(table.dimensions)].isin(codes).any(axis=1)]["value"].dropna().to_numpy() if codes else np.array([])
    apart, together = np.abs(np.subtract.outer(lines, lines)).ravel(), np.add.outer(lines, lines).ravel()
    return {rounded(d, 2) for d in apart} | {rounded(s, 0) for s in together}


def known_numbers(table):
    """Every number that may be said of a table: its figures as they are shown, rounded to whole ones, too; persons, WISEs, countries;
    how many items, groups and countries it has."""
    shares = table.data[table.data["conf_status"].eq("")]
    known = {rounded(value, d).replace("\u202f", "") for value in shares["value"].dropna() for d in (0, 1, 2)}
    known |= {str(int(n)) for column in COUNTS for n in table.data[column].dropna()}
    return known | {str(n) for n in range(len(table.data) if len(table.data) < 100 else 100)}


def test_sentences_and_alternative_texts_say_only_figures_of_their_table(demonstration, european):
    page, said = (demonstration.reports / "index.html").read_text(encoding="utf-8"), 0
    for table in european.values():
        section = page.partition(f'<h3 id="{table.id}">')[2].partition("</section>")[0]
        known = known_numbers(table)
        texts = [*re.findall(r'<p class="headline">(.*?)</p>', section), *re.findall(r' alt="(.*?)"', section)]
        for text in map(unescape, texts):
            said += len(numbers_of(text))
            odd = set(numbers_of(text)) - known
            assert not odd or odd <= of_two(table, text), (table.id, text)
    assert said > 200


def test_figures_show_only_figures_of_their_table_beside_the_ticks_of_their_axes(demonstration, european):
    page = (demonstration.reports / "index.html").read_text(encoding="utf-8")
    drawn = 0
    for table in european.values():
        section = page.partition(f'<h3 id="{table.id}">')[2].partition("</section>")[0]
        labels = {str(label) for codes in table.codes.values() for label in codes.values()}
        known = known_numbers(table) | {num for label in labels for num in numbers_of(label)}
        for name in re.findall(r'src(?:set)?="(figures/[^"]*\.svg)"', section):
            texts = re.findall(r"<text[^>]*>(.*?)</text>", (demonstration.reports / name).read_text(encoding="utf-8"), re.DOTALL)
            numbers = {n for text in texts for n in numbers_of(unescape(re.sub(r"<.*?>", " ", text)))}
            odd = {n for n in numbers - known if not (float(n.replace("−", "-")) * 4).is_integer()}  # ticks are whole, halves or quarters
            assert not odd, (name, odd)
            drawn += len(numbers)
    assert drawn > 500
