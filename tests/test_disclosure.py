import itertools
import math
import random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bwise.disclosure import MEAN_OF_COUNTRIES, POOLED, add_mean_of_countries, protect
from bwise.settings import ConsolidationSettings
from bwise.tables import first_look, frequencies, models, sectors, skills
from tests.conftest import ONE_SKILL

RULES = ConsolidationSettings(questionnaire="any", countries=[])
PERSONS, WISES, FEW = RULES.minimum_persons, RULES.minimum_wises, RULES.low_reliability


def cells_of(parts, total=True, **more):
    """Cells of these parts (name -> (persons, WISEs)) and of their total; the value of a part is its number of persons."""
    rows = [{"country": name, "value": float(n), "n": n, "wises": wises, "statistic": "gap", **more} for name, (n, wises) in parts.items()]
    if total:
        persons, wises = (sum(p[i] for p in parts.values()) for i in (0, 1))
        rows.append({"country": POOLED, "value": 1.0, "n": persons, "wises": wises, "statistic": "gap", **more})
    return pd.DataFrame(rows)


def hidden(parts, total=True, rules=RULES):
    """Names of what is hidden."""
    found = protect(cells_of(parts, total), rules, along="country", total=POOLED)
    return sorted(found.loc[found["conf_status"] == "C", "country"])


# ------------------------------------------------------------------ by hand


@pytest.mark.parametrize(
    ("persons", "wises", "expected"),
    [(5, 3, False), (4, 4, True), (5, 2, True), (4, 2, True), (1, 1, True), (0, 0, False), (500, 2, True), (500, 3, False)],
)
def test_a_figure_needs_five_persons_of_three_enterprises(persons, wises, expected):
    assert hidden({"AT": (persons, wises)}, total=False) == (["AT"] if expected else [])


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"AT": (4, 4), "BE": (9, 5), "BG": (7, 5)}, ["AT", "BG"]),  # the smallest other one
        ({"AT": (1, 1), "BE": (5, 3), "BG": (9, 9)}, ["AT", "BE"]),  # together six persons of four enterprises
        ({"AT": (2, 1), "BE": (2, 1), "BG": (9, 9), "ES": (8, 8)}, ["AT", "BE", "ES"]),  # two are not enough: four persons of two
        ({"AT": (3, 2), "BE": (3, 2), "BG": (9, 9)}, ["AT", "BE"]),  # six persons of four enterprises
        ({"AT": (9, 9), "BE": (5, 3), "BG": (0, 0)}, []),  # nothing small, an empty part shown as empty
        ({"AT": (4, 4), "BE": (0, 0), "BG": (9, 9)}, ["AT", "BG"]),  # an empty part hides nothing
        ({"AT": (4, 4), "BE": (6, 4), "BG": (6, 3)}, ["AT", "BG"]),  # as many persons: fewer enterprises first
        ({"AT": (4, 4), "BE": (6, 4), "BG": (6, 4)}, ["AT", "BE"]),  # the same: the order of the countries
    ],
)
def test_further_parts_are_hidden_until_the_total_gives_none_away(parts, expected):
    assert hidden(parts) == expected


def test_further_parts_are_hidden_where_the_total_stands_in_another_table_too():
    assert hidden({"AT": (4, 4), "BE": (9, 5), "BG": (7, 5)}, total=False) == ["AT", "BG"]


def test_a_total_too_small_is_hidden_with_all_its_parts():
    assert hidden({"AT": (1, 1), "BE": (2, 1)}) == ["AT", "BE", POOLED]


def test_stricter_rules_hide_more():
    parts = {"AT": (9, 5), "BE": (20, 9), "BG": (30, 9)}
    assert hidden(parts) == []
    assert hidden(parts, rules=RULES.model_copy(update={"minimum_persons": 10})) == ["AT", "BE"]
    assert hidden(parts, rules=RULES.model_copy(update={"minimum_wises": 6})) == ["AT", "BE"]


def test_a_hidden_figure_has_no_value_no_persons_and_no_sign_of_why():
    found = protect(cells_of({"AT": (4, 4), "BE": (7, 5), "BG": (9, 5)}), RULES, along="country", total=POOLED).set_index("country")
    for country in ("AT", "BE"):  # the small one and the one that covers it look alike
        row = found.loc[country]
        assert [math.isnan(row[c]) for c in ("value", "n", "wises")] == [True, True, True]
        assert (row["obs_status"], row["conf_status"]) == ("", "C")
    assert (found.loc["BG", "value"], found.loc["BG", "conf_status"]) == (9.0, "")


@pytest.mark.parametrize(("persons", "flag"), [(29, "u"), (30, ""), (5, "u"), (0, "")])
def test_figures_on_fewer_than_thirty_persons_are_of_low_reliability(persons, flag):
    found = protect(cells_of({"AT": (persons, min(persons, 9))}, total=False), RULES, along="country", total=POOLED)
    assert found["obs_status"].tolist() == [flag]


def test_each_figure_is_protected_for_itself():
    small, large = cells_of({"AT": (4, 4), "BE": (7, 5)}, skill="one"), cells_of({"AT": (8, 4), "BE": (7, 5)}, skill="two")
    found = protect(pd.concat([small, large]), RULES, along="country", total=POOLED)
    assert found.loc[found["conf_status"] == "C", ["skill", "country"]].to_numpy().tolist() == [["one", "AT"], ["one", "BE"]]


# ------------------------------------------------------------------ the mean of countries


def mean_of(parts, **values):
    cells = cells_of(parts)
    for country, value in values.items():
        cells.loc[cells["country"] == country, "value"] = value
    return add_mean_of_countries(protect(cells, RULES, along="country", total=POOLED)).set_index("country")


def test_the_mean_of_countries_is_that_of_the_countries_shown():
    found = mean_of({"AT": (4, 4), "BE": (6, 5), "BG": (40, 9), "ES": (50, 9)}, AT=1000.0, BE=1000.0, BG=10.0, ES=20.0)
    mean = found.loc[MEAN_OF_COUNTRIES]
    assert (mean["value"], mean["n"], mean["wises"], mean["countries"]) == (15.0, 90, 18, 2)
    assert (mean["obs_status"], mean["conf_status"]) == ("", "")


def test_the_pooled_figure_counts_all_countries_with_respondents():
    found = mean_of({"AT": (4, 4), "BE": (6, 5), "BG": (40, 9), "ES": (0, 0)})
    assert found["countries"].to_dict() == {"AT": 1, "BE": 1, "BG": 1, "ES": 1, POOLED: 3, MEAN_OF_COUNTRIES: 2}


def test_there_is_no_mean_where_no_country_may_be_shown():
    assert MEAN_OF_COUNTRIES not in mean_of({"AT": (4, 4), "BE": (4, 4)}).index


# ------------------------------------------------------------------ whatever the parts

PARTS = st.lists(st.tuples(st.integers(0, 14), st.integers(1, 9)).map(lambda p: (p[0], min(p))), min_size=1, max_size=7)
MANY = settings(max_examples=60, deadline=None, derandomize=True)


def published(parts, order=None):
    """Part -> persons shown or None; and the total shown or None."""
    cells = cells_of({str(i): part for i, part in enumerate(parts)})
    cells = cells.iloc[list(order)] if order is not None else cells
    found = protect(cells, RULES, along="country", total=POOLED)
    shown = {c: None if math.isnan(n) else int(n) for c, n in zip(found["country"], found["n"], strict=True)}
    total = shown.pop(POOLED)
    return shown, total


@MANY
@given(PARTS)
def test_nothing_is_shown_of_fewer_persons_or_enterprises_than_the_minimum(parts):
    shown, total = published(parts)
    for name, n in [*shown.items(), ("total", total)]:
        wises = sum(w for _, w in parts) if name == "total" else parts[int(name)][1]
        assert n is None or n == 0 or (n >= PERSONS and wises >= WISES)


@MANY
@given(PARTS)
def test_no_hidden_part_can_be_worked_out_from_the_total_and_the_parts_shown(parts):
    shown, total = published(parts)
    lost = [name for name, n in shown.items() if n is None]
    if total is not None and lost:
        remainder = total - sum(n for n in shown.values() if n is not None)
        assert len(lost) >= 2
        assert all(remainder != parts[int(name)][0] for name in lost)
        assert remainder >= PERSONS
        assert sum(parts[int(name)][1] for name in lost) >= WISES


@MANY
@given(PARTS)
def test_no_part_is_hidden_without_need(parts):
    shown, _ = published(parts)
    lost = [int(name) for name, n in shown.items() if n is None]
    small = [i for i in lost if parts[i][0] < PERSONS or parts[i][1] < WISES]
    covering = sorted((i for i in lost if i not in small), key=lambda i: parts[i])
    assert bool(small) == bool(lost)
    if covering:  # without the last one taken, the others would not have been enough
        rest = [i for i in lost if i != covering[-1]]
        assert len(rest) < 2 or sum(parts[i][0] for i in rest) < PERSONS or sum(parts[i][1] for i in rest) < WISES
        left = [parts[i] for i in range(len(parts)) if i not in lost and parts[i][0]]
        assert all(parts[i] <= other for i, other in itertools.product(covering, left))


@MANY
@given(PARTS.filter(lambda parts: len({n for n, _ in parts}) == len(parts)), st.integers(0, 9999))
def test_the_order_of_the_rows_decides_nothing_where_no_two_parts_are_alike(parts, seed):
    order = list(range(len(parts) + 1))
    random.Random(seed).shuffle(order)
    assert published(parts, order) == published(parts)


@MANY
@given(PARTS)
def test_what_is_shown_is_the_figure_itself(parts):
    cells = cells_of({str(i): part for i, part in enumerate(parts)})
    found = protect(cells, RULES, along="country", total=POOLED)
    seen = found["conf_status"] != "C"
    for column in ("country", "value", "n", "wises"):
        assert found.loc[seen, column].tolist() == cells.loc[seen, column].tolist()


# ------------------------------------------------------------------ whole tables

SURVEY = (
    """type,name,label,role,concept,measure,subject
text,wise_code,Enterprise,wise,,,
select_one group,group,Group,group,,,
select_one model,model,Model,model,,,
select_multiple sector,sectors,Sectors,sectors,,,
integer,staff,Staff,,,,
"""
    + ONE_SKILL
)
CHOICES = """list_name,name,label
group,enabler,Enabler
group,supporter,Supporter
group,wsn,Worker
model,productive,Productive
model,social,Social
model,training,Training
sector,A,Farming
sector,C,Manufacturing
point,1,Low
point,2,High
"""
CONCEPTS = "concept,label,domain,domain_label,source\nc/reading,Reading,basic,Basic skills,none\n"


def enterprises(*sizes, country="AT", **answers):
    """As many persons as stated, each of an enterprise of her own, by the value of the one key of `answers`."""
    ((column, codes),) = answers.items()
    kinds = [code for code, size in zip(codes, sizes, strict=True) for _ in range(size)]
    base = {"group": "enabler", "model": "social", "sectors/A": True, "sectors/C": False, "r1": "2", "e1": "1"}
    return [base | {column: kind, "wise": f"{country}{n}"} for n, kind in enumerate(kinds)]


def small_pool(pool_of, people):
    return pool_of(SURVEY, CHOICES, people, CONCEPTS)


def shown_of(table, **where):
    data = table.data
    for column, value in where.items():
        data = data[data[column] == value]
    return data


def test_a_small_model_cannot_be_worked_out_from_all_models(pool_of):
    table = sectors(small_pool(pool_of, {"AT": enterprises(4, 6, 9, model=["productive", "social", "training"])}))
    shares = shown_of(table, sector="A", statistic="active in the sector", average=POOLED).set_index("model")["conf_status"]
    assert shares.to_dict() == {"all": "", "productive": "C", "social": "C", "training": ""}


def test_a_small_country_cannot_be_worked_out_from_the_pooled_figure(pool_of):
    people = {c: enterprises(size, country=c, model=["social"]) for c, size in (("AT", 4), ("BE", 6), ("BG", 9))}
    shares = shown_of(models(small_pool(pool_of, people)), model="social").set_index("country")
    assert shares["conf_status"].to_dict() == {"AT": "C", "BE": "C", "BG": "", POOLED: "", MEAN_OF_COUNTRIES: ""}
    assert shares.loc[MEAN_OF_COUNTRIES, "n"] == 9


def test_a_small_worker_group_cannot_be_worked_out_from_all_groups(pool_of):
    table = skills(small_pool(pool_of, {"AT": enterprises(9, 4, 8, group=["enabler", "supporter", "wsn"])}))
    gaps = shown_of(table, statistic="gap", average=POOLED).set_index("worker_group")["conf_status"]
    assert gaps["all"] == gaps["enabler"] == "" and gaps["supporter"] == "C"
    assert gaps["wsn"] == "C", "21 persons in all less 9 and 8 shown: the 4 supporters are told"


def test_a_small_group_in_a_breakdown_cannot_be_worked_out_from_the_question_as_a_whole(pool_of):
    pool = small_pool(pool_of, {"AT": enterprises(9, 4, 8, group=["enabler", "supporter", "wsn"])})
    whole, parts = frequencies(pool, "model").data, frequencies(pool, "model", "group").data
    assert set(whole["conf_status"]) == {""}
    assert set(parts.loc[parts["conf_status"] == "C", "group"]) == {"supporter", "wsn"}


def test_a_number_given_in_a_small_country_cannot_be_worked_out_from_the_pooled_row(pool_of):
    people = {"AT": enterprises(3, 1, country="AT", staff=[12.0, 7.0]), "BE": enterprises(20, country="BE", staff=[12.0])}
    data = shown_of(frequencies(small_pool(pool_of, people), "staff", "country"), answer="7", statistic="count").set_index("country")
    assert data.loc["AT", "conf_status"] == "C"
    assert data.loc[POOLED, "conf_status"] == "C" or data["conf_status"].eq("C").sum() >= 2


def test_which_numbers_a_small_group_gave_is_not_told_by_the_rows_there_are(pool_of):
    people = enterprises(3, 1, 9, staff=[12.0, 7.0, 80.0])
    for number, person in enumerate(people):
        person["group"] = "supporter" if number < 4 else "enabler"
    data = shown_of(frequencies(small_pool(pool_of, {"AT": people}), "staff", "group"), group="supporter")
    assert set(data["conf_status"]) == {"C"}
    assert set(data["answer"]) == {"12", "7", "80"}, "the four gave no other number than the first two"


def test_what_a_european_table_hides_no_country_page_tells(pool_of):
    people = {c: enterprises(size, country=c, model=["social"]) for c, size in (("AT", 4), ("BE", 6), ("BG", 9))}
    european = shown_of(models(small_pool(pool_of, people)), model="social").set_index("country")["conf_status"]
    assert european["BE"] == "C"
    for country in ("AT", "BE"):
        page = first_look(small_pool(pool_of, {country: people[country]}))
        assert not [c for c in page._repr_html_() + repr(page) if c.isdigit()], "a figure of one country less those of Europe"
