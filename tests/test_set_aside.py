"""Rows that are nobody's answers. Truth: they were put into the tables by hand, and computed from the rows above."""

import pytest

from bwise.cleaning import exclude, gather
from bwise.problems import ProblemsFound
from bwise.settings import CountrySettings

HEADINGS = ["wise_code", "model", "founded", "staff", "income_market", "income_contracts"]
ROWS = [
    ["W1", "social", "1990", "12", "40", "60"],
    ["W2", "training", "2001", "5", "30.5", "69.5"],
    ["W3", "social", "2010", "30", "100", "0"],
    ["W4", "social", "1999", "8", "50", "50"],
]
MEANS = ["2000", "13.75", "55.125", "44.875"]
SUMS = ["8000", "55", "220.5", "179.5"]


def set_aside(send, *rows, **more):
    return send([HEADINGS, *rows], **more).raw.grid.set_aside


def cleaned(read, questionnaire, **more):
    settings = CountrySettings(country="AT", questionnaire="skills_survey", deliveries=[read.delivery], minimum_answered=0, **more)
    return exclude(gather(settings, questionnaire, [read]))


def test_pasted_headings_and_a_mean_row_are_excluded_by_their_rules_and_nobody_else(send, questionnaire):
    read = send([HEADINGS, *ROWS[:2], HEADINGS, *ROWS[2:], [""] * 6, ["Mittelwert", "", *MEANS]], name="answers.xlsx")
    country = cleaned(read, questionnaire)
    assert country.exclusions.sort_values("position")["rule"].tolist() == ["heading_row", "summary_row"]
    assert country.rows.loc[~country.kept, "source_row"].tolist() == [4, 8]
    assert country.values.loc[country.kept, "staff"].tolist() == [12, 5, 30, 8]
    assert [note for note in read.raw.notes if note.startswith("row 4 repeats the headings")]
    assert read.recognised.readable == 1


def test_without_the_rule_such_a_row_is_refused_and_never_counted(send, questionnaire):
    read = send([HEADINGS, *ROWS[:2], HEADINGS, *ROWS[2:]])
    with pytest.raises(ProblemsFound, match="add `heading_row` to `exclude:`"):
        cleaned(read, questionnaire, exclude=["test"])


@pytest.mark.parametrize(
    "label",
    [
        "Total",
        "Mean:",
        "Summe",
        "Mittelwert",
        "MOYENNE",
        "Somme",
        "Gemiddelde",
        "Средно",
        "Prosjek",
        "Μέσος όρος",
        "Media",
        "Vidēji",
        "Średnia",
        "Medie",
        "Povprečje",
        "Ø",
    ],
)
def test_a_labelled_row_of_numbers_is_a_summary_in_every_language(send, label):
    assert set_aside(send, *ROWS, [label, "", "2000", "13,8", "", "44,9"]) == {6: "summary_row"}


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(["", "", *MEANS], id="means without a label"),
        pytest.param(["", "", "2000", "13.8", "55.1", "44.9"], id="rounded means"),
        pytest.param(["", "", *SUMS], id="sums without a label"),
        pytest.param(["Min", "", "1990", "5", "30.5", "0"], id="a label that may be a name, with the smallest numbers"),
        pytest.param(["n", "", "4", "4", "4", "4"], id="how many answers there are"),
        pytest.param(["Mittelwert", "#DIV/0!", *MEANS], id="a formula over texts"),
    ],
)
def test_numbers_that_are_those_of_their_columns_are_a_summary(send, row):
    assert set_aside(send, *ROWS, row) == {6: "summary_row"}


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(["Max", "", "2015", "7", "20", "80"], id="somebody of that name"),
        pytest.param(["Total", "social", "2015", "7", "20", "80"], id="an enterprise of that name, with texts"),
        pytest.param(["", "", "2015", "7", "20", "80"], id="somebody without a code"),
        pytest.param(["W5", "", *MEANS], id="an enterprise that is like the mean"),
        pytest.param(ROWS[0], id="the same answers once more"),
        pytest.param(["wise_code", "social", "2015", "7", "20", "80"], id="one heading as an answer"),
    ],
)
def test_a_respondent_is_never_taken_for_a_summary_or_headings(send, row):
    assert set_aside(send, *ROWS, row) == {}


def test_several_summaries_and_headings_are_all_found(send):
    below = [["Mean", "", *MEANS], ["Total", "", *SUMS], ["Max", "", "2010", "30", "100", "69.5"]]
    assert set_aside(send, *ROWS, HEADINGS, HEADINGS, *below) == {6: "heading_row", 7: "heading_row"} | dict.fromkeys(
        [8, 9, 10], "summary_row"
    )


def test_headings_pasted_into_forms_leave_the_tool_known(send, questionnaire):
    headings = ["Zeitstempel", *(questionnaire[name].labels["de"] for name in ("wise_code", "staff"))]
    read = send([headings, ["4.4.2022 08:24:00", "W1", "5"], headings, ["4.4.2022 09:24:00", "W2", "6"], ["", "Summe", "11"]], sign=",")
    assert (read.raw.tool, read.raw.grid.set_aside) == ("Google Forms", {3: "heading_row", 5: "summary_row"})


def test_all_rows_of_headings_of_a_pasted_export_are_found(send, questionnaire):
    texts = [questionnaire[name].labels["en"] for name in ("wise_code", "staff")]
    above = [["Respondent ID", "Collector ID", *texts], ["", "", "Open-Ended Response", "Open-Ended Response"]]
    read = send([*above, ["11122233344", "4455667", "W1", "5"], *above, ["11122233345", "4455667", "W2", "6"]], sign=",")
    assert (read.raw.tool, read.raw.grid.set_aside) == ("SurveyMonkey", {4: "heading_row", 5: "heading_row"})
    assert read.answers.values["staff"].dropna().tolist() == [5, 6]
