"""Headline figures with and without flagged respondents: by hand, and recomputed from the truth of the demonstration."""

from dataclasses import replace

import pandas as pd

from bwise.tables import european_tables
from tests.conftest import simulate_corrected
from tests.test_lineage import in_order
from tests.test_tables_enterprises import ANSWERS, ENTERPRISES, says

OPEN = {"minimum_persons": 2, "minimum_wises": 2, "low_reliability": 1}


def of_barriers(pool_of, people, flagged, **settings):
    pool = replace(pool_of(ENTERPRISES, ANSWERS, people, **{**OPEN, **settings}), flagged=frozenset(flagged))
    made = european_tables(pool).get("robustness")
    return None if made is None else {(r["of_table"], r["respondents"]): r for r in made.data.to_dict("records")}


def test_the_figure_is_computed_again_without_those_who_have_a_flag(pool_of):
    people = {"AT": [says("cost"), says("cost"), says("skills"), says("cost"), says("skills")]}
    found = of_barriers(pool_of, people, ["AT1", "AT2"])
    everybody, rest = found["barriers", "all respondents"], found["barriers", "without flagged"]
    assert (everybody["item"], everybody["value"], everybody["n"]) == ("Cost", 60.0, 5)
    assert (rest["n"], rest["wises"]) == (3, 3)
    assert round(rest["value"], 6) == round(200 / 3, 6)


def test_a_figure_is_left_out_where_the_difference_would_tell_what_one_person_said(pool_of):
    people = {"AT": [says("cost"), says("cost"), says("skills"), says("cost")]}
    assert of_barriers(pool_of, people, ["AT2"]) is None


def test_a_flag_of_somebody_who_did_not_answer_changes_nothing_and_hides_nothing(pool_of):
    people = {"AT": [says("cost"), says("cost"), {}]}
    found = of_barriers(pool_of, people, ["AT2"])
    assert found["barriers", "without flagged"]["value"] == found["barriers", "all respondents"]["value"] == 100.0


def test_where_nobody_has_a_flag_there_is_no_table(pool_of):
    assert of_barriers(pool_of, {"AT": [says("cost"), says("cost")]}, []) is None


def test_the_demonstration_without_its_flagged_respondents_is_that_of_the_truth(european, demonstration_pool, questionnaire):
    """The share of the leading WISE model among enablers, counted from the simulator's people by plain loops."""
    pool, table = demonstration_pool, european["robustness"].data
    flagged = {
        (c, row["delivery"], row["source_row"]) for c in pool.countries for row in in_order(pool.project, c, "flags.csv").to_dict("records")
    }
    people = {
        c: iter([p for p in simulate_corrected(questionnaire) if p.fate == "kept" and p.partner.country == c]) for c in pool.countries
    }
    named, base = 0, 0
    answers = [in_order(pool.project, c, "answers.parquet").assign(country=c) for c in pool.countries]
    for place in pd.concat(answers)[["country", "delivery", "source_row"]].itertuples(index=False, name=None):
        person = next(people[place[0]])
        if place not in flagged and (model := person.values.get("model")) is not None:
            base += 1
            named += model == "productive"
    row = table[table["of_table"].eq("models") & table["respondents"].eq("without flagged")].iloc[0]
    assert row["item"] == "Productive model"
    assert (row["n"], round(row["value"], 9)) == (base, round(100 * named / base, 9))
