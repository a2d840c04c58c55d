"""What the focus groups said, alone and beside the survey: recomputed by plain loops from the simulator's truth.

The survey's half is taken from the published tables of the survey, which other files recompute.
"""

import re
from dataclasses import replace

import pytest

from bwise.demo.focus_groups import simulate
from bwise.ledger import Ledger
from bwise.publication import html_table, shown
from bwise.settings import Project
from bwise.tables import by_question, european_tables, load_tables, tables_for
from bwise.tables.cells import Sources
from bwise.tables.kinds import KINDS
from tests.conftest import ONE_SKILL, ROOT, made
from tests.test_tables import COUNTRIES, POINTS, POOLED, READING, multiple

MODELS = ("productive", "social", "training", "mixed", "other")
SURVEY, GROUPS, BOTH = "survey", "focus groups", "both"
DESIGN = [
    "fieldwork",
    "comparability",
    "models",
    "model_recognition",
    "sectors",
    "income",
    "technology",
    "pathways",
    "contracts",
    "remuneration",
    "support",
    "reserved_contracts",
    "skills",
    "skills_by_country",
    "priorities",
    "profiles",
    "measures",
    "training_funding",
    "barriers",
]
KEYS = {
    "models_by_source": ("country", "model"),
    "sectors_by_source": ("model", "sector"),
    "support_by_source": ("domain", "instrument", "model"),
    "reserved_contracts_by_source": ("model",),
    "profiles_by_source": ("measure", "answer"),
    "priorities_by_source": ("worker_group", "skill"),
}
FROM_GROUPS = ["model_recognition", *KEYS]
each_table_beside = pytest.mark.parametrize("name", KEYS)


@pytest.fixture(scope="module")
def records(form):
    return simulate(form)


@pytest.fixture(scope="module")
def alone(demonstration_pool):
    """European tables of the demonstration without its focus groups; `european` has both."""
    return european_tables(demonstration_pool)


@pytest.fixture
def beside(demonstration_pool):
    """`beside(name, groups, tables)`: this table alone, of these groups and these tables of the survey."""
    described = load_tables(demonstration_pool.project)
    return lambda name, groups, tables, pool=demonstration_pool: from_sources(described[name], pool, groups, tables)


def from_sources(about, pool, groups, tables):
    """This table, of these groups and these tables of the survey."""
    return KINDS[about.kind].made(Sources(Ledger(pool), groups, tables, {}), about)


# ------------------------------------------------------------------ the same cells by plain loops


def known(value):
    return None if value != value or str(value) == "<NA>" else value


def rows_of(table, **where):
    return [r for r in table.data.to_dict("records") if all(r[k] == v for k, v in where.items())]


def country_of(record):
    return record.partner.country


def agreement(survey, groups):
    if groups is None:
        return "survey only"
    if survey is None:
        return "focus groups only"
    return "agree" if survey is groups else "differ"


def three(key, figure, survey, count, groups, code=""):
    """The three cells of a key: survey, focus groups, agreement; none where neither source says anything."""
    if survey is None and groups is None:
        return {}
    return {(*key, SURVEY): (figure, ""), (*key, GROUPS): (count, code), (*key, BOTH): (None, agreement(survey, groups))}


def half_or_more(part, whole):
    return 2 * part >= whole


def first_five(figures):
    """Items that fewer than five others surpass; what nobody named is never among them."""
    numbers = {k: v for k, v in figures.items() if v is not None}
    return {k for k, v in numbers.items() if v > 0 and len([o for o in numbers.values() if o > v]) < 5}


def first_of_both(key_of, survey, said):
    first, named = first_five(survey), first_five(said)
    expected = {}
    for item in survey:
        if item in first or item in named:
            told = None if survey[item] is None else item in first
            heard = None if said[item] is None else item in named
            expected |= three(key_of(item), survey[item], told, said[item], heard)
    return expected


def by_majority(key, figure, records, question, model):
    """A country says yes as soon as one of its groups says partly or fully."""
    countries = {}
    for r in records:
        if r.values["model"] == model and r.values.get(question) is not None:
            countries.setdefault(country_of(r), []).append(r.values[question] in ("partly", "fully"))
    yes = len([c for c, said in countries.items() if any(said)])
    survey = None if figure is None else half_or_more(round(figure, 9), 100)
    return three(key, figure, survey, yes if countries else None, half_or_more(yes, len(countries)) if countries else None)


def expected_models(records, tables, form):
    published = {(r["country"], r["model"]): known(r["value"]) for r in rows_of(tables["models"])}
    expected = {}
    for country in COUNTRIES:
        for model in MODELS:
            share = published.get((country, model))
            judged = {r.values.get("recognised") for r in records if country_of(r) == country and r.values["model"] == model}
            best = next((code for code in ("fully", "partly", "not") if code in judged), None)
            found = None if best is None else best != "not"
            expected |= three((country, model), share, None if share is None else share > 0, None, found, best or "")
    return expected


def expected_sectors(records, tables, form):
    published = [r for r in rows_of(tables["sectors"], statistic="active in the sector", average=POOLED) if r["model"] != "all"]
    expected = {}
    for model in {r["model"] for r in published}:
        survey = {r["sector"]: known(r["value"]) for r in published if r["model"] == model}
        said = dict.fromkeys(survey)
        for sector in survey:
            heard, named = set(), set()
            for r in records:
                ticks = [r.values.get(f"{question}/{sector}") for question in ("main_sectors", "common_sectors")]
                if r.values["model"] == model and ticks != [None, None]:
                    heard.add(country_of(r))
                    named |= {country_of(r)} if True in ticks else set()
            said[sector] = len(named) if heard else None
        expected |= first_of_both(lambda sector, m=model: (m, sector), survey, said)
    return expected


def expected_support(records, tables, form):
    asked = {q.concept: q.name for q in form.questions.values() if q.role == "support"}
    extents = {}
    for r in rows_of(tables["support"], breakdown="model"):
        extents.setdefault((r["domain"], r["instrument"], r["group"]), {})[r["extent"]] = known(r["value"])
    expected = {}
    for key, shares in extents.items():
        reached = [shares["partly"], shares["fully"]]
        expected |= by_majority(key, None if None in reached else sum(reached), records, asked[key[1]], key[2])
    return expected


def expected_reserved_contracts(records, tables, form):
    expected = {}
    for r in rows_of(tables["reserved_contracts"], breakdown="model", answer="used"):
        expected |= by_majority((r["group"],), known(r["value"]), records, "reserved_used", r["group"])
    return expected


def expected_profiles(records, tables, form):
    expected = {}
    for kind in ("revise", "create"):
        published = rows_of(tables["profiles"], average=POOLED, measure=kind)
        survey = {r["answer"]: known(r["value"]) for r in published if r["answer"] != "none"}
        said = {}
        for profile in survey:
            named = {country_of(r) for r in records for n in "123" if kinds(r, n) == (profile, kind)}
            said[profile] = len(named)
        expected |= first_of_both(lambda profile, k=kind: (k, profile), survey, said)
    return expected


def kinds(record, place):
    return record.values.get(f"profile_{place}"), record.values.get(f"profile_{place}_kind")


def expected_priorities(records, tables, form):
    concepts = {c.name: c.concept for c in form.choices("prio_wsn_now_1").values() if c.concept}
    expected = {}
    for group in ("enabler", "supporter", "wsn"):
        published = rows_of(tables["priorities"], statistic="critical gap", worker_group=group)
        survey = {r["skill"]: known(r["value"]) for r in published if r["skill"] in concepts.values()}
        said = dict.fromkeys(survey, 0)
        for r in records:
            for place, points in (("1", 3), ("2", 2), ("3", 1)):
                concept = concepts.get(r.values.get(f"prio_{group}_now_{place}"))
                if concept in said:
                    said[concept] += points
        expected |= first_of_both(lambda skill, g=group: (g, skill), survey, said)
    return expected


EXPECTED = {
    "models_by_source": expected_models,
    "sectors_by_source": expected_sectors,
    "support_by_source": expected_support,
    "reserved_contracts_by_source": expected_reserved_contracts,
    "profiles_by_source": expected_profiles,
    "priorities_by_source": expected_priorities,
}


def wrong_cells(table, keys, expected):
    """Key -> (published, expected) where they are not the same; each is a value and a code."""
    found = {}
    for row in rows_of(table):
        key = tuple(row[k] for k in keys)
        assert key not in found, f"{key} stands twice"
        assert row.get("source") == SURVEY or known(row["n"]) is known(row["wises"]) is None, "focus groups tell nothing of persons"
        found[key] = rounded(known(row["value"]), row["code"])
    there = {key: rounded(*cell) for key, cell in expected.items()}
    return {k: (found.get(k), there.get(k)) for k in {**found, **there} if found.get(k) != there.get(k)}


def rounded(value, code):
    return None if value is None else round(float(value), 9), code


def check(name, table, records, tables, form):
    expected = EXPECTED[name](records, tables, form)
    assert len(expected) > 8
    wrong = wrong_cells(table, (*KEYS[name], "source"), expected)
    assert {key: cells for key, cells in wrong.items() if key not in halves_in_two_parts(expected)} == {}
    return {code for (*_, source), (_, code) in expected.items() if source == BOTH}


def halves_in_two_parts(expected):
    """Agreements that hang on a half which is not quite one in floating point; a test of their own tells of them."""
    return {(*key, BOTH) for (*key, source), (value, _) in expected.items() if source == SURVEY and value and 0 < 50 - value < 1e-9}


def only(groups, records, countries):
    """The focus groups of these countries, and their records of the truth."""
    answers = groups.answers[groups.answers["country"].isin(countries)].reset_index(drop=True)
    manifests = {c: m for c, m in groups.manifests.items() if c in countries}
    return replace(groups, answers=answers, manifests=manifests), [r for r in records if country_of(r) in countries]


def changed(tables, name, figures, **where):
    """The survey's tables, with another figure wherever this one stands."""
    data = tables[name].data.copy()
    for column, value in where.items():
        assert value in set(data[column])
    chosen = [all(row[k] == v for k, v in where.items()) for row in data.to_dict("records")]
    data.loc[chosen, "value"] = figures
    return tables | {name: replace(tables[name], data=data)}


# ------------------------------------------------------------------ the tables of the demonstration


def test_model_recognition_says_what_each_group_said(european, records, form):
    expected = {}
    for r in records:
        here = list(dict.fromkeys(x.partner.name for x in records if country_of(x) == country_of(r)))
        key = (country_of(r), str(1 + here.index(r.partner.name)), r.values["model"])
        forms = [c for c in form.choices("national_forms") if r.values.get(f"national_forms/{c}") is True]
        expected[*key, "recognised"] = (None, r.values.get("recognised") or "dont_know")
        expected[*key, "national forms"] = (None, "; ".join(forms) or "none named")
    keys = ("country", "focus_group", "model", "statistic")
    assert wrong_cells(european["model_recognition"], keys, expected) == {}
    assert {code for key, (_, code) in expected.items() if key[-1] == "recognised"} == {"fully", "partly", "not", "dont_know"}


def test_national_forms_are_told_by_their_names(european, records, form):
    names = {c.name: c.labels["en"] for c in form.choices("national_forms").values()}
    for row in rows_of(european["model_recognition"], statistic="national forms"):
        if row["code"] != "none named":
            assert shown(row, european["model_recognition"]).strip() == "; ".join(names[c] for c in row["code"].split("; "))


def test_a_group_that_named_no_national_form_is_said_to_have_named_none(european):
    unnamed = [r for r in rows_of(european["model_recognition"], statistic="national forms") if r["code"] == "none named"]
    assert unnamed, "the demonstration has such a group, or this proves nothing"
    assert {shown(r, european["model_recognition"]).strip() for r in unnamed} == {"none named"}


@each_table_beside
def test_a_table_by_source_is_that_of_the_truth(european, records, form, name):
    check(name, european[name], records, european, form)


def test_the_demonstration_has_each_kind_of_agreement(european):
    found = {row["code"] for name in KEYS for row in rows_of(european[name], source=BOTH)}
    assert {"agree", "differ", "survey only", "focus groups only"} >= found >= {"agree", "differ", "survey only"}


@each_table_beside
@pytest.mark.parametrize("countries", [["RO"], ["BE", "HR"], COUNTRIES[1:], COUNTRIES[:6]], ids="+".join)
def test_a_table_by_source_is_that_of_the_truth_whoever_held_focus_groups(beside, focus_groups, european, records, form, name, countries):
    groups, theirs = only(focus_groups, records, countries)
    check(name, beside(name, groups, european), theirs, european, form)


def test_a_country_without_a_focus_group_is_told_by_the_survey_alone(beside, focus_groups, european, records):
    groups, _ = only(focus_groups, records, COUNTRIES[1:])
    table = beside("models_by_source", groups, european)
    cells = rows_of(table, country="AT", source=BOTH)
    assert len(cells) == len(MODELS)
    assert {shown(c, table) for c in cells} == {"S only the survey"}
    assert {shown(c, table) for c in rows_of(table, country="AT", source=GROUPS)} == {":"}
    assert "AT" not in {row["country"] for row in rows_of(beside("model_recognition", groups, european))}


def test_a_country_without_a_survey_is_told_by_its_focus_group_alone(beside, demonstration_pool, focus_groups, european):
    pool = replace(demonstration_pool, manifests={c: m for c, m in demonstration_pool.manifests.items() if c != "BG"})
    data = european["models"].data
    tables = european | {"models": replace(european["models"], data=data[data["country"].ne("BG")])}
    cells = rows_of(beside("models_by_source", focus_groups, tables, pool), country="BG", source=BOTH)
    assert {c["code"] for c in cells} == {"focus groups only"}


WITHHELD = [
    ("models_by_source", "models", {"country": "BG"}),
    ("sectors_by_source", "sectors", {"sector": "C"}),
    ("support_by_source", "support", {"extent": "partly", "group": "social"}),
    ("reserved_contracts_by_source", "reserved_contracts", {"group": "social"}),
    ("profiles_by_source", "profiles", {"answer": "job_coach"}),
    ("priorities_by_source", "priorities", {"skill": "digcomp-2.2/3.1"}),
]


@pytest.mark.parametrize(("name", "source", "where"), WITHHELD, ids=[w[1] for w in WITHHELD])
def test_a_survey_figure_that_is_withheld_is_not_known(beside, focus_groups, european, records, form, name, source, where):
    tables = changed(european, source, float("nan"), **where)
    assert "focus groups only" in check(name, beside(name, focus_groups, tables), records, tables, form)


@pytest.mark.parametrize(("share", "says"), [(50.0, True), (49.9, False), (0.0, False), (100.0, True)])
def test_half_of_the_respondents_is_a_yes_and_less_is_none(beside, focus_groups, european, records, form, share, says):
    tables = changed(european, "reserved_contracts", share, answer="used")
    table = beside("reserved_contracts_by_source", focus_groups, tables)
    check("reserved_contracts_by_source", table, records, tables, form)
    one = beside("reserved_contracts_by_source", told(focus_groups, "reserved_used", {"AT": ["fully"]}), tables)
    (said,) = rows_of(one, model="training", source=BOTH)
    assert said["code"] == ("agree" if says else "differ")


def test_half_of_the_respondents_in_two_parts_is_a_yes(beside, focus_groups, european):
    tables = european
    for extent, share in zip(("partly", "fully"), (1 / 6 * 100, 2 / 6 * 100), strict=True):
        tables = changed(tables, "support", share, extent=extent)
    groups = told(focus_groups, "direct_wage", {"AT": ["fully"]})
    (said,) = rows_of(beside("support_by_source", groups, tables), instrument="bwise/support/direct/wage", model="training", source=BOTH)
    assert said["code"] == "agree"


def told(focus_groups, column, answers, model="training"):
    """Focus groups that said nothing but this of one model: country -> what each of its groups answered."""
    answers_of = {country: list(said) for country, said in answers.items()}
    frame = focus_groups.answers[focus_groups.answers["model"].eq(model)]
    kept = [at for at, country in frame["country"].items() if country in answers_of]
    said = [answers_of[country].pop(0) for country in frame.loc[kept, "country"]]
    assert not any(answers_of.values())
    return replace(focus_groups, answers=frame.loc[kept].assign(**{column: said}).reset_index(drop=True))


HALVES = [
    ({"AT": ["fully"], "BG": ["none"]}, 1, "agree"),
    ({"AT": ["partly"], "BG": ["none"], "FR": ["none"]}, 1, "differ"),
    ({"BE": ["none", "fully"], "BG": ["none"]}, 1, "agree"),
    ({"BE": ["fully", "fully"], "BG": ["none"], "FR": ["none"]}, 1, "differ"),
    ({"AT": [None], "BG": ["partly"]}, 1, "agree"),
]


@pytest.mark.parametrize(("answers", "count", "verdict"), HALVES)
def test_half_of_the_countries_is_a_yes_and_a_country_counts_once(beside, focus_groups, european, answers, count, verdict):
    tables = changed(european, "reserved_contracts", 80.0, answer="used")
    table = beside("reserved_contracts_by_source", told(focus_groups, "reserved_used", answers), tables)
    (figure,) = rows_of(table, model="training", source=GROUPS)
    (said,) = rows_of(table, model="training", source=BOTH)
    assert (figure["value"], said["code"]) == (count, verdict)


@pytest.mark.parametrize(
    ("shares", "first"),
    [
        ([60, 50, 40, 30, 20, 10, 5, 1], 5),
        ([60, 50, 40, 30, 20, 20, 20, 1], 7),
        ([60, 60, 60, 60, 60, 60, 20, 1], 6),
        ([60, 50, 40, 0, 0, 0, 0, 0], 3),
    ],
)
def test_the_first_five_of_the_survey_include_ties_and_no_zero(beside, focus_groups, european, records, form, shares, first):
    tables = european
    profiles = [r["answer"] for r in rows_of(european["profiles"], average=POOLED, measure="create") if r["answer"] != "none"]
    for profile, share in zip(profiles, shares, strict=True):
        tables = changed(tables, "profiles", float(share), measure="create", answer=profile)
    silent = replace(focus_groups, answers=focus_groups.answers.assign(profile_1=None, profile_2=None, profile_3=None))
    table = beside("profiles_by_source", silent, tables)
    assert [r["answer"] for r in rows_of(table, measure="create", source=SURVEY)] == profiles[:first]
    assert {r["code"] for r in rows_of(table, source=BOTH)} == {"differ"}
    check("profiles_by_source", beside("profiles_by_source", focus_groups, tables), records, tables, form)


# ------------------------------------------------------------------ how they are shown


@pytest.mark.parametrize("name", ["model_recognition", "models_by_source"])
def test_a_judgement_is_a_symbol_with_its_words_and_never_a_percentage(european, name):
    words = {"fully": ("●", "fully"), "partly": ("◐", "partly"), "not": ("○", "not"), "dont_know": ("?", "not known")}
    table, page = european[name], str(html_table(european[name]))
    judged = [row for row in rows_of(table) if row["code"] in words]
    assert judged
    for row in judged:
        assert known(row["value"]) is None
        assert shown(row, table) == " ".join(words[row["code"]])
    for code in {row["code"] for row in judged}:
        symbol, said = words[code]
        count = len([row for row in judged if row["code"] == code])
        assert page.count(f'<span aria-hidden="true">{symbol}</span> <span class="words">{said}</span>') == count
    assert "%" not in page


@each_table_beside
def test_agreement_is_a_symbol_with_its_words_and_never_a_number(european, name):
    words = {"agree": "= agree", "differ": "≠ differ", "survey only": "S only the survey", "focus groups only": "F only the focus groups"}
    cells = rows_of(european[name], source=BOTH)
    assert all(known(c["value"]) is None and shown(c, european[name]) == words[c["code"]] for c in cells)
    said = re.findall(
        r'<span class="symbol" title="([^"]*)"><span aria-hidden="true">(.)</span> <span class="words">\1<', page_of(european[name])
    )
    assert [s for s in said if f"{s[1]} {s[0]}" in words.values()].__len__() == len(cells)


def page_of(table):
    return str(html_table(table))


@pytest.mark.parametrize("name", [n for n in KEYS if n != "models_by_source"])
def test_what_focus_groups_count_is_a_whole_number(european, name):
    counts = [shown(r, european[name]) for r in rows_of(european[name], source=GROUPS)]
    assert {c for c in counts if not c.isdigit()} <= {":"}
    assert any(c.isdigit() for c in counts)


# ------------------------------------------------------------------ which tables there are


def test_every_table_of_the_design_is_there_with_focus_groups(european):
    assert set(DESIGN) <= set(european)
    assert set(FROM_GROUPS) <= set(european)
    assert all(id_ == table.id for id_, table in european.items())


def test_without_focus_groups_nothing_of_them_is_there(alone, european):
    assert not set(FROM_GROUPS) & set(alone)
    assert set(european) == {*alone, *FROM_GROUPS}


def test_the_tables_of_the_survey_are_the_same_with_focus_groups(alone, european):
    for id_, table in alone.items():
        assert table.data.equals(european[id_].data), id_


def test_each_table_by_source_stands_behind_that_of_the_survey(european):
    listed = list(european)
    for name in FROM_GROUPS:
        survey = "models" if name == "model_recognition" else name.removesuffix("_by_source")
        between = listed[listed.index(survey) + 1 : listed.index(name)]
        assert [id_ for id_ in between if id_ not in FROM_GROUPS and not id_.startswith(f"{survey}_")] == [], name


def test_every_question_of_the_mission_has_a_table(european):
    described = load_tables(Project(ROOT))
    assert list(by_question(european)) == list(dict.fromkeys(about.question for about in described.values()))
    assert all(by_question(european).values())


def test_every_table_answers_exactly_one_question_of_the_mission(european):
    answering = [table.id for tables in by_question(european).values() for table in tables]
    assert sorted(answering) == sorted(european)


def test_focus_groups_are_told_where_the_survey_did_not_ask_for_models(pool_of, focus_groups):
    assert "model_recognition" in european_tables(multiple(pool_of, (3, 2), 5, 0), focus_groups)


def test_priorities_are_not_compared_where_both_sources_share_no_skill(pool_of, focus_groups):
    survey = "type,name,label,role,concept,measure,subject\nselect_one group,group,Group,group,,,\n" + ONE_SKILL
    people = {"AT": [{"group": "wsn", "r1": "5", "e1": "1"}] * 2}
    pool = pool_of(survey, POINTS, people, READING, minimum_persons=1, minimum_wises=1)
    assert made("priorities", "skills")(pool) is not None
    assert "priorities_by_source" not in european_tables(pool, focus_groups)


@pytest.mark.parametrize("name", ["models", "ratings_green_relevance", "support_by_source", "no_table"])
def test_a_table_by_itself_is_the_one_among_all(name, european, demonstration_pool, focus_groups):
    asked = []
    alone = tables_for(name, demonstration_pool, lambda: asked.append(name) or focus_groups)
    assert (name in alone) == (name in european)
    assert name not in european or (alone[name].data.equals(european[name].data) and alone[name].notes == european[name].notes)
    assert bool(asked) == (name in ("support_by_source", "no_table"))
