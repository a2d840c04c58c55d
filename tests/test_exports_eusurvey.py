"""EUSurvey: workbooks with every option of its export, their re-saves, and XML."""

from __future__ import annotations

import io
import random
import re
import zipfile

import pandas as pd
import pytest

from bwise.demo.layouts import export
from bwise.demo.simulation import CANARIES, Partner, _partner
from bwise.exports import eusurvey, eusurvey_xml
from bwise.exports.containers import grids
from bwise.exports.table import Grid
from bwise.matching.lists import AnswerList
from bwise.problems import ProblemsFound

MODEL, FOUNDED = "Which model describes your enterprise best?", "In which year was your enterprise founded?"
BARRIERS = "What keeps your enterprise from using more technology?"
COST, INFORMATION = "High cost and insufficient funding", "Lack of information on technologies"
SKILLS, TRAINING = "Lack of knowledge and skills to use devices", "Insufficient training adapted to the sector"
COMMENTS = "Is there anything else you would like to tell us?"
GREEN = "How well developed are these green skills in your own case?"
PREFACE = [["Alias", "survey"], ["Export Date", "2022-05-04 08:00:00"], []]


def content(headings, *rows, preface=PREFACE):
    """A sheet as EUSurvey writes it."""
    return [*preface, headings, *map(list, rows)]


def read_rows(rows, **grid):
    """What the reader makes of a sheet with these rows."""
    width = max(map(len, rows))
    cells = pd.DataFrame([r + [""] * (width - len(r)) for r in rows], index=range(1, len(rows) + 1), dtype="str")
    return eusurvey.read(Grid(cells, grid.pop("container", "workbook"), **grid))


# ------------------------------------------------------------------ the demonstration's layouts


def simulated(questionnaire, language):
    return _partner(Partner("AT", "AT-1", language, "eusurvey", "x", 4), questionnaire, random.Random("EUSurvey"))


@pytest.mark.parametrize(
    ("layout", "language", "tool", "name"),
    [
        ("eusurvey_ods", "de", "EUSurvey", "Content_Export.ods"),
        ("eusurvey_ods", "lv", "EUSurvey", "Content_Export.ods"),
        ("eusurvey_assigned", "fr", "EUSurvey", "Content_Export.xlsx"),
        ("eusurvey_assigned", "sl", "EUSurvey", "Content_Export.xlsx"),
        ("eusurvey_split", "el", "EUSurvey", "Content_Export.xlsx"),
        ("eusurvey_split", "es", "EUSurvey", "Content_Export.xlsx"),
        ("eusurvey_continued", "it", "EUSurvey", "Content_Export.xlsx"),
        ("eusurvey_resaved", "bg", "EUSurvey", "Content_Export.csv"),
        ("eusurvey_resaved", "hr", "EUSurvey", "Content_Export.csv"),
        ("eusurvey_resaved_pandas", "ro", "EUSurvey", "Content_Export.csv"),
        ("eusurvey_xml", "nl", "EUSurvey XML", "Content_Export.xml"),
        ("eusurvey_xml", "pl", "EUSurvey XML", "Content_Export.xml"),
    ],
)
def test_every_layout_is_read_back_to_what_was_sent(send, questionnaire, layout, language, tool, name):
    people = simulated(questionnaire, language)
    file = export(layout, people, questionnaire)
    assert file == export(layout, people, questionnaire)
    read = send(file, name)
    assert (read.raw.tool, read.recognised.language) == (tool, language)
    assert [m.column.heading for m in read.recognised.matches if not m.settled] == []
    values = read.answers.values.astype(object).where(read.answers.values.notna(), None)
    wrong = [
        (column, number)
        for column in questionnaire.all_columns
        for number, (cell, person) in enumerate(zip(values[column], people, strict=True))
        if cell != person.sent(column)
    ]
    assert wrong == []
    assert sorted(c.about for c in read.raw.columns if c.about) == [
        "language",
        "person",
        "person",
        "respondent_id",
        "started",
        "submitted",
        *(["tool"] if tool == "EUSurvey XML" else []),
    ]
    assert read.raw.about("started").iloc[0].startswith(("2022-04-04 08:00", "04/04/2022 08:00"))
    cells = "\n".join(read.raw.cells.to_numpy().ravel())
    assert CANARIES["mail"] not in cells and CANARIES["token"] not in cells
    assert read.raw.notes == ()


def test_personal_columns_were_in_the_files(questionnaire):
    people = simulated(questionnaire, "de")
    for layout in ("eusurvey_resaved_pandas", "eusurvey_xml"):
        file = export(layout, people, questionnaire).decode()
        assert CANARIES["mail"] in file and CANARIES["token"] in file


# ------------------------------------------------------------------ EUSurvey's own columns


@pytest.mark.parametrize(
    "own",
    [
        ["Invitation number", "Contribution ID", "User name", "Creation date", "Last update", "Languages"],
        ["Broj pozivnice", "Identifikacijska oznaka doprinosa", "Ime korisnika", "Datum stvaranja", "Posljednji put ažurirano", "Jezici"],
        ["Номер на покана", "№ на попълнена анкета", "Потребителско име", "Дата на създаване", "Последна актуализация", "Езици"],
        ["Αριθμός πρόσκλησης", "Αναγνωριστικό απαντήσεων", "Όνομα χρήστη", "Ημερομηνία δημιουργίας", "Τελευταία επικαιροποίηση", "Γλώσσες"],
        ["Numero di invito", "ID contributo", "Nome utente", "Data di creazione", "Ultimo aggiornamento", "Lingue"],
        ["Nummer uitnodiging", "Nummer bijdrage", "Gebruikersnaam", "Aanmaakdatum", "Laatste wijziging", "Talen"],
    ],
)
def test_the_columns_of_eusurvey_are_known_in_the_language_of_the_exporter(own):
    raw = read_rows(content([MODEL, *own], ["Social model", "CANARY", "f00d-1", "CANARY", "2022-04-04", "2022-04-05", "EN"]))
    assert [c.about for c in raw.columns] == ["", "person", "respondent_id", "person", "started", "submitted", "language"]
    assert raw.cells.loc[5].tolist() == ["Social model", "f00d-1", "2022-04-04", "2022-04-05", "EN"]


def test_no_heading_of_eusurvey_means_two_things():
    told = [
        (eusurvey.heading_key(w), a) for words in eusurvey.OWN_HEADINGS.values() for w, a in zip(words, eusurvey.OWN_ABOUT, strict=True)
    ]
    assert len(eusurvey.OWN_HEADINGS) == 13
    assert len({w for w, _ in told}) == len(set(told))


def test_a_question_headed_like_a_column_of_eusurvey_stays_a_question():
    headings = ["Languages", "Creation date", MODEL, "Creation date", "Languages"]
    raw = read_rows(content(headings, ["Latvian", "1990", "Social model", "2022-04-04", "LV"]))
    assert [c.about for c in raw.columns] == ["", "", "", "started", "language"]
    raw = read_rows(content(["Languages", MODEL], ["Latvian; Polish", "Social model"]))
    assert [c.about for c in raw.columns] == ["", ""]


def test_a_table_without_the_preface_is_not_eusurvey():
    assert read_rows([["Alias", "x"], ["Founded", "1990"], [], [MODEL, FOUNDED], ["Social model", "1990"]]) is None
    assert read_rows([[MODEL, FOUNDED], ["Social model", "1990"]]) is None
    assert read_rows([["Alias", "x"], ["Export Date", "2022"]]) is None


def test_rows_without_a_contribution_id_are_told_and_stay():
    rows = content([MODEL, "Contribution ID"], ["Social model", "a-1"], ["Mixed model", ""], ["Social model", "a-2"])
    raw = read_rows(rows)
    assert raw.notes == ("rows with answers but without a contribution id, which EUSurvey always writes: 6",)
    assert raw.cells[0].tolist() == ["Social model", "Mixed model", "Social model"]


# ------------------------------------------------------------------ show assigned values


def test_ids_behind_headings_and_answers_are_no_part_of_them(send, workbook):
    rows = content(
        [f"{MODEL} (ID2)", f"{FOUNDED} (founding_year)", f"{BARRIERS} (3)", f"{GREEN}: Promoting nature (ID40)", "Creation date"],
        ["Social model(ID10)", "1990.0", f"{COST}(money); {TRAINING}(ID14)", "Well developed(4)", "2022-04-04 08:00:00"],
        ["Another model(5)", "", f"{COST}(money)", "Don't know(ID9)", "2022-04-05 08:00:00"],
    )
    read = send(workbook({"Content": rows}), "answers.xlsx")
    assert read.raw.headings == "code and text"
    assert [c.code for c in read.raw.columns] == ["ID2", "founding_year", "3", "ID40", ""]
    values = read.answers.values
    assert values["model"].tolist() == ["social", "other"]
    assert values["founded"].iloc[0] == 1990
    assert values["barriers/cost"].tolist() == [True, True] and values["barriers/training"].tolist() == [True, False]
    assert values["grnend_g13"].iloc[0] == "4"
    assert read.answers.reasons["grnend_g13"].tolist() == ["", "dont_know"]
    assert read.answers.mapping["reason"].ne("unreadable").all()


def test_an_answer_that_ends_in_a_full_stop_is_known_with_its_id_too(questionnaire):
    answers = AnswerList(questionnaire, questionnaire["barriers"].list_name)
    assert answers.find(f"{COST}.(ID7)") == ("cost", "label with id")
    assert answers.split(f"{COST}.(ID7); {TRAINING}.(12)") == (["cost", "training"], [])


def test_an_ods_writes_the_ids_of_matrix_rows_without_brackets():
    raw = read_rows(content([f"{MODEL} (ID2)", f"{GREEN}: Promoting nature ID40", f"{GREEN}: Saving energy ID41"], ["a", "b", "c"]))
    assert [(c.code, c.text) for c in raw.columns] == [
        ("ID2", MODEL),
        ("ID40", f"{GREEN}: Promoting nature"),
        ("ID41", f"{GREEN}: Saving energy"),
    ]


def test_headings_without_ids_keep_their_last_word():
    raw = read_rows(content([MODEL, f"{GREEN}: Promoting nature"], ["a", "b"]))
    assert [(c.code, c.text) for c in raw.columns] == [("", MODEL), ("", f"{GREEN}: Promoting nature")]


# ------------------------------------------------------------------ split multiple choice


def split_rows(*options, rows):
    return content([MODEL, BARRIERS, *options, COMMENTS], *(["Social model", "", *row, "fine"] for row in rows))


def test_split_options_are_read_and_no_everywhere_is_no_answer(send, workbook):
    rows = split_rows(COST, INFORMATION, SKILLS, rows=[["Yes", "No", "Yes"], ["No", "No", "No"], ["No", "Yes", "No"]])
    read = send(workbook({"Content": rows}), "answers.xlsx")
    values, reasons = read.answers.values, read.answers.reasons
    assert read.raw.bare_options
    assert [m.column.heading for m in read.recognised.matches if not m.settled] == []
    assert values["barriers/cost"].tolist() == [True, pd.NA, False]
    assert values["barriers/information"].tolist() == [False, pd.NA, True]
    assert reasons["barriers/cost"].tolist() == ["", "no_answer", ""]
    assert set(reasons["barriers/none"]) == {"not_asked"}  # this option was not offered
    assert values["comments"].tolist() == ["fine"] * 3


def test_a_reworded_option_does_not_take_the_other_options_along(send, workbook):
    rows = split_rows(COST, "We lack information", SKILLS, rows=[["Yes", "Yes", "No"], ["No", "No", "Yes"]])
    read = send(workbook({"Content": rows}), "answers.xlsx")
    assert [m.column.heading for m in read.recognised.matches if not m.settled] == ["We lack information"]
    assert read.answers.values["barriers/cost"].tolist() == [True, False]
    assert read.answers.values["barriers/skills"].tolist() == [False, True]


def test_options_of_a_reworded_question_are_known_by_themselves(send, workbook):
    rows = content([MODEL, "What stops you?", COST, INFORMATION, SKILLS, COMMENTS], ["Social model", "", "Yes", "No", "Yes", "fine"])
    read = send(workbook({"Content": rows}), "answers.xlsx")
    assert [m.column.heading for m in read.recognised.matches if not m.settled] == ["What stops you?"]
    assert read.answers.values.loc[5, ["barriers/cost", "barriers/information", "barriers/skills"]].tolist() == [True, False, True]


def test_options_that_two_questions_share_belong_to_the_question_before_them(send, workbook):
    asked = "Which measures have been taken to close skills gaps of {}?"
    options = ["Training courses", "Recruitment of new staff"]
    headings = [MODEL, asked.format("enablers"), *options, asked.format("supporters"), *options]
    read = send(workbook({"Content": content(headings, ["Social model", "", "Yes", "No", "", "No", "Yes"])}), "answers.xlsx")
    columns = [f"measures_{people}/{measure}" for people in ("enablers", "supporters") for measure in ("training", "recruitment")]
    assert read.answers.values.loc[5, columns].tolist() == [True, False, False, True]


def test_a_question_with_yes_and_no_after_an_unused_question_is_no_option(send, workbook):
    rows = content(
        [MODEL, COMMENTS, "Would you take part again?", FOUNDED], ["Social model", "", "Yes", 1990], ["Mixed model", "", "No", 1991]
    )
    read = send(workbook({"Content": rows}), "answers.xlsx")
    assert [m.column.heading for m in read.recognised.matches if not m.settled] == ["Would you take part again?"]
    assert read.answers.values["founded"].tolist() == [1990, 1991]


def test_without_split_options_nothing_is_taken_for_one():
    raw = read_rows(content([BARRIERS, "Other", FOUNDED], [COST, "Yes", "1990"], [COST, "", "1991"]))
    assert not raw.bare_options and raw.notes == ()


def test_options_whose_ticks_cannot_be_trusted_are_told():
    rows = split_rows("funding", "No funding", 'A "label" in quotes', rows=[["Yes", "Yes", "No"], ["No", "No", "No"]])
    assert read_rows(rows).notes == (
        "EUSurvey may have written Yes under `funding` for respondents who only chose `No funding`",
        'EUSurvey writes No under `A "label" in quotes` whatever was chosen: its double quotes mislead it',
    )


# ------------------------------------------------------------------ more than 254 columns


def wide(rows=3, more=40):
    """Sheets of a table of 254 and `more` columns: the questions of the demonstration at their edges."""
    first, second = [f"Q{n}" for n in range(254)], [f"Q{n}" for n in range(254, 254 + more)]
    first[0], first[253], second[0], second[-1] = MODEL, FOUNDED, COMMENTS, "Contribution ID"
    answers = ("Social model", "Mixed model", "Training model")
    left = [[a, *["-"] * 252, 1990 + n] for n, a in enumerate(answers)]
    right = [[f"comment {n}", *["-"] * (more - 2), f"id-{n}"] for n in range(len(answers))]
    return {"Content": content(first, *left), "Content1": content(second, *right[:rows])}


def test_a_table_that_goes_on_on_other_sheets_is_one_table(workbook, tmp_path):
    path = tmp_path / "wide.xlsx"
    path.write_bytes(workbook(wide()))
    read = {grid.sheet: eusurvey.read(grid) for grid in grids(path, "wide.xlsx")}
    assert read["Content1"] is None
    raw = read["Content"]
    assert [c.position for c in raw.columns] == list(range(294))
    assert raw.cells.index.tolist() == [5, 6, 7]
    assert raw.cells[[0, 253, 254]].to_numpy().tolist() == [
        ["Social model", "1990", "comment 0"],
        ["Mixed model", "1991", "comment 1"],
        ["Training model", "1992", "comment 2"],
    ]
    assert raw.about("respondent_id").tolist() == ["id-0", "id-1", "id-2"]


def three_sheets():
    return {
        "Content": content([MODEL, BARRIERS], ["Social model", COST], ["Mixed model", ""]),
        "Content1": content([FOUNDED, COMMENTS], [1990, "a"], [1991, "b"]),
        "Content2": content([f"{GREEN}: Promoting nature", "Languages"], ["Well developed", "EN"], ["Well developed", "EN"]),
    }


def test_three_sheets_are_one_delivery_in_an_archive_too(send, workbook):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Content_Export_survey.xlsx", workbook(three_sheets()))
    for file, name in ((workbook(three_sheets()), "answers.xlsx"), (packed.getvalue(), "answers.zip")):
        values = send(file, name).answers.values
        assert values["model"].tolist() == ["social", "mixed"]
        assert values["founded"].tolist() == [1990, 1991]
        assert values["comments"].tolist() == ["a", "b"]
        assert (values.filter(like="grnend") == "4").sum().sum() == 2


def test_a_continuation_with_other_rows_is_refused_in_plain_words(send, workbook):
    sheets = three_sheets()
    del sheets["Content1"][4]
    with pytest.raises(ProblemsFound) as refused:
        send(workbook(sheets), "answers.xlsx")
    text = str(refused.value)
    assert "the sheet `Content1` has 5 rows, but the sheet `Content`, which it continues, has 6" in text
    assert "answers.xlsx" in text and "different respondents" in text


@pytest.mark.parametrize("name", ["Content1", "June"])
def test_two_exports_in_one_workbook_are_two_tables(send, workbook, name):
    later = [["Alias", "survey"], ["Export Date", "2022-06-04 08:00:00"], []]
    sheets = {
        "Content": content([MODEL, FOUNDED], ["Social model", 1990]),
        name: content([MODEL, FOUNDED], ["Mixed model", 1991], preface=later),
    }
    with pytest.raises(
        ProblemsFound, match=rf"(?s)sheet `Content`.*sheet `{name}`.*fit equally well|fit equally well.*`Content`.*`{name}`"
    ):
        send(workbook(sheets), "answers.xlsx")
    assert send(workbook(sheets), "answers.xlsx", sheet=name).answers.values["founded"].tolist() == [1991]


def test_a_sheet_that_was_begun_for_nothing_is_no_continuation(send, workbook):
    """After exactly 254 columns EUSurvey begins the next sheet."""
    sheets = {"Content": content([MODEL, FOUNDED], ["Social model", 1990]), "Content1": content([])}
    assert send(workbook(sheets), "answers.xlsx").answers.values["founded"].tolist() == [1990]


# ------------------------------------------------------------------ texts longer than a cell


def test_a_text_that_went_on_in_rows_of_its_own_is_one_text_again():
    """EUSurvey puts the rest one column further right, here under the number of the invitation, which is dropped."""
    whole = "x" * 70_000 + " end"
    pieces = [whole[i : i + 32_767] for i in range(0, len(whole), 32_767)]
    rows = content(
        [MODEL, COMMENTS, "Invitation number", "Contribution ID"],
        ["Social model", pieces[0], "", "a-1"],
        ["", "", pieces[1], ""],
        ["", "", pieces[2], ""],
        ["Mixed model", "short", "", "a-2"],
    )
    raw = read_rows(rows)
    assert raw.cells.index.tolist() == [5, 8]
    assert raw.cells[1].tolist() == [whole, "short"]
    assert raw.notes == ("long texts that went on in rows of their own were put together again: row 6, 7",)


def test_a_respondent_after_a_full_cell_is_not_taken_for_the_rest_of_it():
    rows = content([MODEL, COMMENTS, "Contribution ID"], ["Social model", "x" * 32_767, "a-1"], ["", "my own comment", "a-2"])
    raw = read_rows(rows)
    assert raw.cells[1].tolist() == ["x" * 32_767, "my own comment"]
    assert raw.notes == ()


def test_two_long_texts_of_one_respondent_are_not_mixed_up():
    one, two = "a" * 32_767, "b" * 32_767
    rows = content([MODEL, "First", "Second", "Third"], ["Social model", one, two, ""], ["", "", "A", "B"], ["Mixed model", "", "", ""])
    raw = read_rows(rows)
    assert raw.cells.loc[5].tolist() == ["Social model", one + "A", two + "B", ""]
    assert raw.cells.index.tolist() == [5, 7]


# ------------------------------------------------------------------ somebody's re-save


@pytest.mark.parametrize(
    "rows",
    [
        [["Alias", "survey"], ["Export Date", "04/05/2022 08:00"], ["", ""], [MODEL, FOUNDED], ["Social model", "1990"]],
        [["Alias", "survey"], ["Export Date", "04/05/2022 08:00"], [MODEL, FOUNDED], ["Social model", "1990"]],
        [["", "Alias", "survey"], ["0", "Export Date", "2022-05-04"], ["1", "", ""], ["2", MODEL, FOUNDED], ["3", "Social model", "1990"]],
    ],
    ids=["as it was", "the empty row lost", "with the row numbers of pandas"],
)
def test_the_preface_is_known_after_a_re_save(send, rows):
    read = send(rows, sign=",")
    assert read.raw.tool == "EUSurvey"
    assert [m.column.heading for m in read.recognised.matches] == [MODEL, FOUNDED]
    assert read.answers.values[["model", "founded"]].to_numpy().tolist() == [["social", 1990]]


# ------------------------------------------------------------------ XML


ELEMENTS = """<Elements lang="DE"><Section id="s" type="Section">Teil</Section>
<Question id="q1" type="Single Choice">&lt;p&gt;Welches Modell beschreibt Ihr Unternehmen am &lt;b&gt;besten&lt;/b&gt;?&lt;/p&gt;</Question>
<Answer id="a1" type="Choice Answer">Soziales Modell</Answer><Answer id="a2" type="Choice Answer">Gemischtes Modell</Answer>
<Question id="q2" type="Number">In welchem Jahr wurde Ihr Unternehmen gegründet?</Question></Elements>
<Elements lang="EN"><Section id="s" type="Section">Part</Section>
<Question id="q1" type="Single Choice">Which model describes your enterprise best?</Question>
<Answer id="a1" type="Choice Answer">Social model</Answer><Answer id="a2" type="Choice Answer">Mixed model</Answer>
<Question id="q2" type="Number">In which year was your enterprise founded?</Question></Elements>"""


def xml(elements, answers, before=""):
    start = f'<?xml version="1.0" encoding="UTF-8"?>\n{before}<Results create="2022-05-04_08-00-00">'
    return f'{start}<Survey id="1" uid="u-1" alias="survey">{elements}</Survey><Answers>{answers}</Answers></Results>'


def read_xml(text):
    return eusurvey_xml.read(Grid(pd.DataFrame([[text]], index=[1], dtype="str"), "xml"))


def in_english(elements, answers):
    """What the reader makes of one answer set: heading -> cell."""
    raw = read_xml(xml(f'<Elements lang="EN">{elements}</Elements>', f'<AnswerSet list="1">{answers}</AnswerSet>'))
    return {c.heading: raw.cells.loc[1, c.position] for c in raw.answer_columns}


def test_xml_is_read_with_the_texts_of_the_language_people_answered_in(send):
    answers = """<AnswerSet id="i-1" create="2022-04-04_08-00-00" last="2022-04-04_08-30-00" list="7" lang="EN" user="CANARY"
      invitation="CANARY" userlogin="CANARY"><Answer aid="a1" qid="q1"></Answer><Answer qid="q2">1990.0</Answer></AnswerSet>
      <AnswerSet id="i-2" create="2022-04-05_08-00-00" last="2022-04-05_08-30-00" list="8" lang="EN" user=""
      invitation=""><Answer aid="a2" qid="q1"></Answer></AnswerSet>"""
    read = send(xml(ELEMENTS, answers).encode(), "answers.xml")
    assert (read.raw.tool, read.recognised.language) == ("EUSurvey XML", "en")
    assert read.answers.values["model"].tolist() == ["social", "mixed"]
    assert read.answers.values["founded"].iloc[0] == 1990 and read.answers.reasons["founded"].tolist() == ["", "no_answer"]
    assert read.raw.cells.index.tolist() == [1, 2]
    assert read.raw.about("started").tolist() == ["2022-04-04 08:00:00", "2022-04-05 08:00:00"]
    assert "CANARY" not in read.raw.cells.to_numpy()
    in_german = send(xml(ELEMENTS, answers.replace('"EN"', '"DE"')).encode(), "answers.xml")
    assert in_german.recognised.language == "de"
    assert in_german.raw.columns[0].heading == "Welches Modell beschreibt Ihr Unternehmen am besten ?"
    assert in_german.answers.values["model"].tolist() == ["social", "mixed"]


def test_a_title_that_was_not_translated_is_taken_from_another_language():
    raw = read_xml(xml(ELEMENTS.replace(MODEL, ""), '<AnswerSet list="1" lang="EN"><Answer aid="a1" qid="q1"/></AnswerSet>'))
    assert raw.columns[0].heading.startswith("Welches Modell")
    assert raw.cells.loc[1, 0] == "Social model"


def test_xml_joins_several_answers_whatever_signs_are_in_them(send):
    label = "Water supply; sewerage, waste management and remediation activities"
    elements = f"""<Elements lang="EN"><Question id="q1" type="Multiple Choice">In which sectors is your enterprise active?</Question>
      <Answer id="a1" type="Choice Answer">{label}</Answer><Answer id="a2" type="Choice Answer">Construction</Answer>
      <Question id="q2" type="Single Choice">{MODEL}</Question><Answer id="a3" type="Choice Answer">Social model</Answer></Elements>"""
    answers = '<AnswerSet list="1"><Answer aid="a2" qid="q1"/><Answer aid="a1" qid="q1"/><Answer aid="a3" qid="q2"/></AnswerSet>'
    read = send(xml(elements, answers).encode(), "answers.xml")
    assert read.raw.cells.loc[1, 0] == f"Construction; {label}"
    assert read.answers.values.loc[1, ["sectors/E", "sectors/F", "sectors/C"]].tolist() == [True, True, False]


def test_xml_rows_of_matrices_ratings_and_tables_are_columns():
    elements = """<MatrixTitle id="m" type="Matrix">&lt;strong&gt;How well&lt;/strong&gt;</MatrixTitle>
      <MatrixQuestion id="m1" type="Single Choice Matrix Question">Reading</MatrixQuestion>
      <MatrixQuestion id="m2" type="Single Choice Matrix Question">Writing</MatrixQuestion>
      <MatrixAnswer id="n1" type="Matrix Answer">Badly</MatrixAnswer><MatrixAnswer id="n2" type="Matrix Answer">Well</MatrixAnswer>
      <MatrixCell qid="m1" aid="n1"></MatrixCell><MatrixCell qid="m1" aid="n2"></MatrixCell>
      <Question id="r" type="Rating">Rate</Question><RatingQuestion id="r1" type="Rating">Rate: Food</RatingQuestion>
      <TableTitle id="t" type="Table">People</TableTitle><TableQuestion id="t1" type="Table Question">Women</TableQuestion>
      <TableQuestion id="t2" type="Table Question">Men</TableQuestion><TableAnswer id="u1" type="Table Answer">2021</TableAnswer>
      <ComplexTableTitle id="c" type="Complex Table">Cells</ComplexTableTitle>
      <Cell id="c0" type="StaticText" row="0" column="0"><CellTitle>Head</CellTitle><ResultText>Head</ResultText></Cell>
      <Cell id="c1" type="SingleChoice" row="1" column="1"><CellTitle>x</CellTitle><ResultText>Cells: One: Two</ResultText>
      <Answer id="d1" type="Choice Answer">Green</Answer></Cell><Question id="l" type="Line">line</Question>
      <Text id="x" type="Text">Thank you</Text>"""
    answers = """<Answer aid="n2" qid="m1"/><Answer qid="r1">4/5</Answer><Answer qid="t1" aid="u1">3</Answer>
      <Answer qid="t2" aid="u1"></Answer><Answer qid="c1" aid="d1"/>"""
    assert in_english(elements, answers) == {
        "How well: Reading": "Well",
        "How well: Writing": "",
        "Rate: Food": "4/5",
        "People Women:2021": "3",
        "People Men:2021": "",
        "Cells: One: Two": "Green",
    }


def test_xml_texts_numbers_and_rankings():
    elements = """<Question id="q1" type="Free Text">Text</Question><Question id="q2" type="Number">Number</Question>
      <Question id="q3" type="Ranking">Order</Question><RankingItem id="r1" type="Ranking Item">First; last</RankingItem>
      <RankingItem id="r2" type="Ranking Item">Second</RankingItem>"""
    answers = """<Answer qid="q1">a &amp; b; &lt;c&gt;</Answer><Answer qid="q2">2.125</Answer><Answer qid="q3">r2;r1</Answer>"""
    assert in_english(elements, answers) == {"Text": "a & b; <c>", "Number": "2.1250", "Order": "Second; First; last"}


def test_xml_of_older_versions_has_markup_behind_the_id_of_an_answer():
    elements = '<Question id="q1" type="Single Choice">Colour</Question><Answer id="a1" type="Choice Answer">Red</Answer>'
    answers = '<Answer qid="q1" aid="a1 &lt;span class=\'assignedValue hideme\'&gt;(ID4)&lt;/span&gt;"/>'
    assert in_english(elements, answers) == {"Colour": "Red"}


def test_xml_answers_to_what_was_deleted_from_the_survey_are_not_lost():
    elements = '<Question id="q1" type="Single Choice">Colour</Question><Answer id="a1" type="Choice Answer">Red</Answer>'
    assert in_english(elements, '<Answer qid="q1" aid="gone"/><Answer qid="q9">text</Answer>') == {"Colour": "gone", "q9": "text"}


def test_xml_short_names_are_the_codes_of_the_columns():
    elements = '<Elements lang="EN"><Question id="q1" type="Number" bid="founded">Founded</Question></Elements>'
    raw = read_xml(xml(elements, '<AnswerSet list="1"><Answer qid="q1">1990</Answer></AnswerSet>'))
    assert (raw.headings, raw.columns[0].code, raw.columns[0].text) == ("code and text", "founded", "Founded")


def test_xml_addresses_asked_for_as_such_are_personal():
    elements = '<Elements lang="EN"><Question id="q1" type="E-mail">Where can we reach you?</Question></Elements>'
    raw = read_xml(xml(elements, '<AnswerSet list="1"><Answer qid="q1">CANARY</Answer></AnswerSet>'))
    assert raw.columns[0].about == "person" and "CANARY" not in raw.cells.to_numpy()


def test_xml_of_an_anonymous_survey_tells_respondents_apart_by_their_number():
    answers = '<AnswerSet id="Anonymous" list="7" user="Anonymous"/><AnswerSet id="Anonymous" list="9" user="Anonymous"/>'
    assert read_xml(xml(ELEMENTS, answers)).about("respondent_id").tolist() == ["7", "9"]


def test_xml_remarks_that_are_not_read_are_told():
    remark = '<Explanation qid="q1"><ExplanationText>x</ExplanationText></Explanation>'
    raw = read_xml(xml(ELEMENTS, f'<AnswerSet list="1"><Answer aid="a1" qid="q1"/>{remark}</AnswerSet>'))
    assert raw.notes == ("1 explanations and discussions of a Delphi survey are in the file and are not read",)


def test_xml_with_characters_that_xml_forbids_is_read_all_the_same():
    elements = '<Question id="q1" type="Free Text">Text</Question>'
    assert in_english(elements, '<Answer qid="q1">one\x0btwo</Answer>') == {"Text": "onetwo"}


LOST = "some letters are not UTF-8, in which EUSurvey writes: somebody saved the file again, and they are lost"


@pytest.mark.parametrize(("declared", "notes"), [("UTF-8", (LOST,)), ("windows-1252", ())], ids=["declares UTF-8", "declares its own"])
def test_xml_that_somebody_saved_in_another_encoding_has_lost_letters_unless_it_declares_it(send, declared, notes):
    text = xml(ELEMENTS, '<AnswerSet list="1" lang="DE"><Answer aid="a1" qid="q1"/><Answer qid="q2">1990</Answer></AnswerSet>')
    read = send(text.replace("UTF-8", declared).encode("cp1252"), "answers.xml")
    assert read.answers.values["model"].tolist() == ["social"]
    assert read.raw.notes == notes


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (xml(ELEMENTS, "", '<!DOCTYPE Results [<!ENTITY a "aaaa">]>'), "declares a document type or entities"),
        (xml(ELEMENTS, '<AnswerSet list="1">')[:-40], "damaged or breaks off in line"),
        (xml(ELEMENTS, "<AnswerSet>&nowhere;</AnswerSet>"), "damaged or breaks off in line"),
        (xml(ELEMENTS, ""), "headings, but no answers"),
        ('<?xml version="1.0"?><rss version="2.0"><channel><title>News</title></channel></rss>', "no table with headings"),
        ('<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>', "no table with headings"),
        ('<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook><Worksheet/></Workbook>', "no table with headings"),
        ("<Results><Survey name='other'/></Results>", "no table with headings"),
        ('<?xml version="1.0"?><broken', "no table with headings"),
    ],
    ids=["entities", "broken off", "unknown entity", "empty", "news feed", "web page", "Excel 2003", "another tool", "broken"],
)
def test_xml_that_is_no_whole_export_is_refused_in_plain_words(send, text, says):
    with pytest.raises(ProblemsFound) as refused:
        send(text.encode(), "answers.xml")
    assert says in str(refused.value) and "answers.xml" in str(refused.value)
    assert "Error" not in str(refused.value)


# ------------------------------------------------------------------ real exports


@pytest.fixture(scope="module")
def everse(real):
    path = next((real / "eusurvey").glob("Content_Export_EVERSE*.xls"))
    return next(raw for grid in grids(path, path.name) if (raw := eusurvey.read(grid)))


@pytest.mark.real
def test_no_column_of_a_real_export_is_dropped_in_silence(everse):
    assert [c.position for c in everse.columns] == everse.grid.cells.columns.tolist()
    assert [c.heading for c in everse.columns if c.about] == ["Creation date"]
    assert everse.cells.equals(everse.grid.cells.loc[5:])
    assert (everse.bare_options, everse.notes, everse.problems) == (False, (), ())


@pytest.mark.real
def test_the_ids_of_a_real_export_stand_behind_headings_and_answers(everse):
    assert sum(bool(c.code) for c in everse.columns) == 227
    once = [c.code for c in everse.columns if c.code and c.heading.count("(ID") < 2]  # a cell of a table has the id of its row, too
    assert len(set(once)) == len(once) == 165
    assert everse.cells.map(lambda cell: bool(re.search(r"\(ID\d+\)(;|$)", cell))).to_numpy().sum() == 336


@pytest.mark.real
@pytest.mark.parametrize("suffix", [".xls", ".csv"])
def test_a_real_export_without_columns_of_eusurvey_is_all_questions(real, suffix):
    path = real / "eusurvey" / f"sustainability_assessment_of_EU_companies{suffix}"
    raw = next(raw for grid in grids(path, path.name) if grid.delimiter in ("", ",") and (raw := eusurvey.read(grid)))
    assert [c.about for c in raw.columns] == [""] * 12
    assert (raw.header_row, len(raw.cells), raw.cells.index[0], raw.notes) == (4, 300, 5, ())
    assert not raw.cells.eq("").any(axis=None)
