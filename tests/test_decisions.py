"""`bwise resolve`: everything open in one workbook, decisions back into params and corrections, whole or refused with each place."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from bwise.cleaning import gather
from bwise.cli import app
from bwise.corrections import correct, load_corrections
from bwise.decisions import open_items, resolve, workbook_path, write_workbook
from bwise.decisions.returned import apply
from bwise.intake import new_params, page, states
from bwise.locks import RUNNER, held
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.settings import Project, load_country
from tests.test_cleaning import export, people, small_project
from tests.test_corrections import line, state

ROOT = Path(__file__).parents[1]
DAY = date(2022, 5, 31)
STAFF = "How many persons does your enterprise employ today?"
MAIL = "anna@example.org"
PARAMS = "    columns:   # what we know\n      \"comments\": ignore  # nobody asked\n    decimal: ','  # as told by phone\n"
ROWS = [
    {"s1": "Badly", "staff": "a dozen", "barriers": "cost;tiem"},
    {"s1": "rather well", "staff": "a dozen", "barriers": "cost"},
    {"s1": "rather well", "staff": "12", "barriers": f"time;{MAIL}"},
    {"s1": MAIL, "staff": "5", "barriers": "none"},
]


class Book:
    """The workbook as somebody fills it in: `decide("s1: rather well", "3")`."""

    def __init__(self, project, country="AT"):
        self.project, self.country = project, country
        write_workbook(project, open_items(project, country))
        self.book = openpyxl.load_workbook(workbook_path(project, country))
        self.sheet = self.book["decide"]
        self.head = {cell.value: cell.column for cell in self.sheet[1]}

    def row(self, says):
        found = [r for r in range(2, self.sheet.max_row + 1) if self.cell(r, "it says").value == says]
        assert len(found) == 1, [self.cell(r, "it says").value for r in range(2, self.sheet.max_row + 1)]
        return found[0]

    def cell(self, row, name):
        return self.sheet.cell(row, self.head[name])

    def decide(self, says, decision, by=None, reason=None):
        row = self.row(says)
        for name, value in (("decision", decision), ("by", by), ("reason", reason)):
            self.cell(row, name).value = value
        return f"sheet “decide”, row {row}, column “decision”"

    def save(self, path=None):
        path = path or workbook_path(self.project, self.country)
        self.book.save(path)
        return path

    def apply(self, **how):
        return apply(self.project, self.country, self.save(), DAY, **how)

    def says(self):
        return [self.cell(r, "it says").value for r in range(2, self.sheet.max_row + 1)]


@pytest.fixture
def project(tmp_path):
    """A partner who called a question otherwise, wrote words for numbers and an answer that nobody knows."""
    project = small_project(tmp_path, *people(*ROWS), params=PARAMS)
    survey = project.params / "questionnaires/small/survey.csv"
    text = survey.read_text(encoding="utf-8")
    survey.write_text(text.replace("staff,Staff", "staff,How many persons does your enterprise employ?"), encoding="utf-8")
    renamed(project)
    return project


def renamed(project):
    path = project.root / "raw/AT/answers.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(";staff;", f";{STAFF};").replace(";s4;", ";shoe size;"), encoding="utf-8")


def params(project):
    return (project.params / "AT.yaml").read_text(encoding="utf-8")


def refused(book):
    before = params(book.project)
    with pytest.raises(ProblemsFound) as found:
        book.apply()
    assert params(book.project) == before and "Nothing was written" in str(found.value)
    return str(found.value)


def test_everything_open_stands_in_the_workbook_with_the_answers_that_a_proposed_column_brings(project):
    book = Book(project)
    assert book.says() == [
        "shoe size",
        STAFF,
        "staff: a dozen",
        "s1: rather well",
        "s1: [e-mail]",
        "barriers: tiem",
        "barriers: a text that holds personal data",
    ]
    row = book.row("staff: a dozen")
    assert "if column 11 becomes staff" in book.cell(row, "where").value and book.cell(row, "count").value == 2
    assert book.cell(book.row(STAFF), "proposal").value == "staff — How many persons does your enterprise employ?"
    assert book.cell(book.row("barriers: tiem"), "proposal").value == "time — Time"
    lists = [v for v in book.sheet.data_validations.dataValidation if v.type == "list"]
    assert len(lists) == 6, "a drop-down for each decision, none where nothing can be decided"
    assert MAIL not in "\n".join(str(c.value) for sheet in book.book for row in sheet.iter_rows() for c in row)


def test_of_a_column_that_is_like_no_question_only_how_many_texts_it_has_is_told(project):
    path = project.root / "raw/AT/answers.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    where = head.split(";").index("shoe size")
    for texts, told in ((["yes"] * 4, "one and the same text"), (["39", "40", "40", "41"], "3 different texts"), ([""] * 4, "empty")):
        cells = [row.split(";") for row in rows]
        lines = [";".join([*row[:where], text, *row[where + 1 :]]) for row, text in zip(cells, texts, strict=True)]
        path.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
        book = Book(project)
        row = book.row("shoe size")
        assert [cell.value for cell in book.sheet[row]][5] == told


def test_a_nearest_question_that_is_not_proposed_brings_its_answers_too(project):
    path = project.root / "raw/AT/answers.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("persons", "people"), encoding="utf-8")
    book = Book(project)
    row = book.row(STAFF.replace("persons", "people"))
    assert book.cell(row, "proposal").value in (None, "") and "`people` where the question says `persons`" in book.cell(row, "why").value
    assert "if column 11 becomes staff" in book.cell(book.row("staff: a dozen"), "where").value


def test_decisions_come_into_params_beside_what_stands_there_and_into_corrections(project):
    book = Book(project)
    book.decide("shoe size", "ignore — leave the column aside")
    book.decide(STAFF, book.cell(book.row(STAFF), "proposal").value)
    book.decide("staff: a dozen", 12)
    book.decide("s1: rather well", "3")
    book.decide("s1: [e-mail]", "no_answer", "MH", "an address, no answer")
    book.decide("barriers: tiem", "time — Time")
    before = params(project)
    done = book.apply()
    assert params(project) == before.replace(
        "    columns:   # what we know\n",
        f'    columns:   # what we know\n      "shoe size": ignore\n      "{STAFF}": staff\n',
    ).replace(
        "    file: raw/AT/answers.csv\n",
        '    file: raw/AT/answers.csv\n    answers:\n      barriers:\n        "tiem": time\n      s1:\n        "rather well": "3"\n'
        '      staff:\n        "a dozen": "12"\n',
    )
    assert f'+      "{STAFF}": staff' in done.diff and "6 decisions, 1 left empty; 1 is open now" in str(done)
    corrections = (project.params / "AT.corrections.csv").read_text(encoding="utf-8-sig").splitlines()
    assert corrections[1:] == ['blank,AT-1,row 5,s1,unreadable,no_answer,"an address, no answer",MH,2022-05-31']
    assert [item.asked for item in open_items(project, "AT").items] == ["barriers: a text that holds personal data"]
    assert MAIL not in params(project)


def test_nothing_is_written_before_it_is_wanted(project):
    book = Book(project)
    book.decide("s1: rather well", "3")
    before = params(project)
    done = book.apply(dry=True)
    assert params(project) == before and '+        "rather well": "3"' in done.diff


def test_everything_that_does_not_fit_is_named_by_sheet_row_and_column_and_nothing_is_written(project):
    book = Book(project)
    first = book.decide("s1: rather well", "Wel")
    second = book.decide("shoe size", "s2")
    third = book.decide("staff: a dozen", "12")
    fourth = book.decide("barriers: a text that holds personal data", "time")
    book.decide("s1: [e-mail]", "no_answer", reason="an address")
    told = refused(book)
    for place in (first, second, third, fourth):
        assert place in told
    for words in (
        "write one of: 1, 2, 3, dont_know",
        "s2 is column",
        "column 11 is not decided, and this answer is one of staff only if that column is",
        "nothing can be decided here",
        "“by” is empty",
    ):
        assert words in told
    assert not (project.params / "AT.corrections.csv").exists()


def test_a_wrong_choice_is_answered_with_the_nearest(project):
    book = Book(project)
    book.decide(STAFF, "stafff")
    assert "write `staff`, or choose from the list" in refused(book)


def test_two_columns_do_not_become_one_question(project):
    book = Book(project)
    book.decide(STAFF, "staff")
    book.decide("shoe size", "staff")
    assert refused(book).count("staff is another row already") == 2


def test_rows_may_be_sorted_and_deleted_and_cells_left_empty(project):
    book = Book(project)
    book.decide("s1: rather well", "3")
    rows = [[c.value for c in row] for row in book.sheet.iter_rows(min_row=2)]
    book.sheet.delete_rows(2, len(rows))
    for row in sorted(rows[2:], key=lambda r: str(r[book.head["it says"] - 1]), reverse=True):
        book.sheet.append(row)
    book.apply()
    assert load_country(project, "AT").deliveries[0].answers == {"s1": {"rather well": "3"}}


def test_answers_of_a_column_that_became_something_else_are_left_aside_and_said(project):
    book = Book(project)
    book.decide(STAFF, "ignore")
    book.decide("staff: a dozen", "12")
    done = book.apply()
    assert "column 11 has not become staff; left aside" in str(done)
    assert load_country(project, "AT").deliveries[0].answers == {}


def test_the_workbook_written_again_keeps_what_was_decided_in_it(project):
    book = Book(project)
    book.decide("s1: rather well", "3")
    book.save()
    again = Book(project)
    assert again.cell(again.row("s1: rather well"), "decision").value == "3"


def test_a_workbook_that_cannot_be_read_is_never_overwritten(project):
    path = workbook_path(project, "AT")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no workbook")
    with pytest.raises(ProblemsFound, match="what was decided in it would be lost"):
        write_workbook(project, open_items(project, "AT"))
    assert path.read_bytes() == b"no workbook"


def test_an_export_that_has_changed_since_is_refused_and_the_decisions_are_kept(project):
    book = Book(project)
    book.decide("s1: rather well", "3")
    book.decide("shoe size", "ignore")
    book.save()
    export(project.root / "raw/AT/answers.csv", *people(*ROWS, {"staff": "7"}))
    renamed(project)
    told = refused(book)
    assert told.count("the export of AT-1 has changed since the workbook was written") == 1 and "bwise resolve AT" in told
    again = Book(project)
    assert again.cell(again.row("s1: rather well"), "decision").value == "3"
    again.apply()
    assert load_country(project, "AT").deliveries[0].answers == {"s1": {"rather well": "3"}}


def test_of_two_people_s_workbooks_the_second_may_say_the_same_or_more_but_nothing_else(project):
    mine, yours = Book(project), Book(project)
    mine.decide("s1: rather well", "3")
    mine.apply()
    yours.decide("s1: rather well", "3 — Well")
    yours.decide("shoe size", "ignore")
    assert "settled since the workbook was written" in str(yours.apply())
    assert load_country(project, "AT").deliveries[0].columns["shoe size"] == "ignore"
    yours.decide("s1: rather well", "2")
    place = yours.decide("shoe size", "s4")
    told = refused(yours)
    assert "params say `3` by now" in told and "params say `ignore` by now" in told and place in told


def test_one_decision_twice_and_a_key_that_was_changed_are_refused(project):
    book = Book(project)
    book.decide("s1: rather well", "3")
    row = [c.value for c in book.sheet[book.row("s1: rather well")]]
    row[book.head["decision"] - 1] = "2"
    book.sheet.append(row)
    assert "the same is decided otherwise in sheet" in refused(book)
    row[book.head["bwise key"] - 1] = row[book.head["bwise key"] - 1].replace("AT-1", "AT-2")
    book.sheet.append(row)
    assert "the hidden key was changed, or is missing" in refused(book)


def test_corrections_that_no_longer_fit_are_taken_out_or_made_all_the_same(project):
    stated = [
        line("set", "row 2", "s2", "1", "3"),
        line("set", "row 3", "s3", "3", "2"),
        line("exclude", "row 99"),
        line("set", "row 4", "s2", "1", "3"),
    ]
    state(project, *stated)
    book = Book(project)
    files = [r for r in range(2, book.sheet.max_row + 1) if book.cell(r, "what").value == "correction"]
    assert [book.cell(r, "where").value.split(", line ")[1][:1] for r in files] == ["2", "4", "5"]
    for row, decision in zip(files, ("make it all the same", "take out", None), strict=True):
        book.cell(row, "decision").value = decision
    done = book.apply()
    assert "line 4 is taken out" in str(done) and "line 2 expects the answer that is there now" in str(done)
    left = (project.params / "AT.corrections.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert [text.split(",")[:6] for text in left] == [
        ["set", "", "row 2", "s2", "2", "3"],
        ["set", "", "row 3", "s3", "3", "2"],
        ["set", "", "row 4", "s2", "1", "3"],
    ]


def test_the_numbers_of_a_battery_are_one_decision_for_all_its_questions(tmp_path):
    ratings = [dict(zip(("s1", "s2", "s3", "s4"), row, strict=True)) for row in ("0121", "1200", "2012", "0212")]
    project = small_project(tmp_path, *people(*ratings))
    book = Book(project)
    assert book.says() == ["s1, s2, s3, s4: 0", "s1, s2, s3, s4: 1", "s1, s2, s3, s4: 2"]
    for number in range(3):
        book.decide(f"s1, s2, s3, s4: {number}", number + 1)
    assert "nothing is open now" in str(book.apply())
    assert load_country(project, "AT").deliveries[0].answers == {"rating": {"0": "1", "1": "2", "2": "3"}}


@pytest.mark.long
@pytest.mark.parametrize("case", ["typeform-renamed-option", "similar-text-options"])
def test_each_choice_that_is_offered_can_be_applied(tmp_path, case):
    """Columns, options of multiple answers and options without a column, each alone: fewer things are open, or others are."""
    shutil.copytree(ROOT / "tests/cases" / case, tmp_path, dirs_exist_ok=True)
    for sheets in (ROOT / "params/questionnaires").iterdir():
        shutil.copytree(sheets, tmp_path / "params/questionnaires" / sheets.name, dirs_exist_ok=True)
    project = Project(tmp_path)
    (country,) = project.params.glob("[A-Z][A-Z].yaml")
    book = Book(project, country.stem)
    before = country.read_text(encoding="utf-8")
    for says, item in zip(book.says(), open_items(project, country.stem).items, strict=True):
        for code in list(item.options)[:2]:
            book.decide(says, code)
            done = book.apply()
            assert done.decided == 1 and done.diff
            country.write_text(before, encoding="utf-8")
        book.decide(says, None)


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not here")
def test_a_workbook_that_libreoffice_saved_again_is_read(project, tmp_path):
    book = Book(project)
    book.decide("staff: a dozen", 12)
    book.decide(STAFF, "staff")
    path = book.save(tmp_path / "mine.xlsx")
    command = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        tmp_path / "back",
    ]
    subprocess.run([*command, path], check=True, capture_output=True, timeout=120)
    apply(project, "AT", tmp_path / "back/mine.xlsx", DAY)
    assert load_country(project, "AT").deliveries[0].answers == {"staff": {"a dozen": "12"}}


def test_a_cell_of_a_notebook_does_the_same(project):
    settings = load_country(project, "AT")
    assert "7 things to decide" in resolve(project, settings)
    book = Book(project)
    book.decide("s1: rather well", "3")
    book.save()
    assert "1 decision" in resolve(project, settings, apply=True)
    assert load_country(project, "AT").deliveries[0].answers == {"s1": {"rather well": "3"}}


def test_the_commands_say_what_comes_next(project):
    def said(*words):
        return " ".join(CliRunner().invoke(app, [*words, "--project", str(project.root)], catch_exceptions=False).output.split())

    assert "processed/AT/decisions.xlsx: 7 things to decide; decide in it, then: bwise resolve AT --apply" in said("resolve", "AT")
    book = Book(project)
    book.decide("s1: rather well", "3")
    book.save()
    assert "Nothing was written: this is what would be." in said("resolve", "AT", "--apply", "--dry-run")
    assert "1 decision, 6 left empty; 6 are open now Now: bwise check AT" in said("resolve", "AT", "--apply")


def test_decisions_that_were_never_written_down_are_asked_for_by_the_command_that_begins(project):
    with pytest.raises(ProblemsFound) as found:
        resolve(project, load_country(project, "AT"), apply=True)
    (problem,) = found.value.problems
    assert (problem.where, problem.remedy) == ("processed/AT/decisions.xlsx", "write it first: bwise resolve AT")


def test_a_workbook_that_is_nowhere_is_not_said_to_be_of_another_format(project, tmp_path):
    with pytest.raises(ProblemsFound, match=r"there is no such file\n.*nowhere\.xlsx"):
        resolve(project, load_country(project, "AT"), file=tmp_path / "nowhere.xlsx", apply=True)


# ------------------------------------------------------------------ beside runs, and the comments of `bwise new`


def test_decisions_wait_while_a_run_of_the_country_is_going_on(project):
    book = Book(project)
    book.decide("shoe size", "ignore")
    book.save()
    before, settings = params(project), load_country(project, "AT")
    with held(project, ["AT"]):
        os.environ.pop(RUNNER)  # the run is another process's
        with pytest.raises(ProblemsFound, match="AT is being run already") as found:
            resolve(project, settings, apply=True)
        assert "--wait" not in str(found.value), "there is no such option"
        assert "would be" in resolve(project, settings, apply=True, dry=True), "a dry run writes nothing, and may look"
    assert params(project) == before
    resolve(project, settings, apply=True)
    assert "ignore" in params(project)


MINE = "    # mine: ask Anna about it\n"


def test_proposals_that_are_settled_leave_params_and_other_comments_stay(project):
    (project.params / "AT.yaml").unlink()
    new_params(project, "AT", ["raw/AT/answers.csv"], "small")
    path = project.params / "AT.yaml"
    path.write_text(params(project).replace("    # To confirm", MINE + "    # To confirm"), encoding="utf-8")
    assert "# To confirm" in params(project) and "10 of 12 columns" in params(project)
    book = Book(project)
    book.decide(STAFF, "staff")
    book.apply()
    assert "# To confirm" in params(project) and f'#   "{STAFF}"' not in params(project)
    assert "11 of 12 columns" in params(project) and "10 of 12 columns" not in params(project), "what is recognised is told as it is now"
    assert "shoe size" in params(project) and MINE in params(project)
    book = Book(project)
    for says, decision in [("shoe size", "ignore"), ("staff: a dozen", "12"), ("s1: rather well", "3"), ("barriers: tiem", "time")]:
        book.decide(says, decision)
    book.decide("s1: [e-mail]", "no_answer", "MH", "wrong cell")
    book.apply()
    text = params(project)
    assert MINE in text and "# not asked in this export: 1 question: s4\n" in text and "12 of 12 columns" in text
    assert "# To confirm" not in text and "# columns" not in text and "# answers" not in text and "# # " not in text


def test_a_correction_of_a_question_without_a_column_waits_for_the_open_columns(project):
    """It is no fault of the correction that the partner has given the question another heading."""
    state(project, line("set", "row 2", "s4", "3", "2"))
    code = load_questionnaire(project.params / "questionnaires/small")
    (read,) = states(project, load_country(project, "AT"), code)
    told = page(read, code)
    assert read.corrections == [] and "line 2 of params/AT.corrections.csv: for a question that has no column so far" in told
    assert "mend or take out the lines" not in told and "(without a column: s4, staff, comments), `ignore` where it is none" in told
    with pytest.raises(ProblemsFound, match="first say what the open columns are: bwise check AT"):
        country = gather(load_country(project, "AT"), code, [read.read])
        correct(country, load_corrections(project, load_country(project, "AT"), code))


def test_where_every_question_has_a_column_no_open_heading_is_said_to_be_one(tmp_path):
    project = small_project(tmp_path, *people(*ROWS))
    path = project.root / "raw/AT/answers.csv"
    path.write_text("\n".join(f"{row};41" if n else f"{row};shoe size" for n, row in enumerate(path.read_text().splitlines())))
    code = load_questionnaire(project.params / "questionnaires/small")
    (read,) = states(project, load_country(project, "AT"), code)
    assert "say `ignore` of each open heading (every question has a column)" in page(read, code)
