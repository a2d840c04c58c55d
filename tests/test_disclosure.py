import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bwise.disclosure import MEAN_OF_COUNTRIES, POOLED, hidden_parts, is_small
from bwise.settings import ConsolidationSettings
from bwise.tables import first_look, frequencies
from tests.conftest import ONE_SKILL, made

models, sectors, skills = map(made, ("models", "sectors", "skills"))
RULES = ConsolidationSettings(questionnaire="any", countries=[])
PERSONS, WISES = RULES.minimum_persons, RULES.minimum_wises


def hidden(parts, rules=RULES):
    """Names of what is hidden of these parts: name -> (persons, WISEs)."""
    n, wises = np.array(list(parts.values())).T
    found = [name for name, mask in zip(parts, hidden_parts(n, wises, rules), strict=True) if mask]
    return sorted([*found, POOLED] if is_small(n.sum(), wises.sum(), rules) and n.sum() else found)


# ------------------------------------------------------------------ by hand


@pytest.mark.parametrize(
    ("persons", "wises", "expected"),
    [(5, 3, False), (4, 4, True), (5, 2, True), (4, 2, True), (1, 1, True), (0, 0, False), (500, 2, True), (500, 3, False)],
)
def test_a_figure_needs_five_persons_of_three_enterprises(persons, wises, expected):
    assert ("AT" in hidden({"AT": (persons, wises)})) == expected


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


def test_a_total_too_small_is_hidden_with_all_its_parts():
    assert hidden({"AT": (1, 1), "BE": (2, 1)}) == ["AT", "BE", POOLED]


def test_stricter_rules_hide_more():
    parts = {"AT": (9, 5), "BE": (20, 9), "BG": (30, 9)}
    assert hidden(parts) == []
    assert hidden(parts, rules=RULES.model_copy(update={"minimum_persons": 10})) == ["AT", "BE"]
    assert hidden(parts, rules=RULES.model_copy(update={"minimum_wises": 6})) == ["AT", "BE"]


# ------------------------------------------------------------------ whatever the parts

PARTS = st.lists(st.tuples(st.integers(0, 14), st.integers(1, 9)).map(lambda p: (p[0], min(p))), min_size=1, max_size=7)
MANY = settings(max_examples=60, deadline=None, derandomize=True)


def published(parts):
    """Part -> persons shown or None; and the total shown or None."""
    lost = hidden({str(i): part for i, part in enumerate(parts)})
    shown = {str(i): None if str(i) in lost else n for i, (n, _) in enumerate(parts)}
    return shown, None if POOLED in lost else sum(n for n, _ in parts)


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
