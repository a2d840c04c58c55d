"""`bwise confirm`: both texts are shown, and what was accepted stands in params with every other byte as it was."""

from __future__ import annotations

import pytest

from bwise.confirmation import confirm, to_confirm
from bwise.intake import page, states
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.settings import Project, load_country

SURVEY = """type,name,label
integer,founded,In which year was your enterprise founded?
select_one model,model,Which model describes your enterprise best?
text,comments,Anything else you want to say?
"""
CHOICES = "list_name,name,label\nmodel,s,Social model\n"
EXPORT = """id. Response ID,submitdate. Date submitted,founded. In what year was your enterprise founded?,\
model. Which model describes your enterprise the best?,comments. Anything else you want to say?
1,2022-04-01 10:00:00,1990,Social model,
2,2022-04-02 10:00:00,1991,Social model,fine
"""
PARAMS = """country: "AT"  # Austria
questionnaire: small
deliveries:
  - partner: AT-1
    file: raw/AT/answers.csv   # as sent
    language: en
"""


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "params/questionnaires/small"
    folder.mkdir(parents=True)
    (tmp_path / "raw/AT").mkdir(parents=True)
    for name, text in (
        ("survey", SURVEY),
        ("choices", CHOICES),
        ("settings", "form_title\nSmall\n"),
    ):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "params/consolidation.yaml").write_text("questionnaire: small\ncountries: [AT]\n", encoding="utf-8")
    (tmp_path / "params/AT.yaml").write_bytes(PARAMS.encode())
    (tmp_path / "raw/AT/answers.csv").write_text(EXPORT, encoding="utf-8")
    return Project(tmp_path)


def check(project):
    questionnaire = load_questionnaire(project.params / "questionnaires/small")
    (state,) = states(project, load_country(project, "AT"), questionnaire)
    return state, page(state, questionnaire)


def test_check_shows_both_texts_and_the_command_that_accepts_them(project):
    state, said = check(project)
    assert [m.named for m in state.reworded] == ["founded", "model"] and state.is_open
    assert "founded, column 3, says  In what year was your enterprise founded?" in said
    assert "the question says  In which year was your enterprise founded?" in said
    assert "`bwise confirm AT`" in said
    assert state.read.answers.values["founded"].isna().all()  # not used before


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_is_confirmed_is_read_and_nothing_else_in_params_changes(project, end):
    path = project.params / "AT.yaml"
    path.write_bytes(PARAMS.replace("\n", end).encode())
    (found,) = to_confirm(project, "AT")
    assert "In what year" in str(found) and "In which year" in str(found)
    confirm(project, "AT", [found])
    lines = path.read_bytes().decode().split(end)
    added = ["    wording:", *(f'      "{m.column.heading}": accepted' for m in found.matches)]
    assert [line for line in lines if line not in added] == PARAMS.split("\n") and set(added) <= set(lines)
    state, said = check(project)
    assert not state.is_open and "Nothing is open" in said
    assert state.read.answers.values["founded"].tolist() == [1990, 1991]
    assert to_confirm(project, "AT") == []


def test_lines_are_added_to_those_that_are_there(project):
    path = project.params / "AT.yaml"
    path.write_text(PARAMS + '    wording:\n      "model": accepted   # seen\n', encoding="utf-8")
    confirm(project, "AT", to_confirm(project, "AT"))
    wording = load_country(project, "AT").deliveries[0].wording
    assert wording == {"founded. In what year was your enterprise founded?": "accepted", "model": "accepted"}
    assert "# seen" in path.read_text(encoding="utf-8") and not check(project)[0].is_open


SEEN = "In what year was your enterprise founded?"
LINES = """    columns:
      "{}": founded
    wording:
      "model": accepted
"""


@pytest.mark.parametrize(("sent", "written"), [("\u200e{}\u00a0", "{}"), ("{}", "\\u200e{}\\u00a0 "), ("\ufeff{}", "{}")])
def test_a_heading_in_params_is_found_by_what_is_seen_of_it(project, sent, written):
    export = project.root / "raw/AT/answers.csv"
    export.write_text(EXPORT.replace("founded. " + SEEN, "q1. " + sent.format(SEEN)), encoding="utf-8")
    (project.params / "AT.yaml").write_text(PARAMS + LINES.format("q1. " + written.format(SEEN)), encoding="utf-8")
    state, said = check(project)
    assert not state.problems, said
    assert state.read.answers.values["founded"].tolist() == [1990, 1991]


def test_two_headings_in_params_that_look_the_same_are_refused(project):
    (project.params / "AT.yaml").write_text(PARAMS + LINES.format('founded": model\n      "founded\\u200e'), encoding="utf-8")
    with pytest.raises(ProblemsFound, match="look the same"):
        load_country(project, "AT")


def test_a_delivery_nobody_knows_and_params_on_one_line_are_refused(project):
    with pytest.raises(ProblemsFound, match=r"(?s)there is no delivery `AT-9`.*did you mean `AT-1`"):
        to_confirm(project, "AT", "AT-9")
    path = project.params / "AT.yaml"
    text = "country: AT\nquestionnaire: small\ndeliveries: [{partner: AT-1, file: raw/AT/answers.csv}]\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProblemsFound, match=r"(?s)one key per line.*wording:"):
        confirm(project, "AT", to_confirm(project, "AT"))
    assert path.read_text(encoding="utf-8") == text
