"""A correction that the partner has made at the source meanwhile is settled by itself, and named."""

import pytest

from bwise.cleaning import apply_skip_logic
from bwise.corrections import SETTLED, load_corrections, settled
from bwise.intake import page, states
from bwise.questionnaire import load_questionnaire
from bwise.settings import load_country
from bwise.summaries import corrections
from tests.test_cleaning import people, small_project
from tests.test_corrections import corrected, finished, line, received, refused, state


@pytest.mark.parametrize(
    "made",
    [
        line("set", "row 2", "staff", "12", "10"),
        line("set", "row 2", "staff", "unreadable", "10"),
        line("set", "row 2", "s1", "", "1"),
        line("set", "row 2", "barriers", "cost", "cost;time"),
        line("blank", "row 3", "staff", "10"),
    ],
    ids=["another number", "unreadable", "no answer", "several", "taken away"],
)
def test_nothing_is_left_to_do_for_a_correction_whose_answer_is_there(tmp_path, made):
    project = small_project(tmp_path, *people({}, {"staff": ""}, {}))
    done = corrected(project, made, line("set", "row 4", "staff", "10", "11"))
    assert settled(received(project), load_corrections(project, done.settings, done.questionnaire)) == [2]
    assert done.changes["question"].tolist() == ["staff"], "only the other line changes anything"
    assert done.corrections["kind"].tolist() == [SETTLED, "set"] and SETTLED in corrections(done)._repr_html_()
    assert finished(project, apply_skip_logic(done))["corrections"] == {"set": 1, SETTLED: 1}


def test_check_names_the_lines_that_are_settled_and_nothing_is_open(tmp_path):
    project = small_project(tmp_path, *people({}, {}))
    state(project, line("set", "row 2", "staff", "12", "10"), line("set", "row 3", "staff", "12", "10"))
    questionnaire = load_questionnaire(project.params / "questionnaires/small")
    (found,) = states(project, load_country(project, "AT"), questionnaire)
    assert not found.is_open
    assert "lines 2, 3 of params/AT.corrections.csv are settled" in page(found, questionnaire)


@pytest.mark.parametrize("expected", ["9", "10", "a dozen"])
def test_a_correction_that_never_said_anything_else_is_refused(tmp_path, expected):
    """What is expected is no answer that can have been there before, or is the new answer itself."""
    project = small_project(tmp_path, *people({}))
    question, new = ("s1", "1") if expected == "9" else ("staff", "10")
    assert "it is answered like this already" in refused(project, line("set", "row 2", question, expected, new))
