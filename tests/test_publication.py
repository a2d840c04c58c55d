import csv
import itertools
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import openpyxl
import pandas as pd
import pytest
from markupsafe import escape

import bwise.publication
from bwise.data_package import codebook
from bwise.drawing import DEMONSTRATION
from bwise.figures import draw
from bwise.publication import (
    Shown,
    facts,
    html_table,
    layout,
    publish,
    show,
    shown,
    write_figures,
    write_page,
    write_tables,
    write_workbook,
)
from bwise.references import with_references
from bwise.settings import Project
from bwise.storage import read_csv, write_text
from bwise.tables import Table, european_tables, load_tables
from tests.test_ledger import enterprises, small_pool

VOID = {"meta", "img", "source", "link", "br", "hr", "input"}
TAIL = ["statistic", "value", "n", "wises", "countries", "obs_status", "conf_status"]
NAMES = ["models", "model_recognition", "models_validated", "models_validated_by_country", "models_by_source", "sectors"]
NAMES += ["sectors_by_source", "income"]
NAMES += ["technology", "barriers", "pathways", "contracts", "remuneration", "support_index", "support"]
NAMES += ["support_by_source"]
NAMES += ["reserved_contracts", "reserved_contracts_by_source", "skills", "skills_by_country", "skills_by_enterprise"]
NAMES += ["skills_by_model", "skill_names"]
NAMES += [f"ratings_{d}_relevance" for d in ("digital", "green", "management", "accompaniment", "work")]
NAMES += ["priorities", "priorities_by_source", "profiles", "profiles_by_source", "measures", "training_funding"]
NAMES += ["fieldwork", "comparability", "robustness"]
FIGURES = 27


class Page(HTMLParser):
    """Tags that must match, and tables as rows of cells: tag, attributes, text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tables, self.found = [], [], []
        self.feed(text)
        self.close()
        assert self.open == [], f"never closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.found.append((tag, attributes))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append({"caption": "", "head": [], "body": []})
        elif tag == "tr":
            self.tables[-1]["head" if "thead" in self.open else "body"].append([])
        elif tag in ("td", "th"):
            self.rows()[-1].append({"tag": tag, "text": "", "notes": [], "flags": "", **attributes})
        elif tag == "abbr":
            self.rows()[-1][-1]["notes"].append(attributes["title"])

    def rows(self):
        return self.tables[-1]["head" if "thead" in self.open else "body"]

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data):
        if "caption" in self.open:
            self.tables[-1]["caption"] += data
        elif {"td", "th"} & set(self.open):
            cell = self.rows()[-1][-1]
            if "abbr" in self.open:
                cell["flags"] += data
            elif "small" not in self.open:
                cell["text"] += data


def grid(rows):
    """Cells by row and column, as spans lay them out; refuses overlaps and holes."""
    places = {}
    for at, row in enumerate(rows):
        column = 0
        for cell in row:
            while (at, column) in places:
                column += 1
            for down in range(int(cell.get("rowspan", 1))):
                for across in range(int(cell.get("colspan", 1))):
                    assert (at + down, column + across) not in places, "two cells in one place"
                    places[at + down, column + across] = cell
    height, width = (1 + max(place[i] for place in places) for i in (0, 1))
    assert height == len(rows), "a cell reaches below its part of the table"
    assert len(places) == height * width, "the table is not a rectangle"
    return [[places[r, c] for c in range(width)] for r in range(height)]


def labelled(table):
    """Labels of rows and columns -> record of the tidy data."""
    names = [table.codes.get(d, {}) for d in (*table.rows, *table.columns)]
    return {
        tuple(str(n.get(r[d], r[d])) for d, n in zip((*table.rows, *table.columns), names, strict=True)): r
        for r in table.data.to_dict("records")
    }


@pytest.mark.parametrize("name", NAMES)
def test_no_heading_is_a_code(european, name):
    plan = layout(european[name])
    assert [label for line in (*plan.row_labels, *plan.column_labels) for label in line if "_" in label] == []


# ------------------------------------------------------------------ rounding


def with_decimals(decimals):
    """A table that shows its figures with so many decimals."""
    return Table("t", "", "", "", "", "", pd.DataFrame(), (), (), decimals=decimals)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.05, 1, "0.1"),
        (99.95, 1, "100.0"),
        (51.6853932584, 1, "51.7"),
        (0.049, 1, "0.0"),
        (-0.049, 1, "0.0"),
        (-0.0, 2, "0.00"),
        (-0.06, 1, "−0.1"),
        (1234567.891, 1, "1\u202f234\u202f567.9"),
        (-1234.5, 1, "−1\u202f234.5"),
        (999.0, 0, "999"),
        (2.345678, 2, "2.35"),
    ],
)
def test_a_figure_is_rounded_once_without_minus_zero_and_with_thousands_apart(value, decimals, text):
    assert shown({"value": value, "statistic": "share"}, with_decimals(decimals)) == text


@pytest.mark.parametrize(("value", "decimals", "text"), [(6.25, 1, "6.3"), (0.15, 1, "0.2"), (3.125, 2, "3.13"), (2.5, 0, "3")])
def test_a_half_is_rounded_up_as_the_workbook_shows_it(value, decimals, text):
    assert shown({"value": value, "statistic": "share"}, with_decimals(decimals)) == text


@pytest.mark.parametrize("figure", [None, {"value": float("nan")}, {"value": pd.NA}, {"value": None}])
def test_a_figure_that_is_not_there_is_a_colon(figure):
    assert shown(figure, with_decimals(1)) == ":"


@pytest.mark.parametrize(
    ("unit", "statistic", "n", "text"),
    [
        ("%", "share", 8, "4 of 8"),
        ("%", "share", 9, "5 of 9"),
        ("%", "share", 10, "50.0"),
        ("%", "share", pd.NA, "50.0"),
        ("% of income", "mean", 8, "50.0"),
        ("scale points", "gap", 8, "50.0"),
    ],
)
def test_a_share_of_fewer_than_ten_respondents_is_shown_as_a_count(unit, statistic, n, text):
    table = replace(with_decimals(1), unit=unit)
    value = 500 / 9 if n is not pd.NA and n == 9 else 50.0
    assert shown({"value": value, "statistic": statistic, "n": n}, table) == text


def test_tables_with_shares_of_few_say_so(european):
    told = [
        id_
        for id_, table in european.items()
        if any(note.startswith("Pages show shares of fewer than 10 respondents as counts") for note in table.notes)
    ]
    assert "models" in told and "profiles" not in told


# ------------------------------------------------------------------ HTML


@pytest.mark.parametrize("name", NAMES)
def test_a_table_is_well_formed_with_caption_and_scopes_and_a_rectangle(european, name):
    (table,) = Page(str(html_table(european[name]))).tables
    assert table["caption"] == european[name].title
    for part, scopes in (("head", {"col", "colgroup"}), ("body", {"row", "rowgroup"})):
        heads = [c for row in table[part] for c in row if c["tag"] == "th"]
        assert heads and {h.get("scope") for h in heads} <= scopes
        assert all(h["text"].strip() for h in heads)
    assert all(c["tag"] == "th" for row in table["head"] for c in row)
    widths = {len(row) for part in ("head", "body") for row in grid(table[part])}
    assert len(widths) == 1, "head and body are as wide as each other"


@pytest.mark.parametrize("name", NAMES)
def test_each_figure_stands_below_and_beside_its_own_headings(european, name):
    source = european[name]
    (table,) = Page(str(html_table(source))).tables
    head, body = grid(table["head"]), grid(table["body"])
    down, base = len(source.rows), layout(source).base
    figures = labelled(source)
    seen = set()
    for row in body[: len(body) - (len(counted(source)) if base == "column" else 0)]:
        for column in range(down, len(row) - (len(counted(source)) if base == "row" else 0)):
            key = (*(c["text"] for c in row[:down]), *(line[column]["text"] for line in head))
            figure = figures.get(key)
            assert row[column]["text"].strip() == shown(figure, source)
            assert row[column]["flags"] == ("" if figure is None else figure["obs_status"] + figure["conf_status"])
            assert len(row[column]["notes"]) == len(row[column]["flags"]), "each flag is explained"
            seen |= {key} if figure else set()
    assert seen == set(figures)


def counted(table):
    """What is told of the base of a figure: column of the data -> its heading; the countries where rows are not countries."""
    return {"n": "n", "wises": "WISEs"} | ({} if "country" in table.data else {"countries": "countries"})


@pytest.mark.parametrize("name", NAMES)
def test_persons_enterprises_and_countries_stand_where_they_are_true_for_all_beside_them(european, name):
    source = european[name]
    counts = list(counted(source))

    def differ(dimensions):
        return (records.groupby(list(dimensions))[counts].nunique() > 1).any().any()

    base = layout(source).base
    records = source.data.dropna(subset=["n"])
    if base == "none":
        assert records.empty
    elif base in ("row", "column"):
        assert not differ(source.rows if base == "row" else source.columns)
        (table,) = Page(str(html_table(source))).tables
        rows = grid(table["body"])
        lines = rows if base == "row" else list(zip(*rows, strict=True))[len(source.rows) :]
        assert [[c["text"] for c in line[-len(counts) :]] for line in lines] == [
            next(([str(f[c]) for c in counts] for f in figures if f and not pd.isna(f["n"])), [":"] * len(counts))
            for figures in (layout(source).figures if base == "row" else zip(*layout(source).figures, strict=True))
        ]
    else:
        assert differ(source.rows) and differ(source.columns)
        assert html_table(source).count("<small") == len(records)


def test_labels_that_look_like_tags_are_text(european):
    bad = '<script>alert(1)</script> & "so"'
    table = replace(european["models"], title=bad, codes=european["models"].codes | {"model": {"social": bad}})
    page = Page(str(html_table(table)))
    assert page.tables[0]["caption"] == bad
    assert bad in [c["text"] for c in page.tables[0]["head"][0]]
    assert "script" not in {tag for tag, _ in page.found}


def test_a_notebook_shows_the_table_of_the_report_and_says_when_there_is_none(european):
    assert str(html_table(european["models"])) in show(european, "models")._repr_html_()
    assert show(european, "earnings") == "This questionnaire does not ask for it."
    text = repr(Shown(european["models"]))
    assert text.startswith("WISE models by country\n")
    assert len(text.splitlines()) == 2 + 15


# ------------------------------------------------------------------ the page


@pytest.fixture(scope="module")
def page(demonstration):
    return Page((demonstration.reports / "index.html").read_text(encoding="utf-8"))


def test_the_page_holds_every_table_in_the_order_of_the_mission(page, european):
    captions = [t["caption"] for t in page.tables if not t["caption"].startswith("Published elsewhere: ")]
    assert captions == [*(european[n].title for n in NAMES), "What partners sent"]
    for table in page.tables:
        grid(table["head"]), grid(table["body"])
        assert all("scope" in c for part in ("head", "body") for row in table[part] for c in row if c["tag"] == "th")


def test_the_page_can_be_read_aloud_and_walked_through(page):
    tags = [tag for tag, _ in page.found]
    assert next(a["lang"] for tag, a in page.found if tag == "html") == "en"
    assert tags.count("h1") == 1 and tags.count("main") == 1 and "script" not in tags
    ids = [a["id"] for _, a in page.found if "id" in a]
    assert len(ids) == len(set(ids))
    links = [a["href"] for tag, a in page.found if tag == "a"]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert all(a["alt"].strip() for tag, a in page.found if tag == "img") and tags.count("img") == FIGURES
    levels = [int(tag[1]) for tag in tags if tag in ("h1", "h2", "h3", "h4")]
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))


def test_every_link_of_the_page_leads_to_a_file_that_is_there(page, demonstration):
    files = [a["href"] for tag, a in page.found if tag == "a" and not a["href"].startswith("#")]
    data = ["data/findings.json", "data/figures.csv", "data/codes.csv", "data/codebook.csv", "data/datapackage.json"]
    assert set(data) <= set(files)
    pages = 13 + 4 + 12  # of countries, scenarios, personas
    assert len(set(files)) == len(data) + 1 + len(NAMES) + 2 * FIGURES + pages  # workbook, tables, figures
    assert [f for f in files if not (demonstration.reports / f).is_file()] == []


def test_long_tables_are_folded_on_the_page_and_short_ones_are_not(demonstration, european):
    page = (demonstration.reports / "index.html").read_text(encoding="utf-8")
    for table in european.values():
        section = page.partition(f'<h3 id="{table.id}">')[2].partition("</section>")[0]
        lines = len(layout(table).row_labels)
        assert (f"<details><summary>The table: {lines} lines</summary>" in section) == (lines > 40), table.id
        assert section.count("<details>") == section.count("</details>")
    assert "<details>" in page


def test_words_in_a_sheet_are_wrapped_in_a_row_that_is_high_enough(book, european):
    sheet = book["model_recognition"]
    words = [cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str) and " – " in cell.value]
    assert len(words) > 20
    for cell in words:
        width = sheet.column_dimensions[cell.column_letter].width
        height = sheet.row_dimensions[cell.row].height or 15
        assert cell.alignment.wrap_text and height >= 15 * len(cell.value) / (width + 1), cell.coordinate


# ------------------------------------------------------------------ the workbook


@pytest.fixture(scope="module")
def book(demonstration):
    return openpyxl.load_workbook(demonstration.reports / "european_tables.xlsx")


def sheet_rows(book, table):
    """Header and rows of the table's sheet, below its title and notes."""
    rows = [list(r) for r in book[table.id[:31]].iter_rows(values_only=True)]
    top = next(i for i, r in enumerate(rows) if r[0] == table.rows[0].replace("_", " "))
    return [h for h in rows[top] if h is not None], rows[top + 1 :]


@pytest.mark.parametrize("name", NAMES)
def test_a_sheet_read_back_says_what_the_table_says(book, european, name):
    table = european[name]
    head, rows = sheet_rows(book, table)
    expected, records = {}, labelled(table)
    for key, r in records.items():
        text = {":": "[c]" if r["conf_status"] else "[x]", "–": "[x]"}.get(shown(r, table), shown(r, table))
        expected[key] = (
            text if pd.isna(r["value"]) else pytest.approx(r["value"], abs=1e-9),
            "".join(f"[{flag.lower()}]" for flag in r["obs_status"] + r["conf_status"]),
        )
    assert len({h.casefold() for h in head}) == len(head)
    found, down = {}, len(table.rows)
    if "value" in head:
        for row in rows:
            *key, value = row[: head.index("value") + 1]
            *base, flags = row[head.index("value") + 1 : len(head)]
            found[tuple(key)] = (value, flags or "")
            assert base == ["[x]" if pd.isna(v) else v for v in (records[tuple(key)][c] for c in counted(table))]
    else:
        columns = {", ".join(labels): labels for labels in layout(table).column_labels}
        for row in rows:
            for at, title in enumerate(head):
                if title in columns:
                    flag = (row[at + 1] or "") if head[at + 1 : at + 2] == [f"{title}: flag"] else ""
                    found[(*row[:down], *columns[title])] = (row[at], flag)
        assert {v for k, v in found.items() if k not in expected} <= {("[x]", "")}
        found = {k: v for k, v in found.items() if k in expected}
    assert found == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_sheet_has_persons_and_enterprises_in_columns_of_their_own(book, european, name):
    table = european[name]
    head, rows = sheet_rows(book, table)
    names = list(counted(table).values())
    if "value" in head:
        assert head[head.index("value") + 1 :] == [*names, "flag"]
        return
    assert (names[0] in head) == (layout(table).base == "row") and len(layout(table).column_labels) <= 14
    if names[0] in head:
        (read,) = Page(str(html_table(table))).tables
        counts = [[{":": "[x]"}.get(c["text"], c["text"]) for c in line[-len(names) :]] for line in grid(read["body"])]
        assert head[-len(names) :] == names
        assert [[str(v) for v in row[len(head) - len(names) : len(head)]] for row in rows] == counts


def test_the_contents_lead_to_every_sheet(book, european):
    contents = book["Contents"]
    links = {c.value: c.hyperlink.location for row in contents.iter_rows() for c in row if c.hyperlink}
    assert list(links) == [*NAMES, "Published elsewhere", "Codebook"] == book.sheetnames[3:]
    assert book.sheetnames[:3] == ["Cover", "Contents", "Notes"]
    for name, place in links.items():
        sheet, _, cell = place.rpartition("!")
        title = book[sheet.strip("'")][cell].value
        assert title == european[name].title if name in european else title == contents_title(contents, name)


def contents_title(contents, name):
    return next(row[1].value for row in contents.iter_rows() if row[0].value == name)


def test_each_sheet_is_one_table_with_unique_headings_as_the_guidance_for_accessible_spreadsheets_has_it(book):
    for sheet in book.worksheets:
        (table,) = sheet.tables.values()
        start, end = table.ref.split(":")
        assert start.startswith("A") and sheet[end].row == sheet.max_row and sheet[end].column == sheet.max_column, (
            "nothing beside or below"
        )
        heads = [column.name.casefold() for column in table.tableColumns]
        assert len(set(heads)) == len(heads) and all(heads)
        assert [c.value for c in sheet[sheet[start].row]] == [column.name for column in table.tableColumns]
        assert (
            sheet.page_setup.orientation == "landscape"
            and sheet.page_setup.fitToHeight == 0
            and sheet.sheet_properties.pageSetUpPr.fitToPage
        )
        assert sheet.print_title_rows == f"${sheet[start].row}:${sheet[start].row}", "the headings are repeated on each page"
        assert all(cell.alignment.wrap_text for cell in sheet[sheet[start].row])
    assert len({t for sheet in book.worksheets for t in sheet.tables}) == len(book.worksheets)
    assert book.properties.title and book.custom_doc_props["Language"].value == "en"
    for name in (*NAMES, "Published elsewhere", "Codebook"):
        back = [c.hyperlink.location for row in book[name].iter_rows() for c in row if c.hyperlink]
        assert back == ["'Contents'!A1"]


def test_all_shorthand_of_the_workbook_is_explained_in_its_notes_and_it_has_no_other_signs(book):
    explained = {row[0].value for row in book["Notes"].iter_rows()}
    said = {c.value for name in NAMES for row in book[name].iter_rows() for c in row if isinstance(c.value, str) and len(c.value) < 8}
    used = {sign for value in said for sign in re.findall(r"\[\w\]", value)}
    assert used == {"[c]", "[u]", "[x]"} <= explained
    assert not {":", "u", "C"} & said


def test_the_cover_says_date_licence_and_contact_or_that_they_are_not_stated(book, demonstration_pool, european, tmp_path):
    def facts(book):
        return {row[0]: row[1] for row in book["Cover"].iter_rows(values_only=True)}

    assert {facts(book)[key] for key in ("Released", "Licence", "Contact")} == {"not stated"}
    told = {"released": date(2024, 5, 31), "licence": "CC BY 4.0", "contact": "survey@example.org"}
    pool = replace(demonstration_pool, project=Project(tmp_path), settings=demonstration_pool.settings.model_copy(update=told))
    write_workbook([european["models"]], pool)
    found = facts(openpyxl.load_workbook(tmp_path / "reports" / "european_tables.xlsx"))
    assert [found[key] for key in ("Released", "Licence", "Contact")] == ["2024-05-31", "CC BY 4.0", "survey@example.org"]


def test_the_sheets_of_others_and_of_the_codebook_say_what_the_files_say(book, demonstration, european):
    others = list(book["Published elsewhere"].iter_rows(values_only=True))
    top = next(at for at, row in enumerate(others) if row[0] == "Table")
    assert [row[4] for row in others[top + 1 :]] == [
        each.value for table in with_references(european, demonstration).values() for each in table.references
    ]
    codes = [row for row in book["Codebook"].iter_rows(values_only=True) if row[0] in ("survey", "focus group")]
    kept = read_csv(demonstration.reports / "data" / "codebook.csv")
    assert [(row[0], row[1], row[5] or "") for row in codes] == list(
        kept[["part", "question", "asked_in"]].itertuples(index=False, name=None)
    )


def test_the_page_ends_with_what_it_is_and_its_cover_says_the_same(demonstration_pool, european, tmp_path):
    told = {"released": date(2024, 5, 31), "licence": "CC BY 4.0", "contact": "survey@example.org"}
    pool = replace(demonstration_pool, project=Project(tmp_path), settings=demonstration_pool.settings.model_copy(update=told))
    write_page([european["models"]], [], pool)
    text = (tmp_path / "reports" / "index.html").read_text(encoding="utf-8")
    about = text.partition('<h2 id="about">')[2]
    for name, fact in facts(pool).items():
        assert f"<dt>{name}</dt><dd>{escape(fact)}</dd>" in about
    assert {facts(pool)[name] for name in ("Released", "Licence", "Contact")} == {"2024-05-31", "CC BY 4.0", "survey@example.org"}
    assert "released 2024-05-31" in facts(pool)["How to cite"] and "no public-use file" in about


def test_sheets_can_be_filtered_and_hold_no_formula_and_no_merged_cell(book):
    for sheet in book.worksheets:
        assert not sheet.merged_cells.ranges
        assert {c.data_type for row in sheet.iter_rows() for c in row if c.value is not None} <= {"s", "n"}
    assert all(book[n].freeze_panes for n in NAMES)


def test_the_workbook_written_twice_is_the_same_bytes_and_those_of_the_notebook(
    demonstration, demonstration_pool, focus_groups, european, tmp_path
):
    written, tables = [], list(with_references(european, demonstration).values())
    for name in ("one", "two"):
        pool = replace(demonstration_pool, project=Project(tmp_path / name))
        write_workbook(tables, pool, codebook(pool, tables, focus_groups))
        written.append((tmp_path / name / "reports" / "european_tables.xlsx").read_bytes())
    assert written[0] == written[1] == (demonstration.reports / "european_tables.xlsx").read_bytes()


def test_the_page_written_twice_is_the_same_bytes(demonstration_pool, european, tmp_path):
    tables = [european["models"], european["ratings_green_relevance"]]
    written = []
    for name in ("one", "two"):
        drawings = list(draw({t.id: t for t in tables}, True).values())
        write_page(tables, drawings, replace(demonstration_pool, project=Project(tmp_path / name)))
        written.append((tmp_path / name / "reports" / "index.html").read_bytes())
    assert written[0] == written[1]
    assert written[0].count(b"<img ") == 2


# ------------------------------------------------------------------ tidy CSV


@pytest.mark.parametrize("name", NAMES)
def test_a_csv_is_tidy_and_unrounded(demonstration, european, name):
    raw = (demonstration.reports / "tables" / f"{name}.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and b"\r" not in raw
    head, *rows = csv.reader(raw.decode("utf-8-sig").splitlines())
    assert head[0] == "table" and head[-7:] == TAIL and len(set(head)) == len(head)
    assert {row[0] for row in rows} == {name}
    records = european[name].data.to_dict("records")
    assert len(rows) == len(records)
    for row, record in zip(rows, records, strict=True):
        mine = dict(zip(head, row, strict=True))
        for column, value in record.items():
            if column == "value" and not pd.isna(value):
                assert float(mine[column]) == value, "not a digit is lost"
            else:
                assert mine[column] == ("" if pd.isna(value) else str(value)) or float(mine[column]) == value
        for dimension, codes in european[name].codes.items():
            if dimension in record and dimension not in ("country", "average"):
                assert mine[f"{dimension}_label"] == codes.get(record[dimension], record[dimension])


def test_a_csv_names_its_dimensions_once_and_has_one_row_per_figure(demonstration):
    for path in (demonstration.reports / "tables").iterdir():
        head, *rows = csv.reader(path.read_text(encoding="utf-8-sig").splitlines())
        dimensions = [i for i, h in enumerate(head) if h not in TAIL[1:] and not h.endswith("_label")]
        keys = [tuple(row[i] for i in dimensions) for row in rows]
        assert len(set(keys)) == len(keys), path.name


def test_confidential_figures_are_empty_in_a_csv(demonstration):
    head, *rows = csv.reader((demonstration.reports / "tables" / "skills_by_country.csv").read_text(encoding="utf-8-sig").splitlines())
    hidden = [dict(zip(head, row, strict=True)) for row in rows if row[-1] == "C"]
    assert hidden
    assert {(r["value"], r["n"], r["wises"], r["obs_status"]) for r in hidden} == {("", "", "", "")}


def test_a_table_that_is_made_no_more_leaves_no_file(european, tmp_path):
    project = Project(tmp_path)
    write_tables([european["models"], european["fieldwork"]], project)
    write_tables([european["models"]], project)
    assert [p.name for p in (tmp_path / "reports" / "tables").iterdir()] == ["models.csv"]


def test_a_figure_that_is_drawn_no_more_leaves_no_file(european, tmp_path):
    project = Project(tmp_path)
    for name in ("ratings_green_relevance", "ratings_work_relevance"):
        write_figures(list(draw({name: european[name]}, True).values()), project)
    assert sorted(p.name for p in (tmp_path / "reports" / "figures").iterdir()) == [
        f"ratings_work_relevance.{k}" for k in ("narrow.svg", "png", "svg")
    ]


# ------------------------------------------------------------------ demonstration


def test_demonstration_results_say_so_on_every_page_sheet_and_figure(demonstration, book):
    pages = [demonstration.reports / "index.html", demonstration.reports / "consolidation.html"]
    pages += [demonstration.reports / "countries" / f"{c}.html" for c in demonstration.countries()]
    pages += [demonstration.processed(c) / "country.html" for c in demonstration.countries()]
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert f'role="note">{DEMONSTRATION}.</p>' in text, path.name
        assert "(demonstration data)</title>" in text, path.name
    for sheet in book.worksheets:
        assert DEMONSTRATION in [sheet.cell(row, 1).value for row in (1, 2)], sheet.title
    figures = sorted((demonstration.reports / "figures").glob("*.svg"))
    assert len(figures) == 2 * FIGURES, "wide and narrow"
    for path in figures:
        assert f">{DEMONSTRATION}<" in path.read_text(encoding="utf-8"), path.name
        assert path.with_name(f"{path.name.partition('.')[0]}.png").is_file()


def test_real_results_do_not_say_that_they_are_a_demonstration(demonstration_pool, european, tmp_path):
    real = {c: m | {"demonstration": False} for c, m in demonstration_pool.manifests.items()}
    pool = replace(demonstration_pool, project=Project(tmp_path), manifests=real)
    write_workbook([european["models"]], pool)
    write_page([european["models"]], [], pool)
    assert "emonstration data" not in (tmp_path / "reports" / "index.html").read_text(encoding="utf-8")
    sheets = openpyxl.load_workbook(tmp_path / "reports" / "european_tables.xlsx").worksheets
    assert not any("emonstration" in str(c.value) for sheet in sheets for row in sheet.iter_rows() for c in row)


def test_a_run_that_is_stopped_while_it_publishes_leaves_what_was_published_as_it_was(pool_of, monkeypatch):
    pool = small_pool(pool_of, {c: enterprises(9, country=c, model=["social"]) for c in ("AT", "BE")})
    tables = european_tables(pool, described=load_tables(pool.project).only("models", "skills"))
    page = "a page"  # a pool made by hand has too little for one
    monkeypatch.setattr(bwise.publication, "write_page", lambda _, __, pool, *___: write_text(pool.project.reports / "index.html", page))
    names = publish(tables, {}, pool)
    before = {path: path.read_bytes() for path in sorted(pool.project.reports.rglob("*")) if path.is_file()}
    assert {path.relative_to(pool.project.root).as_posix() for path in before} == set(names)
    del tables["skills"]
    monkeypatch.setattr(bwise.publication, "write_record", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        publish(tables, {}, pool)
    assert {path: path.read_bytes() for path in sorted(pool.project.reports.rglob("*")) if path.is_file()} == before
