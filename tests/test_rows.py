"""Which rows of a file belong to a delivery. Truth: tables of a few rows, counted by hand."""

import datetime

import pytest
from ruamel.yaml import YAML

from bwise.cleaning import exclude, gather, open_answers
from bwise.intake import State, page
from bwise.matching import read_deliveries
from bwise.problems import ProblemsFound
from bwise.settings import CountrySettings, Delivery, Project
from bwise.summaries import balance

HEADINGS = ["Country", "Wave", "Day", "gewicht", "wise_code", "staff"]
ROWS = [
    ["Austria", "1", "2022-03-01", "0.5", "W1", "12"],
    ["Germany", "1", "2022-03-15", "1.5", "W2", "5"],
    ["Germany", "2", "2022-04-02", "1", "W3", "30"],
    ["Austria", "2", "2022-04-20", "2", "W4", "8"],
]


def staff(read):
    return read.answers.values["staff"].dropna().tolist()


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ({"Country": "Austria"}, [12, 8]),
        ({"country": "x", "Country": "austria "}, None),
        ({"column 1": ["Austria", "Germany"], "Wave": 2}, [30, 8]),
        ({"Day": {"from": datetime.date(2022, 3, 15), "to": datetime.date(2022, 4, 2)}}, [5, 30]),
        ({"Day": {"from": datetime.date(2022, 4, 1)}}, [30, 8]),
        ({"Wave": {"to": 1}}, [12, 5]),
        ("all", [12, 5, 30, 8]),
    ],
)
def test_a_delivery_takes_the_rows_that_params_name(send, rows, kept):
    if kept is None:
        with pytest.raises(ProblemsFound, match="`rows: country` matches no heading"):
            send([HEADINGS, *ROWS], rows=rows)
        return
    read = send([HEADINGS, *ROWS], rows=rows)
    assert (staff(read), read.raw.other_rows) == (kept, 4 - len(kept))


def test_rows_keep_the_numbers_that_they_have_in_the_file(send):
    assert list(send([HEADINGS, *ROWS], rows={"Country": "Germany"}).raw.cells.index) == [3, 4]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ({"Country": "Austira"}, "did you mean `Austria`?"),
        ({"Country": ["Austria", "France"]}, "`rows: Country: France` matches no cell"),
        ({"Land": "Austria"}, "`rows: Land` matches no heading"),
        ({"Wave": {"from": 3}}, "no cell is from 3"),
        ({"Country": "Austria", "Day": "2022-03-15"}, "never true together"),
    ],
)
def test_rows_that_take_nothing_are_refused(send, rows, told):
    with pytest.raises(ProblemsFound) as found:
        send([HEADINGS, *ROWS], rows=rows)
    assert told in str(found.value)


@pytest.mark.parametrize("rows", [[], {}, "some", {"Country": {"since": 1}}])
def test_rows_that_say_nothing_are_no_setting(rows):
    with pytest.raises(ValueError, match="rows"):
        Delivery(partner="A", file="a.csv", rows=rows)


def test_rows_come_through_a_params_file(tmp_path):
    text = "rows:\n  Country: Austria\n  Day: {from: 2022-03-01, to: 2022-04-30}\npartner: A\nfile: a.csv\n"
    rows = Delivery.model_validate(YAML(typ="safe").load(text)).rows
    assert rows["Country"] == ["Austria"]
    assert rows["Day"].last == datetime.date(2022, 4, 30)
    again = Delivery.model_validate(Delivery(partner="A", file="a.csv", rows=rows).model_dump(mode="json"))
    assert again.rows == rows


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("In which country do you work?", ["Austria", "Germany", "Germany", "Austria"]),
        ("In welchem Land arbeiten Sie?", ["Österreich", "Deutschland", "", "Österreich"]),
        ("Dans quel pays travaillez-vous ?", ["Belgique", "France", "France", "Pays-Bas"]),
        ("W jakim kraju Pani/Pan pracuje?", ["Polska", "Niemcy", "Polska", "Polska"]),
        ("Σε ποια χώρα εργάζεστε", ["Ελλάδα", "Ιταλία", "Ελλάδα", "Ελλάδα"]),
        ("country_code", ["AT", "DE", "GR", "AT"]),
        ("cntry", ["AUT", "DEU", "DEU", "AUT"]),
        ("Q3", ["Austria", "Germany", "Germany", "Austria"]),
    ],
)
def test_a_file_of_several_countries_is_not_used_before_params_say_which_rows(tmp_path, questionnaire, heading, cells):
    lines = [[heading, "wise_code", "staff"], *([cell, f"W{n}", "5"] for n, cell in enumerate(cells))]
    (tmp_path / "a.csv").write_text("\n".join(";".join(line) for line in lines), encoding="utf-8")
    settings = CountrySettings(country="AT", questionnaire="skills_survey", deliveries=[Delivery(partner="AT-1", file="a.csv")])
    with pytest.raises(ProblemsFound) as found:
        read_deliveries(Project(tmp_path), settings, questionnaire)
    assert "column 1 looks like a country" in str(found.value) and "`rows: all`" in str(found.value)


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("In which country do you work?", ["Austria", "Austria", "", "Austria"]),
        ("Land", ["Stadt", "Land", "Land", "Stadt"]),
        ("Country of your clients", ["Austria and others", "many", "Germany", "none"]),
        ("Do you train?", ["NO", "SI", "NO", "SI"]),
    ],
)
def test_one_country_or_other_words_are_not_asked_about(send, heading, cells):
    read = send([[heading, "wise_code", "staff"], *([cell, f"W{n}", "5"] for n, cell in enumerate(cells))])
    assert (read.undecided, read.telling) == ((), ())


def test_countries_waves_and_weights_are_named_by_check(send, questionnaire):
    read = send([HEADINGS, *ROWS])
    assert [telling.what for telling in read.telling] == ["country", "wave", "weight"]
    settings = CountrySettings(country="AT", questionnaire="skills_survey", deliveries=[read.delivery])
    waiting = open_answers(gather(settings, questionnaire, [read]))
    told = page(State("XX-1", read.delivery, "AT", read, answers=waiting), questionnaire)
    assert "column 1 looks like a country: Austria (2), Germany (2)" in told
    assert "say which rows belong to it: `rows:`" in told


def test_a_weight_is_kept_beside_the_answers(send, questionnaire):
    read = send([HEADINGS, *ROWS], rows={"Country": "Austria"}, weight="gewicht")
    settings = CountrySettings(country="AT", questionnaire="skills_survey", deliveries=[read.delivery])
    assert gather(settings, questionnaire, [read]).rows["weight"].tolist() == [0.5, 2]
    assert [m.settled for m in read.recognised.matches if m.column.heading in ("Country", "gewicht")] == [True, True]


def test_check_counts_the_rows_of_a_file_and_its_weights_and_the_run_its_rows(send, questionnaire):
    mean = ["mean", "", "", "1.25", "", "13.75"]
    read = send([HEADINGS, *ROWS[:2], HEADINGS, *ROWS[2:], mean], rows={"Country": "Austria"}, weight="gewicht")
    rules = ["heading_row", "summary_row"]
    settings = CountrySettings(country="AT", questionnaire="skills_survey", deliveries=[read.delivery], exclude=rules)
    country = gather(settings, questionnaire, [read])
    told = page(State("XX-1", read.delivery, "AT", read, answers=open_answers(country)), questionnaire)
    assert "rows         6 of the file = 2 received + 2 not of this delivery + 2 nobody's answers" in told
    assert "weights      gewicht: 0.5 to 2, mean 1.25; kept beside the answers, no table uses them" in told
    country = exclude(country)
    counts = balance(country).frame.loc["all"].to_dict()
    assert counts == {
        "rows of the file": 6,
        "of other countries or waves": 2,
        "received": 4,
        "excluded: heading row": 1,
        "excluded: summary row": 1,
        "kept": 2,
    }


def test_a_file_that_holds_nothing_but_records_says_no_more_of_its_rows(send, questionnaire):
    read = send([HEADINGS, *ROWS], rows="all")
    settings = CountrySettings(country="AT", questionnaire="skills_survey", deliveries=[read.delivery])
    told = page(State("XX-1", read.delivery, "AT", read, answers=open_answers(gather(settings, questionnaire, [read]))), questionnaire)
    assert " of the file = " not in told and "weights  " not in told


@pytest.mark.parametrize("cell", ["", "0", "-1", "heavy"])
def test_a_weight_that_is_no_number_above_zero_is_refused_with_its_row(send, cell):
    with pytest.raises(ProblemsFound, match=r"1 respondents have no number above 0 there \(rows 3\)"):
        send([HEADINGS, ROWS[0], [*ROWS[1][:3], cell, *ROWS[1][4:]]], rows="all", weight="gewicht")
