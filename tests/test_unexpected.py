"""What nobody foresaw is one line and a report without answers; what could be foreseen is told with file, reason and remedy."""

import os
import sys

import pytest

from bwise import cli
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.settings import load_country
from tests.test_cleaning import people, small_project
from tests.test_lineage import run

ANSWER = "my boss is Ana Kovač"


def fails():
    try:
        raise ValueError(ANSWER)
    except ValueError as error:
        raise KeyError(ANSWER) from error


@pytest.fixture
def said(monkeypatch, capsys, tmp_path):
    def said(*words, where=tmp_path):
        monkeypatch.chdir(where)
        monkeypatch.setattr(cli, "app", fails_as_app)
        monkeypatch.setattr(sys, "argv", ["bwise", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == 1
        return capsys.readouterr().err

    class App:
        registered_commands = cli.app.registered_commands

        def __call__(self):
            fails()

    fails_as_app = App()
    return said


def test_an_error_that_nobody_foresaw_is_one_line_and_a_report_that_quotes_nothing(said, tmp_path):
    (tmp_path / "params").mkdir()
    line = said("run", "Kovač")
    assert line.startswith("An error that nobody foresaw: KeyError in test_unexpected.py, line ") and line.count("\n") == 1
    assert "processed/error-report.txt" in line
    report = (tmp_path / "processed/error-report.txt").read_text(encoding="utf-8")
    assert "KeyError" in report and "ValueError" in report and "in fails" in report and "command: run\n" in report
    for text in (line, report):
        assert "Kovač" not in text and str(tmp_path) not in text and sys.prefix not in text


def test_the_report_lies_in_the_current_folder_where_there_is_no_project(said, tmp_path):
    assert " error-report.txt" in said("check")
    assert (tmp_path / "error-report.txt").is_file()


def test_with_debug_all_of_it_is_shown(monkeypatch, said):
    monkeypatch.setattr(sys, "argv", ["bwise", "--debug", "run"])
    monkeypatch.setattr(cli, "app", fails)
    with pytest.raises(KeyError, match=ANSWER):
        cli.main()


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("fieldwork: {first: 2022-02-30, last: 2022-03-31}", "`2022-02-30` is no date"),
        ("minimum_answered: " + "[" * 2000, "within one another"),
        ("? " * 5000, "A settings file cannot be read"),
        ("minimum_answered: &a [*a]", "A settings file cannot be read|cannot be used"),
        ("minimum_answered: !!python/object/apply:os.system [ls]", "minimum_answered"),
        ("minimum_answered: \0", "no text should hold"),
        ('"\\0": 1', "is not a setting"),
        ("minimum_answered: 1e999", "minimum_answered"),
        ("minimum_answered: .nan", "minimum_answered"),
    ],
    ids=lambda text: text[:25],
)
def test_what_a_settings_file_may_hold_is_told_in_words(tmp_path, line, what):
    project = small_project(tmp_path, *people({}), params=line + "\n")
    with pytest.raises(ProblemsFound, match=what):
        load_country(project, "AT")


@pytest.mark.parametrize("name", ["base64", "rot13", "hex", "undefined", "zip"])
def test_what_is_no_encoding_of_texts_is_refused(tmp_path, name):
    project = small_project(tmp_path, *people({}), params=f"    encoding: {name}\n")
    with pytest.raises(ProblemsFound, match="is not an encoding"):
        load_country(project, "AT")


@pytest.mark.parametrize("name", ['"raw/AT/a\\0b.csv"', "raw/AT/circle.csv", "raw/AT", '"raw/AT/a\\u202eb.csv"', '"' + "a" * 5000 + '"'])
def test_what_is_no_file_is_told_in_words(tmp_path, name):
    project = small_project(tmp_path, *people({}))
    os.symlink("circle.csv", tmp_path / "raw/AT/circle.csv")
    path = project.params / "AT.yaml"
    path.write_text(path.read_text().replace("raw/AT/answers.csv", name))
    with pytest.raises(ProblemsFound):
        run(project)


def test_sheets_of_a_questionnaire_that_are_none_are_told_in_words(tmp_path):
    project = small_project(tmp_path, *people({}))
    path = project.params / "questionnaires/small/survey.csv"
    for content in (b"", b"\0", b"\xff", b'"', b"type,name\n\0,\0\n"):
        path.write_bytes(content)
        with pytest.raises(ProblemsFound):
            load_questionnaire(path.parent)
