"""Priorities, skills by enterprise and the critical gap, recomputed from the simulator's truth, and small ones by hand."""

import pytest

from bwise.publication import layout, shown
from tests.conftest import made
from tests.test_tables import (
    MEAN,
    POOLED,
    by_country,
    cell,
    cells_of_skills,
    differences,
    figure,
    ratings_of_skills,
)
from tests.test_tables_enterprises import OPEN, groups_of_wises, people_kept, wise_of

skills, skills_by_country, priorities = made("skills"), made("skills_by_country"), made("priorities", "skills")


@pytest.fixture(scope="module")
def kept(questionnaire):
    return people_kept(questionnaire)


@pytest.fixture(scope="module")
def rated(kept, questionnaire):
    """(domain, skill) -> statistic -> (person, number) pairs, about oneself."""
    return {(domain, skill): r for (domain, skill, whose), r in ratings_of_skills(kept, questionnaire).items() if whose == "self"}


# ------------------------------------------------------------------ the tables of the demonstration


def test_a_critical_gap_is_a_relevant_skill_that_is_little_developed_in_the_truth(european, kept, questionnaire):
    """Written out once more, without the helpers of the other tests: one skill that everybody rates."""
    answers = []
    for person in kept:
        relevance, endowment, future = (person.values.get(f"{battery}_d31") for battery in ("digrel", "digend", "digfut"))
        if {relevance, endowment, future} <= set("12345"):
            answers.append((person, 100.0 if relevance in ("4", "5") and endowment in ("1", "2") else 0.0))
    assert 0 < figure(answers)["value"] < 100
    expected = by_country(answers)
    for id_, column in (("skills", "average"), ("skills_by_country", "country")):
        data = european[id_].data.query("skill == 'digcomp-2.2/3.1' and statistic == 'critical gap' and worker_group == 'all'")
        found = {r[column]: (r["value"], r["n"], r["wises"], r["countries"]) for r in data.to_dict("records") if not r["conf_status"]}
        shown = {k: expected[k][:4] for k in found if k != MEAN}
        assert POOLED in shown and (id_ == "skills" or len(shown) > 10)
        assert all(found[k] == pytest.approx(there) for k, there in shown.items())


def test_priorities_rank_skills_by_the_critical_gap_of_the_truth(european, kept, questionnaire):
    cells, expected = cells_of_skills(kept, questionnaire), {}
    for (domain, skill, group, by, statistic), found in cells.items():
        if by != "self" or statistic not in ("gap", "critical gap"):
            continue
        need = {s: c[POOLED][0] for (_, s, g, b, what), c in cells.items() if (g, b, what) == (group, "self", "critical gap")}
        rank = str(1 + sum(value > need[skill] for value in need.values()))
        tied = sum(value == need[skill] for value in need.values()) > 1
        expected[group, rank + (" =" if tied else ""), domain, skill, statistic] = found[POOLED]
    table = european["priorities"]
    assert differences(table, ("worker_group", "rank", "domain", "skill", "statistic"), expected) == {}
    assert any(rank.endswith(" =") for _, rank, *_ in expected), "the demonstration has ties, or this proves too little"
    for group in ("enabler", "supporter", "wsn", "all"):
        ranks = [int(rank.removesuffix(" =")) for g, rank in zip(table.data["worker_group"], table.data["rank"], strict=True) if g == group]
        assert ranks == sorted(ranks), "the first row is the greatest need"


def test_skills_by_model_are_those_of_each_worker_group_in_the_truth(european, kept, rated):
    model_of, expected = groups_of_wises(kept)["model"], {}
    for (domain, skill), found in rated.items():
        if domain not in ("digital", "green"):
            continue
        for statistic, answers in found.items():
            for group in ("enabler", "supporter", "wsn"):
                mine = [(p, v) for p, v in answers if p.group == group]
                for model in dict.fromkeys(model_of.values()):
                    there = [(p, v) for p, v in mine if model_of[wise_of(p)] == model]
                    if model is not None and there:
                        expected[domain, skill, group, "model", model, statistic] = cell(figure(there), False)
    table = european["skills_by_model"]
    assert {k[4] for k in expected} == {"productive", "social", "training", "mixed_or_other"}
    assert {k[5] for k in expected} == {"relevance", "endowment", "future", "gap", "critical gap", "future gap"}
    keys = ("domain", "skill", "worker_group", "breakdown", "group", "statistic")
    assert differences(table, keys, expected) == {}
    assert set(table.data["conf_status"]) == {""}, "of the demonstration every worker group of every model may be shown"


# ------------------------------------------------------------------ by hand

SKILLS = ("reading", "writing", "counting", "asking")
CONCEPTS = "concept,label,domain,domain_label,source\n" + "".join(f"c/{s},{s.capitalize()},basic,Basic skills,none\n" for s in SKILLS)
CHOICES = "list_name,name,label\ngroup,enabler,Enabler\ngroup,wsn,Worker\nmodel,a,Model A\nmodel,b,Model B\n"
CHOICES += "".join(f"point,{i},Point {i}\n" for i in range(1, 6))


def survey(*skills, measures=("relevance", "endowment"), enterprise=True):
    rows = ["type,name,label,role,concept,measure,subject", "select_one group,group,Group,group,,,"]
    if enterprise:
        rows += ["text,code,Code,wise,,,", "select_one model,model,Model,model,,,"]
        rows += ["integer,staff,Staff,staff,,,", "integer,founded,Founded,founded,,,"]
    rows += [f"select_one point,{m[0]}_{s},{s.capitalize()},skill,c/{s},{m},self" for s in skills for m in measures]
    return "\n".join(rows) + "\n"


def person(group="wsn", **more):
    """A respondent; `reading=(5, 1)` is her relevance and endowment, None an answer she did not give."""
    found = {"group": group} | {k: v for k, v in more.items() if k not in SKILLS}
    for skill in SKILLS:
        for measure, point in zip("re", more.get(skill, ()), strict=False):
            if point is not None:
                found[f"{measure}_{skill}"] = str(point)
    return found


def by_hand(pool_of, people, *skills, **settings):
    return pool_of(survey(*skills or ("reading",)), CHOICES, people, CONCEPTS, **OPEN | settings)


def figures(table, *keys, **where):
    rows = [r for r in table.data.to_dict("records") if all(r[k] == v for k, v in where.items())]
    return {tuple(r[k] for k in keys): (r["value"], r["n"]) for r in rows}


@pytest.mark.parametrize(
    ("relevance", "endowment", "critical"),
    [(4, 2, True), (5, 1, True), (4, 1, True), (5, 2, True), (3, 2, False), (4, 3, False), (3, 1, False), (5, 3, False), (5, 5, False)],
)
def test_a_gap_is_critical_from_relevance_4_and_down_from_endowment_2(pool_of, relevance, endowment, critical):
    table = skills(by_hand(pool_of, {"AT": [person(reading=(relevance, endowment))]}))
    found = figures(table, "statistic", average=POOLED)
    assert found["critical gap",] == (100.0 if critical else 0.0, 1)
    assert found["gap",] == (relevance - endowment, 1)


def test_the_base_of_the_critical_gap_is_those_who_gave_both_ratings(pool_of):
    people = [person(reading=r) for r in ((5, 1), (5, 5), (1, 1), (5, None), (None, 1), ())]
    pool = by_hand(pool_of, {"AT": people})
    assert figures(skills(pool), "statistic", average=POOLED)["critical gap",] == (pytest.approx(100 / 3), 3)
    assert figures(skills_by_country(pool), "statistic", country="AT")["critical gap",] == (pytest.approx(100 / 3), 3)


def test_a_critical_gap_is_printed_as_a_share_beside_points(pool_of):
    def printed(times):
        table = skills(by_hand(pool_of, {"AT": [person(reading=r) for r in ((5, 1), (5, 4), (4, 4)) * times]}))
        return {r["statistic"]: shown(r, table) for r in table.data.to_dict("records") if r["average"] == POOLED}

    points = {"relevance": "4.67", "endowment": "3.00", "gap": "1.67"}
    assert printed(4) == points | {"critical gap": "33.3"}
    assert printed(1) == points | {"critical gap": "1 of 3"}


def test_skills_of_equal_need_share_a_rank_and_the_next_one_is_left_out(pool_of):
    ratings = {"reading": ((5, 5), (5, 1)), "writing": ((5, 1), (5, 1)), "counting": ((4, 2), (1, 1)), "asking": ((1, 1), (1, 1))}
    people = [person(**{s: pairs[i] for s, pairs in ratings.items()}) for i in (0, 1)]
    table = priorities(by_hand(pool_of, {"AT": people}, *SKILLS))
    found = {(r["rank"], r["skill"]): r["value"] for r in table.data.to_dict("records") if r["statistic"] == "critical gap"}
    assert found == {("1", "c/writing"): 100.0, ("2 =", "c/reading"): 50.0, ("2 =", "c/counting"): 50.0, ("4", "c/asking"): 0.0}
    assert [label[1] for label in layout(table).row_labels] == ["1", "2 =", "2 =", "4"]
    gaps = {r["skill"]: r["value"] for r in table.data.to_dict("records") if r["statistic"] == "gap"}
    assert gaps == {"c/writing": 4.0, "c/reading": 2.0, "c/counting": 1.0, "c/asking": 0.0}, "beside the rank, not for it"


def test_equal_shares_of_different_bases_are_ties(pool_of):
    few = [person(reading=r) for r in ((5, 1), (5, 5), (5, 5))]
    many = [person(writing=r) for r in ((5, 1), (5, 5), (5, 5)) * 7]
    table = priorities(by_hand(pool_of, {"AT": few + many}, "reading", "writing"))
    assert set(table.data["rank"]) == {"1 ="}


def test_each_worker_group_has_ranks_of_its_own_and_ties_within_it_only(pool_of):
    people = [person("enabler", reading=(5, 1), writing=(5, 5)), person("wsn", reading=(1, 1), writing=(5, 1))]
    table = priorities(by_hand(pool_of, {"AT": people}, "reading", "writing"))
    found = {(r["worker_group"], r["skill"]): r["rank"] for r in table.data.to_dict("records")}
    assert found == {
        ("enabler", "c/reading"): "1",
        ("enabler", "c/writing"): "2",
        ("wsn", "c/writing"): "1",
        ("wsn", "c/reading"): "2",
        ("all", "c/reading"): "1 =",
        ("all", "c/writing"): "1 =",
    }


def test_worker_groups_stand_in_the_order_of_the_questionnaire_whoever_has_the_highest_gap(pool_of):
    people = [person("enabler", reading=(5, 1)), person("enabler", reading=(5, 5)), person("wsn", reading=(5, 1))]
    pool = by_hand(pool_of, {"AT": people}, "reading")
    asked = [code for code in pool.questionnaire.choices("group") if code in ("enabler", "wsn")]
    groups = list(dict.fromkeys(priorities(pool).data["worker_group"]))
    assert [g for g in groups if g != "all"] == asked == ["enabler", "wsn"]


def test_a_skill_whose_critical_gap_is_withheld_has_no_rank_and_takes_none(pool_of):
    people = [person(reading=(5, 1), writing=(5, 5)) for _ in range(6)] + [person(counting=(5, 1)) for _ in range(2)]
    table = priorities(by_hand(pool_of, {"AT": people}, "reading", "writing", "counting", minimum_persons=5, minimum_wises=3))
    assert {r["skill"]: r["rank"] for r in table.data.to_dict("records")} == {"c/reading": "1", "c/writing": "2"}


def test_skills_without_any_gap_make_no_priorities_and_stop_nothing(pool_of):
    pool = pool_of(survey("reading", measures=("relevance",)), CHOICES, {"AT": [person(reading=(5,))]}, CONCEPTS, **OPEN)
    assert priorities(pool).data.empty


# ------------------------------------------------------------------ faults
