"""An attacker reads published tables: what he finds by hand, in projects drawn by chance, and where nothing is suppressed."""

import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from bwise.demo import PARTNERS
from bwise.publication import write_tables
from bwise.settings import Project
from bwise.tables import european_tables, load_tables
from tests.attack.intervals import NARROW, intervals
from tests.attack.reading import People, Row, only_in_means, read_tables
from tests.attack.row_space import leaks
from tests.attack.simulated import simulated_pool
from tests.benchmarks.loss import withheld, without_secondary
from tests.conftest import ROOT

PERSONS, WISES = 5, 3  # thresholds of params/consolidation.yaml
PUBLIC = ""
FAMILY = ("by hand",)
SEEDS = [2, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(50) if seed != 2)]

# ------------------------------------------------------------------ by hand


def everybody(count, partners=1):
    """People of an enterprise each; the first `partners` - 1 of them are of other partners than the rest."""
    names = [f"P{min(n, partners - 1)}" for n in range(count)]
    known = SimpleNamespace(questions={}, choices=lambda name: {})
    return SimpleNamespace(partner=np.array(names), wise=np.array([f"w{n}" for n in range(count)]), questionnaire=known)


def mean(who, answers, hidden=False, name="yes"):
    """The share of these people who said yes, published or withheld."""
    weights, adds = tuple((p, 1, len(who)) for p in who), tuple(float(answers[p]) for p in who)
    total = float("nan") if hidden else sum(adds) / len(who)
    return Row(FAMILY, weights, adds, ((name, 1.0),), total, (0, 1), f"{name} of {len(who)}", hidden)


ANSWERS = [1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1]


def known(rows, people, view=""):
    return {(leak.quantity, leak.persons) for leak in leaks(FAMILY, rows, people, PERSONS, WISES, view)}


@pytest.mark.parametrize("few", [1, 2, 3, 4])
def test_two_bases_that_differ_by_few_persons_give_their_answers_away(few):
    rows = [mean(range(20), ANSWERS), mean(range(20 - few), ANSWERS)]
    assert known(rows, everybody(20)) == {("yes", frozenset(range(20 - few, 20)))}


def test_two_bases_that_differ_by_many_give_nobody_away():
    assert known([mean(range(20), ANSWERS), mean(range(12), ANSWERS)], everybody(20)) == set()


def test_a_withheld_group_is_what_the_others_leave_of_the_total():
    rows = [mean(range(20), ANSWERS), mean(range(8), ANSWERS), mean(range(8, 17), ANSWERS), mean(range(17, 20), ANSWERS, hidden=True)]
    assert known(rows, everybody(20)) == {("yes", frozenset({17, 18, 19}))}


def test_few_persons_between_overlapping_groups_are_found_though_no_base_lies_in_another():
    rows = [mean(range(12), ANSWERS), mean(range(8, 20), ANSWERS), mean([*range(8), *range(12, 20)], ANSWERS)]
    assert known(rows, everybody(20)) == {("yes", frozenset(range(8, 12)))}


def test_persons_of_one_enterprise_are_few_however_many_they_are():
    people = everybody(20)
    people.wise[12:] = "w12"
    assert known([mean(range(20), ANSWERS), mean(range(12), ANSWERS)], people) == {("yes", frozenset(range(12, 20)))}


def test_a_mean_of_countries_beside_the_pooled_mean_solves_two_countries():
    """Sums of 11 and 3 persons from one pooled and one unweighted mean: two equations, two unknowns."""
    one, other = range(11), range(11, 14)
    both = mean(range(14), ANSWERS)
    weights = tuple((p, 1, 2 * len(part)) for part in (one, other) for p in part)
    adds = tuple(float(ANSWERS[p]) for p in range(14))
    total = sum(a * t / b for (_, t, b), a in zip(weights, adds, strict=True))
    rows = [both, Row(FAMILY, weights, adds, (("yes", 1.0),), total, (0, 1), "mean of countries")]
    assert known(rows, everybody(14)) == {("yes", frozenset(other))}


def test_a_partner_takes_its_own_people_away():
    people = everybody(20, partners=2)
    people.partner[:17], people.partner[17:] = "P0", "P1"
    rows = [mean(range(20), ANSWERS)]
    assert known(rows, people) == set()
    assert known(rows, people, "P0") == {("yes", frozenset({17, 18, 19}))}


def test_two_enterprises_that_share_a_class_are_too_few_together():
    """Six persons of two enterprises: one of each counts alike in everything, the others do not; any number of classes, any weights."""
    people = everybody(30)
    people.wise[20:25], people.wise[25:30] = "w20", "w25"
    few = range(20, 30)
    answers = [*ANSWERS, 1, 0, 0, 1, 1, 0, 1, 0, 0, 1]
    whole = mean(range(30), answers)
    parts = [20, 25], [21, 26, 27], [22, 28], [23], [24, 29]
    overlapping = [mean([*range(2 * n, 2 * n + 9), *some], answers) for n, some in enumerate(parts)]
    found = known([whole, mean(range(20), answers), *overlapping], people)
    assert ("yes", frozenset(few)) in found


def test_weights_are_found_that_are_neither_one_nor_minus_one():
    """Twice one person's answer less another's: two means of countries with a country of one and one of two persons."""
    rest = [(p, 1, 10) for p in range(10)]

    def row(where, *some):
        weights = (*rest, *some)
        total = sum(ANSWERS[p] * top / below for p, top, below in weights)
        return Row(FAMILY, weights, tuple(float(ANSWERS[p]) for p, _, _ in weights), (("yes", 1.0),), total, (0, 1), where)

    rows = [row("one", (10, 2, 1), (11, 1, 1)), row("other", (11, 2, 1))]
    assert ("yes", frozenset({10, 11})) in known(rows, everybody(20))


@pytest.mark.parametrize("few", [5, 6])
def test_more_classes_are_added_up_where_more_persons_are_too_few(few):
    """Each of the last is in a group of its own with many others, so that nobody of them counts like another."""
    people = everybody(60)
    answers = ANSWERS * 3
    groups = [mean([*range(7 * n, 7 * n + 7), 50 + n], answers) for n in range(few)]
    rows = [mean(range(50 + few), answers), mean(range(50), answers), *groups]
    last = frozenset(range(50, 50 + few))
    assert {leak.persons for leak in leaks(FAMILY, rows, people, few + 1, WISES)} == {last}
    assert leaks(FAMILY, rows, people, few, WISES) == set()


def test_enterprises_are_too_few_by_their_number_whatever_it_is():
    people = everybody(40)
    people.wise[20:] = [f"w{20 + n % 4}" for n in range(20)]
    answers = ANSWERS * 2
    rows = [mean(range(40), answers), mean(range(20), answers)]
    assert leaks(FAMILY, rows, people, PERSONS, 4) == set()
    assert {leak.persons for leak in leaks(FAMILY, rows, people, PERSONS, 5)} == {frozenset(range(20, 40))}


def test_two_releases_that_differ_by_one_respondent_give_her_away():
    first, second = mean(range(19), ANSWERS), mean(range(20), ANSWERS)
    assert known([first], everybody(20)) == known([second], everybody(20)) == set()
    assert known([first, second], everybody(20)) == {("yes", frozenset({19}))}


def test_the_bounds_of_one_withheld_group_are_a_point_and_of_two_are_not():
    total, shown = mean(range(20), ANSWERS), mean(range(8), ANSWERS)
    (exact,) = intervals([total, shown, mean(range(8, 20), ANSWERS, hidden=True)], everybody(20))
    assert exact.low == pytest.approx(exact.truth) and exact.width == pytest.approx(0)
    both = [mean(range(8, 14), ANSWERS, hidden=True), mean(range(14, 20), ANSWERS, hidden=True)]
    found = intervals([total, shown, *both], everybody(20))
    assert all(i.width > 0.8 and i.low - 1e-9 <= i.truth <= i.high + 1e-9 for i in found)


def test_a_total_near_the_end_of_the_scale_leaves_little_room():
    nobody = [0] * 19 + [1]
    total, parts = mean(range(20), nobody), [mean(range(10), nobody, hidden=True), mean(range(10, 20), nobody, hidden=True)]
    assert [round(i.width, 6) for i in intervals([total, *parts], everybody(20))] == [0.1, 0.1]


# ------------------------------------------------------------------ projects drawn by chance


@pytest.fixture
def published(questionnaire, tmp_path):
    """`published(seed)`: the people of a small project, and what an attacker reads in its tables."""
    shutil.copytree(ROOT / "params", tmp_path / "params")

    def published(seed, **settings):
        pool = simulated_pool(questionnaire, Project(tmp_path), seed, **settings)
        write_tables(list(european_tables(pool).values()), pool.project)
        people = People(pool.answers, pool.questionnaire, pool.settings)
        return people, read_tables(pool.project.reports / "tables", people)

    return published


def given_away(people, reading, view=PUBLIC, **more):
    return [leak for family, rows in reading.rows.items() for leak in leaks(family, rows, people, PERSONS, WISES, view, **more)]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_published_figure_is_what_the_people_give_and_nobody_learns_of_too_few(published, seed):
    """Neither the public nor any partner, who knows its own answers."""
    people, reading = published(seed)
    assert reading.unread == []
    assert sum(not row.hidden for rows in reading.rows.values() for row in rows) > 500
    assert [leak for view in (PUBLIC, *sorted(set(people.partner))) for leak in given_away(people, reading, view)] == []


def test_withheld_figures_of_a_small_project_can_still_move(published):
    """So can those of single countries that are in a mean of countries only, also for a partner. Countries are of four to nine
    enterprises, and most of these are groups of two or three models or sectors."""
    people, reading = published(2)
    narrow, asked = bounds_of(people, reading)
    assert asked > 1000 and narrow == []
    assert bounds_of(people, reading, "BE-1")[0] == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(50))
def test_withheld_figures_of_small_projects_can_still_move(published, seed):
    """Neither those, nor countries that are in a mean only, lie in less than a fifth of their range, to the public and to every partner."""
    people, reading = published(seed)
    found = [bounds_of(people, reading, view) for view in (PUBLIC, *sorted(set(people.partner)))]
    assert [interval for narrow, _ in found for interval in narrow] == []


def test_tables_without_any_suppression_give_people_away(published):
    """Or the test above would prove nothing."""
    people, reading = published(0, minimum_persons=1, minimum_wises=1)
    found = given_away(people, reading)
    assert len(found) > 20 and any(len(leak.persons) == 1 for leak in found)


# ------------------------------------------------------------------ the demonstration


@pytest.fixture(scope="module")
def read(demonstration, demonstration_pool):
    """The people of the demonstration, and what an attacker reads in its reports."""
    pool = demonstration_pool
    people = People(pool.answers, pool.questionnaire, pool.settings, frozenset(pool.flagged))
    return people, read_tables(demonstration.reports / "tables", people)


def test_every_figure_of_the_demonstration_is_read_also_those_without_flagged_respondents(read):
    _, reading = read
    assert reading.unread == []
    rows = [row for rows in reading.rows.values() for row in rows]
    assert sum(not row.hidden for row in rows) > 4000
    assert sum("without flagged" in row.where for row in rows) > 10
    pairs = [row.where for row in reading.rows["model", "suggested"]]
    assert {where.partition(",")[0] for where in pairs} >= {"models", "models_validated", "models_validated_by_country"}


@pytest.mark.parametrize("view", [PUBLIC, "BE-1", *(pytest.param(p.name, marks=pytest.mark.long) for p in PARTNERS if p.name != "BE-1")])
def test_the_demonstration_gives_nobody_away(read, view):
    """Neither the answers of single persons, nor a withheld figure of a country, nor anything on too few that one partner does not know."""
    people, reading = read
    assert not view or view in people.partner
    assert given_away(people, reading, view) == []


def bounds_of(people, reading, view=PUBLIC, families=lambda family: True):
    """Too narrow intervals, and how many were asked for."""
    found = [
        interval
        for family, rows in reading.rows.items()
        if families(family)
        for interval in intervals(rows + only_in_means(rows, people), people, view, NARROW)
    ]
    assert all(i.low - 1e-6 <= i.truth <= i.high + 1e-6 for i in found if i.narrow), (
        "what these people answered agrees with what is published"
    )
    return [i for i in found if i.narrow], len(found)


def few_columns(family):
    """All but the skills with three ratings each, which take most of the time."""
    return family[-1] != "self" or family[0] != "skill" or family[1].startswith("bwise/")


@pytest.mark.parametrize("view", [PUBLIC, "BE-1", "LV-1"])
def test_withheld_figures_of_the_demonstration_can_still_move(read, view):
    """By a fifth at least of what people unknown to the attacker could add; so can those of single countries that are in a mean of
    countries only."""
    narrow, asked = bounds_of(*read, view, few_columns)
    assert asked > 1000 and narrow == []


@pytest.mark.long
@pytest.mark.parametrize("view", [PUBLIC, *sorted(p.name for p in PARTNERS)])
def test_withheld_figures_of_skills_can_still_move(read, view):
    narrow, asked = bounds_of(*read, view)
    assert asked > 3000 and narrow == []


def test_the_demonstration_without_secondary_suppression_gives_persons_and_withheld_groups_away(demonstration_pool, tmp_path):
    """The same attacker, where only what is small itself is withheld: it is what the other groups leave of the total."""

    small_groups = {"together": {}, "size_classes": [10, 50, 250], "minimum_shown": 0}
    pool = replace(demonstration_pool, settings=demonstration_pool.settings.model_copy(update=small_groups))
    described = load_tables(pool.project).only("models", "income", "technology", "barriers", "pathways")
    with without_secondary():
        write_tables(list(european_tables(pool, described=described).values()), Project(tmp_path))
    people = People(pool.answers, pool.questionnaire, pool.settings)
    reading = read_tables(tmp_path / "reports" / "tables", people)
    public = given_away(people, reading)
    assert len(public) > 20 and any(len(leak.persons) <= 2 for leak in public)
    narrow, _ = bounds_of(people, reading)
    assert sum(interval.exact and not interval.of_a_total for interval in narrow) > 20
    known = [replace(leak, view=PUBLIC) for partner in sorted(set(people.partner))[:8] for leak in given_away(people, reading, partner)]
    assert len(set(known) - set(public)) > 20, "a partner learns more than everybody does"


def test_use_is_kept(demonstration_pool, focus_groups):
    """Of the demonstration's figures 2 % at most are withheld, most of them for being small themselves.

    Groups across that are left out because most would be withheld are not among them.
    """
    counts = withheld(demonstration_pool, focus_groups).sum()
    assert counts["figures"] > 4000
    assert counts["primary"] <= counts["all"] <= 0.02 * counts["figures"]
    assert counts["all"] <= 2 * counts["primary"]
