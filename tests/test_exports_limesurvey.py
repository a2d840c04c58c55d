"""LimeSurvey's ways to write results: VV and R files, cut headings, any separator, NULL without quotes, any interface language."""

from __future__ import annotations

import random

import pandas as pd
import pytest

from bwise.demo.layouts import export
from bwise.demo.layouts.files import csv_bytes
from bwise.demo.layouts.limesurvey import CUT, Choices, limesurvey
from bwise.demo.layouts.writer import Writer, names_of, rows_of
from bwise.demo.simulation import CANARIES, Partner, _partner
from bwise.exports import limesurvey as reader
from bwise.exports.containers import grids
from bwise.exports.table import NOT_SHOWN, Grid
from bwise.matching import read_delivery
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.settings import Delivery

DAY = "2022-04-04 08:24:00"
OWN_CODES = ["id", "submitdate", "lastpage", "startlanguage"]
OWN_COLUMNS = ["Antwort ID", "Datum Abgeschickt", "Letzte Seite", "Start-Sprache"]
OWN_CELLS = ["1", DAY, "9", "de"]
NEW = (
    "limesurvey_codes_null",
    "limesurvey_comma",
    "limesurvey_tab",
    "limesurvey_abbreviated_codetext",
    "limesurvey_text_codes",
    "limesurvey_r",
    "limesurvey_vv",
)


def lines(*rows, sign="\t"):
    """Rows without any quotes, as LimeSurvey's VV export and its NULL need them."""
    return "".join(sign.join(row) + "\n" for row in rows).encode()


def quoted(*rows):
    """Rows with everything in quotes but None, as LimeSurvey writes NULL."""
    return lines(*(["" if c is None else '"' + c.replace('"', '""') + '"' for c in row] for row in rows), sign=";")


def raw_of(*rows):
    """What the reader makes of a table."""
    cells = pd.DataFrame([list(row) for row in rows], index=range(1, len(rows) + 1), dtype="str")
    return reader.read(Grid(cells, "text", "utf-8", ";"))


def matched(read):
    return {m.column.heading: m.target for m in read.recognised.matches}


def answers(read, column):
    """Answers to a question and the reasons where there is none."""
    values, reasons = read.answers.values[column], read.answers.reasons[column]
    return [reason or value for value, reason in zip(values.astype(object), reasons, strict=True)]


# ------------------------------------------------------------------ VV


def vv(columns, *records, numbers=False):
    """A VV file of these questions: code -> text, then one list of cells per record."""
    own = ["Response ID ", "Date submitted ", "Last page ", "Start language "]
    first = [[str(n), DAY, "9", "de"] for n in range(1, len(records) + 1)]
    rows = [[*own_cells, *cells] for own_cells, cells in zip(first, records, strict=True)]
    return lines([*own, *columns.values()], [*OWN_CODES, *columns], *rows)


MODEL = {"model": "Welches Modell beschreibt Ihr Unternehmen am besten? "}
FOUNDED = {"founded": "In welchem Jahr wurde Ihr Unternehmen gegründet? "}
STAFF = {"staff": "Wie viele Personen beschäftigt Ihr Unternehmen? "}
COMMENTS = {"comments": "Möchten Sie uns noch etwas mitteilen? "}
BARRIERS = {
    "barriers_cost": "Was hindert Ihr Unternehmen daran, mehr Technologie einzusetzen? (Hohe Kosten und unzureichende Finanzierung)",
    "barriers_none": "Was hindert Ihr Unternehmen daran, mehr Technologie einzusetzen? (Keine Hindernisse)",
}
SOLVING = "Wie relevant sind diese digitalen Kompetenzen heute für Ihre eigene Arbeit? (Lösen technischer Probleme)"


def test_a_vv_file_has_texts_in_row_1_codes_in_row_2_and_answers_from_row_3(send):
    read = send(vv({**MODEL, "digrel_d51": SOLVING}, ["socia", "4"], ["-oth-", "5"]))
    assert (read.raw.tool, read.raw.headings, read.raw.header_row, list(read.raw.cells.index)) == ("LimeSurvey", "code and text", 2, [3, 4])
    assert [(c.code, c.text) for c in read.raw.answer_columns] == [
        ("model", "Welches Modell beschreibt Ihr Unternehmen am besten?"),
        ("digrel[d51]", SOLVING),
    ]
    assert answers(read, "model") == ["social", "other"]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("first{newline}second", "first\nsecond"),
        ("first{cr}{newline}second", "first\r\nsecond"),
        ("one{tab}two", "one\ttwo"),
        ('{quote}No" she said', '"No" she said'),
        ('5" screens, "large"', '5" screens, "large"'),
        ("a {lbrace}model} of {lbrace}tab}", "a {model} of {tab}"),
        ("{lbrace}quote}", "{quote}"),
        ("{strange}", "{strange}"),
    ],
)
def test_what_vv_writes_in_braces_is_read_as_it_was_typed(send, written, typed):
    raw = send(vv({**MODEL, **COMMENTS}, ["socia", written], ["socia", "x"])).raw
    assert list(raw.cells.iloc[:, -1]) == [typed, "x"]


def test_php_quotes_cells_with_spaces_and_doubles_the_quotes_in_them(send):
    raw = send(vv({**MODEL, **COMMENTS}, ["socia", '"a ""large"" screen"'], ["socia", '"{quote}Yes"" to all"'])).raw
    assert list(raw.cells.iloc[:, -1]) == ['a "large" screen', '"Yes" to all']


def test_a_long_vv_file_is_read_like_a_short_one(send):
    """Longer than what is read to recognise a file, and then parsed in another way."""
    records = [["socia", '5" screens'], [NOT_SHOWN, '"{quote}No"" {tab} to all"'], ["", "x"]] * 150
    raw = send(vv(MODEL | COMMENTS, *records)).raw
    assert len(raw.cells) == 450
    assert list(raw.cells.iloc[-3:, -1]) == ['5" screens', '"No" \t to all', "x"]
    assert list(raw.cells.iloc[-3:, -2]) == ["socia", NOT_SHOWN, ""]


def test_never_asked_and_left_empty_are_told_apart_in_vv(send):
    read = send(vv(MODEL | BARRIERS | COMMENTS, ["socia", "Y", "", "x"], [""] * 4, [NOT_SHOWN] * 4))
    for question in ("model", "barriers/cost", "comments"):
        assert answers(read, question)[1:] == ["no_answer", "not_shown"]
    assert answers(read, "barriers/cost")[0] is True and answers(read, "barriers/none")[0] is False


@pytest.mark.parametrize("cells", [[NOT_SHOWN, "12.0000000000"], [NOT_SHOWN, "12"]])
def test_null_says_nothing_of_a_number_because_one_left_empty_is_null_too(send, cells):
    read = send(vv(MODEL | FOUNDED, *(["socia", cell] for cell in cells)))
    assert answers(read, "founded") == ["no_answer", 12.0]


def test_an_answer_in_vv_that_was_never_submitted_has_no_date(send):
    read = send(lines(["", *MODEL.values()], ["id", "submitdate", "startlanguage", *MODEL], ["7", NOT_SHOWN, "de", "socia"]))
    assert read.raw.about("submitted").tolist() == [""]
    assert read.raw.about("respondent_id").tolist() == ["7"]


def test_personal_columns_of_a_vv_file_are_dropped(send):
    codes = ["id", "token", "submitdate", "startlanguage", "ipaddr", "refurl", "model"]
    raw = send(lines(codes, codes, ["1", "CANARY1", DAY, "de", "192.0.2.1", "https://CANARY2", "socia"])).raw
    assert [c.heading for c in raw.columns if c.about == "person"] == ["token", "ipaddr", "refurl"]
    assert "CANARY" not in "".join(raw.cells.to_numpy().ravel())


def test_the_old_vv_form_says_the_text_of_a_question_only_for_the_whole_question(questionnaire):
    """Its codes are numbers, and every sub-question has the text of its question; lines end with a tab."""
    model, sectors = (questionnaire[name].labels["de"] for name in ("model", "sectors"))
    texts = ["id", "submitdate", "startlanguage", model, model, sectors, sectors, sectors, sectors, "Single option", ""]
    numbers = ("3", "3other", "4A", "4B", "41", "42", "5SQ001")
    codes = ["id", "submitdate", "startlanguage", *(f"481516X7X{code}" for code in numbers), ""]
    raw = raw_of(texts, codes, ["1", DAY, "de", "socia", "typed", "Y", "", "", "", "", ""])
    assert [(c.code, c.text) for c in raw.answer_columns] == [("", model)] + [("", "")] * 6


@pytest.mark.parametrize(
    "second_row",
    [["1", DAY, "9", "de", "social"], ["id", "when", "page", "language", "model"], [*OWN_CODES, "a b"]],
)
def test_a_second_row_without_codes_is_an_answer(second_row):
    raw = raw_of([*OWN_CODES, "model"], second_row)
    assert (raw.header_row, list(raw.cells.index)) == (1, [2])


# ------------------------------------------------------------------ cut headings


OTHERS = [FOUNDED["founded"], STAFF["staff"]]


@pytest.mark.parametrize(
    ("heading", "target"),
    [
        ("Welches Modell .. ", "model"),
        ("Welches Modell …", "model"),
        ("Welches_Modell_.._", "model"),
        ("Welches Modell ..  [Sonstiges]", "model_other"),
        ("In welchen Wirt..  [Baugewerbe/Bau]", "sectors/F"),
        ("Möchten Sie uns.. ", "comments"),
    ],
)
def test_a_cut_heading_is_the_one_question_that_begins_so(send, heading, target):
    match = send([[*OWN_COLUMNS, heading, *OTHERS], [*OWN_CELLS, "", "1990", "9"]]).recognised.matches[0]
    assert (match.target, match.how, match.score) == (target, "beginning of the text", 90)


@pytest.mark.parametrize(
    ("heading", "proposed"),
    [
        ("Wie relevant si.. ", "digrel_d11 or digrel_d13 or digrel_d21"),
        ("Wie relevant si..  [Lösen technisc.. ]", "digrel_d51 or pdigrel_d51"),
        ("Bitte beschreib.. ", "barriers_other or funding_other or model_other"),
        ("Wie .. ", ""),
        ("Welches Modell .. sonst noch", ""),
        ("Was noch fehlt .. ", ""),
    ],
)
def test_a_cut_heading_that_begins_like_several_questions_or_none_stays_open(send, heading, proposed):
    match = send([[*OWN_COLUMNS, heading, *OTHERS], [*OWN_CELLS, "4", "1990", "9"]]).recognised.matches[0]
    assert (match.target, match.proposal) == ("", proposed)


def test_of_two_headings_that_begin_like_one_question_none_is_taken(send):
    cut = "Welches Modell .. "
    read = send([[*OWN_COLUMNS, cut, *OTHERS, cut], [*OWN_CELLS, "social", "1990", "9", "mixed"]])
    both = [m for m in read.recognised.matches if m.column.heading == cut]
    assert [(m.target, m.proposal, m.why) for m in both] == [("", "", "2 columns are like model")] * 2


def test_a_whole_heading_goes_before_a_cut_one(send):
    read = send([[*OWN_COLUMNS, "Welches Modell .. ", *OTHERS, MODEL["model"]], [*OWN_CELLS, "social", "1990", "9", "mixed"]])
    assert [m.target for m in read.recognised.matches] == ["", "founded", "staff", "model"]
    assert answers(read, "model") == ["mixed"]


@pytest.mark.parametrize(
    ("heading", "target"),
    [
        ("model. Welches Modell .. ", "model"),
        ("digrel[d51]. Wie relevant si..  [Lösen technisc.. ]", "digrel_d51"),
        ("sectors[F]. In welchen Wirt..  [Baugewerbe/Bau]", "sectors/F"),
        ("digrel[d51]. Wie relevant si..  [Einen anderen T.. ]", ""),
        ("founded. Welches Modell .. ", ""),
    ],
)
def test_a_code_beside_a_cut_text_is_believed_if_its_question_begins_so(send, heading, target):
    others = [f"{code}. {text}" for code, text in (STAFF | COMMENTS).items()]
    read = send([[*(f"{code}. {code}" for code in OWN_CODES), heading, *others], [*OWN_CELLS, "", "9", ""]])
    assert read.recognised.matches[0].target == target


@pytest.mark.parametrize("language", ["bg", "de", "el", "es", "fr", "hr", "it", "lv", "nl", "pl", "ro", "sl"])
def test_no_cut_heading_is_taken_for_another_question(tmp_path, questionnaire, people_of, language):
    """Texts alone, cut to 15 characters: what is matched is what its code says, what begins like several questions is proposed."""
    people, writer = people_of(language), Writer(questionnaire, language)
    found = {}
    for chosen in (Choices("code", "codes"), Choices("text", "codes", longest=CUT)):
        table = limesurvey(writer, chosen)
        path = tmp_path / "results.csv"
        path.write_bytes(csv_bytes(names_of(table), rows_of(table, people), ";", "utf-8-sig"))
        read = read_delivery(path, path.name, "XX-1", Delivery(partner="XX-1", file=path.name), questionnaire)
        found[chosen.headings] = {m.column.position: m for m in read.recognised.matches}
    assert found["code"].keys() == found["text"].keys()
    wrong = {p: (m.target, found["code"][p].target) for p, m in found["text"].items() if m.target not in ("", found["code"][p].target)}
    unproposed = [m.column.heading for m in found["text"].values() if not m.settled and not m.proposal and "[" in m.column.heading]
    assert wrong == {}
    assert sum(m.settled for m in found["text"].values()) > 60
    assert unproposed == []


# ------------------------------------------------------------------ code and text


SEPARATED = {
    "model": "Which model describes your enterprise best?",
    "digrel[d51]": "Relevance [Solving technical problems]",
    "comments": "(Optional) Is there anything else?",
    "founded": "¿In which year was it founded?",
}


@pytest.mark.parametrize("sign", [". ", "._.", " - ", " – ", ": ", " | ", "|", "; ", " = ", "#", " → ", ", ", "/ ", "_", "__", " ", ") "])
def test_code_and_text_are_parted_at_any_separator(sign):
    own = {"id": "Response ID", "submitdate": "Date submitted", "startlanguage": "Start language", "seed": "Seed"}
    raw = raw_of([code + sign + text for code, text in {**own, **SEPARATED}.items()], ["1", DAY, "en", "7"] + ["x"] * 4)
    assert raw.headings == "code and text"
    assert [c.about for c in raw.columns[:4]] == ["respondent_id", "submitted", "language", "tool"]
    assert {c.code: c.text for c in raw.answer_columns} == SEPARATED


def test_spaces_written_as_underscores_change_nothing(send):
    own = ["id._Response_ID", "submitdate._Date_submitted", "startlanguage._Start_language"]
    headings = ["model._Which_model_describes_your_enterprise_best?", "staff._How_many_people_does_your_enterprise_employ?"]
    read = send([[*own, *headings], ["1", DAY, "en", "social", "9"]])
    assert matched(read) == dict(zip(headings, ["model", "staff"], strict=True))
    assert answers(read, "model") == ["social"]


def test_underscores_for_spaces_beside_an_underscore_as_separator_leave_the_code_whole():
    headings = ["id_Response_ID", "submitdate_Date_submitted", "founded_In_which_year?", "digrel[d51]_Relevance_[Solving_problems]"]
    raw = raw_of(headings, ["1", DAY, "1990", "4"])
    assert [(c.code, c.text) for c in raw.answer_columns] == [
        ("founded", "In_which_year?"),
        ("digrel[d51]", "Relevance_[Solving_problems]"),
    ]


@pytest.mark.parametrize("sign", ["_", " = "])
def test_texts_that_begin_like_codes_are_not_parted(sign):
    """Without LimeSurvey's own codes beside them, and without brackets where codes may have underscores themselves."""
    texts = [f"seed{sign}how much of it?", f"Income{sign}from the market", f"Income{sign}from donations", f"Staff{sign}all of them"]
    raw = raw_of(["Response ID", "Start language", *texts], ["1", "en", "w", "x", "y", "z"])
    assert [(c.code, c.text) for c in raw.answer_columns] == [("", t) for t in texts]


def test_an_underscore_does_not_cut_a_code_as_in_expressions():
    own = ["id_Response ID", "submitdate_Date submitted", "startlanguage_Start language"]
    raw = raw_of([*own, "model_other_Which model?", "staff_How many?"], ["1", DAY, "en", "typed", "9"])
    assert raw is None or not {c.code for c in raw.columns} & {"model", "staff"}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("digrel_d51", "digrel[d51]"),
        ("sectors_C", "sectors[C]"),
        ("table_SQ001_SQ002", "table[SQ001_SQ002]"),
        ("model_other", "model[other]"),
        ("model_comment", "model_comment"),
        ("measures_SQ001comment", "measures_SQ001comment"),
        ("model", "model"),
    ],
)
def test_codes_as_in_expressions_are_codes_with_brackets(written, code):
    raw = raw_of(["id. Response ID", "submitdate. Date submitted", f"{written}. Some text"], ["1", DAY, "x"])
    assert [c.code for c in raw.answer_columns] == [code]


@pytest.mark.parametrize("codes", [["model[comment]"], ["measures[SQ001comment]", "measures[othercomment]"]])
def test_a_comment_is_no_row_of_its_question(codes):
    raw = raw_of([*OWN_CODES, "staff", *codes], [*OWN_CELLS, "9", *("typed" for _ in codes)])
    assert [c.code for c in raw.answer_columns[1:]] == [code.replace("[", "_").rstrip("]") for code in codes]


def test_the_comment_beside_an_answer_is_not_taken_for_it(send):
    read = send([[*OWN_CODES, "model[comment]", "founded", "staff"], [*OWN_CELLS, "typed", "1990", "9"]])
    assert matched(read) == {"model[comment]": "", "founded": "founded", "staff": "staff"}


@pytest.mark.parametrize(("first", "second"), [("skills[d11][1]", "skills[d11][2]"), ("skills_d11_0", "skills_d11_1")])
def test_the_scales_of_a_dual_array_are_told_by_params_only(send, first, second):
    """The same column is called 1 in one form of the codes and 0 in the other: its code alone tells no question."""
    table = [[*OWN_CODES, first, second, "founded", "staff"], [*OWN_CELLS, "4", "5", "1990", "9"]]
    assert matched(send(table)) == {first: "", second: "", "founded": "founded", "staff": "staff"}
    assert [c.code for c in send(table).raw.columns[4:6]] == ([first, second] if "[" in first else ["", ""])
    read = send(table, columns={first: "digrel_d11", second: "digend_d11"})
    assert (answers(read, "digrel_d11"), answers(read, "digend_d11")) == (["4"], ["5"])


def test_uploaded_files_are_personal_and_their_number_is_the_tools():
    for count in ("cv[filecount]", "cv_filecount"):
        raw = raw_of([*OWN_CODES, "model", "cv", count], [*OWN_CELLS, "social", '[{"name":"CANARY.pdf"}]', "1"])
        assert [c.about for c in raw.columns[-3:]] == ["", "person", "tool"]
        assert "CANARY" not in "".join(raw.cells.to_numpy().ravel())


@pytest.mark.parametrize(
    ("headings", "timings"),
    [
        (["id", "submitdate", "model"], ["interviewtime", "groupTime308", "modelTime"]),
        (
            ["id. Response ID", "submitdate. Date submitted", "model. Which model?"],
            ["interviewtime. Total time", "groupTime308. Group time: First page", "modelTime. Question time: model"],
        ),
        (["Response ID", "Start language", "Which model?"], ["Total time", "Group time: First page", "Question time: model"]),
        (["Antwort ID", "Start-Sprache", "Welches Modell?"], ["Gesamtzeit", "Gruppenzeit: Seite 1", "Fragenzeit: model"]),
        (
            ["ID risposta", "Lingua iniziale", "Quale modello?"],
            ["Tempo totale", "Tempo per il gruppo di domande: Pagina 1", "Tempo per la domanda: model"],
        ),
    ],
)
def test_timings_are_the_tools_own(headings, timings):
    raw = raw_of(headings + timings, ["1", "de", "social", "61.5", "40.25", "21,25"])
    assert [c.about for c in raw.columns[2:]] == ["", "tool", "tool", "tool"]


def test_an_answer_after_the_total_time_is_no_timing():
    raw = raw_of(["Response ID", "Start language", "Total time", "Income of all kinds: market"], ["1", "en", "61.5", "a lot"])
    assert [c.about for c in raw.columns] == ["respondent_id", "language", "tool", ""]


# ------------------------------------------------------------------ own columns in any language


OWN = ["respondent_id", "submitted", "progress", "language", "tool", "person", "started", "tool", "person", "person"]
RECORDS = [
    ["1", DAY, "9", "de", "1827364509", "aB3dE6gH9kLmNoP", "2022-04-04 08:00:12", DAY, "192.0.2.7", "https://example.net/CANARY"],
    ["2", "", "2", "de", "27364509", "zY3xW6vU9tSrQpO", "2022-04-05 09:00:00", "2022-04-05 09:10:31", "2001:db8::1", ""],
]


@pytest.mark.parametrize("left_out", [[], [5], [8, 9], [5, 8, 9], [4], [4, 5, 6, 7, 8, 9], [0], [1, 2], [2, 5, 9]])
def test_own_columns_under_unknown_words_are_told_by_their_order_and_cells(left_out):
    """Headings in a language nobody saw, with all columns of the tool or some of them, then a question."""
    kept = [i for i in range(len(OWN)) if i not in left_out]
    rows = [[*(record[i] for i in kept), "Liels", "12"] for record in RECORDS]
    raw = raw_of([*(f"Vārds {i}" for i in kept), "Cik liels ir uzņēmums?", "Cik cilvēku?"], *rows)
    if 0 in left_out:  # nothing but two letters in every row: no proof of LimeSurvey
        assert raw is None
    else:
        assert [c.about for c in raw.columns] == [*(OWN[i] for i in kept), "", ""]
        assert not any("CANARY" in cell for cell in raw.cells.to_numpy().ravel())


@pytest.mark.parametrize(
    "cells",
    [
        ("AT-1", "AT-1", "AT-2"),
        ("social", "mixed", "other"),
        ("2022-04-04", "2022-04-05", "2022-04-06"),
        ("2022-04-04 00:00:00", "2022-04-05 00:00:00", "2022-04-06 00:00:00"),
        ("1990", "2001", "2012"),
        ("ABCDE12345", "FGHIJ67890", "KLMNO12345"),
        ("2022-04-04 10:30:00", "2022-04-05 11:30:00", "2022-04-06 12:30:00"),
    ],
)
def test_the_first_question_is_never_taken_for_one_of_them(cells):
    rows = [[str(n), "lv", cell, "x"] for n, cell in enumerate(cells, 1)]
    raw = raw_of(["Atbildes ID", "Sākuma valoda", "Jautājums", "Cits jautājums"], *rows)
    assert [c.about for c in raw.columns] == ["respondent_id", "language", "", ""]


@pytest.mark.parametrize(
    "headings",
    [
        ["Response ID", "Date submitted", "Last page", "Start language", "Seed"],
        ["Antwort ID", "Datum Abgeschickt", "Letzte Seite", "Start-Sprache", "Zufallsstartwert"],
        ["ID de la réponse", "Date de soumission", "Dernière page", "Langue de départ", "Tête de série"],
        ["ID risposta", "Data invio", "Ultima pagina", "Lingua iniziale", "Seme"],
        ["Response_ID", "Date_submitted", "Last_page", "Start_language", "Seed"],
    ],
)
def test_own_columns_are_known_by_their_words_even_without_answers(headings):
    raw = raw_of([*headings, "Some question?"], ["", "", "", "", "", "x"])
    assert [c.about for c in raw.columns] == ["respondent_id", "submitted", "progress", "language", "tool", ""]


# ------------------------------------------------------------------ NULL


CODES = ["id", "submitdate", "startlanguage", "model", "barriers[cost]", "barriers[skills]", "founded", "comments"]


def test_a_cell_without_quotes_was_never_asked(send):
    """Newer versions quote every empty answer, and write nothing for NULL."""
    read = send(
        quoted(
            CODES,
            ["1", DAY, "de", "socia", "Y", "", "1990", "text"],
            ["2", DAY, "de", "", "", "", None, ""],
            ["3", None, "de", None, None, None, None, None],
        )
    )
    assert read.raw.about("submitted").tolist() == [DAY, DAY, ""]
    for question in ("model", "barriers/cost", "comments"):
        assert answers(read, question)[1:] == ["no_answer", "not_shown"]
    assert answers(read, "founded") == [1990, "no_answer", "no_answer"]


def test_a_long_file_tells_null_like_a_short_one(send):
    own = [[str(n), DAY, "de"] for n in range(1, 451)]
    answered = [["socia", "Y", "", "1990", 'a "b"; c'], ["", "", "", None, ""], [None, None, None, None, None]] * 150
    read = send(quoted(CODES, *(a + b for a, b in zip(own, answered, strict=True))))
    assert answers(read, "model") == ["social", "no_answer", "not_shown"] * 150
    assert answers(read, "comments") == ['a "b"; c', "no_answer", "not_shown"] * 150


def test_where_every_empty_cell_is_quoted_nothing_is_known_of_it(send):
    read = send(quoted(CODES, ["1", DAY, "de", "socia", "Y", "", "1990", "x"], ["2", DAY, "de", "", "", "", "", ""]))
    assert [answers(read, q)[1] for q in ("model", "barriers/cost", "comments")] == ["no_answer"] * 3


def test_where_nothing_is_quoted_without_need_an_empty_cell_says_nothing(send):
    read = send([CODES, ["1", DAY, "de", "socia", "Y", "", "1990", "x"], ["2", DAY, "de", "", "", "", "", ""]])
    assert [answers(read, q)[1] for q in ("model", "barriers/cost", "comments")] == ["no_answer"] * 3


def test_in_full_answers_a_list_without_an_answer_is_empty_without_quotes_and_says_nothing(send):
    """LimeSurvey finds no label for an empty answer and writes NULL; only columns with both kinds of cells prove that they differ."""
    read = send(
        quoted(
            CODES,
            ["1", DAY, "de", "Soziales Unternehmen", "Ja", "Nein", "1990", "x"],
            ["2", DAY, "de", None, "Nein", "Ja", None, ""],
            ["3", DAY, "de", None, "N/A", "N/A", None, None],
        ),
        answers={"model": {"Soziales Unternehmen": "social"}},
    )
    assert answers(read, "model") == ["social", "no_answer", "no_answer"]
    assert answers(read, "comments") == ["x", "no_answer", "not_shown"]
    assert answers(read, "barriers/cost") == [True, False, "not_shown"]


def test_an_option_called_other_is_ticked_where_some_were_never_asked(send):
    """`funding[other]` with ticks is the option, though the questionnaire has a text question of the same code."""
    codes = ["id", "submitdate", "startlanguage", "funding[self]", "funding[other]"]
    read = send(quoted(codes, ["1", DAY, "de", "", "Y"], ["2", DAY, "de", "Y", ""], ["3", DAY, "de", None, None]))
    assert matched(read)["funding[other]"] == "funding/other"
    assert answers(read, "funding/other") == [True, False, "not_shown"]


# ------------------------------------------------------------------ R data file


def test_an_r_data_file_is_read_as_limesurvey(send, questionnaire):
    """Full text, `,`, answer codes, ticks as 1 and 0; some headings are expressions, or empty."""
    model, barriers, cost, skills = (
        questionnaire["model"].labels["en"],
        questionnaire["barriers"].labels["en"],
        questionnaire.choices("barriers")["cost"].labels["en"],
        questionnaire.choices("barriers")["skills"].labels["en"],
    )
    headings = ["Response ID", "Date submitted", "Last page", "Start language", "Seed", "Date started", "Date last action"]
    questions = [model, f"{model} [Other]", f"{barriers} [{cost}]", f"{barriers} [{skills}]", "", "{if(age.NAOK &gt; 1, 'm', 's')}"]
    own = [["1", DAY, "9", "en", "10000707", DAY, DAY], ["2", "", "2", "en", "20000707", DAY, DAY]]
    rows = [[*own[0], "socia", "", "1", "0", "", "m"], [*own[1], "-oth-", "typed", "", "", "", "s"]]
    read = send([headings + questions, *rows], name="survey_481516_R_data_file.csv", sign=",", page="utf-8-sig")
    assert read.raw.tool == "LimeSurvey"
    assert answers(read, "model") == ["social", "other"]
    assert answers(read, "model_other")[1] == "typed"
    assert answers(read, "barriers/cost")[0] is True and answers(read, "barriers/skills")[0] is False
    assert [m.column.heading for m in read.recognised.matches if not m.settled] == ["{if(age.NAOK &gt; 1, 'm', 's')}"]


# ------------------------------------------------------------------ layouts


@pytest.fixture(scope="module")
def people_of(questionnaire):
    def people_of(language, layout="limesurvey"):
        return _partner(Partner("AT", "AT-1", language, layout, "results.csv", 4), questionnaire, random.Random("limesurvey"))

    return people_of


@pytest.mark.parametrize("language", ["de", "el", "ro"])
@pytest.mark.parametrize("layout", NEW)
def test_every_answer_is_the_one_that_was_sent(tmp_path, questionnaire, people_of, layout, language):
    people = people_of(language, layout)
    content = export(layout, people, questionnaire)
    assert content == export(layout, people, questionnaire)
    path = tmp_path / "results.csv"
    path.write_bytes(content)
    read = read_delivery(path, path.name, "AT-1", Delivery(partner="AT-1", file=path.name), questionnaire)
    assert (read.raw.tool, read.recognised.language) == ("LimeSurvey", language)
    assert [m.column.heading for m in read.recognised.matches if not m.settled] == []
    values = read.answers.values.astype(object)
    values = values.where(values.notna(), None)
    assert [c for c in questionnaire.all_columns if values[c].tolist() != [p.sent(c) for p in people]] == []
    text = "\n".join(read.raw.cells.to_numpy().ravel())
    assert all(CANARIES[name].encode() in content and CANARIES[name] not in text for name in ("token", "ip", "referrer"))


@pytest.mark.parametrize("layout", ["limesurvey_vv", "limesurvey_codes_null"])
def test_null_tells_who_never_saw_a_question(tmp_path, questionnaire, people_of, layout):
    """Of those who left, the pages they never reached are NULL, too; of numbers NULL tells nothing."""
    people = people_of("de", layout)
    path = tmp_path / "results.csv"
    path.write_bytes(export(layout, people, questionnaire))
    read = read_delivery(path, path.name, "AT-1", Delivery(partner="AT-1", file=path.name), questionnaire)
    wrong = []
    for column in questionnaire.all_columns:
        number = questionnaire[column.partition("/")[0]].is_number
        for reason, person in zip(read.answers.reasons[column], people, strict=True):
            truth = person.reasons.get(column, "") if person.sent(column) is None else ""
            possible = {"not_shown": {"no_answer" if number else "not_shown"}}.get(truth, {truth})
            if truth == "no_answer" and not person.submitted:
                possible = {"no_answer", "not_shown"}
            wrong += [(column, reason, truth)] if reason not in possible else []
    assert wrong == []
    assert read.answers.reasons.eq("not_shown").to_numpy().sum() > 1000


# ------------------------------------------------------------------ a real export

VAUD_SURVEY = """type,name,label::French (fr),role,relevant
select_one yes_no,took_part,Est-ce que vous avez participé aux journées du patrimoine vaudois?,,
select_multiple days,days,Quel(s) jour(s) avez-vous fait des visites?,,
select_one opinion,welcome,"Globalement, comment jugez-vous l'accueil?",,
select_one country,country,Vous habitez dans quel pays?,,
text,country_other,Quel autre pays?,other,${country} = 'other'
select_one transport,transport,Quel moyen de transport avez-vous utilisé pour vous rendre sur place?,,
integer,minutes,Combien de temps avez-vous mis pour vous rendre sur place? (en minutes),,
select_multiple company,company,Vous êtes venu:,,
integer,age,Quel est votre âge?,,
"""
VAUD_CHOICES = """list_name,name,label::French (fr)
yes_no,yes,Oui
yes_no,no,Non
days,saturday,Samedi
days,sunday,Dimanche
opinion,excellent,Excellent
opinion,good,Bien
opinion,fair,Moyen
opinion,poor,Accueil laisse à désirer
country,ch,Suisse
country,de,Allemagne
country,fr,France
country,other,Autre pays
transport,public,"Transports publics (train, bus, etc.)"
transport,car,Voiture privée
transport,foot,À pied
transport,motorcycle,"Moto, scooter"
transport,bicycle,Vélo
transport,other,Autre moyen
company,alone,Seul
company,partner,Avec mon conjoint / ma conjointe
company,family,En famille
company,friends,Avec des amis
"""


@pytest.fixture(scope="module")
def vaud(real, tmp_path_factory):
    """Visitors of a heritage weekend, in LimeSurvey's French full answers, read with a questionnaire made by hand."""
    folder = tmp_path_factory.mktemp("vaud")
    for name, text in (("survey", VAUD_SURVEY), ("choices", VAUD_CHOICES), ("settings", "form_title\nVaud\n")):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    path = real / "limesurvey" / "results-survey4914.xlsx"
    return read_delivery(path, path.name, "VD-1", Delivery(partner="VD-1", file=path.name), load_questionnaire(folder))


@pytest.mark.real
def test_the_workbook_from_vaud_is_matched_by_its_french_headings(vaud):
    targets = [m.target for m in vaud.recognised.matches if m.target]
    assert targets == [
        "took_part",
        *("days/saturday", "days/sunday"),
        *("welcome", "country", "country_other", "transport", "minutes"),
        *("company/alone", "company/partner", "company/family", "company/friends", "age"),
    ]
    assert vaud.raw.about("language").value_counts().to_dict() == {"fr": 324, "de": 24}
    assert vaud.raw.about("respondent_id").is_unique


@pytest.mark.real
def test_whoever_did_not_come_to_vaud_was_not_asked_when(vaud):
    reasons, values = vaud.answers.reasons, vaud.answers.values
    took_part = values["took_part"].value_counts().to_dict()
    assert took_part == {"yes": 224, "no": 117}
    assert reasons["days/saturday"].value_counts().to_dict() == {"": 224, "not_shown": 124}
    assert values["days/saturday"].sum() == 159 and values["days/sunday"].sum() == 152


@pytest.mark.real
def test_the_typed_country_of_vaud_is_the_text_of_other(vaud):
    values = vaud.answers.values
    assert values["country_other"].dropna().tolist() == ["Norwegen"]
    assert values.loc[values["country_other"].notna(), "country"].tolist() == ["other"]


@pytest.mark.real
def test_options_hidden_from_those_who_came_to_vaud_alone_are_not_ticked(vaud):
    """An array filter hides single options: N/A beside a ticked one is no answer that is missing."""
    values = vaud.answers.values
    alone = values["company/alone"].eq(True).fillna(False)
    assert alone.sum() == 30
    assert values.loc[alone, "company/family"].eq(False).all()
    assert values["company/family"].sum() == 135


@pytest.mark.real
def test_no_answer_from_vaud_is_unreadable(vaud):
    mapping = vaud.answers.mapping
    assert mapping.loc[mapping["reason"].eq("unreadable"), ["question", "raw"]].to_numpy().tolist() == []
    assert vaud.answers.values["minutes"].count() == 348 - 128


@pytest.mark.real
def test_vaud_reads_alike_from_the_first_rows_and_from_all(real):
    grid = next(iter(grids(real / "limesurvey" / "results-survey4914.xlsx", "results-survey4914.xlsx")))
    head = Grid(grid.cells.iloc[:40], grid.container, sheet=grid.sheet)
    assert [c.about for c in reader.read(head).columns] == [c.about for c in reader.read(grid).columns]


def test_an_export_with_no_question_of_ours_is_refused(send):
    with pytest.raises(ProblemsFound, match="another survey"):
        send(vv({"Q1": "Colour ", "Q2_SQ001": "Fruit (apple)"}, ["red", "Y"]))


@pytest.mark.parametrize("number", ["\u200e", ""])
def test_a_vv_file_saved_again_with_row_numbers_or_invisible_signs_is_still_a_vv_file(send, number):
    original = [row.split("\t") for row in vv(MODEL, ["socia"], ["-oth-"]).decode().splitlines()]
    numbered = [["", *original[0]], *([str(n), *row] for n, row in enumerate(original[1:]))]
    signed = [[f"{cell}{number}" for cell in row] for row in original]
    read = send(lines(*(signed if number else numbered)))
    assert (read.raw.header_row, len(read.raw.cells)) == (2, 2)
    assert answers(read, "model") == ["social", "other"]
