"""Sheets of params as any Excel saves them; what each sheet says is written down here, not read by the code under test."""

import codecs
import io
from pathlib import Path

import pandas as pd
import pytest

from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.sheets import parse_sheet
from tests.conftest import ROOT
from tests.hostile import HOSTILE

PLACE = Path("params/questionnaires/small/choices.csv")
CZECH = [["name", "label::English (en)", "label::Čeština (cs)"], ["yes", "Yes, it is", "Ano, žluťoučký kůň; ó"], ["no", "No", "Ne"]]
GREEK = [["name", "label::Ελληνικά (el)"], ["yes", "Ναι"], ["no", "Όχι"]]
BARE = [["code", "label"], ["A", "Agriculture – forestry"]]


def written(rows, sign=",", encoding="utf-8", end="\r\n"):
    quoted = [[f'"{cell}"' if sign in cell or '"' in cell else cell for cell in row] for row in rows]
    return "".join(sign.join(row) + end for row in quoted).encode(encoding)


def read(content):
    table = parse_sheet(content, PLACE)
    return [list(table), *table.to_numpy().tolist()]


def refused(content):
    with pytest.raises(ProblemsFound) as found:
        parse_sheet(content, PLACE)
    return str(found.value)


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1250"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_any_separator_and_encoding_of_excel_gives_the_same_sheet(sign, encoding, end):
    assert read(written(CZECH, sign, encoding, end)) == CZECH


def test_the_separator_may_stand_in_excel_s_first_line():
    assert read(b"sep=|\r\n" + written(CZECH, "|", "utf-8")) == CZECH


@pytest.mark.parametrize(
    ("language", "page", "word"),
    [
        ("bg", "cp1251", "Да, разбира се"),
        ("el", "cp1253", "Όχι"),
        ("lv", "cp1257", "Jā, ļoti"),
        ("ro", "cp1250", "întotdeauna"),
        ("fi", "cp1252", "Kyllä"),
    ],
)
def test_the_language_of_the_column_tells_the_code_page(language, page, word):
    rows = [["name", f"label::x ({language})"], ["yes", word]]
    assert read(written(rows, ";", page)) == rows


def test_signs_that_all_code_pages_have_in_the_same_place_need_no_language():
    assert read(written(BARE, ";", "cp1252")) == BARE
    assert "nothing tells which code page" in refused(written([["code", "label"], ["A", "Čeština"]], ";", "cp1250"))


def test_languages_of_two_code_pages_in_one_file_that_is_not_utf_8_are_refused():
    both = b"name;label::x (pl);label::y (lv)\r\nyes;" + "łąka".encode("cp1250") + b";" + "ļoti".encode("cp1257")
    assert "no code page has the letters of all its languages (label::x (pl), label::y (lv))" in refused(both)


def test_letters_that_excel_replaced_by_question_marks_are_missed():
    lost = written(GREEK, ";", "cp1253").replace("Ναι".encode("cp1253"), "ü".encode("cp1252") + b"???")
    lost = lost.replace("Όχι".encode("cp1253"), b"???").replace("Ελληνικά".encode("cp1253"), b"Greek")
    said = refused(lost)
    assert "letters were lost: Excel wrote `?` for them in 2 cells" in said and "row 2" in said


def test_empty_rows_and_columns_do_not_count_and_rows_keep_their_number():
    table = parse_sheet(b"code;label;;\r\n;;;\r\nA;One;;\r\n\r\nB;Two\r\n", PLACE)
    assert [list(table), *table.to_numpy().tolist()] == [["code", "label"], ["A", "One"], ["B", "Two"]]
    assert list(table.index) == [3, 5]


def test_every_fault_of_a_sheet_is_told_with_its_row():
    said = refused(b"code;label;code\r\nA;One;A;more\r\nB;Two;B\r\nC;Three;C;;x\r\n")
    assert "the heading `code` stands 2 times" in said
    assert "small/choices.csv, row 2" in said and "small/choices.csv, row 4" in said and "row 3" not in said


@pytest.mark.parametrize("content", [b"", b"\r\n", codecs.BOM_UTF8, b";;\r\n;;\r\n"])
def test_an_empty_sheet_is_refused(content):
    assert "the sheet is empty" in refused(content)


def as_workbook(folder, path):
    """The sheets of a questionnaire in one workbook, as XLSForm has it; whole numbers as numbers."""
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        for sheet in sorted(folder.glob("*.csv")):
            table = pd.read_csv(io.BytesIO(sheet.read_bytes()), dtype=str, keep_default_na=False, encoding="utf-8-sig")
            table.map(lambda cell: int(cell) if cell.isdecimal() and str(int(cell)) == cell else cell).to_excel(
                book, sheet_name=sheet.stem, index=False
            )


@pytest.mark.parametrize("name", ["skills_survey", "focus_group"])
def test_a_questionnaire_is_the_same_from_a_workbook(tmp_path, name):
    original = ROOT / "params/questionnaires" / name
    folder = tmp_path / name
    folder.mkdir()
    as_workbook(original, folder / "form.xlsx")
    (folder / "~$form.xlsx").write_bytes(b"open in Excel")
    sheets, book = load_questionnaire(original), load_questionnaire(folder)
    assert book.questions == sheets.questions and book.lists == sheets.lists and book.concepts == sheets.concepts
    assert (book.title, book.languages) == (sheets.title, sheets.languages)


def test_a_workbook_beside_sheets_is_refused_since_only_one_can_count(tmp_path):
    as_workbook(ROOT / "params/questionnaires/focus_group", tmp_path / "form.xlsx")
    (tmp_path / "survey.csv").write_text("type,name\n")
    with pytest.raises(ProblemsFound, match=r"survey\.csv and form\.xlsx stand side by side"):
        load_questionnaire(tmp_path)


def test_a_damaged_workbook_is_told_in_plain_words(tmp_path):
    (tmp_path / "form.xlsx").write_bytes(b"PK\x03\x04 broken off")
    with pytest.raises(ProblemsFound, match="it is no workbook that can be opened"):
        load_questionnaire(tmp_path)


def test_a_questionnaire_saved_by_excel_in_a_semicolon_country_is_the_same(tmp_path):
    original = ROOT / "params/questionnaires/focus_group"
    for sheet in original.glob("*.csv"):
        table = pd.read_csv(sheet, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        table.to_csv(tmp_path / sheet.name, sep=";", index=False, encoding="utf-8-sig", lineterminator="\r\n")
    assert load_questionnaire(tmp_path).questions == load_questionnaire(original).questions


def test_a_workbook_made_to_fill_the_memory_is_refused(tmp_path):
    (tmp_path / "form.xlsx").write_bytes(HOSTILE["far_cell.xlsx"]())
    with pytest.raises(ProblemsFound, match="reaches over"):
        load_questionnaire(tmp_path)
