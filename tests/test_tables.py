"""Every European table, recomputed from the simulator's truth by plain loops: nothing of ours is used but the tables themselves."""

import math

import pytest

from bwise.pooling import country_pool
from bwise.problems import ProblemsFound
from bwise.publication import layout, shown
from bwise.settings import load_country
from bwise.tables import european_tables, first_look, frequencies
from tests.conftest import ONE_SKILL, made, simulate_corrected

COUNTRIES = ["AT", "BE", "BG", "HR", "FR", "EL", "IT", "LV", "NL", "PL", "RO", "SI", "ES"]
PERSONS, WISES, FEW = 5, 3, 30  # params/consolidation.yaml
POOLED, MEAN = "pooled", "mean of countries"
fieldwork, skills, skills_by_country = map(made, ("fieldwork", "skills", "skills_by_country"))


@pytest.fixture(scope="module")
def everybody(questionnaire):
    return simulate_corrected(questionnaire)


@pytest.fixture(scope="module")
def kept(everybody):
    return sorted((p for p in everybody if p.fate == "kept"), key=lambda p: COUNTRIES.index(p.partner.country))


# ------------------------------------------------------------------ the same figures by plain loops


def figure(answers):
    """Mean, persons, WISEs and countries of (person, number) pairs."""
    total, wises, countries = 0.0, set(), set()
    for person, number in answers:
        total += number
        wises.add(person.wise)
        countries.add(country_of(person))
    return {"value": total / len(answers) if answers else None, "n": len(answers), "wises": len(wises), "countries": len(countries)}


def split(answers, key):
    """Key of the person -> her answers, in the order in which keys appear."""
    parts = {}
    for person, number in answers:
        parts.setdefault(key(person), []).append((person, number))
    return parts


def country_of(person):
    return person.partner.country


def group_of_model(model):
    """Params show enterprises of mixed and of other models together."""
    return "mixed_or_other" if model in ("mixed", "other") else model


def unsafe(n, wises):
    return n < PERSONS or wises < WISES


def hidden_parts(parts):
    """Names of the figures that must not be shown for themselves. What else is hidden, so that nothing gives them away, is not
    recomputed here but attacked (tests/test_protection.py)."""
    return [k for k, f in parts.items() if f["n"] and unsafe(f["n"], f["wises"])]


def cell(found, hidden=False, countries=None):
    """As published: value, n, WISEs, countries with respondents in it, obs_status, conf_status."""
    if hidden:
        return HIDDEN
    countries = found["countries"] if countries is None else countries
    return (found["value"], found["n"], found["wises"], countries, "u" if 0 < found["n"] < FEW else "", "")


def by_country(answers):
    """Country, pooled or mean of countries -> published cell."""
    parts = {c: figure([(p, v) for p, v in answers if country_of(p) == c]) for c in COUNTRIES}
    hidden = hidden_parts(parts)
    cells = {c: cell(f, c in hidden, countries=1) for c, f in parts.items()}
    total = figure(answers)
    cells[POOLED] = cell(total, unsafe(total["n"], total["wises"]))
    cells[MEAN] = {c: f for c, f in parts.items() if f["n"] and c not in hidden}
    return cells


def answered(people, name, choice=None):
    """(person, 100 or 0) for those who answered: whether this choice, or this answer, was given."""
    if choice is None:
        return [(p, p.values[name]) for p in people if p.values.get(name) is not None]
    if any(f"{name}/{choice}" in p.values for p in people):
        return [(p, 100.0 * (p.values[f"{name}/{choice}"] is True)) for p in people if f"{name}/{choice}" in p.values]
    return [(p, 100.0 * (p.values[name] == choice)) for p in people if p.values.get(name) is not None]


def mean_of(countries, parts):
    """The mean of these countries as published; `parts`: country -> its figure, of those that may be shown for themselves."""
    if not set(countries) <= set(parts):
        return ("of countries that must not be shown",)
    seen = [parts[c] for c in countries]
    return (sum(f["value"] for f in seen) / len(seen), sum(f["n"] for f in seen), sum(f["wises"] for f in seen), len(seen), "", "")


def differences(table, keys, expected, most=0.6):
    """Published cells that are not as expected, and cells that only one side has. A cell expected to be shown may be hidden, since it
    would give another one away, but at `most` that share of them; a mean of countries is that of those behind it, and may be left out."""
    found, behind, statistic = {}, {}, {}
    for position, row in enumerate(table.data.to_dict("records")):
        key = tuple(row[k] for k in keys)
        assert key not in found, f"{key} stands twice"
        figures = [None if v != v or str(v) == "<NA>" else v for v in (row[k] for k in ("value", "n", "wises", "countries"))]
        found[key] = (*figures, row["obs_status"], row["conf_status"])
        statistic[key] = row["statistic"]
        behind[key] = [e.by.countries[e.group] for e in table.evidence[position]]
    wrong, lost = {}, [key for key, cell in found.items() if cell == HIDDEN]
    not_offered = any("are not shown by" in note for note in table.notes)
    left_out = any(note.startswith("Not shown: means of countries") for note in table.notes)
    for key in [*found, *(k for k in expected if k not in found)]:
        here, there, near = found.get(key), expected.get(key), 1e-9
        if isinstance(there, dict):
            there = mean_of(behind[key], there) if here else None  # there is none where no country may be shown
            near = 0.5 / 10 ** table.decimals_of.get(statistic.get(key), table.decimals) + 1e-9  # it has the decimals that are shown
        if (here == HIDDEN and there is not None) or (here, there) == (None, UNLISTED):
            continue
        if here is None and (not_offered or (left_out and MEAN in key)):
            lost.append(key)
            continue
        same = here == there or (here is not None and there is not None and here[1:] == there[1:])
        if not same or (here and here[0] is not None and (there[0] is None or abs(here[0] - there[0]) > near)):
            wrong[key] = (here, there)
    assert len(lost) <= most * len(expected), "most of the table is hidden"
    return wrong


HIDDEN = (None, None, None, None, "", "C")
UNLISTED = ("a number that nobody gave: not listed, but among the hidden ones of a group",)


# ------------------------------------------------------------------ the tables of the demonstration


def test_fieldwork_counts_every_record_of_the_truth(european, everybody, questionnaire):
    labels = {"enabler": "Enabler", "supporter": "Supporter", "wsn": "Worker with support needs"}
    expected = {}
    for country in COUNTRIES:
        records = [p for p in everybody if country_of(p) == country]
        stay = [p for p in records if p.fate == "kept"]
        expected[country, "partners"] = len({p.partner.name for p in records})
        expected[country, "records received"] = len(records)
        for rule in ("test", "duplicate", "too_few_answers"):
            expected[country, f"excluded: {rule.replace('_', ' ')}"] = len([p for p in records if p.fate == rule])
        expected[country, "respondents kept"] = len(stay)
        expected[country, "respondents flagged"] = len([p for p in stay if p.flags])
        expected[country, "WISEs"] = len({p.wise for p in stay})
        for group, label in labels.items():
            expected[country, label] = len([p for p in stay if p.group == group])
    for statistic in dict.fromkeys(s for _, s in list(expected)):
        expected[POOLED, statistic] = sum(expected[c, statistic] for c in COUNTRIES)
    cells = {k: (float(v), None, None, len(COUNTRIES) if k[0] == POOLED else 1, "", "") for k, v in expected.items()}
    assert differences(european["fieldwork"], ("country", "statistic"), cells) == {}


def test_models_are_the_shares_of_enablers_in_the_truth(european, kept):
    expected = {}
    for model in ("productive", "social", "training", "mixed", "other"):
        cells = by_country(answered(kept, "model", model))
        expected |= {(country, model): c for country, c in cells.items()}
    assert differences(european["models"], ("country", "model"), expected) == {}


def test_sectors_are_the_shares_of_respondents_in_the_truth(european, kept, questionnaire):
    expected = {}
    for question, statistic in (("sectors", "active in the sector"), ("main_sector", "main sector")):
        for sector in questionnaire.choices(question):
            answers = answered(kept, question, sector)
            every_model = {group_of_model(p.values["model"]): [] for p in kept if p.values.get("model")}
            parts = {m: figure(split(answers, lambda p: group_of_model(p.values.get("model"))).get(m, [])) for m in every_model}
            hidden = hidden_parts(parts)
            for model, found in parts.items():
                expected[sector, statistic, model, POOLED] = cell(found, model in hidden)
            cells = by_country(answers)
            expected[sector, statistic, "all", POOLED] = cells[POOLED]
            expected[sector, statistic, "all", MEAN] = cells[MEAN]
    assert differences(european["sectors"], ("sector", "statistic", "model", "average"), expected) == {}


def ratings_of_skills(kept, questionnaire):
    """(domain, skill, whose skill) -> statistic -> (person, number) pairs."""
    names = {}
    for question in questionnaire.questions.values():
        if question.role == "skill":
            names.setdefault((question.concept, question.subject), {})[question.measure] = question.name
    found = {}
    for (concept, subject), measures in names.items():
        rated = found.setdefault((questionnaire.concepts[concept].domain, concept, subject), {})
        for person in kept:
            mine = {m: float(person.values[n]) for m, n in measures.items() if person.values.get(n)}
            if len(mine) < len(measures):  # one base for all figures of a skill: those who gave every rating
                continue
            for name, minuend in (("gap", "relevance"), ("future gap", "future")):
                if minuend in mine and "endowment" in mine:
                    mine[name] = mine[minuend] - mine["endowment"]
            if "gap" in mine:  # relevant or very relevant, and slightly developed or not at all
                mine["critical gap"] = 100.0 if mine["relevance"] >= 4 and mine["endowment"] <= 2 else 0.0
            for statistic, number in mine.items():
                rated.setdefault(statistic, []).append((person, number))
    return found


def cells_of_skills(kept, questionnaire):
    """(domain, skill, worker group, answered by, statistic) -> country or average -> published cell."""
    cells = {}
    for (domain, concept, subject), rated in ratings_of_skills(kept, questionnaire).items():
        asked_of = {p.group for answers in rated.values() for p, _ in answers}
        for statistic, answers in rated.items():
            if subject == "self":
                for group, part in split(answers, lambda p: p.group).items():
                    cells[domain, concept, group, "self", statistic] = by_country(part)
                if len(asked_of) > 1:
                    cells[domain, concept, "all", "self", statistic] = by_country(answers)
            else:
                for group, part in split(answers, lambda p: p.group).items():
                    cells[domain, concept, subject, group, statistic] = by_country(part)
    return cells


@pytest.fixture(scope="module")
def skill_cells(kept, questionnaire):
    return cells_of_skills(kept, questionnaire)


def test_skills_are_the_means_of_the_truth_by_worker_group(european, skill_cells):
    expected = {(*key, average): cells[average] for key, cells in skill_cells.items() for average in (POOLED, MEAN) if average in cells}
    keys = ("domain", "skill", "worker_group", "answered_by", "statistic", "average")
    assert differences(european["skills"], keys, expected) == {}
    assert {k[4] for k in expected} == {"relevance", "endowment", "future", "gap", "critical gap", "future gap"}


def test_skills_by_country_are_the_means_of_the_truth(european, skill_cells):
    everyone = {skill for _, skill, group, _, _ in skill_cells if group == "all"}
    expected = {}
    for (domain, skill, group, by, statistic), cells in skill_cells.items():
        if group == "all" or (skill not in everyone and by == "self"):
            expected |= {(domain, skill, group, by, statistic, c): f for c, f in cells.items() if c == MEAN or f[1] != 0}
    keys = ("domain", "skill", "worker_group", "answered_by", "statistic", "country")
    assert differences(european["skills_by_country"], keys, expected) == {}
    assert HIDDEN in expected.values(), "the demonstration has cells to hide, or this proves too little"


@pytest.mark.parametrize("domain", ["digital", "green", "management", "accompaniment", "work"])
def test_ratings_are_the_spread_of_answers_in_the_truth(european, kept, questionnaire, domain):
    expected, unknown, chosen = {}, 0, 0
    for question in questionnaire.questions.values():
        concept = questionnaire.concepts.get(question.concept)
        if question.role == "skill" and question.measure == "relevance" and question.subject == "self" and concept.domain == domain:
            for point in "12345":
                asked = [q.name for q in questionnaire.questions.values() if (q.concept, q.subject) == (question.concept, "self")]
                base = [p for p in kept if all(p.values.get(name) for name in asked)]
                expected[question.concept, point] = cell(figure(answered(base, question.name, point)))
            unknown += len([p for p in kept if p.reasons.get(question.name) == "dont_know"])
            chosen += len(answered(kept, question.name))
    table = european[f"ratings_{domain}_relevance"]
    assert differences(table, ("skill", "answer"), expected) == {}
    assert table.notes[0] == f"“Don't know” is not in the base: {unknown} of {unknown + chosen} answers."


def test_no_table_is_left_untested(european):
    recomputed = {"fieldwork", "models", "sectors", "skills", "skills_by_country"}
    recomputed |= {f"ratings_{d}_relevance" for d in ("digital", "green", "management", "accompaniment", "work")}
    recomputed |= {"income", "technology", "barriers", "pathways", "contracts", "remuneration"}  # test_tables_enterprises.py
    recomputed |= {"support", "support_index", "reserved_contracts", "comparability"}  # test_tables_enterprises.py
    recomputed |= {"measures", "profiles", "training_funding"}  # test_tables_training.py
    recomputed |= {"priorities", "skills_by_model"}  # test_tables_skills.py
    recomputed |= {"skills_by_enterprise", "skill_names"}  # test_tables_enterprises.py, test_classifications.py
    recomputed |= {"models_validated", "models_validated_by_country"}  # test_tables_agreement.py
    recomputed |= {"robustness"}  # test_robustness.py
    beside = ("models", "sectors", "support", "reserved_contracts", "profiles", "priorities")
    recomputed |= {"model_recognition", *(f"{name}_by_source" for name in beside)}  # test_tables_focus_groups.py
    assert set(european) == recomputed


# ------------------------------------------------------------------ frequencies


def possible(questionnaire, question, kept):
    """Answers that a table must list: the list's, without those that say why there is none, or every number there is."""
    if question.kind.startswith("select"):
        return [c.name for c in questionnaire.choices(question.name).values() if not c.missing]
    return sorted({p.values[question.name] for p in kept if question.name in p.values})


def counted(kept, question, answer):
    """(person, 100 or 0) for this answer of this question."""
    if question.kind.startswith("select"):
        return answered(kept, question.name, answer)
    return [(p, 100.0 * (v == answer)) for p, v in answered(kept, question.name)]


def with_counts(cells, answer):
    """Published shares, and the counts beside them; a number that nobody in a group gave is not listed there."""
    found, name = {}, f"{answer:g}" if isinstance(answer, float) else answer
    for key, (value, n, *rest) in cells.items():
        if isinstance(answer, float) and value == 0:
            found |= dict.fromkeys([(*key, name, "share"), (*key, name, "count")], UNLISTED)
            continue
        found[(*key, name, "share")] = (value, n, *rest)
        found[(*key, name, "count")] = (None if value is None else float(round(value * n / 100)), n, *rest)
    return found


def test_the_frequencies_of_every_question_are_those_of_the_truth(demonstration_pool, kept, questionnaire):
    wrong = {}
    for question in questionnaire.questions.values():
        if question.kind == "text":
            continue
        expected = {}
        for answer in possible(questionnaire, question, kept):
            found = figure(counted(kept, question, answer))
            expected |= with_counts({(): cell(found, unsafe(found["n"], found["wises"]))}, answer)
        wrong[question.name] = differences(frequencies(demonstration_pool, question.name), ("answer", "statistic"), expected)
    assert len(wrong) > 100
    assert {name: cells for name, cells in wrong.items() if cells} == {}


@pytest.mark.parametrize("name", ["remuneration", "measures_wsn", "founded", "target_groups", "digrel_d11", "income_market"])
def test_frequencies_by_country_are_those_of_the_truth(demonstration_pool, kept, questionnaire, name):
    question, expected = questionnaire[name], {}
    for answer in possible(questionnaire, question, kept):
        cells = by_country(counted(kept, question, answer))
        expected |= with_counts({(c,): f for c, f in cells.items() if c != MEAN}, answer)
    table = frequencies(demonstration_pool, name, "country")
    most = 1.0 if question.sensitive else 0.6  # of a country, hardly anything sensitive may be shown
    assert differences(table, ("country", "answer", "statistic"), expected, most) == {}


BREAKDOWNS = [(name, by) for name in ("barriers", "digrel_d11", "profiles_create") for by in ("partner", "group", "model")]


@pytest.mark.parametrize(("name", "by"), [*BREAKDOWNS, ("staff", "group"), ("founded", "model")])
def test_frequencies_by_partner_or_by_a_question_are_those_of_the_truth(demonstration_pool, kept, questionnaire, name, by):
    def key(person):
        if by == "model":
            return group_of_model(person.values.get(by))
        return person.partner.name if by == "partner" else person.values.get(by)

    question, expected = questionnaire[name], {}
    for answer in possible(questionnaire, question, kept):
        answers = counted(kept, question, answer)
        parts = {k: figure(split(answers, key).get(k, [])) for k in dict.fromkeys(map(key, kept)) if k}
        hidden = hidden_parts(parts)
        expected |= with_counts({(k,): cell(f, k in hidden) for k, f in parts.items()}, answer)
    asked = {k: c for k, c in expected.items() if c == UNLISTED or c[1] != 0}  # a group that nobody asked has no rows
    assert differences(frequencies(demonstration_pool, name, by), (by, "answer", "statistic"), asked) == {}


@pytest.mark.parametrize("name", ["comments", "model_other", "national_form", "wise_code"])
def test_a_text_question_is_not_tabulated(demonstration_pool, name):
    with pytest.raises(ProblemsFound, match=f"Open answers are not tabulated.\n1. `{name}` is a text question"):
        frequencies(demonstration_pool, name)


@pytest.mark.parametrize("by", ["sectors", "comments", "staff"])
def test_a_breakdown_needs_a_question_with_one_answer(demonstration_pool, by):
    with pytest.raises(ProblemsFound, match=f"`{by}` is not a question with one answer"):
        frequencies(demonstration_pool, "model", by)


def test_a_question_nobody_asked_is_named_with_the_nearest(demonstration_pool):
    with pytest.raises(ProblemsFound, match="did you mean `remuneration`"):
        frequencies(demonstration_pool, "renumeration")


def test_the_first_look_of_a_country_says_bands_that_fit_the_truth_and_no_figure(demonstration, kept, questionnaire):
    bands = {
        "up to a quarter": (0, 25),
        "a quarter to half": (25, 50),
        "half to three quarters": (50, 75),
        "more than three quarters": (75, 100),
    }
    rows = first_look(country_pool(demonstration, load_country(demonstration, "AT"))).frame.reset_index().to_numpy().tolist()
    assert len(rows) > 10
    for name in ("group", "model", "pathway", "sectors", "remuneration", "barriers"):
        said = {answer: band for question, answer, band in rows if question == questionnaire[name].labels["en"]}
        rest = said.pop("every other answer", None) or said.pop("every answer", None)
        for choice in questionnaire.choices(name).values():
            answers = [number for _, number in answered([p for p in kept if country_of(p) == "AT"], name, choice.name)]
            low, high = bands[said.get(choice.labels["en"].split(" (")[0], rest)]
            share = sum(answers) / len(answers)
            assert low < share <= high or (share == 0 and low == 0), (name, choice.name)
    assert not any(c.isdigit() for _, _, band in rows for c in band)


# ------------------------------------------------------------------ by hand

ENABLERS = """type,name,label,role
select_multiple measure,measures,Which measures,measures
"""


def multiple(pool_of, counts, persons, silent):
    """A question with several answers: the nth is given by as many as stated; `silent` did not answer at all."""
    choices = "list_name,name,label\n" + "".join(f"measure,m{i},Measure {i}\n" for i in range(len(counts)))
    people = [{f"measures/m{i}": n < count for i, count in enumerate(counts)} for n in range(persons)]
    return pool_of(ENABLERS, choices, {"AT": people + [{}] * silent})


@pytest.mark.parametrize(
    ("persons", "counts", "published"),
    [
        (89, (46, 24, 24, 17, 11), "51.7 27.0 27.0 19.1 12.4"),
        (76, (51, 42, 27, 7, 2, 2), "67.1 55.3 35.5 9.2 2.6 2.6"),
    ],
)
@pytest.mark.parametrize("silent", [0, 13])
def test_published_shares_of_work_package_1_come_out(pool_of, persons, counts, published, silent):
    table = frequencies(multiple(pool_of, counts, persons, silent), "measures")
    plan = layout(table)
    assert plan.column_labels == [("count",), ("share",)]
    assert [shown(row[0], table) for row in plan.figures] == [str(c) for c in counts]
    assert " ".join(shown(row[1], table) for row in plan.figures) == published
    assert {f["n"] for row in plan.figures for f in row} == {persons}, "the base is respondents, not mentions"


RATED = (
    """type,name,label,role,concept,measure,subject
text,wise_code,Enterprise,wise,,,
select_one group,group,Group,group,,,
"""
    + ONE_SKILL
)
POINTS = "list_name,name,label,missing\n" + "".join(f"point,{i},Point {i},\n" for i in range(1, 6))
POINTS += "point,dont_know,Don't know,dont_know\ngroup,enabler,Enabler,\ngroup,wsn,Worker,\n"
READING = "concept,label,domain,domain_label,source\nc/reading,Reading,basic,Basic skills,none\n"


def rated(pool_of, people, **settings):
    return pool_of(RATED, POINTS, people, READING, **{"minimum_persons": 1, "minimum_wises": 1, "low_reliability": 1} | settings)


def values(table, **where):
    data = table.data
    for column, value in where.items():
        data = data[data[column] == value]
    return dict(zip(data["statistic"], zip(data["value"], data["n"], strict=True), strict=True))


def test_all_figures_of_a_skill_count_those_only_who_gave_all_ratings(pool_of):
    people = [{"r1": "5", "e1": "4"}, {"r1": "4", "e1": "1"}, {"r1": "1"}, {"e1": "5"}, {"e1": "5"}, {}]
    pool = rated(pool_of, {"AT": [{"group": "wsn"} | p for p in people]})
    found = values(skills(pool), average=POOLED)
    assert found == {"relevance": (4.5, 2), "endowment": (2.5, 2), "gap": (2.0, 2), "critical gap": (50.0, 2)}


def test_each_respondent_counts_the_same_when_pooled_and_each_country_in_the_mean(pool_of):
    high, low = {"group": "wsn", "r1": "5", "e1": "1"}, {"group": "wsn", "r1": "2", "e1": "1"}
    table = skills_by_country(rated(pool_of, {"AT": [high], "BE": [low, low, low]}))
    gaps = table.data[table.data["statistic"] == "gap"].set_index("country")
    assert gaps["value"].to_dict() == {"AT": 4.0, "BE": 1.0, POOLED: 7 / 4, MEAN: 5 / 2}
    assert gaps["countries"].to_dict() == {"AT": 1, "BE": 1, POOLED: 2, MEAN: 2}


def test_the_pooled_figure_counts_the_countries_that_have_respondents_in_it(pool_of):
    one, none = {"group": "wsn", "r1": "5", "e1": "1"}, {"group": "enabler"}
    table = skills(rated(pool_of, {"AT": [one], "BE": [none], "BG": [one]}))
    assert set(table.data["countries"]) == {2}
    assert table.countries == ("AT", "BE", "BG"), "all three were asked"


def test_respondents_of_one_enterprise_count_as_one_enterprise(pool_of):
    people = [{"group": "wsn", "wise": w, "r1": "3", "e1": "3"} for w in "aaabbc"]
    data = skills(rated(pool_of, {"AT": people})).data
    assert set(data["n"]) == {6}
    assert set(data["wises"]) == {3}


def test_each_respondent_counts_as_one_enterprise_where_nobody_was_asked_for_it(pool_of):
    choices = "list_name,name,label\nmeasure,m0,Measure\n"
    pool = pool_of(ENABLERS, choices, {"AT": [{"measures/m0": True, "wise": ""}] * 6})
    assert set(frequencies(pool, "measures").data["wises"]) == {6}


def test_persons_whose_enterprise_is_unknown_are_not_shown_as_enterprises(pool_of):
    people = [{"group": "wsn", "wise": w, "r1": "3", "e1": "3"} for w in ["a", "b", "", "", "", ""]]
    data = skills(rated(pool_of, {"AT": people}, minimum_persons=5, minimum_wises=3)).data
    assert set(data["conf_status"]) == {"C"}
    assert data["value"].isna().all()


def test_dont_know_is_no_point_of_the_scale_and_is_reported(pool_of):
    pool = rated(pool_of, {"AT": [{"group": "wsn", "r1": "5", "e1": "3"}] * 3 + [{"group": "wsn"}] * 2})
    pool.missing.loc[3, "r1"] = "dont_know"
    table = made("ratings_basic_relevance")(pool)
    assert dict(zip(table.data["answer"], table.data["value"], strict=True)) == {"1": 0.0, "2": 0.0, "3": 0.0, "4": 0.0, "5": 100.0}
    assert table.notes[0] == "“Don't know” is not in the base: 1 of 4 answers."


def test_a_table_the_questionnaire_does_not_ask_for_is_not_made(pool_of):
    assert set(european_tables(multiple(pool_of, (3, 2), 5, 0))) == {"fieldwork", "comparability", "measures"}
    assert made("ratings_digital_relevance")(rated(pool_of, {"AT": [{"group": "wsn", "r1": "3"}]})) is None


def test_fieldwork_names_partners_records_and_groups_of_each_country(pool_of):
    pool = rated(pool_of, {"AT": [{"group": "wsn"}] * 2, "BE": [{"group": "enabler"}]})
    wide = fieldwork(pool).data.pivot(index="statistic", columns="country", values="value")
    assert wide.loc["Worker"].to_dict() == {"AT": 2.0, "BE": 0.0, POOLED: 2.0}
    assert wide.loc["records received"].to_dict() == {"AT": 2.0, "BE": 1.0, POOLED: 3.0}


def test_nothing_is_rounded_in_a_table(european):
    for table in european.values():
        shares = [v for v in table.data["value"] if not math.isnan(v)]
        if table.id not in ("fieldwork", "comparability", "model_recognition", "skill_names"):
            assert any(abs(v - round(v, 6)) > 1e-12 for v in shares), table.id


def test_a_respondent_without_a_worker_group_is_in_no_group_and_stops_nothing(pool_of):
    survey = "type,name,label,role,concept,measure,subject\ntext,w,W,wise,,,\nselect_one g,group,G,group,,,\n" + "".join(
        f"select_one r,{m[0]}1,S,skill,c,{m},self\n" for m in ("relevance", "endowment")
    )
    choices = "list_name,name,label\ng,enabler,E\ng,wsn,W\n" + "".join(f"r,{i},{i}\n" for i in range(1, 6))
    people = [{"wise": f"W{i}", "group": "enabler" if i < 8 else None, "r1": "4", "e1": "2"} for i in range(12)]
    data = skills(pool_of(survey, choices, {"AT": people}, "concept,label,domain,domain_label,source\nc,C,d,D,s\n")).data
    gaps = data[data["statistic"].eq("gap") & data["average"].eq("pooled")].set_index("worker_group")["n"]
    assert gaps.to_dict() == {"enabler": 8}
