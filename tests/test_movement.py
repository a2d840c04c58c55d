"""How far hidden figures can move: small countries by hand, whose answers are known."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from bwise.protection import Answers, Cells, People, Rules, protect
from bwise.protection.movement import Movement

RULES = Rules(persons=5, wises=1, dominance=None)


def countries(*answers, rules=RULES):
    """What is hidden of countries of which these 0/1 answers were given, when the total is shown first; and what is bounded."""
    sizes = [len(given) for given in answers]
    persons = sum(sizes)
    ends = np.cumsum(sizes)
    rows = [range(persons), *(range(end - size, end) for end, size in zip(ends, sizes, strict=True))]
    members = np.zeros((len(rows), persons), dtype=np.int64)
    for row, some in zip(members, rows, strict=True):
        row[list(some)] = 1
    values = np.concatenate(answers).astype(float)[:, None]
    cells = Cells(
        csr_array(members),
        np.zeros(len(rows), dtype=int),
        np.array([0] + [1] * len(answers)),
        breakdown=np.array([0] + [1] * len(answers)),
        base=np.zeros(len(rows), dtype=int),
        answers=(Answers(np.ones(persons, dtype=bool), values, np.array([[0.0, 1.0]])),),
    )
    verdict = protect(cells, People(np.arange(persons), np.full(persons, -1)), rules)
    return verdict.hidden[1:].tolist(), [cell - 1 for cell in verdict.bounded]


def yes(number, of):
    return [1] * number + [0] * (of - number)


def test_hidden_countries_that_can_move_far_enough_need_no_further_one():
    hidden, bounded = countries(yes(2, 4), yes(3, 6), yes(4, 8), yes(5, 10))
    assert (hidden, bounded) == ([True, True, False, False], [])


def test_hidden_countries_with_one_yes_between_them_take_one_more_with_them():
    """Of 4 and 6 persons one said yes: the 6 lie between 0 and 1 of 6. With 8 more, of whom 4 said yes, they lie between 0 and 5."""
    hidden, bounded = countries(yes(0, 4), yes(1, 6), yes(4, 8), yes(5, 10), yes(6, 12), yes(7, 14))
    assert (hidden, bounded) == ([True, True, True, False, False, False], [])


def test_countries_that_a_mean_is_made_of_are_hidden_with_those_that_readers_see():
    """A mean of countries with one that is hidden elsewhere would give it away, less the same without it."""
    answers = [yes(0, 4), yes(1, 6), yes(4, 8), yes(5, 10), yes(6, 12), yes(7, 14), yes(0, 5), yes(5, 9)]
    ends = np.cumsum([len(given) for given in answers])
    members = np.zeros((len(answers), ends[-1]), dtype=np.int64)
    for row, end, some in zip(members, ends, answers, strict=True):
        row[end - len(some) : end] = 1
    count = len(answers)
    cells = Cells(
        csr_array(np.vstack([np.ones((1, ends[-1]), dtype=np.int64), members, members])),
        np.zeros(1 + 2 * count, dtype=int),
        np.array([0] + [1] * count + [2] * count),
        read=np.arange(1 + 2 * count) <= count,
        breakdown=np.array([0] + [1] * count + [2] * count),
        base=np.array([0] * (1 + count) + [-1] * count),
        answers=(Answers(np.ones(ends[-1], dtype=bool), np.concatenate(answers).astype(float)[:, None], np.array([[0.0, 1.0]])),),
    )
    hidden = protect(cells, People(np.arange(ends[-1]), np.full(ends[-1], -1)), RULES).hidden[1:]
    assert hidden[:count].sum() > 2, "one more than those that are too small and what would give them away"
    assert hidden[:count].tolist() == hidden[count:].tolist()


def test_what_would_need_most_countries_hidden_is_told_and_they_stay():
    hidden, bounded = countries(yes(0, 4), yes(1, 6), yes(4, 8), yes(5, 10), yes(6, 12))
    assert (hidden, bounded) == ([True, True, False, False, False], [1])


def test_without_the_rule_nothing_further_is_hidden():
    hidden, _ = countries(yes(0, 4), yes(1, 6), yes(4, 8), yes(5, 10), yes(6, 12), rules=Rules(5, 1, dominance=None, movement=0.0))
    assert hidden == [True, True, False, False, False]


def test_an_answer_that_nobody_gave_bounds_every_country_and_is_told():
    hidden, bounded = countries(yes(0, 4), yes(0, 6), yes(0, 8), yes(0, 10))
    assert hidden == [True, True, False, False]
    assert sorted(bounded) == [0, 1]


def test_a_partner_who_knows_the_yes_of_its_own_leaves_less_room_than_the_public():
    members = csr_array(np.array([[1] * 12, [1] * 6 + [0] * 6, [0] * 6 + [1] * 6]))
    values = np.array([1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0], dtype=float)[:, None]
    outside = np.array([[True] * 12, [False, True, True, True, True, True] + [True] * 6])
    answers = (Answers(np.ones(12, dtype=bool), values, np.array([[0.0, 1.0]])),)
    zeros = np.zeros(3, dtype=int)
    total = np.array([True, False, False])
    public, both = (
        Movement(members, np.array([0, 1, 1]), zeros, answers, outside[:views], 0.2).missing(total, np.array([2]))[0] for views in (1, 2)
    )
    assert public == 0, "two of twelve said yes: none to two of the six"
    assert both == pytest.approx(0.2 - 1 / 6), "who knows that its own said yes knows that at most one of the six did"


def test_where_nothing_but_one_number_could_be_answered_nothing_has_to_move():
    answers = (Answers(np.ones(6, dtype=bool), np.zeros((6, 0)), np.zeros((0, 2))),)
    zeros, members = np.zeros(2, dtype=int), csr_array(np.array([[1] * 6, [1] * 3 + [0] * 3]))
    movement = Movement(members, zeros, zeros, answers, np.ones((1, 6), dtype=bool), 0.2)
    assert movement.missing(np.array([True, False]), np.array([1])).tolist() == [0]


@given(st.lists(st.integers(1, 5), min_size=4, max_size=9), st.integers(1, 3), st.integers(0, 3))
def test_the_room_is_that_between_the_smallest_and_the_largest_sum_of_as_many_of_their_class(points, inside, shown):
    """By trying all choices: of persons whom nothing published tells apart, any as many could be those in the cell."""
    count = len(points)
    cell, published = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    cell[:inside] = 1
    published[count - min(shown, count - inside) :] = 1 if shown else 0
    members = csr_array(np.array([np.ones(count, dtype=np.int64), published, cell]))
    answers = (Answers(np.ones(count, dtype=bool), np.array(points, dtype=float)[:, None], np.array([[1.0, 5.0]])),)
    movement = Movement(members, np.zeros(3, dtype=int), np.zeros(3, dtype=int), answers, np.ones((1, count), dtype=bool), 1.0)
    lack = movement.missing(np.array([True, True, False]), np.array([2]))[0]
    alike = [p for p, told in zip(points, published, strict=True) if not told]
    sums = [sum(some) for some in combinations(alike, inside)]
    assert 1.0 - lack == pytest.approx((max(sums) - min(sums)) / (4 * inside))


def test_a_hidden_total_of_which_other_groups_are_shown_nearly_all_takes_one_of_them_with_it():
    """Of 40 persons, 14, 10 and 9 are shown by model: 7 are left, who move the total by 7 of 40 at most."""
    sizes = [14, 10, 9, 7]
    persons = sum(sizes)
    rows = np.vstack([np.ones((1, persons)), np.repeat(np.eye(4), sizes, axis=1)]).astype(np.int64)
    answers = Answers(np.ones(persons, dtype=bool), np.tile([0.0, 1.0], persons // 2)[:, None], np.array([[0.0, 1.0]]))
    breakdown, outside = np.array([0, 1, 1, 1, 1]), np.ones((1, persons), dtype=bool)
    movement = Movement(csr_array(rows), breakdown, np.zeros(5, dtype=int), (answers,), outside, 0.2)
    shown = np.array([False, True, True, True, False])
    assert movement.covered(shown, 0).tolist() == shown.tolist()
    assert not movement.covered(np.array([False, True, True, False, False]), 0).any(), "16 of 40 are left"
    known = np.ones((2, persons), dtype=bool)
    known[1, -12:] = False
    partner = Movement(csr_array(rows), breakdown, np.zeros(5, dtype=int), (answers,), known, 0.2)
    assert partner.covered(np.array([False, True, True, False, False]), 0).any(), (
        "of those who are left he knows twelve; 4 of 28 he does not"
    )


@pytest.mark.parametrize(("few", "hidden_too"), [(13, True), (11, False)])
def test_a_group_that_is_nearly_all_of_a_hidden_country_is_hidden_with_it(few, hidden_too):
    """Of 16 persons of the first country, hidden beside one of 4, the group leaves 3 or 5."""
    sizes = [16, 4, 20, 20]
    persons, ends = sum(sizes), np.cumsum(sizes)
    rows = [range(persons), range(few), *(range(end - size, end) for end, size in zip(ends, sizes, strict=True))]
    members = np.array([np.isin(np.arange(persons), some) for some in rows]).astype(np.int64)
    cells = Cells(
        csr_array(members),
        np.zeros(len(rows), dtype=int),
        np.array([0, 1, 2, 2, 2, 2]),
        breakdown=np.array([0, 1, 2, 2, 2, 2]),
        base=np.zeros(len(rows), dtype=int),
        answers=(Answers(np.ones(persons, dtype=bool), np.tile([0.0, 1.0], persons // 2)[:, None], np.array([[0.0, 1.0]])),),
    )
    verdict = protect(cells, People(np.arange(persons), np.full(persons, -1)), RULES)
    assert verdict.bounded == []
    assert verdict.hidden.tolist() == [False, hidden_too, True, True, False, False]
