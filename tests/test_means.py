"""Means of countries: what they tell of countries that are shown nowhere by themselves."""

from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from bwise.ledger import MEAN_OF_COUNTRIES, POOLED
from bwise.protection.means import Margins, bounds
from tests.conftest import made

sectors = made("sectors")

SIZES = [6, 8, 10, 12]


def countries(*yes, sizes=SIZES, known=0, whole=True):
    """The pooled figure and the mean of countries of which so many said yes; a partner knows so many of the first one, who said no."""
    persons = np.array([sizes, [sizes[0] - known, *sizes[1:]]], dtype=float)
    sums = np.array([[yes], [yes]], dtype=float)
    weights = np.array([1 / np.array(sizes) / len(sizes), np.ones(len(sizes))])
    return Margins(
        persons=persons,
        sums=sums,
        whole=np.array([whole]),
        weights=weights,
        told=np.ones((1, 2), dtype=bool),
        means=np.array([True, False]),
        shown=np.zeros((1, len(sizes)), dtype=bool),
    )


def left_out(margins):
    """Whether the mean is left out; the pooled figure never is."""
    (mean, pooled) = margins.too_close(0.2)[0]
    assert not pooled
    return bool(mean)


def test_a_mean_of_answers_that_many_gave_and_many_did_not_is_shown():
    assert not left_out(countries(3, 4, 5, 6))


def test_a_mean_of_an_answer_that_hardly_anybody_gave_is_left_out():
    assert left_out(countries(0, 0, 0, 0)) and left_out(countries(0, 1, 0, 0))
    assert left_out(countries(6, 8, 10, 12)) and left_out(countries(6, 8, 9, 12)), "nor one that nearly everybody gave"


def test_a_mean_is_shown_where_each_country_is_shown_by_itself():
    margins = countries(0, 1, 0, 0)
    assert not left_out(replace(margins, shown=np.ones((1, 4), dtype=bool)))


def test_the_total_of_one_country_leaves_too_little_for_each_of_its_groups():
    margins = countries(3, 4, 5, 6)
    group = np.array([[6.0, 6.0]])  # other persons of the first country; they and the first six said yes three times
    more = replace(
        margins,
        persons=np.hstack([margins.persons, group.T]),
        sums=np.dstack([margins.sums, np.zeros((2, 1, 1))]),
        weights=np.vstack([np.hstack([margins.weights, np.zeros((2, 1))]), [[1, 0, 0, 0, 1]], [[0, 0, 0, 0, 1]]]),
        told=np.ones((1, 4), dtype=bool),
        means=np.array([True, False, False, False]),
        shown=np.array([[False, False, False, False, True]]),
    )
    assert more.too_close(0.2)[0].tolist() == [True, False, False, False], "three of twelve, none of the others: three of the six"


def test_a_partner_who_knows_most_of_a_country_may_learn_what_the_public_does_not():
    yes = [1, 1, 2, 2]
    assert not countries(*yes, sizes=[6, 6, 6, 6]).too_close(0.2).any()
    one = countries(*yes, sizes=[6, 6, 6, 6])
    knowing = replace(one, persons=np.array([[6.0] * 4, [6, 0, 0, 6]]), sums=np.array([[yes], [[1, 0, 0, 0]]], dtype=float))
    assert left_out(knowing), "of the last country all that are left is told by the one yes of the first"


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_answers_that_agree_with_every_total_lie_outside_the_bounds(data):
    """By trying all whole numbers."""
    most = data.draw(st.lists(st.integers(0, 4), min_size=2, max_size=4))
    truth = [data.draw(st.integers(0, top)) for top in most]
    entries = st.lists(st.integers(-2, 3), min_size=len(most), max_size=len(most))
    weights = np.array(data.draw(st.lists(entries, min_size=1, max_size=3)), dtype=float)
    totals = weights @ truth
    low, high = bounds(weights, totals[None], np.array([most], dtype=float), np.array([True]))
    every = np.array(list(product(*(range(top + 1) for top in most))))
    agree = every[np.isclose(every @ weights.T, totals).all(axis=1)]
    assert (low[0] <= agree.min(axis=0)).all() and (agree.max(axis=0) <= high[0]).all()


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_of_a_mean_and_a_pooled_figure_the_bounds_are_those_of_a_linear_program(data):
    sizes = data.draw(st.lists(st.integers(4, 15), min_size=4, max_size=6))
    yes = [data.draw(st.integers(0, size)) for size in sizes]
    margins = countries(*yes, sizes=sizes, whole=False)
    widths = margins._widths(np.array([0]), np.array([[True], [False]]), margins.told)[0]
    totals = margins.weights @ yes
    ends = [
        [linprog(sign * np.eye(len(sizes))[n], A_eq=margins.weights, b_eq=totals, bounds=[(0, s) for s in sizes]).fun for sign in (1, -1)]
        for n in range(len(sizes))
    ]
    assert np.allclose(widths, [-(low + high) / size for (low, high), size in zip(ends, sizes, strict=True)], atol=1e-6)


SURVEY = """type,name,label,role,concept,measure,subject
text,wise_code,Enterprise,wise,,,
select_one group,group,Group,group,,,
select_one model,model,Model,model,,,
select_multiple sector,sectors,Sectors,sectors,,,
"""
CHOICES = """list_name,name,label
group,enabler,Enabler
model,social,Social
sector,A,Farming
sector,C,Manufacturing
"""


def test_a_table_says_which_kind_of_means_it_leaves_out(pool_of):
    def person(n, country):
        return {"group": "enabler", "model": "social", "sectors/A": n % 2 == 0, "sectors/C": (n, country) == (0, "AT")}

    people = {c: [person(n, c) for n in range(12)] for c in ("AT", "BE", "BG", "HR", "FR")}
    table = sectors(pool_of(SURVEY, CHOICES, people))
    data = table.data[table.data["statistic"] == "active in the sector"]
    assert set(data.loc[data["average"] == POOLED, "sector"]) == {"A", "C"}
    assert set(data.loc[data["average"] == MEAN_OF_COUNTRIES, "sector"]) == {"A"}
    assert "Not shown: means of countries that would tell too much of single countries." in table.notes
