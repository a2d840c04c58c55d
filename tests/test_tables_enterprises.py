"""Tables on enterprises, recomputed from the simulator's truth by plain loops, and small ones with the truth beside them."""

from dataclasses import replace

import pytest

from bwise.publication import layout, shown
from bwise.tables import european_tables
from tests.conftest import made, simulate_corrected
from tests.test_tables import (
    COUNTRIES,
    MEAN,
    POOLED,
    answered,
    cell,
    country_of,
    differences,
    figure,
    group_of_model,
    hidden_parts,
    ratings_of_skills,
    unsafe,
)

barriers, income, pathways, technology = map(made, ("barriers", "income", "pathways", "technology"))
index = made("support_index", "support")
comparability, reserved_contracts, support = map(made, ("comparability", "reserved_contracts", "support"))
OPEN = {"minimum_persons": 1, "minimum_wises": 1, "minimum_median": 1, "minimum_movement": 0, "low_reliability": 1}
"""Settings under which a table made by hand shows everything."""
KEYS = ("breakdown", "group", "average")


@pytest.fixture(scope="module")
def kept(questionnaire):
    return people_kept(questionnaire)


@pytest.fixture(scope="module")
def groups(kept):
    return groups_of_wises(kept)


# ------------------------------------------------------------------ the truth, by plain loops


def people_kept(questionnaire):
    """Everybody who is not excluded, in the order in which they stand in the pool."""
    return sorted((p for p in simulate_corrected(questionnaire) if p.fate == "kept"), key=lambda p: COUNTRIES.index(p.partner.country))


def wise_of(person):
    return person.partner.name, person.wise


def size_of(staff):
    return "0-49" if staff < 50 else "50-99" if staff < 100 else "100-249" if staff < 250 else "250+"


def age_of(founded):
    years = 2022 - founded
    return None if years < 0 else "0-4" if years < 5 else "5-14" if years < 15 else "15+"


def groups_of_wises(kept):
    """Breakdown -> {WISE: its group}, from the one answer that its enablers gave; no group where they gave several or none."""
    found = {}
    for name, question, group in (("model", "model", group_of_model), ("size", "staff", size_of), ("age", "founded", age_of)):
        said = {}
        for person in kept:
            if person.values.get(question) is not None:
                said.setdefault(wise_of(person), set()).add(person.values[question])
        found[name] = {wise: group(min(answers)) for wise, answers in said.items() if len(answers) == 1}
        found[name] = with_unknown({wise_of(p): found[name].get(wise_of(p)) for p in kept}, kept)
    return found


def with_unknown(groups, kept):
    """WISE -> group: where persons of WISEs whose group nobody told are fewer than those of any group, they count with the smallest."""
    persons = {}
    for person in kept:
        persons.setdefault(groups[wise_of(person)], []).append(person)
    unknown = len(persons.pop(None, []))
    smallest = min(persons, key=lambda group: len(persons[group]))
    if not 0 < unknown < len(persons[smallest]):
        return groups
    return {wise: f"{smallest}_or_not_known" if group in (None, smallest) else group for wise, group in groups.items()}


def median(answers):
    """As `figure`, with the median: the middle one, or half way between the two in the middle."""
    numbers = sorted(number for _, number in answers)
    half = len(numbers) // 2
    value = None if not numbers else numbers[half] if len(numbers) % 2 else (numbers[half - 1] + numbers[half]) / 2
    return {**figure(answers), "value": value}


def across(answers, kept, by, figure_of=figure):
    """(breakdown, group, average) -> published cell, of (person, number) pairs; `by`: breakdown -> {WISE: group}."""

    def few(found):
        return figure_of is median and 0 < found["n"] < 10  # the median of few is the answer of one of them

    whole = figure_of(answers)
    cells = {("all", "all", POOLED): cell(whole, few(whole) or (bool(whole["n"]) and unsafe(whole["n"], whole["wises"])))}
    countries = {c: figure_of([(p, v) for p, v in answers if country_of(p) == c]) for c in COUNTRIES}
    hidden = hidden_parts(countries)
    cells["all", "all", MEAN] = {c: f for c, f in countries.items() if f["n"] and c not in hidden and not few(f)}
    for name, group_of in by.items():
        there = dict.fromkeys(group_of.get(wise_of(p)) for p in kept)  # None: nobody told, a part of the total that is never shown
        parts = {g: figure_of([(p, v) for p, v in answers if group_of.get(wise_of(p)) == g]) for g in there}
        hidden = hidden_parts(parts)
        cells |= {(name, g, POOLED): cell(f, g in hidden or few(f)) for g, f in parts.items() if g}
    return cells


def shares_of(kept, questionnaire, question, by):
    """(answer, statistic, breakdown, group, average) -> published cell, for every answer of the list."""
    found = {}
    for choice in questionnaire.choices(question).values():
        if not choice.missing:
            cells = across(answered(kept, question, choice.name), kept, by)
            found |= {(choice.name, "share", *key): c for key, c in cells.items()}
    return found


# ------------------------------------------------------------------ the tables of the demonstration


@pytest.mark.parametrize(
    ("id_", "question", "by"),
    [
        ("barriers", "barriers", ("model", "size")),
        ("pathways", "pathway", ("model",)),
        ("contracts", "contracts", ("model",)),
        ("remuneration", "remuneration", ("model",)),
        ("reserved_contracts", "reserved", ("model",)),
    ],
)
def test_shares_of_answers_are_those_of_the_truth(european, kept, questionnaire, groups, id_, question, by):
    expected = shares_of(kept, questionnaire, question, {name: groups[name] for name in by})
    assert differences(european[id_], ("answer", "statistic", *KEYS), expected) == {}


def test_income_is_the_mean_and_the_median_of_complete_splits_of_the_truth(european, kept, questionnaire, groups):
    sources = [q.name for q in questionnaire.questions.values() if q.role == "income"]
    splits, off = [], 0
    for person in kept:
        if any(person.values.get(s) is not None for s in sources):
            split = [person.values.get(s, 0.0) for s in sources]  # a source left empty is none of the income
            if abs(sum(split) - 100) <= 1:
                splits.append((person, split))
            else:
                off += 1
    expected = {}
    for place, source in enumerate(sources):
        answers = [(person, split[place]) for person, split in splits]
        for statistic, figure_of in (("mean", figure), ("median", median)):
            cells = across(answers, kept, {name: groups[name] for name in ("model", "size")}, figure_of)
            expected |= {(source, statistic, *key): c for key, c in cells.items()}
    table = european["income"]
    assert differences(table, ("source", "statistic", *KEYS), expected) == {}
    assert table.notes[0] == f"Shares of {off} of {off + len(splits)} respondents are off 100 by more than 1: left out."
    assert off > 0, "the demonstration has slips of the pen, or this proves too little"


def test_technology_is_rated_today_and_in_future_and_changes_in_the_same_persons_of_the_truth(european, kept, questionnaire, groups):
    names = {}
    for question in questionnaire.questions.values():
        if question.role == "technology":
            names.setdefault(question.concept, {})[question.measure] = question.name
    expected = {}
    for concept, asked in names.items():
        rated = {"today": [], "in future": [], "change": []}
        for person in kept:
            today, future = (person.values.get(asked[m]) for m in ("relevance", "future"))
            if today is not None and future is not None:
                rated["today"].append((person, float(today)))
                rated["in future"].append((person, float(future)))
                rated["change"].append((person, float(future) - float(today)))
        for statistic, answers in rated.items():
            cells = across(answers, kept, {name: groups[name] for name in ("model", "size")})
            expected |= {(concept, statistic, *key): c for key, c in cells.items()}
        alone = [p for p in kept if (p.values.get(asked["relevance"]) is None) != (p.values.get(asked["future"]) is None)]
        assert alone, "some rated one of the two only, or this proves too little"
    assert len(names) == 6
    assert differences(european["technology"], ("technology", "statistic", *KEYS), expected) == {}


def test_support_is_the_share_of_each_extent_by_instrument_in_the_truth(european, kept, questionnaire, groups):
    expected = {}
    for question in questionnaire.questions.values():
        if question.role == "support":
            domain = questionnaire.concepts[question.concept].domain
            for extent in ("none", "partly", "fully"):
                cells = across(answered(kept, question.name, extent), kept, {"model": groups["model"]})
                expected |= {(domain, question.concept, extent, "share", *key): c for key, c in cells.items()}
    assert len({k[1] for k in expected}) == 11
    assert differences(european["support"], ("domain", "instrument", "extent", "statistic", *KEYS), expected) == {}


def test_the_index_of_support_is_the_mean_of_the_points_of_its_instruments_in_the_truth(european, kept, questionnaire, groups):
    points, scores = {"none": 0, "partly": 50, "fully": 100}, {}
    for question in questionnaire.questions.values():
        if question.role == "support":
            domain = questionnaire.concepts[question.concept].domain
            said = [(p, points[p.values[question.name]]) for p in kept if p.values.get(question.name) in points]
            for model in (*dict.fromkeys(groups["model"].values()), "all"):
                mine = [(p, v) for p, v in said if model == "all" or groups["model"][wise_of(p)] == model]
                if model is not None:
                    scores.setdefault((domain, model), {})[question.concept] = (sum(v for _, v in mine) / len(mine), len(mine))
    table = european["support_index"]
    found = {(r["domain"], r["group"], r["instrument"]): r for r in table.data.to_dict("records")}
    assert len(found) == sum(1 + len(of_type) for of_type in scores.values())
    for (domain, model), of_type in scores.items():
        for instrument, (value, n) in of_type.items():
            assert (found[domain, model, instrument]["value"], found[domain, model, instrument]["n"]) == (pytest.approx(value), n)
        whole = found[domain, model, "all"]
        assert whole["value"] == pytest.approx(sum(value for value, _ in of_type.values()) / len(of_type))
        assert (whole["n"], whole["obs_status"]) == (
            min(n for _, n in of_type.values()),
            "u" if min(n for _, n in of_type.values()) < 30 else "",
        )


def test_skills_by_model_size_and_age_of_the_enterprise_are_those_of_the_truth(european, kept, questionnaire, groups):
    expected = {}
    for (domain, concept, subject), rated in ratings_of_skills(kept, questionnaire).items():
        if subject == "self":
            for statistic in ("relevance", "endowment", "gap"):
                cells = across(rated[statistic], kept, groups)
                expected |= {(domain, concept, statistic, *key): c for key, c in cells.items()}
    assert {k[4] for k in expected if k[3] == "age"} == {"0-4_or_not_known", "5-14", "15+"}
    by_age = european["skills_by_enterprise"].data.query("breakdown == 'age'")
    assert by_age["skill"].nunique() < len({k[1] for k in expected}), "of some skills no ages are shown, or this proves too little"
    assert differences(european["skills_by_enterprise"], ("domain", "skill", "statistic", *KEYS), expected) == {}


COUNTRY_GROUPS = {"strong support": ["AT", "BE", "FR", "NL", "ES"], "weak support": ["BG", "HR", "LV", "RO"], "alone": ["SI"]}


def test_groups_of_countries_are_one_more_breakdown_where_params_name_them(demonstration_pool, kept, questionnaire, groups):
    of_country = {c: group for group, countries in COUNTRY_GROUPS.items() for c in countries}
    by = {"model": groups["model"], "country_group": {wise_of(p): of_country.get(country_of(p)) for p in kept}}
    pool = replace(
        demonstration_pool,
        settings=demonstration_pool.settings.model_copy(
            update={"country_groups": COUNTRY_GROUPS, "minimum_shown": 0, "minimum_movement": 0}
        ),
    )
    table = support(pool)
    expected = {}
    for question in questionnaire.questions.values():
        if question.role == "support":
            domain = questionnaire.concepts[question.concept].domain
            for extent in ("none", "partly", "fully"):
                cells = across(answered(kept, question.name, extent), kept, by)
                expected |= {(domain, question.concept, extent, "share", *key): c for key, c in cells.items()}
    assert differences(table, ("domain", "instrument", "extent", "statistic", *KEYS), expected) == {}
    assert {r["group"] for r in income(pool).data.query("breakdown == 'country_group'").to_dict("records")} == set(COUNTRY_GROUPS)
    assert table.codes["breakdown"]["country_group"] == "By group of countries"


def test_every_question_of_the_demonstration_was_asked_alike_in_every_country(european, questionnaire):
    table = european["comparability"]
    asked = [q.name for q in questionnaire.questions.values() if q.kind != "text"]
    expected = {(question, country): (None, None, None, 1, "", "") for question in asked for country in COUNTRIES}
    assert differences(table, ("question", "country"), expected) == {}
    assert set(table.data["code"]) == {"identical"}


def test_the_demonstration_has_groups_to_hide_few_persons_and_countries_left_out_of_a_mean(european):
    ids = ("income", "technology", "barriers", "support", "reserved_contracts", "skills_by_enterprise")
    rows = [r for i in ids for r in european[i].data.to_dict("records")]
    assert set(european["models"].data["conf_status"]) == {"", "C"}, "or the tests above prove too little"
    assert {r["obs_status"] for r in rows} == {"", "u"}
    assert min(r["countries"] for r in rows if r["average"] == MEAN) < len(COUNTRIES)
    assert {r["group"] for r in rows if r["breakdown"] == "size"} == {"0-49_or_not_known", "50-99", "100-249"}


# ------------------------------------------------------------------ income by hand

INCOME = "type,name,label,role\ndecimal,sales,Sales,income\ndecimal,grants,Grants,income\n"


def of_splits(pool_of, *splits, **settings):
    """Table of income; None is a source left empty, an empty split no answer at all."""
    people = [{k: v for k, v in zip(("sales", "grants"), split, strict=False) if v is not None} for split in splits]
    return income(pool_of(INCOME, "list_name,name,label\n", {"AT": people}, **OPEN | settings))


def values(table, keys, **where):
    """Key -> value of the published rows where these columns have these values."""
    where = {"breakdown": "all", "average": POOLED} | where
    rows = [r for r in table.data.to_dict("records") if all(r[k] == v for k, v in where.items() if k in r)]
    return {r[keys] if isinstance(keys, str) else tuple(r[k] for k in keys): r["value"] for r in rows}


def means_of(table):
    """Mean shares and the persons they stand on."""
    found = values(table, "source", statistic="mean")
    return {k: round(v, 9) for k, v in found.items()}, set(table.data.query("average == 'pooled'")["n"])


@pytest.mark.parametrize(
    ("rule", "sales", "grants", "persons"),
    [
        ("refuse", 80.0, 20.0, 1),
        ("rescale", (80 + 75) / 2, (20 + 25) / 2, 2),  # 60 and 20 of 80 are 75 and 25 of 100
        ("keep", 70.0, 20.0, 2),
    ],
)
def test_shares_that_do_not_add_up_are_left_out_rescaled_or_kept_as_params_say(pool_of, rule, sales, grants, persons):
    table = of_splits(pool_of, (80, 20), (60, 20), income_rule=rule)
    assert means_of(table) == ({"sales": sales, "grants": grants}, {persons})
    done = {"refuse": "left out", "rescale": "rescaled to 100", "keep": "kept as given"}[rule]
    assert table.notes[0] == f"Shares of 1 of 2 respondents are off 100 by more than 1: {done}."


def test_shares_that_do_not_add_up_are_left_out_where_params_say_nothing(pool_of):
    assert means_of(of_splits(pool_of, (80, 20), (60, 20))) == ({"sales": 80.0, "grants": 20.0}, {1})


@pytest.mark.parametrize(
    ("split", "tolerance", "complete"),
    [
        ((60, 41), 1.0, True),
        ((60, 39), 1.0, True),
        ((60, 41.5), 1.0, False),
        ((60, 38.5), 1.0, False),
        ((60, 41.5), 2.0, True),
        ((60, 41), 0.0, False),
        ((60, 40), 0.0, True),
    ],
)
def test_a_split_may_be_off_by_as_much_as_the_tolerance(pool_of, split, tolerance, complete):
    table = of_splits(pool_of, (100, 0), split, income_tolerance=tolerance)
    assert means_of(table)[1] == {2 if complete else 1}
    assert table.notes[0].startswith(f"Shares of {0 if complete else 1} of 2 respondents are off 100 by more than {tolerance:g}:")


def test_a_split_off_by_the_tolerance_exactly_is_complete_whatever_floating_point_makes_of_its_sum(pool_of):
    survey = INCOME + "decimal,gifts,Gifts,income\n"
    pool = pool_of(survey, "list_name,name,label\n", {"AT": [{"sales": 30.1, "grants": 34.2, "gifts": 36.7}]}, **OPEN)
    assert income(pool).notes[0].startswith("Shares of 0 of 1 respondents")


def test_a_split_within_the_tolerance_is_taken_as_it_was_given_even_where_others_are_rescaled(pool_of):
    found, _ = means_of(of_splits(pool_of, (60, 39.5), income_rule="rescale"))
    assert found == {"sales": 60.0, "grants": 39.5}


def test_a_source_left_empty_counts_as_none_of_the_income_and_an_empty_split_as_no_answer(pool_of):
    table = of_splits(pool_of, (100, None), (50, 50), (), (None, None))
    assert means_of(table) == ({"sales": 75.0, "grants": 25.0}, {2})


@pytest.mark.parametrize(("rule", "persons"), [("refuse", 1), ("rescale", 1), ("keep", 2)])
def test_a_split_of_nothing_cannot_be_rescaled(pool_of, rule, persons):
    assert means_of(of_splits(pool_of, (100, 0), (0, 0), income_rule=rule))[1] == {persons}


@pytest.mark.parametrize(
    ("sales", "middle", "mean"),
    [((10, 20, 90), 20.0, 40.0), ((0, 10, 30, 100), 20.0, 35.0), ((70,), 70.0, 70.0)],
)
def test_the_median_is_the_share_in_the_middle(pool_of, sales, middle, mean):
    table = of_splits(pool_of, *((s, 100 - s) for s in sales))
    assert values(table, ("source", "statistic")) == {
        ("sales", "mean"): mean,
        ("sales", "median"): middle,
        ("grants", "mean"): 100 - mean,
        ("grants", "median"): 100 - middle,
    }


def test_the_mean_of_countries_of_a_median_is_that_of_the_countries_own_medians(pool_of):
    def split(sales):
        return {"sales": sales, "grants": 100 - sales}

    table = income(pool_of(INCOME, "list_name,name,label\n", {"AT": [split(s) for s in (0, 10, 90)], "BE": [split(50)]}, **OPEN))
    assert values(table, ("source", "statistic"), average=MEAN)["sales", "median"] == (10 + 50) / 2
    assert values(table, ("source", "statistic"))["sales", "median"] == (10 + 50) / 2  # of 0, 10, 50, 90
    assert values(table, ("source", "statistic"), average=MEAN)["sales", "mean"] == 41.7, "(100/3 + 50) / 2, as it is shown"


def test_the_note_on_income_counts_the_respondents_of_the_countries_compared(pool_of):
    people = {"AT": [{"sales": 80, "grants": 20}], "BE": [{"sales": 3, "grants": 1}]}
    pool = pool_of(INCOME, "list_name,name,label\n", people, **OPEN)
    pool.manifests["BE"]["comparability"] = {"different scale": ["sales", "grants"]}
    table = income(pool)
    assert table.countries == ("AT",)
    assert table.notes[0].startswith("Shares of 0 of 1 respondents")


# ------------------------------------------------------------------ groups of enterprises by hand

ENTERPRISES = """type,name,label,role
text,code,Code of the enterprise,wise
select_one model,model,Model,model
integer,staff,Staff,staff
select_multiple barrier,barriers,Barriers,barriers
"""
ANSWERS = """list_name,name,label,missing,exclusive
model,productive,Productive model (sells),,
model,social,Social model,,
barrier,cost,Cost,,
barrier,skills,Skills,,
barrier,none,No barriers,,yes
barrier,refused,Prefer not to say,refused,yes
"""


def says(*chosen, **more):
    """A respondent who chose these barriers, of those that are not a refusal."""
    return {f"barriers/{b}": b in chosen for b in ("cost", "skills", "none", "refused")} | more


def persons(table, breakdown, item="cost"):
    """Group -> persons and WISEs of the published figures."""
    rows = [r for r in table.data.to_dict("records") if r["breakdown"] == breakdown and r["average"] == POOLED and r["answer"] == item]
    return {r["group"]: (r["n"], r["wises"]) for r in rows}


@pytest.mark.parametrize(
    ("staff", "group"),
    [(0, "0-9"), (1, "0-9"), (9, "0-9"), (10, "10-49"), (49, "10-49"), (50, "50-249"), (249, "50-249"), (250, "250+"), (20000, "250+")],
)
def test_size_classes_begin_at_their_bounds(pool_of, staff, group):
    table = barriers(pool_of(ENTERPRISES, ANSWERS, {"AT": [says("cost", staff=float(staff))]}, **OPEN))
    assert persons(table, "size") == {group: (1, 1)}


@pytest.mark.parametrize("staff", [0, 49, 50, 99, 100, 249, 250, 20000])
def test_the_truth_of_the_demonstration_has_the_size_classes_of_its_params(pool_of, staff):
    people = {"AT": [says("cost", staff=float(staff))]}
    table = barriers(pool_of(ENTERPRISES, ANSWERS, people, **OPEN, size_classes=[50, 100, 250]))
    assert persons(table, "size") == {size_of(staff): (1, 1)}


def test_size_classes_follow_params_and_are_named_for_readers(pool_of):
    people = {"AT": [says("cost", staff=s) for s in (19.0, 20.0)]}
    table = barriers(pool_of(ENTERPRISES, ANSWERS, people, **OPEN, size_classes=[20]))
    assert persons(table, "size") == {"0-19": (1, 1), "20+": (1, 1)}
    assert {k: table.codes["group"][k] for k in ("0-19", "20+")} == {"0-19": "0–19 persons", "20+": "20 or more persons"}
    assert table.codes["group"]["productive"] == "Productive model", "without what stands in brackets"


def test_what_was_answered_for_an_enterprise_holds_for_everybody_in_it(pool_of):
    people = [
        says("cost", wise="A", staff=5.0, model="social"),  # the enabler
        says("cost", wise="A"),  # two colleagues who were not asked
        says("cost", wise="A"),
        says("cost", wise="B", staff=60.0, model="social"),
    ]
    table = barriers(pool_of(ENTERPRISES, ANSWERS, {"AT": people}, **OPEN))
    assert persons(table, "size") == {"0-9": (3, 1), "50-249": (1, 1)}
    assert persons(table, "model") == {"social": (4, 2)}


def test_an_enterprise_whose_enablers_disagree_is_in_no_group(pool_of):
    people = [
        says("cost", wise="A", staff=5.0, model="social"),
        says("cost", wise="A", staff=15.0, model="social"),
        says("cost", wise="A"),
        says("cost", wise="B", staff=5.0, model="productive"),
        says("cost", wise="C"),  # nobody answered for it
        says("cost", wise="", staff=5.0, model="social"),  # nobody knows for which
    ]
    table = barriers(pool_of(ENTERPRISES, ANSWERS, {"AT": people}, **OPEN))
    assert persons(table, "all") == {"all": (6, 3)}
    assert persons(table, "size") == {"0-9": (1, 1)}, "5 and 15 are one enterprise's, and it is in neither class"
    assert persons(table, "model") == {"social": (3, 1), "productive": (1, 1)}, "they agree on the model"


def test_two_enablers_who_say_the_same_make_no_disagreement(pool_of):
    people = [says("cost", wise="A", staff=5.0), says("skills", wise="A", staff=5.0)]
    table = barriers(pool_of(ENTERPRISES, ANSWERS, {"AT": people}, **OPEN))
    assert persons(table, "size") == {"0-9": (2, 1)}
    assert values(table, "answer", breakdown="size") == {"cost": 50.0, "skills": 50.0, "none": 0.0}


def test_an_exclusive_answer_is_an_answer_and_a_refusal_is_none(pool_of):
    people = [
        says("cost", "skills"),
        says("cost"),
        says("none"),
        {},
        {f"barriers/{b}": None for b in ("cost", "skills", "none", "refused")},
    ]
    table = barriers(pool_of(ENTERPRISES, ANSWERS, {"AT": people}, **OPEN))
    assert values(table, "answer") == {"cost": pytest.approx(200 / 3), "skills": pytest.approx(100 / 3), "none": pytest.approx(100 / 3)}
    assert persons(table, "all") == {"all": (3, 3)}, "the base is those who named any answer, also “No barriers”"
    assert table.notes == (
        "Several answers were possible: shares add to more than 100.",
        "Pages show shares of fewer than 10 respondents as counts (“4 of 8”).",
    )


def test_a_small_group_is_hidden_with_the_smallest_other_one_and_the_total_stays(pool_of):
    people = [says("cost", model="social", staff=s) for s in [5.0] * 4 + [20.0] * 6 + [60.0] * 8]
    table = barriers(pool_of(ENTERPRISES, ANSWERS, {"AT": people}, minimum_shown=0, minimum_movement=0))
    hidden = {r["group"]: r["conf_status"] for r in table.data.to_dict("records") if r["breakdown"] == "size"}
    assert hidden == {"0-9": "C", "10-49": "C", "50-249": ""}
    assert persons(table, "all") == {"all": (18, 18)}
    assert persons(table, "model") == {"social": (18, 18)}


def test_few_in_no_group_are_counted_with_the_smallest_group_and_it_says_so(pool_of):
    people = [says("cost", staff=s) for s in [5.0] * 6 + [20.0] * 8] + [says("skills")]
    table = barriers(pool_of(ENTERPRISES, ANSWERS, {"AT": people}))
    assert persons(table, "size") == {"0-9_or_not_known": (7, 7), "10-49": (8, 8)}
    assert table.codes["group"]["0-9_or_not_known"] == "0–9 persons, or not known"
    assert [c for c in table.codes["group"] if "-" in c or "+" in c] == ["0-9_or_not_known", "10-49", "50-249", "250+"], (
        "it stays in its place"
    )


def test_a_person_in_no_group_cannot_be_told_from_the_total_less_the_groups_where_not_all_have_answered(pool_of):
    people = [says("cost", staff=s) for s in [5.0] * 6 + [20.0] * 8] + [says("skills")] + [{"staff": None}] * 6
    table = barriers(pool_of(ENTERPRISES, ANSWERS, {"AT": people}, minimum_shown=0, minimum_movement=0))
    known = persons(table, "size")
    assert set(known) == {"0-9", "10-49"}, "seven are in no group: more than in the smallest"
    assert not all(isinstance(n, int) for n, _ in known.values()), "15 less 6 less 8 is one person, and her answer is told"


def test_a_country_whose_models_are_not_comparable_is_in_no_group_of_models(pool_of):
    pool = pool_of(ENTERPRISES, ANSWERS, {c: [says("cost", model="social")] for c in ("AT", "BE")}, **OPEN)
    pool.manifests["BE"]["comparability"] = {"different scale": ["model"]}
    table = barriers(pool)
    assert persons(table, "all") == {"all": (2, 2)}
    assert persons(table, "model") == {"social": (1, 1)}


def test_the_pooled_figure_counts_the_countries_that_have_respondents_in_it(pool_of):
    people = {"AT": [says("cost", model="social")], "BE": [{"model": "productive"}], "BG": [says("cost", model="productive")]}
    rows = barriers(pool_of(ENTERPRISES, ANSWERS, people, **OPEN)).data.to_dict("records")
    assert {r["group"]: r["countries"] for r in rows if r["average"] == POOLED} == {"all": 2, "social": 1, "productive": 1}


# ------------------------------------------------------------------ technology and support by hand

TECHNOLOGY = """type,name,label,role,concept,measure
begin_group,today,Today,,,
select_one point,robots_now,Robots,technology,t/robots,relevance
select_one point,clouds_now,Clouds,technology,t/clouds,relevance
end_group,,,,,
select_one point,robots_then,Robots,technology,t/robots,future
"""
POINTS = (
    "list_name,name,label,missing\n" + "".join(f"point,{i},Point {i},\n" for i in range(1, 6)) + "point,dont_know,Don't know,dont_know\n"
)
TECHNOLOGIES = (
    "concept,label,domain,domain_label,source\nt/robots,Robots of all kinds,t,Technology,none\nt/clouds,Clouds,t,Technology,none\n"
)


def test_today_future_and_change_count_those_only_who_rated_both(pool_of):
    people = [
        {"robots_now": "1", "robots_then": "5"},
        {"robots_now": "3", "robots_then": "2", "clouds_now": "4"},
        {"robots_now": "5"},
        {"robots_then": "1"},
        {"robots_then": "5"},  # does not know about today
    ]
    table = technology(pool_of(TECHNOLOGY, POINTS, {"AT": people}, TECHNOLOGIES, **OPEN))
    found = {(r["technology"], r["statistic"]): (r["value"], r["n"]) for r in table.data.to_dict("records") if r["average"] == POOLED}
    assert found == {
        ("t/robots", "today"): (2.0, 2),
        ("t/robots", "in future"): (3.5, 2),
        ("t/robots", "change"): (1.5, 2),  # + 4 and − 1, not 3.25 − 3
        ("t/clouds", "today"): (4.0, 1),
    }
    assert table.codes["technology"] == {"t/robots": "Robots of all kinds", "t/clouds": "Clouds"}


def test_technologies_are_tabulated_without_a_sheet_of_concepts(pool_of):
    table = technology(pool_of(TECHNOLOGY, POINTS, {"AT": [{"robots_now": "3", "robots_then": "4"}]}, **OPEN))
    assert values(table, ("technology", "statistic"))["t/robots", "today"] == 3.0


SUPPORT = """type,name,label,role,concept,measure
begin_group,direct,How much support,,,
select_one extent,wages,Wage subsidies,support,s/wages,extent
select_one extent,tax,Lower taxes,support,s/tax,extent
end_group,,,,,
select_one reserved,reserved,Reserved contracts,reserved_contracts,,
"""
EXTENTS = """list_name,name,label,missing
extent,none,Not at all,
extent,partly,Partly,
extent,fully,Fully,
extent,dont_know,Don't know,dont_know
reserved,no,No access,
reserved,used,We use them,
reserved,dont_know,Don't know,dont_know
"""


@pytest.mark.parametrize(
    ("who_spoke_of_tax", "expected"),
    [(2, {"all": 75.0, "s/wages": 100.0, "s/tax": 50.0}), (1, {"all": None, "s/wages": 100.0, "s/tax": None})],
)
def test_a_type_of_support_has_an_index_where_all_of_its_instruments_are_shown(pool_of, who_spoke_of_tax, expected):
    """Full support by one instrument and half by the other are 75 points; where too few spoke of the second, nothing is said of both."""
    people = [{"wages": "fully", "tax": "partly" if n < who_spoke_of_tax else None} for n in range(2)]
    table = index(pool_of(SUPPORT, EXTENTS, {"AT": people}, **OPEN | {"minimum_persons": 2}))
    found = {r["instrument"]: None if r["conf_status"] else r["value"] for r in table.data.to_dict("records")}
    assert found == expected


def test_support_is_counted_by_instrument_without_those_who_do_not_know(pool_of):
    people = [{"wages": w, "tax": "none"} for w in ("none", "partly", "fully", "fully")] + [{}, {}]
    pool = pool_of(SUPPORT, EXTENTS, {"AT": people}, **OPEN)
    pool.missing.loc[4, ["wages", "tax"]] = "dont_know"
    table = support(pool)
    assert values(table, ("domain", "instrument", "extent")) == {
        ("direct", "s/wages", "none"): 25.0,
        ("direct", "s/wages", "partly"): 25.0,
        ("direct", "s/wages", "fully"): 50.0,
        ("direct", "s/tax", "none"): 100.0,
        ("direct", "s/tax", "partly"): 0.0,
        ("direct", "s/tax", "fully"): 0.0,
    }
    assert set(table.data["n"]) == {4}
    assert table.codes["instrument"] == {"s/wages": "Wage subsidies", "s/tax": "Lower taxes"}


def test_reserved_contracts_are_counted_among_those_who_know(pool_of):
    pool = pool_of(SUPPORT, EXTENTS, {"AT": [{"reserved": r} for r in ("no", "used", "used", "used", None)]}, **OPEN)
    pool.missing.loc[4, "reserved"] = "dont_know"
    table = reserved_contracts(pool)
    assert values(table, "answer") == {"no": 25.0, "used": 75.0}
    assert set(table.data["n"]) == {4}


# ------------------------------------------------------------------ comparability by hand

SYMBOLS = {
    "identical": "● identical",
    "recoded": "◐ recoded",
    "coarser": "◒ coarser",
    "different wording": "◍ different wording",
    "different scale": "◇ different scale",
    "pending": "? pending",
    "not asked": "○ not asked",
}
PATHWAY = "type,name,label,role\nselect_one pathway,pathway,Pathway,pathway\nselect_one pathway,second,Second,\ntext,why,Why,comment\n"
PATHWAYS = "list_name,name,label\npathway,permanent,Permanent\npathway,transitional,Transitional\n"


def of_statuses(pool_of):
    """A country of each status: whoever is pooled says permanent, the others say transitional."""
    said = dict.fromkeys(SYMBOLS, "permanent") | {"different scale": "transitional", "pending": None, "not asked": None}
    people = {f"{place}": [{"pathway": answer, "second": "permanent"}] for place, answer in zip("ABCDEFG", said.values(), strict=True)}
    pool = pool_of(PATHWAY, PATHWAYS, people, **OPEN)
    for country, status in zip("ABCDEFG", SYMBOLS, strict=True):
        if status != "identical" and status != "not asked":
            pool.manifests[country]["comparability"] = {status: ["pathway"]}
        if status in ("pending", "not asked"):
            pool.missing.loc[pool.missing["country"].eq(country), "pathway"] = "not_asked"
    return pool


def test_each_status_is_shown_as_a_symbol_with_its_words_and_never_as_a_number(pool_of):
    table = comparability(of_statuses(pool_of))
    plan = layout(table)
    assert plan.row_labels == [("Pathway",), ("Second",)], "open questions are not compared"
    assert plan.column_labels == [(country,) for country in "ABCDEFG"]
    assert [shown(f, table) for f in plan.figures[0]] == list(SYMBOLS.values())
    assert [shown(f, table) for f in plan.figures[1]] == ["● identical"] * 7
    assert table.data[["value", "n", "wises"]].isna().all(axis=None)
    assert plan.base == "none"
    assert not any(sign.isdigit() for line in plan.figures for f in line for sign in shown(f, table))


def test_only_answers_that_may_stand_side_by_side_are_in_a_european_figure(pool_of):
    table = pathways(of_statuses(pool_of))
    assert table.countries == ("A", "B", "C", "D")
    assert values(table, "answer") == {"permanent": 100.0, "transitional": 0.0}
    assert set(table.data.query("breakdown == 'all'")["n"]) == {4}


@pytest.mark.parametrize(
    ("declared", "status"),
    [
        (("recoded", "coarser"), "coarser"),
        (("recoded", "different wording"), "recoded"),
        (("coarser", "recoded", "different scale"), "different scale"),
        (("pending",), "identical"),
    ],
)
def test_a_country_is_as_comparable_as_the_least_of_what_was_declared(pool_of, declared, status):
    pool = pool_of(PATHWAY, PATHWAYS, {"AT": [{"pathway": "permanent"}]}, **OPEN)
    pool.manifests["AT"]["comparability"] = {word: ["pathway"] for word in declared}
    codes = comparability(pool).data.set_index("question")["code"]
    assert codes.to_dict() == {"pathway": status, "second": "identical"}


# ------------------------------------------------------------------ what is not asked


def test_tables_without_their_question_are_not_made(pool_of):
    pool = pool_of("type,name,label,role\nselect_one pathway,any,Any,\n", PATHWAYS, {"AT": [{"any": "permanent"}]}, **OPEN)
    assert set(european_tables(pool)) == {"fieldwork", "comparability"}
