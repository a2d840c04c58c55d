"""Means of countries: what all figures of a base tell together of countries that are in a mean only."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bwise.protection.completions import Completions, _Attacker, _independent
from bwise.protection.means import Margins

LEAST = 0.2
SIZES = np.array([[60, 80, 100, 120], [120, 60, 80, 100]])
"""Persons of two groups in four countries."""
HALF = SIZES // 2


def published(yes, sizes=SIZES, known=()):
    """Of two groups in each country so many said yes. Told are the mean of countries and the total of each group, and the total of each
    country. A partner knows all answers of the countries `known`."""
    groups, countries = sizes.shape
    persons = np.array([sizes, np.where(np.isin(np.arange(countries), known), 0, sizes)]).reshape(2, -1)
    each = np.kron(np.eye(groups), np.ones(countries))
    weights = np.vstack([each / sizes.ravel() / countries, each, np.kron(np.ones(groups), np.eye(countries))])
    count = len(weights)
    return Margins(
        persons=persons.astype(float),
        sums=(np.ravel(yes) * (persons > 0)).astype(float)[:, None],
        whole=np.array([True]),
        weights=weights,
        told=np.ones((1, count), dtype=bool),
        means=np.arange(count) < groups,
        shown=np.zeros((1, sizes.size), dtype=bool),
    )


def completions(margins, steps=(1.0,), values=None):
    if values is None:
        yes, persons = margins.sums[0, 0].sum(), margins.persons[0].sum()
        values = (np.arange(persons) < yes).astype(float)[:, None]
    return Completions(margins, values, np.array(steps))


def left_out(margins):
    """Which of the means, by all figures together."""
    return completions(margins).too_close(margins.told, LEAST)[0].tolist()


def test_who_knows_one_of_four_countries_solves_the_other_three_where_means_of_two_groups_are_told():
    """Unknown are three sums of the first group, the rest of each country being the other group. The total of the group, its mean, and the
    mean of the other group are three equations: 30, 40 and 50 of 60, 80 and 100."""
    margins = published(HALF, known=[3])
    equations = np.array([[1, 1, 1], [1 / 60, 1 / 80, 1 / 100], [1 / 120, 1 / 60, 1 / 80]])
    told = [120, 30 / 60 + 40 / 80 + 50 / 100, 30 / 120 + 40 / 60 + 50 / 80]
    assert np.linalg.solve(equations, told).round(9).tolist() == [30, 40, 50]
    partner = _Attacker(completions(margins), view=1)
    assert [partner.width(0, cell, margins.told, (LEAST, LEAST)) for cell in (0, 1, 2, 4, 5, 6)] == [0] * 6
    found = left_out(margins)
    assert any(found[:2]) and not any(found[2:]), "totals are never left out"


def test_a_mean_that_is_left_out_leaves_a_direction_in_which_all_can_move():
    """Without the mean of the second group the first three of the first are free along (1/8 - 1/10, 1/10 - 1/6, 1/6 - 1/8)."""
    margins = published(HALF, known=[3])
    margins.told[0, 1] = False
    partner = _Attacker(completions(margins, steps=[0.0]), view=1)
    direction = np.array([1 / 80 - 1 / 100, 1 / 100 - 1 / 60, 1 / 60 - 1 / 80])
    farthest = np.min([[30, 40, 50], [60, 30, 40]] / abs(direction))  # so far, and as far back, until all or none of a group said yes
    widths = [partner._alone(0, cell, margins.told[0]) for cell in range(3)]
    assert np.allclose(widths, 2 * farthest * abs(direction) / [60, 80, 100])
    assert not any(left_out(margins)[2:])


def test_an_item_of_which_each_answer_is_counted_is_bound_by_how_often_it_was_given():
    """All but two of 60 answered 3 or 4 of 1 to 5: whatever else is told, no country of 10 is far from there."""
    ratings = np.array([3, 4] * 29 + [1, 5])
    values = np.column_stack([(ratings - 1) / 4, *(ratings == k for k in range(1, 6))]).astype(float)
    country = np.repeat(np.arange(6), 10)
    sums = np.array([values[country == c].sum(axis=0) for c in range(6)]).T
    weights = np.array([[1 / 60] * 5 + [1 / 10 / 6], [1.0] * 6])
    told = np.array([[True, True], *[[False, True]] * 5])
    margins = Margins(
        persons=np.full((1, 6), 10.0),
        sums=sums[None],
        whole=np.array([False, *[True] * 5]),
        weights=weights,
        told=told,
        means=np.array([True, False]),
        shown=np.zeros((6, 6), dtype=bool),
    )
    steps = [0.25, *[1.0] * 5]
    assert not margins.too_close(0.35)[0].any(), "the mean and the total by themselves say next to nothing"
    assert completions(margins, steps, values).too_close(told, 0.35)[0].tolist() == [True, False]
    assert not completions(margins, steps, values).too_close(told, 0.1).any()
    apart = np.where(np.arange(6)[:, None] == 0, told, False)
    assert not completions(margins, steps, values).too_close(apart, 0.35).any(), "who does not know how often has no such bound"


@given(st.data())
@settings(max_examples=15, deadline=None)
def test_what_whole_numbers_let_move_is_never_narrow_and_lines_promise_no_more_than_a_linear_program(data):
    """By trying all whole numbers."""
    sizes = np.array(data.draw(st.lists(st.lists(st.integers(2, 4), min_size=3, max_size=3), min_size=2, max_size=2)))
    yes = np.array([[data.draw(st.integers(0, n)) for n in row] for row in sizes])
    margins = published(yes, sizes, known=data.draw(st.sampled_from([(), (0,), (2,)])))
    found, there = completions(margins), np.flatnonzero(margins.persons[1])
    every = np.array(list(product(*(range(n + 1) for n in sizes.ravel()[there]))), dtype=float)
    lines = margins.weights[:, there]
    agree = every[np.isclose(every @ lines.T, lines @ yes.ravel()[there]).all(axis=1)]
    partner, limits = _Attacker(found, view=1), (LEAST, LEAST)
    wide = np.ptp(agree, axis=0) >= LEAST * sizes.ravel()[there]
    widths = np.array([partner.width(0, cell, margins.told, limits) for cell in there])
    assert (widths[wide] >= LEAST - 1e-9).all()
    asked = np.ones((1, sizes.size), dtype=bool)
    by_lines = found._along_lines(np.array([1]), np.array([0]), _independent(margins.weights), asked, 1.0)[0, there]
    alone = np.array([partner._alone(0, at, margins.told[0]) for at in range(len(there))]) * sizes.ravel()[there]
    assert (by_lines <= alone + 1e-6).all()
