"""The model that WISEs name beside the one that their characteristics suggest: by hand, and recomputed from the truth by plain loops."""

import pytest

from bwise.problems import ProblemsFound
from bwise.tables import european_tables, load_tables
from tests.conftest import ROOT, simulate_corrected
from tests.test_tables import MEAN, POOLED, answered, by_country, cell, differences, figure, group_of_model, hidden_parts, split
from tests.test_tables_enterprises import OPEN

SURVEY = """type,name,label,role
text,code,Code,wise
select_one model,model,Model,model
select_one pathway,pathway,Pathway,pathway
decimal,sales,Sales,income
decimal,grants,Grants,income
"""
CHOICES = """list_name,name,label
model,seller,Seller
model,trainer,Trainer
model,mixed,Mixed
pathway,away,Away
pathway,stay,Stay
"""
RULES = """note: By hand.
rules:
  - suggests: seller
    where: [{question: sales, at_least: 50}]
  - suggests: trainer
    where: [{question: pathway, any_of: away}, {question: [sales, grants], below: 90}]
otherwise: mixed
"""
KEYS = ("named", "average", "suggested")


def wise(model, pathway, sales, grants):
    return {"model": model, "pathway": pathway, "sales": sales, "grants": grants}


PEOPLE = {
    "AT": [
        wise("seller", "away", 50.0, 50.0),  # both rules would hold but for the sum: the first one suggests, as named
        wise("seller", "away", 40.0, 40.0),  # trainer
        wise("trainer", "away", 40.0, 40.0),  # trainer, as named
        wise("trainer", "away", 40.0, 50.0),  # 90 is not below 90: mixed
    ],
    "BE": [
        wise("mixed", "stay", 10.0, 10.0),  # mixed, as named
        wise("mixed", None, 10.0, 10.0),  # cannot be told
        wise("seller", "stay", None, 10.0),  # cannot be told
        wise(None, "away", 80.0, 10.0),  # named nothing: not in the base
    ],
}


def made(pool_of, rules=RULES, people=PEOPLE, **settings):
    pool = pool_of(SURVEY, CHOICES, people, **OPEN | settings)
    if rules:
        (pool.project.params / "model_rules.yaml").write_text(rules, encoding="utf-8")
    return european_tables(pool, described=load_tables(pool.project).only("models_validated", "models_validated_by_country"))


def values(table, keys):
    return {tuple(row[k] for k in keys): (row["value"], row["n"]) for row in table.data.to_dict("records")}


def test_the_first_rule_that_holds_suggests_and_none_where_an_answer_is_missing(pool_of):
    tables = made(pool_of)
    found = values(tables["models_validated"], KEYS)
    sevenths = {"seller": 1, "trainer": 2, "mixed": 2, "not told": 2, "as named": 3}
    assert {key[2]: round(value * 7 / 100, 9) for key, (value, _) in found.items() if key[:2] == ("all", "pooled")} == sevenths
    assert found["seller", "pooled", "trainer"] == (pytest.approx(100 / 3), 3)
    assert found["trainer", "pooled", "as named"] == (50.0, 2)
    assert found["mixed", "pooled", "not told"] == (50.0, 2)
    countries = values(tables["models_validated_by_country"], ("country", "suggested"))
    assert countries["AT", "as named"] == (50.0, 4) and countries["BE", "as named"] == (pytest.approx(100 / 3), 3)
    assert "By hand." in tables["models_validated"].notes


def test_answers_that_are_joined_are_one(pool_of):
    tables = made(pool_of, together={"model": [["trainer", "mixed"]]})
    found = values(tables["models_validated"], KEYS)
    assert found["trainer_or_mixed", "pooled", "as named"] == (75.0, 4), "mixed is suggested for a trainer"


def test_without_rules_there_is_no_table(pool_of):
    assert made(pool_of, rules="") == {}


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("suggests: seller", "suggests: sellers", "`sellers` is not an answer to `model`"),
        ("otherwise: mixed", "otherwise: none", "`none` is not an answer to `model`"),
        ("question: pathway", "question: pathways", "did you mean `pathway`?"),
        ("any_of: away", "any_of: awy", "did you mean `away`?"),
        ("any_of: away", "at_least: 3", "`pathway` is not a number"),
        ("{question: sales, at_least: 50}", "{question: sales}", "says nothing, or two things"),
        ("at_least: 50", "at_leest: 50", "did you mean `at_least`?"),
    ],
)
def test_rules_that_cannot_be_used_are_refused_with_the_nearest_that_can(pool_of, before, after, says):
    with pytest.raises(ProblemsFound) as refused:
        made(pool_of, rules=RULES.replace(before, after))
    assert says in str(refused.value) and "params/model_rules.yaml" in str(refused.value)


# ------------------------------------------------------------------ of the demonstration


def suggested(person):
    """What params/model_rules.yaml says, in our own words."""
    told = [person.values.get(name) for name in ("income_market", "income_contracts", "pathway")]
    if any(value is None for value in told):
        return "not told"
    market, contracts, pathway = told
    if market + contracts >= 60:
        return "productive"
    return {"transitional": "training", "permanent": "social"}.get(pathway, "mixed_or_other")


@pytest.fixture(scope="module")
def kept(questionnaire):
    return [p for p in simulate_corrected(questionnaire) if p.fate == "kept"]


def pairs(kept, outcome):
    """(person, 100 or 0) of those who named a model."""
    named = [person for person, _ in answered(kept, "model", "social")]
    if outcome == "as named":
        return [(p, 100.0 * (suggested(p) == group_of_model(p.values["model"]))) for p in named]
    return [(p, 100.0 * (suggested(p) == outcome)) for p in named]


def test_models_validated_are_the_shares_of_the_truth(european, kept):
    expected, of_countries = {}, {}
    for outcome in ("productive", "social", "training", "mixed_or_other", "not told", "as named"):
        answers = pairs(kept, outcome)
        cells = by_country(answers)
        expected |= {("all", average, outcome): cells[average] for average in (POOLED, MEAN)}
        parts = {model: figure(part) for model, part in split(answers, lambda p: group_of_model(p.values["model"])).items()}
        hidden = hidden_parts(parts)
        expected |= {(model, POOLED, outcome): cell(found, model in hidden) for model, found in parts.items()}
        if outcome == "as named":
            of_countries = {(country, outcome): found for country, found in cells.items()}
    assert differences(european["models_validated"], KEYS, expected) == {}
    assert differences(european["models_validated_by_country"], ("country", "suggested"), of_countries) == {}


def test_the_rules_of_the_demonstration_say_that_they_are_placeholders(european):
    assert "placeholders" in european["models_validated"].notes[0]
    assert (ROOT / "params/model_rules.yaml").read_text(encoding="utf-8").startswith("# PLACEHOLDER")
