"""Back to the partner, and what comes back: what was sent here is written by hand, so that every question and answer is known."""

from __future__ import annotations

import re
import shutil
import string
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bwise.cli import feedback
from bwise.feedback import account, apply_returned, dossiers, read_returned, write_page, write_workbook
from bwise.feedback.sheet import named
from bwise.feedback.wording import Wording, languages, sentences
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.settings import Project, load_country
from bwise.storage import read_csv
from tests.test_cleaning import ENABLER, WORKER, export, people, small_project

ROOT = Path(__file__).parents[1]
DAY = date(2022, 6, 1)
MAIL, PHONE, NAME = "anna.canary@example.org", "+43 732 246810", "CANARY WISE"
TEST = WORKER | {"comments": "test"}
SENT = people(
    {"group": "Chef", "s1": "", "s2": "", "s3": "", "s4": ""},  # row 2: no such group
    {"staff": "about ten"},  # row 3: no number
    {"staff": "0"},  # row 4: the questionnaire says >= 1
    {"income_a": "60", "income_b": "30"},  # row 5: 90 in all
    {"barriers": "cost;none"},  # row 6
    {"barriers": f"rain, says {MAIL}"},  # row 7
    {"group": "enabler"},  # row 8: s1 to s4 were not to be shown
    {"staff": "about ten", "wise_code": NAME},  # row 9: the same text as in row 3
)
QUESTIONS = [  # about, respondents, question, what is stored now
    ("unreadable", ("row 2",), "group", "unreadable"),
    ("unreadable", ("row 7",), "barriers", "unreadable"),
    ("unreadable", ("row 3", "row 9"), "staff", "unreadable"),
    ("out_of_range", ("row 4",), "staff", "0"),
    ("income_sum", ("row 5",), "income_a", "60"),
    ("income_sum", ("row 5",), "income_b", "30"),
    ("contradiction", ("row 6",), "barriers", "cost;none"),
    ("not_shown_answered", ("row 8",), "s1", "1"),
    ("not_shown_answered", ("row 8",), "s2", "2"),
    ("not_shown_answered", ("row 8",), "s3", "3"),
    ("not_shown_answered", ("row 8",), "s4", "3"),
    ("excluded", ("row 10",), "", "test"),
]


@pytest.fixture
def project(tmp_path):
    return small_project(tmp_path, *SENT, TEST | {"wise_code": "W10"})


def parts(project, country="AT"):
    return load_country(project, country).parts()


def written(project, country="AT", language="en"):
    """The workbook of a country's first delivery: its path and its dossier."""
    dossier = dossiers(project, parts(project, country), language)[0]
    return write_workbook(project, dossier), dossier


class Workbook:
    """A partner at her desk: finds the row of a question and writes into its cells."""

    def __init__(self, path, dossier):
        self.path, self.dossier, self.say = path, dossier, dossier.say
        self.book = openpyxl.load_workbook(path)
        self.sheet = self.book[self.say("sheet_asks")]
        first = next(n for n in (1, 2) if self.sheet[f"A{n}"].value == self.say("head_number")) + 1
        self.rows = {(ask.who[0], ask.question): n for n, ask in enumerate(dossier.asks, first)}

    def answer(self, who, question, answer=None, write=None, remark=None):
        for column, value in zip("FGH", (answer, write, remark), strict=True):
            self.sheet[f"{column}{self.rows[who, question]}"] = value

    def send_back(self, project, country="AT"):
        back = self.path.with_name("returned.xlsx")
        self.book.save(back)
        return read_returned(project, parts(project, country), back, DAY)


@pytest.fixture
def workbook(project):
    return Workbook(*written(project))


def proposed(returned):
    """(kind, respondent, question, expected, new) of each proposed correction."""
    return [tuple(row) for row in returned.corrections[["kind", "respondent", "question", "expected", "new"]].to_numpy()]


# ------------------------------------------------------------------ what is asked


def test_everything_that_was_not_understood_or_contradicts_itself_is_asked_once(project):
    _, dossier = written(project)
    assert [(a.about, a.who, a.question, a.expected) for a in dossier.asks] == QUESTIONS


def test_a_column_nobody_knows_is_asked_with_the_nearest_question(project):
    path = project.root / "raw/AT/answers.csv"
    text = path.read_text(encoding="utf-8").replace("s4", "Speakin", 1)
    path.write_text(text, encoding="utf-8")
    first = written(project)[1].asks[0]
    assert (first.about, first.who, first.received) == ("heading", ("column 7",), "Speakin")
    assert next(iter(first.options.values())).new == "s4"
    assert first.options["leave this column aside"].new == "ignore"


def test_the_tool_s_own_id_names_the_respondent_where_it_is_one_s_own(project):
    _, dossier = written(project)
    dossier.country.rows["respondent_id"] = ["A7", "B8", "B8", "", MAIL, "D1", "D2", "D3", "D4"]
    assert dossier.respondents.tolist()[:6] == ["A7", "row 3", "row 4", "row 5", "row 6", "D1"]


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_heading_of_the_ids_stands_before_an_id_and_before_no_place(project, language):
    """Not “Contribution ID column 4”."""
    ask, say = dossiers(project, parts(project), language)[0].asks[0], Wording(language, Project(ROOT))
    ids = SimpleNamespace(heading="Contribution ID", about="respondent_id")
    dossier = SimpleNamespace(say=say, read=SimpleNamespace(raw=SimpleNamespace(columns=[ids])))
    told = [named(replace(ask, who=(who,)), dossier) for who in ("column 4", "row 7", "A-7")]
    assert told == [say("column_n", n=4), say("row_n", n=7), "Contribution ID A-7"]


def test_no_identifier_and_no_address_goes_into_page_or_workbook(project):
    path, dossier = written(project)
    page = write_page(project, dossier).read_text(encoding="utf-8")
    cells = [str(c.value) for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for c in row]
    for text in (page, "\n".join(cells)):
        assert "rain, says [e-mail]" in text
        assert MAIL not in text and NAME not in text


def test_an_open_answer_is_never_asked_about_since_its_text_would_go_into_params(project):
    survey = project.params / "questionnaires/small/survey.csv"
    text = survey.read_text(encoding="utf-8").replace("text,comments,Comments,,", "text,comments,Comments,${group} = 'wsn',")
    small_project(project.root, ENABLER | {"comments": f"call {PHONE} or {MAIL}"})
    survey.write_text(text, encoding="utf-8")
    path, dossier = written(project)
    assert dossier.asks == []
    assert openpyxl.load_workbook(path).sheetnames == ["Please read first"]
    assert "Everything was understood" in write_page(project, dossier).read_text(encoding="utf-8")


def test_no_sum_is_doubted_before_each_share_is_understood(project):
    small_project(project.root, *people({"income_a": "a lot", "income_b": "30"}))
    assert [(a.about, a.question) for a in written(project)[1].asks] == [("unreadable", "income_a")]
    path = project.root / "raw/AT/answers.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("income_b", "grunts").replace("a lot", "30"), encoding="utf-8")
    assert [(a.about, a.question) for a in written(project)[1].asks] == [("heading", "grunts")]


@pytest.mark.parametrize(
    "text", ["=1+1", "<script>alert(1)</script>", "bell\x07", "{n} {}", "x" * 40_000, "\u202eright", "' or '", "a;b,c"]
)
def test_any_text_is_shown_as_text_and_can_be_answered(project, text):
    small_project(project.root, *people({"group": text}))
    path, dossier = written(project)
    assert "<script>" not in write_page(project, dossier).read_text(encoding="utf-8")
    workbook = Workbook(path, dossier)
    cell = workbook.sheet[f"D{workbook.rows['row 2', 'group']}"]
    assert cell.data_type != "f" and len(cell.value) <= 500
    workbook.answer("row 2", "group", "Worker")
    assert proposed(workbook.send_back(project)) == [("set", "row 2", "group", "unreadable", "wsn")]


# ------------------------------------------------------------------ the way there and back


def test_the_partner_s_answers_come_back_as_the_corrections_they_mean(project, workbook):
    workbook.answer("row 2", "group", "Enabler")
    workbook.answer("row 7", "barriers", "Cost; Time")
    workbook.answer("row 3", "staff", write=10)
    workbook.answer("row 4", "staff", write="12")
    workbook.answer("row 5", "income_a", "keep as it is")
    workbook.answer("row 5", "income_b", write=40)
    workbook.answer("row 6", "barriers", "the others, without: No barrier")
    workbook.answer("row 8", "s1", "does not count: no answer")
    workbook.answer("row 8", "s2", "KEEP AS IT IS ")
    workbook.answer("row 10", "", "no, these answers count")
    returned = workbook.send_back(project)
    assert proposed(returned) == [
        ("set", "row 2", "group", "unreadable", "enabler"),
        ("set", "row 7", "barriers", "unreadable", "cost;time"),
        ("set", "row 3", "staff", "unreadable", "10"),
        ("set", "row 9", "staff", "unreadable", "10"),
        ("set", "row 4", "staff", "0", "12"),
        ("set", "row 5", "income_b", "30", "40"),
        ("set", "row 6", "barriers", "cost;none", "cost"),
        ("blank", "row 8", "s1", "1", "no_answer"),
        ("keep", "row 10", "", "test", ""),
    ]
    assert (returned.answered, returned.kept, returned.empty) == (10, 2, 2)
    assert set(returned.corrections["by"]) == {"AT-1"} and set(returned.corrections["date"]) == {"2022-06-01"}
    assert returned.corrections["reason"][0] == "the partner's answer to: not understood"


def test_proposed_corrections_are_written_in_the_format_of_corrections(project, workbook):
    workbook.answer("row 4", "staff", "does not count: no answer")
    returned = workbook.send_back(project)
    path = returned.save(project)
    assert path == project.processed("AT") / "proposed_corrections.csv"
    reason = "the partner's answer to: a number outside the range"
    lines = [
        "kind,delivery,respondent,question,expected,new,reason,by,date",
        f"blank,AT-1,row 4,staff,0,no_answer,{reason},AT-1,2022-06-01",
    ]
    assert path.read_bytes() == ("\ufeff" + "\n".join(lines) + "\n").encode()
    returned.save(project)
    assert len(read_csv(path)) == 1


def test_what_two_partners_answered_stands_in_one_file(tmp_path):
    project = small_project(tmp_path, *SENT[:1], params="  - partner: AT-2\n    file: raw/AT/more.csv\n")
    export(tmp_path / "raw/AT/more.csv", *SENT[:1])
    for dossier, answer in zip(dossiers(project, parts(project)), ("Enabler", "Worker"), strict=True):
        workbook = Workbook(write_workbook(project, dossier), dossier)
        workbook.answer("row 2", "group", answer)
        path = workbook.send_back(project).save(project)
    assert read_csv(path)[["delivery", "new", "by"]].to_numpy().tolist() == [["AT-1", "enabler", "AT-1"], ["AT-2", "wsn", "AT-2"]]


def test_a_focus_group_s_answers_have_a_file_of_their_own(demonstration_copy):
    dossier = dossiers(demonstration_copy, parts(demonstration_copy, "FR"))[1]
    workbook = Workbook(write_workbook(demonstration_copy, dossier), dossier)
    ask = next(a for a in dossier.asks if a.about == "income_sum" and a.expected)
    workbook.answer(ask.who[0], ask.question, workbook.say("no_answer"))
    returned = workbook.send_back(demonstration_copy, "FR")
    assert proposed(returned) == [("blank", ask.who[0], ask.question, ask.expected, "no_answer")]
    path = returned.save(demonstration_copy)
    assert path == demonstration_copy.root / "processed/FR/focus_group/proposed_corrections.csv"
    assert "params/FR.focus_group.corrections.csv" in account(returned, path.name)


def test_an_empty_workbook_proposes_nothing(project, workbook):
    returned = workbook.send_back(project)
    assert (len(returned.corrections), returned.answered, returned.empty) == (0, 0, len(QUESTIONS))


def test_rows_may_be_sorted_or_deleted_and_columns_hidden_or_moved(project, workbook):
    workbook.answer("row 4", "staff", write=12)
    workbook.answer("row 2", "group", "Worker")
    before = proposed(workbook.send_back(project))
    lines = [[c.value for c in row] for row in workbook.sheet.iter_rows()]
    other = workbook.book.create_sheet("mine")
    for line in [lines[0], *[x for x in reversed(lines[1:]) if any(x[5:7])]]:
        other.append(["", *line])
    del workbook.book[workbook.sheet.title]
    other.column_dimensions["G"].hidden = True
    assert sorted(proposed(workbook.send_back(project))) == sorted(before) != []


def test_a_column_s_question_is_a_line_for_params(project):
    path = project.root / "raw/AT/answers.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("s4", "Speakin", 1), encoding="utf-8")
    workbook = Workbook(*written(project))
    options = list(workbook.dossier.asks[0].options)
    workbook.answer("column 7", "Speakin", options[0])
    returned = workbook.send_back(project)
    assert returned.columns == ['"Speakin": s4']
    assert len(returned.corrections) == 0


def test_what_a_partner_answered_is_applied_to_params_and_corrections_once(project):
    path = project.root / "raw/AT/answers.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("s4", "Speakin", 1), encoding="utf-8")
    workbook = Workbook(*written(project))
    workbook.answer("column 7", "Speakin", next(iter(workbook.dossier.asks[0].options)))
    workbook.answer("row 4", "staff", write=12)
    returned = workbook.send_back(project)
    told = apply_returned(project, returned)
    assert '+      "Speakin": s4' in told and "params/AT.corrections.csv: 1 line more" in told
    assert load_country(project, "AT").deliveries[0].columns == {"Speakin": "s4"}
    file = project.params / "AT.corrections.csv"
    before = file.read_bytes()
    assert ",row 4,staff," in before.decode("utf-8-sig")
    with pytest.raises(ProblemsFound, match="the same answer is corrected already"):
        apply_returned(project, returned)
    assert file.read_bytes() == before
    again = workbook.send_back(project)
    assert (len(again.corrections), again.columns) == (0, []) and sum("settled since" in note for note in again.notes) == 2


def test_only_options_that_the_delivery_offered_can_be_chosen(project):
    path = project.root / "raw/AT/answers.csv"
    rows = [line.split(";") for line in path.read_text(encoding="utf-8").replace("cost;time", "1").splitlines()]
    at = rows[0].index("barriers")
    cells = [["barriers/cost", "barriers/none"], ["maybe", "1"], ["1", "0"]]
    path.write_text("\n".join(";".join([*r[:at], *c, *r[at + 1 :]]) for r, c in zip(rows[:3], cells, strict=True)), encoding="utf-8")
    workbook = Workbook(*written(project))
    ask = next(a for a in workbook.dossier.asks if a.question == "barriers")
    assert list(ask.options) == ["Cost", "No barrier", "does not count: no answer"]
    assert ask.received == "Cost: maybe; No barrier: 1"
    workbook.answer("row 2", "barriers", "Time")
    refused(workbook, project, "an answer that the question does not have")


# ------------------------------------------------------------------ what goes wrong


def refused(workbook, project, *words, country="AT"):
    with pytest.raises(ProblemsFound) as found:
        workbook.send_back(project, country)
    said = str(found.value)
    assert [w for w in words if w not in said] == [], said
    assert not (project.processed("AT") / "proposed_corrections.csv").exists()


def test_all_wrong_cells_are_told_at_once_with_their_place(project, workbook):
    workbook.answer("row 2", "group", "Boss")
    workbook.answer("row 4", "staff", "keep as it is", write=12)
    workbook.answer("row 5", "income_a", write=120)
    workbook.answer("row 3", "staff", write=2.5)
    workbook.answer("row 7", "barriers", "Cost; No barrier")
    workbook.answer("row 6", "barriers", "Cost")
    workbook.sheet["I9"] = workbook.sheet["I9"].value.replace("s1", "s4")
    refused(
        workbook,
        project,
        "“Questions to you”, cell F2",
        "cell F3",
        "not whole",
        "cell G4",
        "two answers to one question",
        "cell G5",
        "a number outside 0 to 100",
        "cell G6",
        "cell F8",
        "cell I9",
        "the hidden key was changed",
        "7. ",
    )


def test_the_same_question_answered_twice_differently_is_told(project, workbook):
    workbook.answer("row 4", "staff", write=12)
    again = [c.value for c in workbook.sheet[workbook.rows["row 4", "staff"]]]
    workbook.sheet.append([*again[:6], 13, *again[7:]])
    refused(workbook, project, "answered differently in sheet “Questions to you”, cell G5")


def test_another_country_s_workbook_is_refused(project, workbook):
    small_project(project.root, *people({}), country="BG", file="raw/BG/answers.csv")
    refused(workbook, project, "made for AT, not for BG", country="BG")


def test_a_respondent_who_is_not_in_the_delivery_is_told(project, workbook):
    small_project(project.root, *SENT[:4])
    workbook.answer("row 2", "group", "Worker")
    refused(workbook, project, "respondent row 6 is not in the delivery AT-1", "respondent row 10")


def test_what_was_settled_meanwhile_is_left_aside_and_said(project, workbook):
    workbook.answer("row 2", "group", "Worker")
    workbook.answer("row 4", "staff", write=12)
    small_project(project.root, *[SENT[0] | {"group": "wsn"}, *SENT[1:]], TEST)
    returned = workbook.send_back(project)
    assert proposed(returned) == [("set", "row 4", "staff", "0", "12")]
    assert [n for n in returned.notes if "cell F2: settled since the workbook was made" in n]


def test_a_file_that_is_no_workbook_of_ours_is_refused(project, tmp_path):
    other = openpyxl.Workbook()
    other.save(tmp_path / "other.xlsx")
    (tmp_path / "text.xlsx").write_text("no workbook", encoding="utf-8")
    for name, words in (
        ("other.xlsx", "no sheet of it has the hidden column"),
        ("text.xlsx", "not a workbook"),
        ("none.xlsx", "there is no such file"),
    ):
        with pytest.raises(ProblemsFound, match=words):
            read_returned(project, parts(project), tmp_path / name, DAY)


WILD = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.integers(-(10**9), 10**9),
    st.booleans(),
    st.datetimes(datetime(1950, 1, 1), datetime(2050, 1, 1)),
    st.sampled_from(["=1/0", "keep as it is", "Enabler", "Cost;Time", "12,5", "1.234", "-", "NA", "#REF!", "100%"]),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.tuples(WILD, WILD, WILD), min_size=len(QUESTIONS), max_size=len(QUESTIONS)))
def test_whatever_stands_in_the_cells_is_a_possible_answer_or_told(project, cells):
    workbook = Workbook(*written(project))
    for (_, who, question, _), line in zip(QUESTIONS, cells, strict=True):
        workbook.answer(who[0], question, *line)
    try:
        returned = workbook.send_back(project)
    except ProblemsFound as found:
        assert all("cell " in p.where for p in found.problems)
    else:
        possible = {"group": {"enabler", "wsn"}, "barriers": {"cost", "time", "none", "cost;time"}}
        for kind, _, question, _, new in proposed(returned):
            assert kind in ("set", "blank")
            assert kind == "blank" or question not in possible or new in possible[question]
            if kind == "set" and question.startswith("income"):
                assert 0 <= float(new) <= 100


# ------------------------------------------------------------------ words and looks


def test_every_sentence_is_there_in_every_language_with_the_same_placeholders():
    words = sentences(Project(ROOT))
    fields = words.map(lambda text: sorted({name for _, name, _, _ in string.Formatter().parse(text) if name}))
    assert words.index.is_unique and (words != "").all(axis=None)
    assert [key for key in words.index if fields.loc[key].map(tuple).nunique() > 1] == []
    questionnaire = load_questionnaire(ROOT / "params/questionnaires/skills_survey")
    assert set(languages(Project(ROOT))) == set(questionnaire.languages)


def test_the_sentences_that_excel_limits_are_short_enough():
    words = sentences(Project(ROOT))
    assert words.loc[["sheet_start", "sheet_asks"]].map(lambda t: len(t) <= 31 and not set("[]:*?/\\'") & set(t)).all(axis=None)
    assert words.loc[["head_answer", "head_write"]].map(len).max(axis=None) <= 32
    assert words.filter(like="hint_", axis=0).map(len).max(axis=None) <= 200


def test_answers_of_one_cell_can_be_told_apart_in_every_language():
    for language in languages(Project(ROOT)):
        say = Wording(language, Project(ROOT))
        assert len({say(key) for key in ("keep", "no_answer", "ignore", "leave_out", "real")}) == 5


def test_no_sentence_is_there_that_nobody_reads():
    code = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "src/bwise/feedback").glob("*.py"))
    code += (ROOT / "src/bwise/templates/feedback.html.j2").read_text(encoding="utf-8")
    made = re.compile(r"^(step_\d|rule_.*|why_(test|duplicate|too_few_answers)|head_.*)$")
    assert [key for key in sentences(Project(ROOT)).index if not made.match(key) and f'"{key}"' not in code] == []


@pytest.fixture(scope="module")
def demonstration_copy(tmp_path_factory):
    """The demonstration exports, not run."""
    root = tmp_path_factory.mktemp("feedback")
    for folder in ("params", "raw/demo"):
        shutil.copytree(ROOT / folder, root / folder)
    return Project(root)


@pytest.mark.parametrize(("country", "language"), [("AT", "de"), ("LV", "lv"), ("EL", "el")])
def test_each_partner_of_the_demonstration_gets_page_and_workbook_in_the_partner_s_language(demonstration_copy, country, language):
    for dossier in dossiers(demonstration_copy, parts(demonstration_copy, country)):
        page = write_page(demonstration_copy, dossier).read_text(encoding="utf-8")
        book = openpyxl.load_workbook(write_workbook(demonstration_copy, dossier))
        sheets = ["\n".join(str(c.value) for row in s.iter_rows() for c in row) for s in book.worksheets if s.title != "lists"]
        assert dossier.say.language == language
        assert f'<html lang="{language}"' in page
        assert dossier.say("title") in page and dossier.say("title") in sheets[0]
        for text in (page, *sheets):
            assert "Demonstration data: synthetic" in text
        assert "canary" not in page.lower() and "kanarienvogel" not in page


def test_only_the_cells_for_answers_can_be_written_into(workbook):
    sheet = workbook.sheet
    assert sheet.protection.sheet
    written_into = {c.column_letter for row in sheet.iter_rows(min_row=2) for c in row if not c.protection.locked}
    assert written_into == {"F", "G", "H"}
    assert sheet.column_dimensions["I"].hidden and sheet.freeze_panes == "C2"
    assert workbook.book["lists"].sheet_state == "hidden"
    typed = {str(v.sqref): (v.type, v.formula1, v.formula2) for v in sheet.data_validations.dataValidation}
    assert typed["G6"] == ("decimal", "0.0", "100.0")
    kind, source, _ = typed["F2"]
    letters = re.fullmatch(r"lists!\$([A-Z]+)\$1:\$[A-Z]+\$(\d+)", source)
    listed = [workbook.book["lists"][f"{letters[1]}{n}"].value for n in range(1, int(letters[2]) + 1)]
    assert (kind, listed) == ("list", ["Enabler", "Worker", "does not count: no answer"])


def test_the_same_delivery_gives_the_same_bytes(project):
    path, dossier = written(project)
    first = path.read_bytes(), write_page(project, dossier).read_bytes()
    path, dossier = written(project)
    assert (path.read_bytes(), write_page(project, dossier).read_bytes()) == first


def test_an_unknown_language_or_delivery_is_told_with_the_nearest(project):
    with pytest.raises(ProblemsFound, match="`xx`"):
        dossiers(project, parts(project), "xx")
    with pytest.raises(ProblemsFound, match="did you mean `AT-1`"):
        dossiers(project, parts(project), "", "AT1")


def test_the_command_line_writes_and_reads_back_and_tells_what_is_left_to_do(project, capsys):
    feedback("AT", project=project.root)
    assert "AT-1: 12 questions to the partner, in processed/AT/feedback/AT-1.html and AT-1.xlsx" in capsys.readouterr().out
    workbook = Workbook(*written(project))
    workbook.answer("row 4", "staff", write=12)
    workbook.send_back(project)
    feedback("AT", returned=workbook.path.with_name("returned.xlsx"), on=datetime(2022, 6, 1), project=project.root)
    said = "processed/AT/proposed_corrections.csv: 1 proposed corrections; copy the lines you accept into params/AT.corrections.csv"
    assert said in capsys.readouterr().out
    assert read_csv(project.processed("AT") / "proposed_corrections.csv")["date"].tolist() == ["2022-06-01"]
