"""Truth: workbooks made here, whose formats, errors and hidden parts are known; the standards' numbers of formats."""

import io
import zipfile
from functools import partial
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from bwise.apart.sheet_facts import cells_spanned, sheet_facts, shows_percent
from bwise.exports.containers import grids
from bwise.problems import ProblemsFound
from tests.hostile import rows

OLD_WORKBOOK = Path(__file__).parent / "workbooks" / "percentages.xls"
HEADINGS = ["wise_code", "income_market", "income_contracts"]


def made(fill, book_options=None):
    """Bytes of a workbook whose only sheet `fill(book, page)` writes."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True} | (book_options or {})) as book:
        page = book.add_worksheet("Answers")
        page.write_row(0, 0, HEADINGS)
        fill(book, page)
    return out.getvalue()


def cells_of(content, tmp_path, name="answers.xlsx"):
    (tmp_path / name).write_bytes(content)
    return next(iter(grids(tmp_path / name, name)))


def as_ods(rows):
    """Bytes of an OpenDocument sheet: `rows` are the XML of table rows."""
    names = "".join(
        f' xmlns:{p}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"'
        for p, n in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    calc = ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    xml = f"<office:document-content{names}{calc}><office:body><office:spreadsheet><table:table table:name='A'>{rows}"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", xml + "</table:table></office:spreadsheet></office:body></office:document-content>")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()


@pytest.mark.parametrize("code", ["0%", "0.00%", "0.0 %", "#,##0%", "[Red]0%", "0%;[Red]-0%", '0.0%" of income"'])
def test_a_number_format_with_a_percent_sign_multiplies(code):
    assert shows_percent(code)


@pytest.mark.parametrize("code", ["0", "General", '0"%"', "0\\%", "dd/mm/yyyy", '"100%" 0', "0;0%"])
def test_a_percent_sign_that_is_only_text_does_not(code):
    assert not shows_percent(code)


def test_cells_formatted_as_percentages_are_read_as_they_are_shown(tmp_path):
    def fill(book, page):
        page.write_row(1, 0, ["W1", 0.45, 0.07], book.add_format({"num_format": "0%"}))
        page.write_row(2, 0, ["W2", 0.125, 0.07125], book.add_format({"num_format": 10}))
        page.write_row(3, 0, ["W3", 0.45, 45])

    cells = cells_of(made(fill), tmp_path).cells
    assert cells.loc[2].tolist() == ["W1", "45%", "7%"]
    assert cells.loc[3].tolist() == ["W2", "12.5%", "7.1250%"]  # 7.125 without the zero could be seven thousand
    assert cells.loc[4].tolist() == ["W3", "0.45", "45"]


def test_the_answers_are_those_that_the_partner_saw(send):
    def fill(book, page):
        page.write_row(1, 0, ["W1", 0.45, 0.55], book.add_format({"num_format": "0 %"}))

    found = send(made(fill), name="answers.xlsx").answers.values
    assert found.loc[2, ["income_market", "income_contracts"]].tolist() == [45, 55]


def test_an_old_workbook_tells_its_percentages_and_errors_too(tmp_path):
    """`percentages.xls` was made by SheetJS: 45 % and 7.0 % as formats, 30 and 12.5, 30 % and 0.45, 0 and #N/A."""
    cells = cells_of(OLD_WORKBOOK.read_bytes(), tmp_path, "answers.xls").cells
    assert cells.loc[2].tolist() == ["W1", "45%", "7%"]
    assert cells.loc[3].tolist() == ["W2", "30", "12.5"]
    assert cells.loc[4].tolist() == ["W3", "30%", "0.45"]
    assert cells.loc[5].tolist() == ["W4", "0", "#N/A"]


def test_an_old_workbook_whose_formats_cannot_be_read_is_refused(tmp_path, monkeypatch):
    def unreadable(kind, data):
        raise ValueError

    monkeypatch.setattr("bwise.exports.containers.opened", unreadable)
    with pytest.raises(ProblemsFound, match="save as XLSX"):
        cells_of(OLD_WORKBOOK.read_bytes(), tmp_path, "answers.xls")


@pytest.mark.parametrize("length", [600, 1500, 3000])
def test_an_old_workbook_that_was_cut_off_is_refused(tmp_path, length):
    with pytest.raises(ProblemsFound):
        cells_of(OLD_WORKBOOK.read_bytes()[:length], tmp_path, "answers.xls")


def test_errors_of_cells_are_text_and_not_blank(tmp_path):
    def fill(book, page):
        page.write_row(1, 0, ["W1"])
        page.write_formula(1, 1, "=NA()", value="#N/A")
        page.write_formula(1, 2, "=1/0", value="#DIV/0!")

    assert cells_of(made(fill), tmp_path).cells.loc[2].tolist() == ["W1", "#N/A", "#DIV/0!"]


def test_an_error_is_unreadable_and_no_missing_answer(send):
    def fill(book, page):
        page.write_row(1, 0, ["W1", 40])
        page.write_formula(1, 2, "=VLOOKUP(1,A1,1)", value="#REF!")

    found = send(made(fill), name="answers.xlsx").answers
    assert found.reasons.loc[2, "income_contracts"] == "unreadable"


def ods_cell(text, **attributes):
    told = "".join(f" {name.replace('_', ':', 1).replace('_', '-')}='{value}'" for name, value in attributes.items())
    return f"<table:table-cell{told}><text:p>{text}</text:p></table:table-cell>"


def test_a_formula_that_was_not_computed_is_told_and_not_blank(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    book.active.append(["W1", "=1+1", '=IF(TRUE,"")'])
    out = io.BytesIO()
    book.save(out)
    assert cells_of(out.getvalue(), tmp_path).cells.iloc[1].tolist() == ["W1", "=1+1", '=IF(TRUE,"")']
    as_excel = rows(b'<row r="2"><c r="A2" t="str"><f>IF(TRUE,"")</f><v></v></c><c r="B2"><f>1+1</f><v>2</v></c></row>')
    assert cells_of(as_excel, tmp_path).cells.iloc[1].tolist() == ["", "2"]


def test_percentages_and_errors_of_an_open_document_sheet_are_read(tmp_path):
    share = ods_cell("45%", office_value_type="percentage", office_value="0.45")
    wrong = ods_cell("#N/A", office_value_type="string", office_string_value="", calcext_value_type="error")
    twice = ods_cell("50%", office_value_type="percentage", office_value="0.5", table_number_columns_repeated="2")
    text = partial(ods_cell, office_value_type="string")
    xml = "<table:table-row>" + "".join(map(text, HEADINGS)) + "</table:table-row>"
    xml += f"<table:table-row>{text('W1')}{share}{wrong}</table:table-row>"
    xml += f"<table:table-row table:number-rows-repeated='2'>{text('W2')}{twice}</table:table-row>"
    cells = cells_of(as_ods(xml), tmp_path, "answers.ods").cells
    assert cells.loc[2:].to_numpy().tolist() == [["W1", "45%", "#N/A"], ["W2", "50%", "50%"], ["W2", "50%", "50%"]]


def test_hidden_rows_columns_and_sheets_are_named(tmp_path):
    def fill(book, page):
        page.write_row(1, 0, ["W1", 40, 60])
        page.write_row(2, 0, ["W2", 40, 60])
        page.set_row(2, None, None, {"hidden": True})
        page.set_column(1, 1, None, None, {"hidden": True})
        other = book.add_worksheet("Draft")
        other.write_row(0, 0, HEADINGS)
        other.write_row(1, 0, ["W1", 10, 90])
        other.hide()

    content = made(fill)
    grid = cells_of(content, tmp_path)
    assert (sheet_facts(content)["Answers"].hidden_rows, sheet_facts(content)["Answers"].hidden_columns) == ([3], [1])
    assert [note.rpartition(":")[2] for note in grid.notes] == [" 3", " 2", " Draft"]
    assert [g.sheet for g in grids(tmp_path / "answers.xlsx", "answers.xlsx")] == ["Answers"]
    assert [g.sheet for g in grids(tmp_path / "answers.xlsx", "answers.xlsx", sheet="Draft")] == ["Draft"]


def test_merged_cells_among_the_answers_are_refused_with_their_place(send):
    def fill(book, page):
        page.write_row(1, 0, ["W1", 40, 60])
        page.merge_range(2, 1, 3, 1, 30)
        page.write(2, 0, "W2")
        page.write(3, 0, "W3")

    with pytest.raises(ProblemsFound, match="1 merged cell among the answers: row 3 in column 2"):
        send(made(fill), name="answers.xlsx")


def test_a_sheet_with_one_cell_at_its_far_end_is_refused_before_it_fills_the_memory(send):
    def fill(book, page):
        page.write_row(1, 0, ["W1", 40, 60])
        page.write(1048575, 16383, "x")

    assert cells_spanned(made(fill)) == {"Answers": 16384 * 1048576}
    with pytest.raises(ProblemsFound, match="`Answers` reaches over 17,179,869,184 cells"):
        send(made(fill), name="answers.xlsx")


def test_a_damaged_old_workbook_is_refused_in_plain_words_and_the_library_says_nothing(send, capfd):
    damaged = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 40
    with pytest.raises(ProblemsFound, match="an old or password-protected Office file, or a damaged one"):
        send(damaged, name="answers.xls")
    assert capfd.readouterr() == ("", "")


def test_a_sheet_may_be_named_without_what_nobody_sees_in_its_name(tmp_path):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet("Note").write(0, 0, "x")
        book.add_worksheet("\u200eAnswers\xa02022").write_row(0, 0, HEADINGS)
    (tmp_path / "a.xlsx").write_bytes(out.getvalue())
    assert [g.cells.shape for g in grids(tmp_path / "a.xlsx", "a.xlsx", sheet="Answers 2022")] == [(1, 3)]
