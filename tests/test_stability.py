"""Clear differences, tiers and ranks: examples worked by hand, and draws of enterprises again by plain loops."""

from math import comb
from statistics import mean, pstdev

import numpy as np
import pytest

from bwise.tables.stability import FALSE_TABLES, Sums, anything_differs, clearly_above, draws, pass_together, ranks, screens, tiers


def above_from(values, apart):
    """Clear where so far apart."""
    return np.array([[one - other >= apart - 1e-9 for other in values] for one in values])


def test_tiers_and_ranks_of_five_figures_that_are_clear_from_three_tenths():
    """`clear` is not transitive, so each tier is told by its leader: 1.2 leads 1.1, 0.8 leads 0.75, 0.3 is alone."""
    values = np.array([1.2, 1.1, 0.8, 0.75, 0.3])
    above = above_from(values, 0.3)
    assert tiers(values, above) == [[0, 1], [2, 3], [4]]
    assert ranks(above) == [(1, 2), (1, 2), (3, 4), (3, 4), (5, 5)]
    shuffled = [3, 0, 4, 2, 1]
    assert tiers(values[shuffled], above[np.ix_(shuffled, shuffled)]) == [[1, 4], [3, 0], [2]]


def test_figures_of_which_none_is_clear_are_one_tier_and_may_have_any_rank():
    values = np.array([0.2, 0.3, 0.1])
    assert tiers(values, np.zeros((3, 3), dtype=bool)) == [[1, 0, 2]]
    assert ranks(np.zeros((3, 3), dtype=bool)) == [(1, 3)] * 3


@pytest.mark.parametrize(
    ("p", "passed"),
    [
        ([0.001, 0.008, 0.012, 0.035, 0.041, 0.30], 5),  # limits 0.017 0.033 0.050 0.067 0.083 0.100
        ([0.30, 0.041, 0.035, 0.012, 0.008, 0.001], 5),
        ([0.06, 0.06], 2),  # the larger passes, and with it the smaller, whose own limit is 0.05
        ([0.2, 0.2], 0),
        ([], 0),
    ],
)
def test_comparisons_pass_together_as_benjamini_and_hochberg_say(p, passed):
    found = pass_together(np.array(p))
    assert found.sum() == passed
    assert passed == 0 or max(x for x, in_ in zip(p, found, strict=True) if in_) <= min(
        [x for x, in_ in zip(p, found, strict=True) if not in_], default=1
    )


def test_a_screen_is_twice_the_smaller_share_of_draws_and_never_nothing():
    differences = np.array([[1.0, -1.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 0.0]])
    assert screens(differences) == pytest.approx([2 / 5, 2 / 4, 1.0])


def test_of_each_country_all_but_one_are_drawn_and_a_country_with_one_enterprise_drops_out():
    country = np.array([0, 0, 0, 1, 1, 2])
    found = draws(country, 1, 500)
    assert [set(found[:, country == c].sum(axis=1)) for c in range(3)] == [{2.0}, {1.0}, {0.0}]
    assert (found == draws(country, 1, 500)).all() and (found != draws(country, 2, 500)).any()
    assert found[:, :3].mean(axis=0) == pytest.approx([2 / 3] * 3, abs=0.1)


def clear_by_loops(answers, unflagged, drawn, least):
    """`answers`: (country, enterprise, figure, what was added) of every respondent; the rules again, one draw and one pair at a time."""
    figures = sorted({f for _, _, f, _ in answers})

    def value(figure, times, given=answers):
        total = sum(times(c, w) * x for c, w, f, x in given if f == figure)
        return total / sum(times(c, w) for c, w, f, _ in given if f == figure)

    pairs = [(a, b) for a in figures for b in figures if a < b]
    each = [{f: value(f, lambda c, w, row=row: row[w]) for f in figures} for row in drawn]
    p = {}
    for a, b in pairs:
        low, high = (sum(sign * (one[a] - one[b]) <= 0 for one in each) / len(each) for sign in (1, -1))
        p[a, b] = max(2 * min(low, high), 2 / (len(each) + 1))
    there = {(c, w) for c, w, _, _ in answers}
    freedom = len(there) - len({c for c, _ in there})
    moved, farthest = [0.0] * len(each), 0.0
    for a, b in pairs:
        found = [one[a] - one[b] for one in each]
        centre, spread = mean(found), pstdev(found)
        moved = [max(m, abs(x - centre) / spread) for m, x in zip(moved, found, strict=True)]
        farthest = max(farthest, abs(value(a, lambda c, w: 1) - value(b, lambda c, w: 1)) / spread)
    largest = np.quantile(moved, 0.95)
    if farthest <= largest + (largest**3 + largest) / (4 * freedom):
        return set()
    ordered = sorted(p.values())
    limit = max((x for i, x in enumerate(ordered, 1) if x <= i * 0.1 / len(pairs)), default=-1)
    clear = set()
    for a, b in pairs:
        apart = value(a, lambda c, w: 1) - value(b, lambda c, w: 1)
        again = [value(a, lambda c, w, o=o: c != o) - value(b, lambda c, w, o=o: c != o) for o in {c for c, *_ in answers}]
        again.append(value(a, lambda c, w: 1, unflagged) - value(b, lambda c, w: 1, unflagged))
        if p[a, b] <= limit and abs(apart) >= least and all(x * apart > 0 for x in again):
            clear.add((a, b) if apart > 0 else (b, a))
    return clear


def sums(answers, enterprises, figures):
    added, persons = np.zeros((enterprises, figures)), np.zeros((enterprises, figures))
    country = np.zeros(enterprises, dtype=int)
    for c, w, f, x in answers:
        added[w, f] += x
        persons[w, f] += 1
        country[w] = c
    return Sums(added, persons, country)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_clear_is_what_plain_loops_over_the_same_draws_find(seed):
    random = np.random.default_rng(seed)
    enterprises = [(country, 4 * country + n) for country in range(3) for n in range(4)]
    answers = [(c, w, f, float(random.integers(1, 5) + f)) for c, w in enterprises for f in range(4) for _ in range(2)]
    unflagged = [one for one in answers if random.random() < 0.9]
    found = [sums(given, 12, 4) for given in (answers, unflagged)]
    drawn = draws(found[0].country, seed, 60)
    above = clearly_above(*found, drawn, 0.25)
    assert {(a, b) for a in range(4) for b in range(4) if above[a, b]} == clear_by_loops(answers, unflagged, drawn, 0.25) != set()


def of_countries(*differences):
    """Two figures, of which the first is so much higher in each country; eight enterprises each, a little different."""
    values = [(c, 8 * c + n, f, 3 + 0.01 * n + d * (f == 0)) for c, d in enumerate(differences) for n in range(8) for f in (0, 1)]
    return sums(values, 8 * len(differences), 2)


@pytest.mark.parametrize(
    ("differences", "clear"),
    [((1, 1, 1), True), ((0.2, 0.2, 0.2), False), ((3, -0.5, -0.5), False), ((1, 1, 0.1), True)],
)
def test_a_difference_is_clear_if_it_is_large_and_hangs_on_no_country(differences, clear):
    found = of_countries(*differences)
    drawn = draws(found.country, 5, 200)
    assert clearly_above(found, found, drawn, 0.25).tolist() == [[False, clear], [False, False]]


def test_a_difference_that_only_flagged_respondents_make_is_not_clear():
    found, without = of_countries(1, 1, 1), of_countries(-0.1, -0.1, -0.1)
    assert not clearly_above(found, without, draws(found.country, 5, 200), 0.25).any()


def more_than_a_chance_of_one_in_a_thousand(tables, rate):
    """The number of tables that is passed less than once in a thousand times if each is one of `rate`: the binomial distribution."""
    share, most = 1.0, -1
    while share > 0.001:
        most += 1
        share -= comb(tables, most) * rate**most * (1 - rate) ** (tables - most)
    return most


def test_of_ten_tables_at_a_rate_of_one_in_ten_more_than_five_are_no_chance():
    """Tables of the binomial distribution: six or more 0.0001, five or more 0.0016."""
    assert more_than_a_chance_of_one_in_a_thousand(10, 0.1) == 5


@pytest.mark.parametrize(("figures", "tables"), [(2, 200), (4, 200), (8, 100)])
def test_answers_that_mean_nothing_give_a_clear_difference_no_oftener_than_is_said_however_small_it_may_be(figures, tables):
    """13 countries with 8 enterprises, nothing between the figures; the limit is that of `FALSE_TABLES`, not what was seen."""
    random, clear = np.random.default_rng(figures), 0
    country = np.repeat(np.arange(13), 8)
    drawn = draws(country, figures, 1000)
    for _ in range(tables):
        found = Sums(random.normal(3, 0.56, (104, figures)) * 5, np.full((104, figures), 5.0), country)
        clear += bool(clearly_above(found, found, drawn, 0.0).any())
    assert clear <= more_than_a_chance_of_one_in_a_thousand(tables, FALSE_TABLES)


def test_a_table_differs_if_its_largest_difference_does_in_its_own_spread():
    """Spreads 1 and 2 about 0; draws move by 1 to 2 spreads. With 10 degrees of freedom 2 becomes 2 + (8 + 2) / 40 = 2.25."""
    one = np.array([-2.0, 2.0, -0.5, 0.5] * 10)
    differences = np.column_stack([one, 2 * one]) / one.std()
    limit = 2 / one.std()
    limit += (limit**3 + limit) / 40
    assert anything_differs(np.array([0.0, 2 * limit + 0.01]), differences, 10)
    assert not anything_differs(np.array([limit - 0.01, 2 * limit - 0.01]), differences, 10)
    assert not anything_differs(np.array([0.0, 2 * limit + 0.01]), differences, 2), "of fewer enterprises more is asked"
    assert anything_differs(np.array([0.1, 0.0]), np.column_stack([np.full(40, 0.1), one]), 10), "apart by the same in every draw"
    assert not anything_differs(np.zeros(1), np.zeros((40, 1)), 10)
