"""What the national focus groups return, from params through the country notebook to the pool."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

import bwise.pooling
from bwise.checks import flag
from bwise.cleaning import apply_skip_logic, gather
from bwise.corrections import correct, load_corrections
from bwise.demo.focus_groups import FURTHER_MODEL, MODELS, PARTNERS, REGIONS, SLIP, exports, simulate
from bwise.demo.simulation import CANARIES, FICTION
from bwise.hashes import sha256
from bwise.identities import check_identities
from bwise.lineage import save
from bwise.matching import read_deliveries, read_delivery
from bwise.pooling import country_pool, left_out, load_focus_groups, load_pool
from bwise.privacy import project_key, protect, row_numbers
from bwise.questionnaire import load_questionnaire
from bwise.settings import Delivery, FocusGroupSettings, Project, load_country
from bwise.storage import read_csv, write_text
from bwise.summaries import discussed
from bwise.tables import european_tables
from bwise.verification import prove_saved
from bwise.workflow import run_country
from tests import test_lineage as survey
from tests.conftest import ROOT
from tests.test_cleaning import export, people, small_project
from tests.test_settings import GOOD, refused, write

TOOLS = {"plain": "plain table", "limesurvey": "LimeSurvey", "google": "Google Forms", "kobo": "KoBoToolbox"}
COUNTRIES = list(dict.fromkeys(p.country for p in PARTNERS))
RETURN = "focus_group:\n  questionnaire: fg\n  deliveries:\n    - partner: AT-1\n      file: raw/AT/fg.xlsx\n"
by_partner = pytest.mark.parametrize("partner", PARTNERS, ids=lambda p: p.name)
by_country = pytest.mark.parametrize("country", COUNTRIES)


@pytest.fixture(scope="module")
def records(form):
    return simulate(form)


@pytest.fixture(scope="module")
def returned(form, demo_folder):
    """Partner's name -> its return, read with nothing declared."""
    found = {}
    for p in PARTNERS:
        file = Path(p.country) / p.file
        found[p.name] = read_delivery(demo_folder / file, p.file, p.name, Delivery(partner=p.name, file=file), form, p.country)
    return found


@pytest.fixture
def project(tmp_path):
    (tmp_path / "params").mkdir()
    return Project(tmp_path)


# ------------------------------------------------------------------ params


def test_the_settings_of_a_focus_group_are_those_of_a_country_with_another_questionnaire_and_other_deliveries(project):
    settings = load_country(write(project, GOOD + RETURN), "AT").for_focus_group()
    assert (settings.country, settings.questionnaire, settings.exclude) == ("AT", "fg", ["heading_row", "summary_row"])
    assert [(d.partner, d.file) for d in settings.deliveries] == [("AT-1", Path("raw/AT/fg.xlsx"))]
    assert settings.delivery_names() == ["AT-1"]


def test_a_country_need_not_have_a_focus_group(project):
    settings = load_country(write(project, GOOD), "AT")
    assert settings.for_focus_group() is None and settings.parts() == [settings]


@pytest.mark.parametrize("written", ["GR", "EL"])
def test_the_focus_group_of_greece_is_that_of_el(project, written):
    settings = load_country(write(project, (GOOD + RETURN).replace("AT", written), "EL.yaml"), "EL")
    assert [part.country for part in settings.parts()] == ["EL", "EL"]


@pytest.mark.parametrize(
    ("lines", "line", "nearest"),
    [
        (RETURN.replace("questionnaire:", "questionaire:"), 7, "questionnaire"),
        (RETURN.replace("deliveries:", "delivries:"), 8, "deliveries"),
        (RETURN + "      delimeter: ','\n", 11, "delimiter"),
        (RETURN.replace("focus_group:", "focusgroup:"), 6, "focus_group"),
    ],
)
def test_a_misspelt_setting_of_the_focus_group_is_refused_with_the_nearest_key_and_its_line(project, lines, line, nearest):
    message = refused(write(project, GOOD + lines))
    assert f"params/AT.yaml, line {line}" in message
    assert f"did you mean `{nearest}`?" in message


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        ("focus_group:\n  questionnaire: fg\n  deliveries: []\n", "`focus_group.deliveries`"),
        ("focus_group:\n  questionnaire: fg\n", "the setting `focus_group.deliveries` is missing"),
        ("focus_group: raw/AT/fg.xlsx\n", "`focus_group`"),
    ],
)
def test_a_focus_group_without_deliveries_is_refused(project, lines, part):
    assert part in refused(write(project, GOOD + lines))


# ------------------------------------------------------------------ the demonstration: what is sent


def test_each_group_speaks_of_each_of_the_three_models_and_one_of_a_model_of_its_own(records):
    models = {p.name: [r.values["model"] for r in records if r.partner == p] for p in PARTNERS}
    assert models.pop(FURTHER_MODEL) == [*MODELS, "other"]
    assert set(map(tuple, models.values())) == {MODELS}
    named = [r.values["model_other"] for r in records if "model_other" in r.values]
    assert named == [FICTION["ro"][1]], "the name is invented"


def test_six_to_twenty_people_took_part_in_each_group_and_all_its_records_say_so(records):
    sessions = {(r.partner.name, *(r.values[f"participants_{who}"] for who in ("wise", "experts", "stakeholders"))) for r in records}
    assert len(sessions) == len(PARTNERS)
    assert all(6 <= sum(people) <= 20 for _, *people in sessions)


def test_the_two_groups_of_belgium_speak_of_two_regions_and_all_others_of_their_country(records):
    assert {r.partner.name: r.values["region"] for r in records if "region" in r.values} == REGIONS


def test_only_forms_of_the_own_country_are_named(records):
    for record in records:
        ticked = [c.partition("/")[2] for c, on in record.values.items() if c.startswith("national_forms/") and on]
        assert {form.partition("_")[0] for form in ticked} <= {record.partner.country, "none", "other"}


def test_income_is_given_as_shares_or_as_ranks_and_shares_sum_to_a_hundred_but_for_one_slip(records, form):
    for record in records:
        shares, ranks = ([record.values.get(q.name) for q in form.with_role(role)] for role in ("income_share", "income_rank"))
        if record.values["income_kind"] == "shares":
            assert sum(shares) == (110 if "income_sum" in record.flags else 100) and set(ranks) == {None}
        else:
            assert sorted(ranks) == [1, 2, 3, 4, 5, 6] and set(shares) == {None}
    assert {r.values["income_kind"] for r in records} == {"shares", "ranks"}
    assert [r.partner.name for r in records if r.flags] == [SLIP]


def test_no_skill_and_no_profile_is_named_twice_in_one_ranking(records, form):
    for record in records:
        for role, each in (("priority", 3), ("profile", 3)):
            answers = [record.values[q.name] for q in form.with_role(role)]
            assert all(len(set(answers[i : i + each])) == each for i in range(0, len(answers), each))


def test_what_was_said_is_marked_as_invented(records, form):
    open_questions = [q.name for q in form.questions.values() if q.sensitive == "open"]
    for record in records:
        said = {record.values[q].removesuffix(": [e-mail]") for q in open_questions if q in record.values}
        assert said <= {FICTION[record.partner.language][0]}


def test_another_seed_gives_other_returns(form, records):
    assert [r.values for r in simulate(form, seed=1)] != [r.values for r in records]


def test_an_address_stands_in_a_quotation_that_is_sent(form, returned):
    texts = [text for read in returned.values() for column in read.raw.cells for text in read.raw.cells[column]]
    assert sum(CANARIES["mail_in_comment"] in text for text in texts) == 1
    assert all(0 < len(content) < 2**15 for content in exports(form).values())


# ------------------------------------------------------------------ the demonstration: what is read


@by_partner
def test_tool_and_language_of_a_return_are_recognised(partner, returned):
    read = returned[partner.name]
    assert read.raw.tool == TOOLS[partner.layout.split("_")[0]]
    assert read.recognised.language == ("" if partner.layout == "kobo_names" else partner.language)


@by_partner
def test_every_column_of_a_return_is_matched_and_every_answer_can_be_read(partner, returned):
    read = returned[partner.name]
    assert [m.column.heading for m in read.recognised.matches if not m.settled] == []
    assert read.recognised.readable == 1


@by_partner
def test_every_answer_of_a_return_is_the_one_that_was_sent(partner, returned, records, form):
    values = returned[partner.name].answers.values
    sent = [r for r in records if r.partner == partner]
    assert len(values) == len(sent)
    read = values.astype(object).where(values.notna(), None)
    wrong = [
        (column, number, cell, record.sent(column))
        for column in form.all_columns
        for number, (cell, record) in enumerate(zip(read[column], sent, strict=True))
        if cell != record.sent(column)
    ]
    assert wrong == []


# ------------------------------------------------------------------ the demonstration: what is kept


def kept(project, country, file):
    """What was kept, in the order of the exports."""
    found = pd.read_parquet(project.processed(country, "focus_group") / f"{file}.parquet")
    numbers = row_numbers(found, country, "focus_group", project_key(project.root))
    return found.assign(number=numbers).sort_values(["delivery", "number"]).drop(columns="number").reset_index(drop=True)


def manifest(project, country, part="focus_group"):
    return json.loads((project.processed(country, part) / "manifest.json").read_text(encoding="utf-8"))


@by_country
def test_every_answer_kept_is_the_true_one_and_missing_for_the_true_reason(demonstration, records, form, country):
    true = [r for r in records if r.partner.country == country]
    for file, truth in (("answers", [r.values for r in true]), ("missing", [r.reasons for r in true])):
        found = kept(demonstration, country, file)[form.all_columns].astype(object)
        found = found.where(found.notna() & found.ne(""), None)
        wrong = {c: (found[c].tolist(), [t.get(c) for t in truth]) for c in form.all_columns}
        assert {c: pair for c, pair in wrong.items() if pair[0] != pair[1]} == {}


@by_country
def test_the_focus_group_leaves_the_same_files_as_the_survey_in_a_folder_of_its_own(demonstration, country):
    folder = demonstration.processed(country)
    assert sorted(p.name for p in (folder / "focus_group").iterdir()) == survey.FILES
    assert sorted(p.name for p in folder.iterdir()) == sorted([*survey.FILES, "focus_group", "country.html", "country.ipynb"])


@by_country
def test_the_manifests_of_survey_and_focus_group_name_their_own_inputs_only(demonstration, country):
    settings = load_country(demonstration, country)
    files = [[d.file.as_posix() for d in part.deliveries] for part in settings.parts()]
    for part, own, other in zip(settings.parts(), files, reversed(files), strict=True):
        record = manifest(demonstration, country, part.part)
        corrections = ["params/BE.corrections.csv"] if (country, part.part) == ("BE", "") else []
        inputs = [f"params/{country}.yaml", *corrections, f"params/questionnaires/{part.questionnaire}", *own]
        assert record["inputs"] == {name: sha256(demonstration.root / name) for name in inputs}
        assert [f for f in other if f in json.dumps(record, ensure_ascii=False)] == []


@by_country
def test_every_record_is_kept_and_flagged_only_where_a_slip_was_planted(demonstration, records, country):
    true = [r for r in records if r.partner.country == country]
    record = manifest(demonstration, country)
    assert record["rows"] == {"received": len(true), "excluded": {}, "kept": len(true)}
    assert record["flags"] == Counter(f for r in true for f in r.flags)
    assert record["demonstration"] is True


def test_no_record_of_a_focus_group_has_the_pseudonym_of_a_respondent_of_the_survey(focus_groups, demonstration_pool):
    assert focus_groups.answers["respondent"].is_unique
    assert not set(focus_groups.answers["respondent"]) & set(demonstration_pool.answers["respondent"])


def test_the_address_in_the_quotation_is_masked_and_the_change_recorded_without_it(demonstration):
    assert kept(demonstration, "AT", "answers")["quotations"][0] == f"{FICTION['de'][0]}: [e-mail]"
    changes = read_csv(demonstration.processed("AT", "focus_group") / "changes.csv")
    assert changes[["question", "old", "rule"]].to_numpy().tolist() == [["quotations", "(withheld)", "mask"]]


# ------------------------------------------------------------------ the country notebook


@by_country
def test_nothing_said_in_a_focus_group_stands_in_the_notebook_or_its_page(demonstration, country):
    said = [text.casefold() for texts in FICTION.values() for text in texts] + [CANARIES["mail_in_comment"], "[e-mail]"]
    for kind in ("ipynb", "html"):
        text = (demonstration.processed(country) / f"country.{kind}").read_text(encoding="utf-8")
        text = (text + json.dumps(json.loads(text), ensure_ascii=False) if kind == "ipynb" else text).casefold()
        assert [s for s in said if s in text] == []


def shown(path):
    """Plain text of all that an executed notebook shows."""
    outputs = [o for c in json.loads(path.read_text(encoding="utf-8"))["cells"] for o in c.get("outputs", [])]
    return "\n".join("".join(o["data"].get("text/plain", "")) for o in outputs if "data" in o)


def test_the_notebook_counts_models_and_participants_by_partner_each_participant_once(demonstration, records):
    text = shown(demonstration.processed("RO") / "country.ipynb")
    groups = {r.partner.name: int(sum(v for c, v in r.values.items() if c.startswith("participants_"))) for r in records}
    lines = [line.split() for line in text.splitlines()]
    assert ["RO-1", "1", "4", str(groups["RO-1"])] in lines
    assert ["RO-2", "1", "3", str(groups["RO-2"])] in lines
    assert ["all", "2", "7", str(groups["RO-1"] + groups["RO-2"])] in lines


@pytest.fixture(scope="module")
def without_return(copy_of):
    """Austria without a focus group, run by its notebook; how that ended."""
    project = copy_of("AT")
    path = project.params / "AT.yaml"
    write_text(path, path.read_text(encoding="utf-8").partition("focus_group:")[0])
    shutil.rmtree(project.processed("AT"))
    return project, run_country(project, "AT")


def test_a_country_without_a_return_says_so_and_runs_like_any_other(without_return):
    project, outcome = without_return
    assert outcome.ok and outcome.message == "44 received, 3 excluded, 41 kept, 8 WISEs; open: 0 columns, 0 answers"
    assert "No focus group has returned anything." in shown(project.processed("AT") / "country.ipynb")
    assert sorted(p.name for p in project.processed("AT").iterdir()) == sorted([*survey.FILES, "country.html", "country.ipynb"])


def test_without_any_return_there_is_no_pool_of_focus_groups(without_return):
    project, _ = without_return
    assert load_focus_groups(project) is None
    assert load_pool(project).left_out == {}


# ------------------------------------------------------------------ the pool


def test_the_focus_groups_of_all_countries_stand_in_the_pool_in_the_order_of_params(focus_groups, demonstration, form):
    assert focus_groups.countries == demonstration.consolidation().countries
    assert focus_groups.left_out == {} and focus_groups.demonstration
    assert focus_groups.questionnaire.name == "focus_group"
    assert {focus_groups.status(q, c) for q in form.questions for c in focus_groups.countries} == {"identical"}


def test_every_record_is_in_the_pool_once(focus_groups, records):
    pooled = focus_groups.answers[["country", "partner", "model"]].astype("str").to_numpy().tolist()
    assert sorted(pooled) == sorted([r.partner.country, r.partner.name, r.values["model"]] for r in records)
    assert focus_groups.missing["respondent"].equals(focus_groups.answers["respondent"])


def test_the_slip_is_the_only_flag_in_the_pool(focus_groups):
    answers = focus_groups.answers
    assert answers.loc[answers["respondent"].isin(focus_groups.flagged), "country"].tolist() == ["FR"]
    flags = read_csv(focus_groups.project.processed("FR", "focus_group") / "flags.csv")
    assert flags["flag"].tolist() == ["income_sum"]


def run(project, settings):
    """One part of what a country sent, run up to its record."""
    questionnaire = load_questionnaire(project.params / "questionnaires" / settings.questionnaire)
    found = gather(settings, questionnaire, read_deliveries(project, settings, questionnaire))
    found = correct(found, load_corrections(project, settings, questionnaire))
    found = apply_skip_logic(found)
    found = flag(found)
    found = protect(found, project_key(project.root))
    check_identities(found)
    manifest = save(found, project)
    prove_saved(found, project)
    return manifest


@pytest.fixture
def two(tmp_path):
    """AT and BE, each with a small survey and a return in the same small form; the survey of BE is never run."""
    for country in ("AT", "BE"):
        lines = f"focus_group:\n  questionnaire: small\n  deliveries:\n    - partner: {country}-1\n      file: raw/{country}/fg.csv\n"
        project = small_project(tmp_path, *people({}, {}), country=country, file=f"raw/{country}/answers.csv", params=lines)
        export(tmp_path / f"raw/{country}/fg.csv", *people({}, {}, {"staff": "12"}))
    write_text(project.params / "consolidation.yaml", "questionnaire: small\nfocus_group: small\ncountries: [BE, AT]\n")
    for country in ("AT", "BE"):
        run(project, load_country(project, country).for_focus_group())
    run(project, load_country(project, "AT"))
    return project


def add_to(path, text):
    write_text(path, path.read_text(encoding="utf-8") + text)


def test_survey_and_focus_groups_are_two_pools(two):
    assert load_pool(two).left_out == {"BE": "not cleaned yet, or its last run failed"}
    pool = load_focus_groups(two)
    assert (pool.countries, pool.left_out) == (["BE", "AT"], {})
    assert len(pool.answers) == 6 and len(load_pool(two).answers) == 2


def test_a_return_that_changed_after_cleaning_is_left_out_and_named_and_the_survey_stays(two):
    export(two.root / "raw/AT/fg.csv", *people({"staff": "11"}))
    pool = load_focus_groups(two)
    assert (pool.countries, pool.left_out) == (["BE"], {"AT": "changed since it was cleaned: an export"})
    assert load_pool(two).countries == ["AT"]


def test_an_export_of_the_survey_that_changed_leaves_the_focus_group_in(two):
    export(two.root / "raw/AT/answers.csv", *people({"staff": "11"}))
    assert load_focus_groups(two).left_out == {}


def test_a_return_cleaned_with_other_settings_or_params_is_left_out(two):
    settings = load_country(two, "AT").for_focus_group()
    run(two, settings.model_copy(update={"minimum_answered": 0.9}))
    assert load_focus_groups(two).left_out == {"AT": "cleaned with other settings than those in its params file"}
    add_to(two.params / "AT.yaml", "minimum_answered: 0.3\n")
    assert load_focus_groups(two).left_out == {"AT": "changed since it was cleaned: params/AT.yaml"}


def test_where_no_return_can_be_used_the_survey_is_consolidated_without_and_it_is_said(two, monkeypatch):
    shutil.copy(ROOT / "params/tables.yaml", two.params)
    pool = load_pool(two)
    monkeypatch.setattr(bwise.pooling, "program", lambda: "another")
    groups = load_focus_groups(two)
    why = "cleaned by another version of the program"
    assert groups.countries == [] and left_out(pool, groups) == pool.left_out | {"focus group of BE": why, "focus group of AT": why}
    with_none, without = european_tables(pool, groups), european_tables(pool)
    assert list(with_none) == list(without) and "fieldwork" in without


def test_a_return_that_was_never_cleaned_is_left_out(two):
    shutil.rmtree(two.processed("AT", "focus_group"))
    assert load_focus_groups(two).left_out == {"AT": "not cleaned yet, or its last run failed"}


def test_a_return_in_another_form_is_left_out(two):
    shutil.copytree(two.params / "questionnaires/small", two.params / "questionnaires/other")
    path = two.params / "AT.yaml"
    write_text(path, path.read_text(encoding="utf-8").replace("\n  questionnaire: small", "\n  questionnaire: other"))
    run(two, load_country(two, "AT").for_focus_group())
    assert load_focus_groups(two).left_out == {"AT": "answers another questionnaire (other)"}


def test_a_country_that_sent_no_return_is_not_named_and_what_it_once_sent_not_pooled(two):
    path = two.params / "AT.yaml"
    write_text(path, path.read_text(encoding="utf-8").partition("focus_group:")[0])
    pool = load_focus_groups(two)
    assert (pool.countries, pool.left_out) == (["BE"], {})


def test_a_country_whose_params_cannot_be_used_is_left_out_if_it_had_a_return(two):
    add_to(two.params / "AT.yaml", "minmum_answered: 0.3\n")
    assert load_focus_groups(two).left_out == {"AT": "changed since it was cleaned: params/AT.yaml"}
    shutil.rmtree(two.processed("AT", "focus_group"))
    assert load_focus_groups(two).left_out == {}


def test_the_return_of_one_country_alone_is_pooled_as_its_notebook_cleaned_it(two):
    pool = country_pool(two, load_country(two, "AT").for_focus_group())
    assert pool.countries == ["AT"] and len(pool.answers) == 3


# ------------------------------------------------------------------ counts


def test_participants_of_a_group_count_once_however_many_records_it_filled(form, send):
    columns = ["session_code", "model", "participants_wise", "participants_experts", "participants_stakeholders"]
    rows = [["G1", "productive", "5", "2", "1"], ["G1", "social", "5", "2", ""], ["G2", "productive", "6", "0", "3"]]
    read = send([columns, *rows], questionnaire=form)
    settings = FocusGroupSettings(country="AT", questionnaire="focus_group", deliveries=[read.delivery], exclude=[])
    found = discussed([gather(settings, form, [read])]).frame
    assert found.loc["all"].to_dict() == {"focus groups": 2, "models discussed": 3, "participants": 17}
