"""Google Forms and Microsoft Forms write what is typed under "other" into the cell of the question: what of it is believed."""

from __future__ import annotations

import pytest

from tests.test_exports_forms import BARRIERS, FOUNDED, GROUP, MODEL, OBSTACLES, WORKER

MOMENT = "2022/04/04 8:00:00 AM GMT+2"
NAMED = ["Productive model", "Social model", "Training model", "Mixed model"]


@pytest.fixture
def forms(send):
    """`forms({question: cells})` reads a sheet of Google Forms with these answers."""

    def forms(columns, **params):
        rows = zip(*columns.values(), strict=True)
        return send([["Timestamp", *columns], *([MOMENT, *row] for row in rows)], sign=",", **params)

    return forms


def given(read, question):
    """Codes, or why there is none."""
    values, reasons = read.answers.values[question], read.answers.reasons[question]
    return [reason or value for value, reason in zip(values.astype(object), reasons, strict=True)]


def why(read, question):
    mapping = read.answers.mapping
    return set(mapping.loc[mapping["question"].eq(question) & mapping["reason"].eq("unreadable"), "rule"].map(str))


def test_a_text_among_answers_of_the_list_is_typed_under_other(forms):
    read = forms({GROUP: [WORKER] * 2, MODEL: ["Social model", "A farm"]})
    assert given(read, "model") == ["social", "other"]
    assert given(read, "model_other")[1] == "A farm"


@pytest.mark.parametrize("typed", ["4", "4.5", "4,0", "-1"])
def test_a_number_is_no_text_of_other(forms, typed):
    read = forms({GROUP: [WORKER] * 2, MODEL: ["Social model", typed]})
    assert given(read, "model") == ["social", "unreadable"]


def test_where_no_answer_is_of_the_list_nothing_is_taken_for_other(forms):
    read = forms({GROUP: [WORKER] * 3, MODEL: ["Very relevant", "Not relevant at all", "Relevant"]})
    assert given(read, "model") == ["unreadable"] * 3
    assert why(read, "model") == {"answers of another list"}


def test_a_text_given_like_an_option_while_one_of_the_list_never_is_may_be_that_option_renamed(forms):
    read = forms({GROUP: [WORKER] * 5, MODEL: ["Social model", "Workshop", "Workshop", "Workshop", "A farm"]})
    assert given(read, "model") == ["social", *["unreadable"] * 3, "other"]
    assert why(read, "model") == {"given as often as an option, while one of the list never is"}


def test_a_text_given_often_is_other_where_every_option_was_given_or_params_say_so(forms):
    often = ["Workshop"] * 3
    assert given(forms({GROUP: [WORKER] * 7, MODEL: [*NAMED, *often]}), "model")[4:] == ["other"] * 3
    told = forms({GROUP: [WORKER] * 4, MODEL: ["Social model", *often]}, answers={"model": {"Workshop": "other"}})
    assert given(told, "model") == ["social", *["other"] * 3]


@pytest.mark.parametrize("part", ["Machines", "12"])
def test_a_part_of_a_joined_answer_is_asked_about_for_the_same_reasons(forms, part):
    joined = [f"{OBSTACLES[0]}, {part}", f"{part}, {OBSTACLES[1]}", part, OBSTACLES[2]]
    read = forms({GROUP: [WORKER] * 4, FOUNDED: ["1990"] * 4, BARRIERS: joined})
    assert given(read, "barriers/cost") == ["unreadable", "unreadable", "unreadable", False]
    mapping = read.answers.mapping
    assert mapping.loc[mapping["question"].eq("barriers") & mapping["reason"].eq("unreadable"), "open"].unique().tolist() == [part]


def test_a_part_typed_twice_is_other(forms):
    joined = [f"{OBSTACLES[0]}, Machines", f"Machines, {OBSTACLES[1]}", OBSTACLES[2]]
    read = forms({GROUP: [WORKER] * 3, FOUNDED: ["1990"] * 3, BARRIERS: joined})
    assert given(read, "barriers/other") == [True, True, False]
