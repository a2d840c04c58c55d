"""What a table says in one sentence: made by hand, and of the demonstration. No sentence tells what its table withholds."""

import re
from dataclasses import replace

import pytest

from bwise.tables import european_tables, headline
from bwise.text import rounded
from tests.conftest import made
from tests.test_tables import MEAN, POOLED
from tests.test_tables_enterprises import EXTENTS, OPEN, POINTS, SUPPORT, TECHNOLOGIES, TECHNOLOGY

barriers, income, pathways, technology, support = map(made, ("barriers", "income", "pathways", "technology", "support"))
measures, models, sectors, skills = map(made, ("measures", "models", "sectors", "skills"))
skills_by_country, priorities = made("skills_by_country"), made("priorities", "skills")
SURVEY = """type,name,label,role
text,code,Code of the enterprise,wise
select_one model,model,Model,model
integer,staff,Staff,staff
select_multiple barrier,barriers,Barriers,barriers
"""
CHOICES = """list_name,name,label,exclusive
model,productive,Productive model (sells),
model,social,Social model,
model,mixed,Mixed model,
barrier,cost,Cost,
barrier,skills,Skills,
barrier,none,No barriers,yes
"""


def says(*chosen, **more):
    return {f"barriers/{b}": b in chosen for b in ("cost", "skills", "none")} | more


def sentence(pool_of, people, **settings):
    return headline(barriers(pool_of(SURVEY, CHOICES, people, **OPEN | settings)))


# ------------------------------------------------------------------ what it names


def test_a_sentence_names_highest_and_lowest_the_base_the_mean_of_countries_and_the_range_by_model(pool_of):
    """Cost: 3 of 4 in AT, 1 of 2 in BE; 3 of 3 productive, 1 of 3 social. Five enterprises: two respondents share one."""
    people = {
        "AT": [
            says("cost", model="productive", wise="A"),
            says("cost", "skills", model="productive", wise="A"),
            says("skills", model="social"),
            says("cost", model="social"),
        ],
        "BE": [says("none", model="social"), says("cost", model="productive")],
    }
    assert sentence(pool_of, people) == (
        "“Cost” is highest with 66.7 % (n = 6, 5 WISEs, pooled), “No barriers” lowest with 16.7 %; mean of 2 countries 62.5 %; "
        "by model from 33.3 % (Social model) to 100.0 % (Productive model)."
    )


def test_a_model_of_few_persons_is_said_to_be_one(pool_of):
    people = {"AT": [says("cost", model="productive")] * 4 + [says("skills", model="social")] * 3}
    found = sentence(pool_of, people, low_reliability=4)
    assert found.endswith("; by model from 0.0 % (Social model, few persons) to 100.0 % (Productive model).")


def test_answers_that_tie_for_the_highest_place_are_all_named(pool_of):
    people = {"AT": [says("cost", "skills"), says("cost", "skills"), says("none")]}
    assert sentence(pool_of, people).startswith(
        "“Cost” and “Skills” are highest with 66.7 % (n = 3, 3 WISEs, pooled), “No barriers” lowest"
    )


def test_where_all_answers_tie_none_is_lowest(pool_of):
    people = {"AT": [says("cost"), says("skills"), says("none")], "BE": [says("cost"), says("skills"), says("none")]}
    assert sentence(pool_of, people) == (
        "“Cost”, “Skills” and “No barriers” are highest with 33.3 % (n = 6, 6 WISEs, pooled); mean of 2 countries 33.3 %."
    )


def test_answers_that_tie_for_the_lowest_place_are_all_named(pool_of):
    found = sentence(pool_of, {"AT": [says("cost"), says("cost"), says("skills"), says("none")]})
    assert all(f"“{name}”" in found for name in ("Cost", "Skills", "No barriers"))


def test_models_that_tie_for_an_end_of_the_range_are_all_named(pool_of):
    people = [says("cost", model=m) for m in ("productive", "social")] + [says("skills", model="mixed"), says("cost")]
    found = sentence(pool_of, {"AT": people})
    assert all(name in found for name in ("Productive model", "Social model", "Mixed model"))


def test_models_that_are_all_alike_make_no_range_from_one_to_itself(pool_of):
    found = sentence(pool_of, {"AT": [says("cost", model=m) for m in ("productive", "social")]})
    assert "from 100.0 % (Productive model) to 100.0 % (Productive model)" not in found


def test_the_models_of_the_first_of_tied_answers_are_compared(pool_of):
    people = [says("cost", model="social"), says("skills", model="productive"), says("cost", "skills", model="social")]
    found = sentence(pool_of, {"AT": [*people, says("skills", model="social"), says("cost", model="productive")]})
    assert "“Cost” and “Skills” are highest with 60.0 %" in found
    assert "by model from 50.0 % (Productive model) to 66.7 % (Social model)" in found


def test_the_sentence_on_models_compares_no_models(pool_of):
    people = {"AT": [{"model": "social"}] * 3 + [{"model": "productive"}], "BE": [{"model": "social"}]}
    assert headline(models(pool_of(SURVEY, CHOICES, people, **OPEN))) == (
        "“Social model” is highest with 80.0 % (n = 5, 5 WISEs, pooled), “Mixed model” lowest with 0.0 %; mean of 2 countries 87.5 %."
    )


def test_sectors_are_compared_by_the_model_of_the_enterprise(pool_of):
    survey = "type,name,label,role\nselect_one model,model,Model,model\nselect_multiple sector,sectors,Sectors,sectors\n"
    choices = CHOICES + "sector,C,Manufacturing,\nsector,I,Food,\n"
    said = (("social", True, False), ("social", True, True), ("mixed", True, False), ("mixed", False, True))
    people = [{"model": m, "sectors/C": c, "sectors/I": i} for m, c, i in said]
    assert headline(sectors(pool_of(survey, choices, {"AT": people[:3], "BE": people[3:]}, **OPEN))) == (
        "“Manufacturing” is highest with active in the sector 75.0 % (n = 4, 4 WISEs, pooled), “Food” lowest with 50.0 %; "
        "mean of 2 countries 50.0 %; by model from 50.0 % (Mixed model) to 100.0 % (Social model)."
    )


def test_each_group_of_workers_has_a_sentence_on_its_measures(pool_of):
    survey = "type,name,label,role,subject\nselect_one group,group,Group,group,\n" + "".join(
        f"select_multiple measure,for_{g},Measures,measures,{g}\n" for g in ("enabler", "wsn")
    )
    choices = (
        "list_name,name,label\ngroup,enabler,Enabler (management)\ngroup,wsn,Worker\nmeasure,courses,Courses\nmeasure,staff,New staff\n"
    )
    people = [{"for_enabler/courses": True, "for_enabler/staff": False}] * 2
    people += [{"for_wsn/courses": True, "for_wsn/staff": True}, {"for_wsn/courses": False, "for_wsn/staff": True}]
    assert headline(measures(pool_of(survey, choices, {"AT": people, "BE": people}, **OPEN))) == (
        "Enabler: “Courses” is highest with 100.0 % (n = 4, 4 WISEs, pooled), “New staff” lowest with 0.0 %; mean of 2 countries 100.0 %. "
        "Worker: “New staff” is highest with 100.0 % (n = 4, 4 WISEs, pooled), “Courses” lowest with 50.0 %; mean of 2 countries 100.0 %."
    )


def test_income_is_told_by_its_mean_and_technology_by_its_relevance_today(pool_of):
    survey = "type,name,label,role\ndecimal,sales,Sales,income\ndecimal,grants,Grants,income\n"
    people = [{"sales": s, "grants": 100 - s} for s in (90, 80, 10)]
    table = income(pool_of(survey, CHOICES, {"AT": people[:2], "BE": people[2:]}, **OPEN))
    assert (
        headline(table)
        == "“Sales” is highest with mean 60.0 % (n = 3, 3 WISEs, pooled), “Grants” lowest with 40.0 %; mean of 2 countries 47.5 %."
    )
    rated = [{"robots_now": "2", "clouds_now": "4", "robots_then": "5"}, {"robots_now": "3", "clouds_now": "5", "robots_then": "5"}]
    table = technology(pool_of(TECHNOLOGY, POINTS, {"AT": rated[:1], "BE": rated[1:]}, TECHNOLOGIES, **OPEN))
    assert headline(table) == (
        "“Clouds” is highest with today 4.50 points (n = 2, 2 WISEs, pooled), “Robots of all kinds” lowest with 2.50 points; "
        "mean of 2 countries 4.50 points."
    )


SKILLS = """type,name,label,role,concept,measure,subject
select_one group,group,Group,group,,,
begin_group,now,How relevant,,,,
select_one point,r1,Reading,skill,c/reading,relevance,self
select_one point,r2,Writing,skill,c/writing,relevance,self
end_group,,,,,,
select_one point,e1,Reading,skill,c/reading,endowment,self
select_one point,e2,Writing,skill,c/writing,endowment,self
"""
RATINGS = "list_name,name,label\ngroup,supporter,Supporter\ngroup,wsn,Worker\n" + "".join(f"point,{i},Point {i}\n" for i in range(1, 6))
CONCEPTS = (
    "concept,label,domain,domain_label,source\nc/reading,Reading,basic,Basic skills,none\nc/writing,Writing,basic,Basic skills,none\n"
)


def rated(pool_of, *groups):
    """In AT reading is a critical gap and writing is none; in BE it is the other way round for one of two respondents."""
    first = {"r1": "5", "e1": "1", "r2": "4", "e2": "4"}
    people = {
        "AT": [{"group": g, **first} for g in groups],
        "BE": [{"group": g, **p} for g in groups for p in (first, {"r1": "1", "e1": "1", "r2": "5", "e2": "2"})],
    }
    return pool_of(SKILLS, RATINGS, people, CONCEPTS, **OPEN)


def test_skills_are_told_by_their_critical_gap_for_each_worker_group(pool_of):
    said = "“Reading” is highest with critical gap 66.7 % (n = 3, 3 WISEs, pooled), “Writing” lowest with 33.3 %"
    pool = rated(pool_of, "supporter", "wsn")
    assert headline(skills(pool)) == " ".join(f"{g}: {said}; mean of 2 countries 75.0 %." for g in ("Supporter", "Worker"))
    assert headline(priorities(pool)) == " ".join(f"{g}: {said}." for g in ("Supporter", "Worker"))
    assert headline(skills_by_country(pool)) == said.replace("n = 3, 3", "n = 6, 6") + "; mean of 2 countries 75.0 %."


def test_skills_by_country_of_one_worker_group_have_a_sentence_too(pool_of):
    assert "“Reading” is highest" in headline(skills_by_country(rated(pool_of, "wsn")))


def test_a_spread_of_answers_has_no_sentence(pool_of):
    assert headline(made("ratings_basic_relevance")(rated(pool_of, "wsn"))) == ""


def test_the_sentence_on_support_names_the_extent(pool_of):
    people = [{"wages": w, "tax": "none"} for w in ("none", "partly", "fully", "fully")]
    found = headline(support(pool_of(SUPPORT, EXTENTS, {"AT": people}, **OPEN)))
    assert found.startswith("“Wage subsidies” is highest")
    assert "50.0 %" in found
    assert "fully" in found.lower()


def test_the_mean_of_one_country_is_not_said_in_the_plural(pool_of):
    assert "1 countries" not in sentence(pool_of, {"AT": [says("cost"), says("skills")]})


# ------------------------------------------------------------------ what it keeps to itself

RULES = {"minimum_persons": 5, "minimum_wises": 3, "low_reliability": 1}


def test_there_is_no_sentence_where_every_figure_is_withheld(pool_of):
    people = {"AT": [says("cost", model="social", staff=5.0)] * 4}
    tables = european_tables(pool_of(SURVEY, CHOICES, people, **RULES))
    assert {"barriers", "models"} < set(tables)
    for id_ in ("barriers", "models"):
        assert set(tables[id_].data["conf_status"]) == {"C"}
    assert {headline(t) for t in tables.values()} == {""}


def test_counts_and_symbols_are_told_in_no_sentence(european):
    assert headline(european["fieldwork"]) == headline(european["comparability"]) == ""


def test_a_model_that_is_withheld_is_no_end_of_the_range(pool_of):
    """Mixed (3 of 3) is too small, productive (0 of 5) covers it; social and training-like ones stay."""
    choices = CHOICES + "model,training,Training model,\n"
    people = [says("cost", model="mixed")] * 3 + [says("skills", model="productive")] * 5
    people += [says("cost", model="social")] * 5 + [says("skills", model="social")] * 3
    people += [says("cost", model="training")] * 8 + [says("skills", model="training")]
    table = barriers(pool_of(SURVEY, choices, {"AT": people}, **RULES, minimum_movement=0))
    shown = {r["group"]: r["conf_status"] for r in table.data.to_dict("records") if r["breakdown"] == "model"}
    assert shown == {"mixed": "C", "productive": "C", "social": "", "training": ""}
    assert headline(table).endswith("; by model from 62.5 % (Social model) to 88.9 % (Training model).")


def test_one_model_alone_makes_no_range(pool_of):
    people = [says("cost", model="mixed")] * 3 + [says("skills", model="productive")] * 5 + [says("cost", model="social")] * 6
    found = sentence(pool_of, {"AT": people}, **RULES)
    assert found.startswith("“Cost” is highest with 64.3 % (n = 14, 14 WISEs, pooled), “No barriers” lowest with 0.0 %")
    assert "by model" not in found


def test_an_answer_whose_figure_is_withheld_is_neither_highest_nor_lowest(pool_of):
    """Clouds, rated 5 by three persons, would be highest."""
    robots = {"robots_now": "2", "robots_then": "3"}
    people = [robots] * 6 + [robots | {"clouds_now": "5"}] * 3
    found = headline(technology(pool_of(TECHNOLOGY, POINTS, {"AT": people}, TECHNOLOGIES, **RULES)))
    assert found.startswith("“Robots of all kinds” has today 2.00 points (n = 9, 9 WISEs, pooled)")
    assert "Clouds" not in found
    assert "lowest" not in found
    assert "5.00" not in found


def test_the_mean_of_countries_is_left_away_where_no_country_may_be_shown(pool_of):
    people = {c: [says("cost"), says("cost"), says("skills")] for c in ("AT", "BE", "BG")}
    assert sentence(pool_of, people, **RULES) == "“Cost” is highest with 66.7 % (n = 9, 9 WISEs, pooled), “No barriers” lowest with 0.0 %."


def test_a_figure_made_confidential_afterwards_is_not_said(pool_of):
    people = {"AT": [{"pathway": p} for p in ("a", "a", "a", "b")]}
    survey = "type,name,label,role\nselect_one pathway,pathway,Pathway,pathway\n"
    table = pathways(pool_of(survey, "list_name,name,label\npathway,a,Permanent\npathway,b,Transitional\n", people, **OPEN))
    assert headline(table).startswith("“Permanent” is highest with 75.0 %")
    data = table.data.copy()
    data.loc[data["answer"].eq("a"), ["value", "n", "wises"]], data.loc[data["answer"].eq("a"), "conf_status"] = None, "C"
    found = headline(replace(table, data=data))
    assert found.startswith("“Transitional” has 25.0 %"), "of one figure alone no order is said"
    assert "75.0" not in found
    assert "Permanent" not in found


# ------------------------------------------------------------------ the demonstration


def test_every_number_that_is_said_is_one_that_its_table_shows(european):
    said = 0
    for table in european.values():
        seen = [r for r in table.data.to_dict("records") if r["value"] == r["value"]]
        may = {str(r[k]) for r in seen for k in ("n", "wises", "countries")}
        may |= {rounded(r["value"], table.decimals_of.get(r["statistic"], table.decimals)) for r in seen}
        numbers = re.findall(r"−?\d+(?:\.\d+)?", re.sub("“.*?”", "", headline(table)))
        assert set(numbers) <= may, table.id
        said += len(numbers)
    assert said > 100


@pytest.mark.parametrize(
    ("id_", "item", "statistic"),
    [
        ("income", "source", "mean"),
        ("technology", "technology", "today"),
        ("barriers", "answer", "share"),
        ("pathways", "answer", "share"),
        ("contracts", "answer", "share"),
        ("remuneration", "answer", "share"),
        ("reserved_contracts", "answer", "share"),
        ("training_funding", "answer", "share"),
    ],
)
def test_the_sentences_of_the_demonstration_are_those_of_their_tables(european, id_, item, statistic):
    table, whole, means, by_model = european[id_], {}, {}, {}
    unit = " points" if id_ == "technology" else " %"
    for row in table.data.to_dict("records"):
        if row["statistic"] == statistic and row["value"] == row["value"]:
            if row["breakdown"] == "all":
                (whole if row["average"] == POOLED else means)[row[item]] = row
            elif row["breakdown"] == "model":
                by_model.setdefault(row[item], []).append(row)

    def figure(row):
        return rounded(row["value"], 2 if id_ == "technology" else 1) + unit

    def model(row):
        return f"{figure(row)} ({table.codes['group'][row['group']]}{', few persons' if row['obs_status'] else ''})"

    first = max(whole, key=lambda k: whole[k]["value"])
    lowest = min(row["value"] for row in whole.values())
    tops = [k for k in whole if whole[k]["value"] == whole[first]["value"]]
    found = headline(table)
    before, _, after = found.partition(" highest with ")
    assert re.findall("“(.*?)”", before) == [table.codes[item][k] for k in tops]
    what = "" if statistic == "share" else f"{statistic} "
    assert after.startswith(f"{what}{figure(whole[first])} (n = {whole[first]['n']}, {whole[first]['wises']} WISEs, pooled), ")
    assert re.search("“([^”]*)” lowest", found)[1] in [table.codes[item][k] for k in whole if whole[k]["value"] == lowest]
    if id_ == "training_funding":
        assert means == {} and "mean of" not in found, "too few countries may be shown"
    else:
        assert f"; mean of {means[first]['countries']} countries {figure(means[first])};" in found
    rows = sorted(by_model[first], key=lambda r: r["value"])
    assert found.endswith(f"; by model from {model(rows[0])} to {model(rows[-1])}.")


def test_the_mean_that_is_said_is_that_of_countries_not_of_respondents(european):
    for id_ in ("models", "barriers", "skills"):
        rows = european[id_].data.to_dict("records")
        means = {rounded(r["value"], 1) for r in rows if r["value"] == r["value"] and MEAN in (r.get("average"), r.get("country"))}
        assert set(re.findall(r"mean of \d+ countries (\d+\.\d) %", headline(european[id_]))) <= means
