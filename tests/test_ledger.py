"""The ledger: everything is protected together, whatever table it stands in; what is shown of it is what it is."""

import json
import re

import pytest

from bwise.ledger import MEAN_OF_COUNTRIES, POOLED
from bwise.problems import ProblemsFound
from bwise.tables import european_tables, first_look, frequencies
from tests.conftest import ONE_SKILL, made

models, sectors, skills = map(made, ("models", "sectors", "skills"))


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
    """Tables show also groups across of which most are hidden: which are, is what is tested."""
    return pool_of(SURVEY, CHOICES, people, CONCEPTS, minimum_shown=0, minimum_movement=0)


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
    found = shares["conf_status"].to_dict()
    assert (found["AT"], found[POOLED]) == ("C", "")
    assert "C" in (found["BE"], found["BG"]), "19 persons in all less 6 and 9 shown"
    assert found["BG"] == "C", "who knows the 6 of BE would know the 4 of AT"
    assert MEAN_OF_COUNTRIES not in found


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
        said = re.sub(r"<[^>]*>", "", page._repr_html_()).replace(page.bars_show, "") + repr(page)
        assert not [c for c in said if c.isdigit()], "a figure of one country less those of Europe"
        assert {end - start for start, end in filter(None, page.bars)} <= {25}, "a bar is as wide as the band it shows"


def test_groups_across_of_which_most_would_be_hidden_are_left_out_with_a_note_and_the_rest_is_shown(pool_of):
    people = {"AT": enterprises(4, 6, 9, model=["productive", "social", "training"])}
    table = sectors(pool_of(SURVEY, CHOICES, people, CONCEPTS))
    assert set(table.data["model"]) == {"all"}
    assert set(table.data["conf_status"]) == {""}
    assert "Some figures are not shown by model: too few groups have enough respondents." in table.notes


def test_groups_across_of_which_half_may_be_shown_stay(pool_of):
    people = {"AT": enterprises(4, 6, 9, 12, model=["productive", "social", "training", "social"])}
    table = sectors(pool_of(SURVEY, CHOICES, people, CONCEPTS, minimum_shown=0.3, minimum_movement=0))
    assert set(table.data["model"]) == {"all", "productive", "social", "training"}
    assert not any("not shown" in note for note in table.notes)


def test_groups_that_params_join_are_one_group_and_the_answers_stay_apart_where_they_are_counted(pool_of):
    people = {"AT": enterprises(4, 6, 9, model=["productive", "social", "training"])}
    pool = pool_of(SURVEY, CHOICES, people, CONCEPTS, together={"model": [["productive", "social"]]}, minimum_wises=1)
    table = sectors(pool)
    n = shown_of(table, sector="A", statistic="active in the sector", average=POOLED).set_index("model")["n"]
    assert n.to_dict() == {"all": 19, "productive_or_social": 10, "training": 9}
    assert table.codes["model"]["productive_or_social"] == "Productive or social"
    assert set(models(pool).data["model"]) == {"productive", "social", "training"}


@pytest.mark.parametrize(
    ("together", "said"),
    [
        ({"modell": [["social", "training"]]}, "`modell` is not a question of the questionnaire `by_hand`"),
        ({"model": [["social", "trainig"]]}, "`trainig` is not an answer to `model`"),
        ({"model": [["social", "training"], ["training", "productive"]]}, "`training` stands twice under `model`"),
    ],
)
def test_groups_to_join_that_do_not_exist_are_refused(pool_of, together, said):
    pool = pool_of(SURVEY, CHOICES, {"AT": enterprises(9, model=["social"])}, CONCEPTS, together=together)
    with pytest.raises(ProblemsFound, match=said):
        sectors(pool)


def test_what_is_remembered_of_hidden_figures_is_used_only_as_a_run_wrote_it(pool_of):
    pool = small_pool(pool_of, {c: enterprises(size, country=c, model=["social"]) for c, size in (("AT", 9), ("BE", 9), ("EL", 3))})
    memory = pool.project.root / "processed/protection.json"
    memory.parent.mkdir()
    first = european_tables(pool)["models"].data
    assert first["conf_status"].eq("C").any() and first.equals(european_tables(pool)["models"].data)
    told = json.loads(memory.read_text())
    for verdict in told["verdicts"].values():
        verdict["hidden"] = []
    memory.write_text(json.dumps(told))
    assert first.equals(european_tables(pool)["models"].data)
