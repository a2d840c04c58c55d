"""One question in several columns: reworded in the field, or asked in parts."""

from __future__ import annotations

import pytest

from bwise.checks import flag
from bwise.cleaning import gather
from bwise.identities import check_identities
from bwise.lineage import _comparability
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.settings import CountrySettings

SURVEY = """type,name,label
select_one model,model,Which model are you?
integer,staff,How many people work here?
select_multiple why,reasons,Why do you do it?
text,comments,Anything else?
date,started,When did you begin?
text,code,Your code
"""
CHOICES = "list_name,name,label\nmodel,a,Model A\nmodel,b,Model B\nwhy,money,Money\nwhy,joy,Joy\n"


@pytest.fixture
def joined(send, tmp_path):
    """`joined(question, [column, column, …], how)`: the delivery of a table with these columns of one question, joined."""
    folder = tmp_path / "small"
    folder.mkdir()
    for name, text in (("survey", SURVEY), ("choices", CHOICES), ("settings", "form_title\nSmall\n")):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    small = load_questionnaire(folder)

    def joined(question, cells, how, name="answers.csv"):
        headings = [f"In the field {n}" for n in range(len(cells))]
        others = [q for q in ("code", "model", "staff") if q != question]
        rows = [[*others, *headings]] + [
            [{"code": f"c{n}", "model": "a", "staff": "7"}[q] for q in others] + list(row) for n, row in enumerate(zip(*cells, strict=True))
        ]
        params = {"columns": dict.fromkeys(headings, question)} | ({"join": how} if how else {})
        read = send(rows, name, questionnaire=small, **params)
        settings = CountrySettings(country="AT", questionnaire="small", deliveries=[read.delivery], exclude=[])
        country = gather(settings, small, [read])
        proof = check_identities(country).set_index("identity")
        assert proof["left"].tolist() == proof["right"].tolist()
        return country

    return joined


def listed(series):
    return series.astype(object).where(series.notna(), None).tolist()


@pytest.mark.parametrize("how", [{"model": "first"}, "first"])
def test_of_a_question_reworded_in_the_field_the_first_filled_cell_counts(joined, how):
    country = joined("model", [["Model A", "", "", "who knows"], ["", "Model B", "", "Model A"]], how)
    assert listed(country.values["model"]) == ["a", "b", None, None]
    assert country.reasons["model"].tolist() == ["", "", "no_answer", "unreadable"]


def test_two_filled_cells_that_differ_are_flagged_and_two_alike_are_not(joined):
    country = joined("model", [["Model A", "Model A", "a"], ["Model B", "Model A", "Model A"]], {"model": "first"})
    flags = flag(country).flags
    assert flags.loc[flags["flag"].eq("contradiction"), ["position", "detail"]].to_numpy().tolist() == [[0, "model"]]
    assert listed(country.values["model"]) == ["a", "a", "a"]


@pytest.mark.parametrize(
    ("question", "cells", "first"),
    [
        ("comments", [["", "one"], ["two", ""]], ["two", "one"]),
        ("started", [["2021-03-01", ""], ["", "2022-04-02"]], ["2021-03-01", "2022-04-02"]),
        ("staff", [["", "3"], ["4", "5"]], [4, 3]),
    ],
)
def test_texts_dates_and_numbers_are_joined_likewise(joined, question, cells, first):
    assert listed(joined(question, cells, {question: "first"}).values[question]) == first


def test_options_joined_in_one_cell_may_stand_in_several_columns(joined):
    country = joined("reasons", [["Money;Joy", "", ""], ["", "Joy", ""], ["", "Money", "Money"]], {"reasons": "first"})
    assert listed(country.values["reasons/money"]) == [True, False, True]
    assert listed(country.values["reasons/joy"]) == [True, True, False]


def test_parts_are_added_up_where_all_of_them_are_there(joined):
    cells = [["3", "3", "", "many", "0"], ["4", "", "", "1", "2"]]
    country = joined("staff", cells, {"staff": "sum"})
    assert listed(country.values["staff"]) == [7, None, None, None, 2]
    assert country.reasons["staff"].tolist() == ["", "no_answer", "no_answer", "unreadable", ""]
    assert _comparability(country)["recoded"] == ["staff"]


def test_three_parts_in_a_workbook_are_added_up(joined):
    country = joined("staff", [[3, 1], [4, 1], [5, ""]], {"staff": "sum"}, "answers.xlsx")
    assert listed(country.values["staff"]) == [12, None]


@pytest.mark.parametrize(
    ("question", "how", "says"),
    [
        (
            "staff",
            None,
            r"`columns` names the question `staff` 2 times.*column 3 and column 4.*join: \{staff: first\}.*join: \{staff: sum\}",
        ),
        ("model", None, r"`columns` names the question `model` 2 times.*join: \{model: first\}"),
        ("model", {"model": "sum"}, "`join: model: sum`: the question is not a number"),
        ("model", {"model": "first", "stuff": "sum"}, "`join` names the question `stuff`.*did you mean `staff`"),
        ("model", {"model": "first", "staff": "sum"}, "`join: staff: sum`: there is one column only"),
    ],
)
def test_columns_nobody_joined_and_lines_that_join_nothing_are_refused(joined, question, how, says):
    with pytest.raises(ProblemsFound, match="(?s)" + says):
        joined(question, [["1", "2"], ["", ""]], how)


def test_join_first_for_all_is_refused_where_no_question_has_two_columns(joined):
    with pytest.raises(ProblemsFound, match="`join: first`: there is one column only"):
        joined("model", [["a", "b"]], "first")
