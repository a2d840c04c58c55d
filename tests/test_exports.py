"""Readers: what they refuse, what they drop, and that no code page changes a letter."""

from __future__ import annotations

import contextlib
import re

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bwise.demo import PARTNERS, simulate
from bwise.demo.layouts import export
from bwise.demo.simulation import CANARIES
from bwise.exports import READERS
from bwise.exports.containers import BOMS, content_of, decodings, grids
from bwise.exports.table import Grid, raw_table
from bwise.matching import read_delivery
from bwise.problems import ProblemsFound
from bwise.settings import Delivery

EXPECTED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
LIME = ["id", "submitdate", "group", "founded", "comments"]
DAY = "2022-04-04 08:24:00"


# ------------------------------------------------------------------ personal data


@pytest.mark.parametrize("partner", PARTNERS, ids=lambda p: p.name)
def test_personal_columns_of_tools_never_reach_the_cells(partner, delivered):
    """What people type into the WISE's code and into comments is protected later, by `bwise.privacy`."""
    read = delivered[partner.name]
    typed = {m.column.position for m in read.recognised.matches if m.question in ("wise_code", "comments")}
    text = "\n".join(read.raw.cells.drop(columns=list(typed)).to_numpy().ravel())
    assert [name for name, canary in CANARIES.items() if canary in text] == []


@pytest.mark.parametrize(
    ("partner", "planted"),
    [
        ("AT-1", {"token", "ip", "referrer"}),
        ("BE-1", {"mail"}),
        ("BE-2", {"mail", "token"}),
        ("IT-1", {"mail", "name"}),
        ("LV-1", {"device", "user", "latitude", "longitude"}),
    ],
)
def test_the_canaries_were_there_to_be_dropped(partner, planted, delivered):
    text = "\n".join(delivered[partner].raw.grid.cells.to_numpy().ravel())
    assert {name for name in planted if CANARIES[name] in text} == planted


@pytest.mark.parametrize(
    "heading",
    [
        "Email Address",
        "E-Mail-Adresse",
        "Adres e-mail",
        "e-mail\u00a0address ",
        "Vorname",
        "First name",
        "ime",
        "IP-Adresse",
        "Token",
        "_submitted_by",
        "_place_latitude",
        "_geolocation",
    ],
)
def test_a_personal_heading_is_known_in_any_spelling(send, heading):
    raw = send([["model", "founded", heading], ["social", "1990", "CANARY"]]).raw
    assert [c.about for c in raw.columns] == ["", "", "person"]
    assert "CANARY" not in raw.cells.to_numpy()


@pytest.mark.parametrize("heading", ["firstname. First name", "email. Email address", "lastname. Last name"])
def test_attributes_of_limesurvey_participants_are_personal_beside_their_codes_too(send, heading):
    raw = send([["id. Response ID", heading, "model. Which model describes your enterprise best?"], ["1", "CANARY", "social"]]).raw
    assert raw.tool == "LimeSurvey"
    assert "CANARY" not in raw.cells.to_numpy()


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("name", "content", "says", "remedy"),
    [
        ("empty.csv", b"", "0 bytes", "export again"),
        ("report.csv", b"%PDF-1.7\n1 0 obj", "a PDF document", "as CSV or XLSX"),
        ("report.xlsx", b"%PDF-1.7\n1 0 obj", "a PDF document", "as CSV or XLSX"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n", "a picture", "as CSV or XLSX"),
        ("answers.csv", b"\x1f\x8b\x08\x00", "a compressed file (gzip)", "unpack it"),
        ("answers.zip", b"7z\xbc\xaf\x27\x1c\x00\x04", "an archive (7z)", "unpack it"),
        ("table.xls", b"\xef\xbb\xbf<!DOCTYPE html><html><table></table></html>", "a web page", "as CSV or XLSX"),
        ("table.csv", b"\n <table><tr><td>1</td></tr></table>", "a web page", "as CSV or XLSX"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password-protected", "save as XLSX"),
        ("headings.csv", b"model;founded;staff\r\n", "headings, but no answers", "with the responses"),
        ("one.csv", b"model\r\nsocial\r\n", "no table with headings", "as CSV or XLSX"),
        ("blank.csv", b"\r\n\r\n", "no table with headings", "as CSV or XLSX"),
        ("fruit.csv", b"colour;fruit;price\r\nred;apple;1\r\n", "0 of its 3 columns", "`questionnaire:` in params"),
    ],
)
def test_what_is_no_export_is_refused_in_plain_words(send, name, content, says, remedy):
    with pytest.raises(ProblemsFound) as refused:
        send(content, name)
    text = str(refused.value)
    assert says in text and name in text and remedy in text
    assert not re.search(r"Traceback|Error|Exception|/tmp|\.py", text)


def test_a_folder_is_not_said_to_be_missing(tmp_path):
    (tmp_path / "answers.csv").mkdir()
    with pytest.raises(ProblemsFound, match="it is a folder or a device, and no file"):
        content_of(tmp_path / "answers.csv", "answers.csv")


def test_a_missing_file_is_refused_with_what_lies_beside_it(send, tmp_path, questionnaire):
    send([["model", "founded"], ["social", "1990"]], "answers.csv")
    with pytest.raises(ProblemsFound, match=r"(?s)does not exist.*raw/AT/answer\.csv.*answers\.csv"):
        read_delivery(tmp_path / "answer.csv", "raw/AT/answer.csv", "AT-1", Delivery(partner="AT-1", file="answer.csv"), questionnaire)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_workbook_that_broke_off_is_refused(send, workbook, share):
    whole = workbook({"Sheet1": [["model", "founded"], ["social", 1990]]})
    with pytest.raises(ProblemsFound, match=r"(?s)truncated.*answers\.xlsx.*send the file again"):
        send(whole[: int(len(whole) * share)], "answers.xlsx")


def test_two_readings_that_fit_equally_well_are_refused_until_params_decide(send):
    """Headings and codes in plain ASCII, one comment with letters: Windows' Central and Western pages both make letters of it."""
    content = "\r\n".join([";".join(LIME), f"1;{DAY};wsn;1990;Čišćenje", ""]).encode("cp1250")
    with pytest.raises(ProblemsFound, match=r"(?s)fit equally well.*answers\.csv.*`encoding:`"):
        send(content)
    assert send(content, encoding="cp1250").answers.values["comments"].tolist() == ["Čišćenje"]
    assert send(content, language="hr").raw.grid.encoding == "cp1250"


def test_two_sheets_that_fit_equally_well_are_refused(send, workbook):
    sheets = {"May": [["model", "founded"], ["social", 1990]], "June": [["model", "founded"], ["mixed", 1991]]}
    with pytest.raises(ProblemsFound, match=r"(?s)sheet `May`.*sheet `June`"):
        send(workbook(sheets), "answers.xlsx")


@pytest.mark.parametrize(
    "params",
    [{"encoding": "utf-8"}, {"tool": "limesurvey"}],
)
def test_a_declared_reading_that_cannot_be_is_refused(send, params):
    with pytest.raises(ProblemsFound):
        send("model;founded;comments\r\nsocial;1990;Čišćenje\r\n".encode("cp1250"), **params)


@pytest.mark.parametrize("params", [{"encoding": "cp9999"}, {"delimiter": ";;"}])
def test_a_reading_that_no_file_can_have_is_refused_by_the_settings(params):
    with pytest.raises(ValidationError):
        Delivery(partner="AT-1", file="answers.csv", **params)


# ------------------------------------------------------------------ decodings


LAYOUTS = {
    "AT": "limesurvey_codes",
    "BG": "limesurvey_code_and_text",
    "EL": "google_forms",
    "ES": "google_forms",
    "HR": "google_forms",
    "LV": "kobo_labels",
    "PL": "google_forms",
    "RO": "kobo_labels",
}


@pytest.fixture(scope="module")
def as_text(questionnaire):
    """The answers of a country's first partner as a CSV of a tool that writes text."""
    everybody = simulate(questionnaire)
    first = {p.country: p for p in reversed(PARTNERS)}
    people = {c: [r for r in everybody if r.partner == first[c]] for c in LAYOUTS}
    return {c: export(layout, people[c], questionnaire).decode("utf-8-sig") for c, layout in LAYOUTS.items()}


@pytest.mark.parametrize(
    ("country", "encoding"),
    [
        ("PL", "cp1250"),
        ("PL", "iso8859_2"),
        ("PL", "mac_latin2"),
        ("HR", "cp1250"),
        ("HR", "iso8859_2"),
        ("HR", "mac_croatian"),
        ("EL", "iso8859_7"),
        ("EL", "cp1253"),
        ("EL", "mac_greek"),
        ("BG", "cp1251"),
        ("BG", "iso8859_5"),
        ("BG", "mac_cyrillic"),
        ("LV", "cp1257"),
        ("LV", "iso8859_13"),
        ("RO", "mac_romanian"),
        ("ES", "cp1252"),
        ("ES", "mac_roman"),
        ("AT", "cp1252"),
        ("BG", "utf-16"),
    ],
)
def test_every_encoding_gives_the_values_of_the_utf_8_reading(send, as_text, country, encoding):
    text = as_text[country]
    expected, read = send(text.encode()).answers, send(text.encode(encoding)).answers
    assert read.values.equals(expected.values)
    assert read.reasons.equals(expected.reasons)


def test_utf_8_is_settled_by_its_bytes():
    assert list(decodings("Čišćenje".encode())) == [("utf-8", "Čišćenje")]
    assert list(decodings(b"\xef\xbb\xbfa")) == [("utf-8-sig", "a")]
    assert ("cp1250", "Čišćenje") in decodings("Čišćenje".encode("cp1250"))


def test_letters_that_first_come_after_the_head_of_the_file_are_not_guessed(send):
    rows = [LIME, *([str(n), DAY, "wsn", "1990", "fine"] for n in range(250)), ["251", DAY, "wsn", "1990", "Čišćenje"]]
    try:
        comment = send(rows, page="cp1250").answers.values["comments"].iloc[-1]
    except ProblemsFound:
        return  # refused: also right
    assert comment == "Čišćenje"


def test_a_summary_row_after_the_head_of_the_file_does_not_break_the_reading(send, questionnaire):
    names = [questionnaire[q].label() for q in ("model", "founded")]
    rows = [["Timestamp", *names], *([f"4/4/2022 8:{n % 60:02}:00", "Social model", "1990"] for n in range(250)), ["", "", "250"]]
    with contextlib.suppress(ProblemsFound):
        assert len(send(rows, sign=",").raw.cells) >= 250


# ------------------------------------------------------------------ tables


def test_lines_inside_quoted_cells_do_not_make_records(send):
    read = send(b'model;founded;comments\r\nsocial;1990;"one\ntwo; three"\r\n\r\nmixed;1991;\r\n')
    assert read.raw.cells[2].tolist() == ["one\ntwo; three", ""]
    assert read.raw.cells.index.tolist() == [2, 4]  # as a spreadsheet shows them


@pytest.mark.parametrize(("rows", "whole"), [(65_535, True), (65_536, False), (65_537, True)])
def test_a_file_that_ends_where_a_sheet_of_excel_does_is_taken_for_cut_off(send, rows, whole):
    """65,536 rows, with that of the headings, are all that XLS has."""
    content = b"model;founded\r\n" + b"social;1990\r\n" * (rows - 1)
    if whole:
        assert len(send(content).raw.cells) == rows - 1
    else:
        with pytest.raises(ProblemsFound, match="the table ends with row 65,536, the last one of a sheet of XLS") as told:
            send(content)
        assert "never opened in Excel" in str(told.value)


@pytest.mark.parametrize(
    ("row", "columns", "what"),
    [(1_048_576, 2, ["row 1,048,576, the last one of a sheet of XLSX"]), (2, 16_384, ["column 16,384, the last one of a sheet of XLSX"])],
)
def test_the_ends_of_a_workbook_of_today_are_known(row, columns, what):
    """Without anything in them: the ends are enough."""
    grid = Grid(pd.DataFrame("", index=[1, row], columns=range(columns), dtype="object"), "workbook")
    assert [p.what for p in raw_table("any", grid, [], 2).problems] == [f"the table ends with {end}" for end in what]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_delimiter_and_line_ends_do_not_matter(send, delimiter, line_end):
    read = send(line_end.join(["model;founded", "social;1990", "mixed;1991", ""]).replace(";", delimiter).encode())
    assert read.answers.values["model"].tolist() == ["social", "mixed"]
    assert read.raw.grid.delimiter == delimiter


def test_cells_are_text_and_none_is_an_answer(send):
    assert send([["national_form", "founded"], ["None", "1990"], ["NA", "1991"]]).raw.cells[0].tolist() == ["None", "NA"]


def test_a_workbook_shows_whole_numbers_and_iso_dates(workbook, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook({"S": [["a", "b"], [1990, 2.5], [True, "007"]]}))
    assert next(iter(grids(path, "a.xlsx"))).cells.to_numpy().tolist() == [["a", "b"], ["1990", "2.5"], ["True", "007"]]


def test_answers_under_an_empty_heading_are_not_dropped_in_silence(send):
    raw = send([["model", "founded", ""], ["social", "1990", "an answer"]]).raw
    assert raw.notes or 2 in {c.position for c in raw.columns}


def broken(content):
    """Begins with a byte order mark and is not what it says."""
    for mark, name in BOMS:
        if content.startswith(mark):
            try:
                content.decode(name)
            except UnicodeDecodeError:
                return True
    return False


@EXPECTED
@given(content=st.binary(max_size=300) | st.text(st.sampled_from('model;founded,\t\r\n"1990\u00a0é[]/'), max_size=120).map(str.encode))
@example(content=b"model;founded\n\x00;\xff\n")
@example(content="model;founded\nsocial;1990".encode("utf-16"))
def test_any_bytes_are_read_or_refused_but_never_crash(send, content):
    assume(not broken(content))
    try:
        read = send(content)
    except ProblemsFound as refused:
        assert refused.problems
    else:
        assert len(read.answers.values) == len(read.raw.cells) > 0


@pytest.mark.parametrize("content", [b"\xff\xfea", b"\xef\xbb\xbfmodel;founded\n\xff;1\n"])
def test_a_byte_order_mark_that_lies_is_no_crash(send, content):
    with contextlib.suppress(ProblemsFound):
        assert len(send(content).answers.values) == 1


@EXPECTED
@given(
    st.integers(1, 7).flatmap(lambda width: st.lists(st.lists(st.text(max_size=8), min_size=width, max_size=width), min_size=1)),
    st.sampled_from(READERS),
)
def test_a_reader_takes_or_declines_any_grid(rows, reader):
    raw = reader.read(Grid(pd.DataFrame(rows, index=range(1, len(rows) + 1), dtype="str"), "text"))
    assert raw is None or (raw.tool == reader.NAME and len(raw.cells) < len(rows) and set(raw.cells) <= {c.position for c in raw.columns})
