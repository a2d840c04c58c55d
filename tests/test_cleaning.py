"""The small survey that other files use, too, and what becomes of its answers."""

import csv
from pathlib import Path

import pytest

from bwise.checks import flag
from bwise.cleaning import Country, apply_skip_logic, exclude, gather, record_change, share_answered
from bwise.corrections import correct, load_corrections
from bwise.demo import PARTNERS
from bwise.matching import read_deliveries
from bwise.questionnaire import load_questionnaire
from bwise.settings import Project, load_country
from tests.conftest import simulate_corrected, straight

ROOT = Path(__file__).parent.parent
COUNTRIES = sorted({p.country for p in PARTNERS})

SURVEY = """type,name,label,relevant,constraint,role,unit
text,partner_code,Partner,,,partner,
text,wise_code,Enterprise,,,wise,
select_one worker_group,group,Group,,,group,
begin_group,skills,How good are you at,${group} = 'wsn',,,
select_one rating,s1,Reading,,,skill,
select_one rating,s2,Writing,,,skill,
select_one rating,s3,Counting,,,skill,
select_one rating,s4,Speaking,,,skill,
end_group,,,,,,
decimal,income_a,Income from sales,,. >= 0 and . <= 100,income,%
decimal,income_b,Income from grants,,. >= 0 and . <= 100,income,%
select_multiple barrier,barriers,Barriers,,,barriers,
integer,staff,Staff,,. >= 1,,
text,comments,Comments,,,comment,
"""
CHOICES = """list_name,name,label,missing,exclusive
worker_group,enabler,Enabler,,
worker_group,wsn,Worker,,
rating,1,Badly,,
rating,2,Fairly,,
rating,3,Well,,
rating,dont_know,Don't know,dont_know,
yes_no,yes,Yes,,
yes_no,no,No,,
barrier,cost,Cost,,
barrier,time,Time,,
barrier,none,No barrier,,yes
barrier,refused,Prefer not to say,refused,yes
"""
WORKER = {
    "partner_code": "AT-1",
    "wise_code": "W1",
    "group": "wsn",
    "s1": "1",
    "s2": "2",
    "s3": "3",
    "s4": "3",
    "income_a": "60",
    "income_b": "40",
    "barriers": "cost;time",
    "staff": "10",
    "comments": "",
}
ENABLER = WORKER | {"group": "enabler", "s1": "", "s2": "", "s3": "", "s4": ""}
NOBODY = dict.fromkeys(WORKER, "")


def people(*changes: dict) -> list[dict]:
    """Workers, each of an enterprise of her own, with these changes."""
    return [WORKER | {"wise_code": f"W{n}"} | change for n, change in enumerate(changes, 1)]


def small_project(folder: Path, *rows: dict, params: str = "", country: str = "AT", file: str = "raw/AT/answers.csv") -> Project:
    """A project with one country, whose partner sent these rows as a plain table headed by codes."""
    sheets = folder / "params/questionnaires/small"
    sheets.mkdir(parents=True, exist_ok=True)
    for sheet, text in (("survey", SURVEY), ("choices", CHOICES), ("settings", "form_title\nSmall survey\n")):
        (sheets / f"{sheet}.csv").write_text(text, encoding="utf-8")
    text = f"country: {country}\nquestionnaire: small\ndeliveries:\n  - partner: {country}-1\n    file: {file}\n{params}"
    (folder / f"params/{country}.yaml").write_text(text, encoding="utf-8")
    (folder / "params/consolidation.yaml").write_text(f"questionnaire: small\ncountries: [{country}]\n", encoding="utf-8")
    export(folder / file, *rows)
    return Project(folder)


def export(path: Path, *rows: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, WORKER, delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def gathered(project: Project, country: str = "AT") -> Country:
    settings = load_country(project, country)
    questionnaire = load_questionnaire(project.params / "questionnaires" / settings.questionnaire)
    found = gather(settings, questionnaire, read_deliveries(project, settings, questionnaire))
    found = correct(found, load_corrections(project, settings, questionnaire))
    return apply_skip_logic(found)


def excluded(country: Country) -> dict[int, str]:
    """Row of the file -> rule."""
    country = exclude(country)
    return dict(zip(country.rows.loc[country.exclusions["position"].astype(int), "source_row"], country.exclusions["rule"], strict=True))


def test_each_record_received_is_one_row_that_knows_where_it_comes_from(tmp_path):
    second = "  - partner: AT-1\n    file: raw/AT/more.csv\n"
    project = small_project(tmp_path, *people({}, {}), params=second)
    export(tmp_path / "raw/AT/more.csv", *people({"staff": "20"}))
    country = gathered(project)
    assert country.rows[["partner", "delivery", "source_row"]].to_numpy().tolist() == [
        ["AT-1", "AT-1-1", 2],
        ["AT-1", "AT-1-1", 3],
        ["AT-1", "AT-1-2", 2],
    ]
    assert country.values["staff"].tolist() == [10.0, 10.0, 20.0]
    assert country.values.index.equals(country.rows.index) and country.reasons.index.equals(country.rows.index)


def test_an_empty_answer_to_a_hidden_question_was_not_shown_and_to_a_shown_one_not_given(tmp_path):
    country = gathered(small_project(tmp_path, ENABLER, WORKER | {"s1": "", "s2": "dont_know"}))
    assert country.reasons["s1"].tolist() == ["not_shown", "no_answer"]
    assert country.reasons["s2"].tolist() == ["not_shown", "dont_know"]


def test_an_answer_to_a_hidden_question_is_kept(tmp_path):
    country = gathered(small_project(tmp_path, ENABLER | {"s1": "2"}, WORKER))
    assert (country.values.loc[0, "s1"], country.reasons.loc[0, "s1"]) == ("2", "")


def test_a_question_that_is_not_in_the_delivery_stays_not_asked_where_it_would_be_hidden(tmp_path):
    project = small_project(tmp_path, ENABLER, WORKER, params="    columns: {s1: ignore}\n")
    assert gathered(project).reasons["s1"].tolist() == ["not_asked", "not_asked"]


@pytest.mark.parametrize("comment", ["test", "Test!", " TEST ", "δοκιμή", "asdf"])
def test_a_comment_that_is_only_a_word_for_a_test_excludes_the_record(tmp_path, comment):
    assert excluded(gathered(small_project(tmp_path, *people({}, {"comments": comment})))) == {3: "test"}


@pytest.mark.parametrize("comment", ["We test a lot", "tester", "no tests here", "testing the waters"])
def test_a_comment_with_the_word_in_it_excludes_nobody(tmp_path, comment):
    assert excluded(gathered(small_project(tmp_path, *people({}, {"comments": comment})))) == {}


def test_too_few_answers_means_below_the_share_that_params_state(tmp_path):
    # Nine closed questions: 1 of 9 is less than 20 %, 2 of 9 is more; an enabler is shown five, 1 of 5 is 20 %.
    rows = [WORKER, NOBODY | {"group": "wsn"}, NOBODY | {"group": "wsn", "staff": "7"}, NOBODY | {"group": "enabler"}]
    assert excluded(gathered(small_project(tmp_path, *rows))) == {3: "too_few_answers"}


def test_the_share_of_answers_counts_dont_know_and_leaves_out_texts_and_hidden_questions(tmp_path):
    rows = [WORKER | {"comments": ""}, WORKER | {"s1": "dont_know"}, WORKER | {"s1": "", "s2": "", "s3": ""}, ENABLER | {"staff": ""}]
    assert share_answered(gathered(small_project(tmp_path, *rows))).tolist() == pytest.approx([1, 1, 6 / 9, 4 / 5])


def test_an_unreadable_answer_is_not_an_answer(tmp_path):
    assert share_answered(gathered(small_project(tmp_path, WORKER, WORKER | {"staff": "many"}))).tolist() == pytest.approx([1, 8 / 9])


def test_the_second_of_two_equal_rows_is_a_duplicate(tmp_path):
    assert excluded(gathered(small_project(tmp_path, WORKER, WORKER | {"staff": "11"}, WORKER, WORKER))) == {4: "duplicate", 5: "duplicate"}


def two_deliveries(folder, first: list[dict], second: list[dict], params: str = "", partner: str = "AT-2") -> Country:
    """What two partners of one country sent."""
    project = small_project(folder, *first, params=f"  - partner: {partner}\n    file: raw/AT/more.csv\n{params}")
    export(folder / "raw/AT/more.csv", *second)
    return gathered(project)


OF_AT_2 = WORKER | {"partner_code": "AT-2", "wise_code": "A-17"}


def test_a_record_that_another_partner_sent_too_is_left_out_of_the_later_delivery(tmp_path):
    country = two_deliveries(tmp_path, [WORKER, WORKER | {"staff": "12"}], [OF_AT_2 | {"staff": "13"}, OF_AT_2])
    country = exclude(country)
    assert country.exclusions[["position", "rule", "reason"]].to_numpy().tolist() == [[3, "duplicate", "the same answers as row 2 of AT-1"]]


@pytest.mark.parametrize(
    ("change", "alike"),
    [
        ({"staff": "11"}, False),
        ({"barriers": "cost"}, False),
        ({"s4": ""}, False),
        ({"comments": "Else"}, False),
        ({"comments": " every  THING"}, True),  # what a tool makes of spaces and case tells nobody apart
        ({"partner_code": "", "wise_code": "my own"}, True),
    ],
)
def test_one_answer_that_differs_makes_two_respondents_of_two_deliveries(tmp_path, change, alike):
    said = {"comments": "Every thing"}
    assert bool(excluded(two_deliveries(tmp_path, [WORKER | said], [WORKER | said | change]))) is alike


def test_only_what_both_deliveries_asked_is_compared(tmp_path):
    without = "    columns: {staff: ignore}\n"
    said = {"comments": "Every thing"}
    assert excluded(two_deliveries(tmp_path, [WORKER | said], [OF_AT_2 | said | {"staff": "99"}], without)) == {2: "duplicate"}


def test_equal_records_of_two_deliveries_with_few_or_unvaried_answers_are_two_respondents(tmp_path):
    few = NOBODY | {"group": "enabler", "income_a": "100", "staff": "3"}
    straight = WORKER | dict.fromkeys(["s1", "s2", "s3", "s4"], "2") | {"income_a": "50", "income_b": "50", "staff": ""}
    assert excluded(two_deliveries(tmp_path, [few, straight], [few, straight])) == {}


def test_in_a_delivery_made_of_another_one_unvaried_answers_were_sent_twice_too(tmp_path):
    straight = WORKER | dict.fromkeys(["s1", "s2", "s3", "s4"], "2") | {"income_a": "50", "income_b": "50", "staff": "50"}
    varied = people({}, {"staff": "11"}, {"staff": "12"})
    country = two_deliveries(tmp_path, [*varied, straight], [straight, *varied])
    country = exclude(country)
    assert country.exclusions[["position", "rule"]].to_numpy().tolist() == [[n, "duplicate"] for n in (4, 5, 6, 7)]


def test_records_of_three_deliveries_stay_with_the_first(tmp_path):
    third = "  - partner: AT-3\n    file: raw/AT/third.csv\n"
    export(tmp_path / "raw/AT/third.csv", WORKER)
    country = two_deliveries(tmp_path, [WORKER | {"staff": "11"}], [WORKER], third)
    country = exclude(country)
    assert country.exclusions["reason"].tolist() == ["the same answers as row 2 of AT-2"]


def test_without_the_rule_records_sent_twice_are_kept(tmp_path):
    assert excluded(two_deliveries(tmp_path, [WORKER], [WORKER], "exclude: [test]\n")) == {}


def test_equal_rows_with_few_answers_are_two_respondents(tmp_path):
    few = NOBODY | {"group": "enabler", "income_a": "100", "staff": "3"}
    assert excluded(gathered(small_project(tmp_path, WORKER, few, few))) == {}


def test_a_record_is_excluded_by_one_rule_only(tmp_path):
    attempt = NOBODY | {"comments": "test"}
    assert excluded(gathered(small_project(tmp_path, WORKER, attempt, attempt))) == {3: "test", 4: "test"}


@pytest.mark.parametrize(("rules", "expected"), [("[]", {}), ("[duplicate]", {4: "duplicate"}), ("[test]", {3: "test"})])
def test_only_the_rules_that_params_state_are_applied(tmp_path, rules, expected):
    rows = [WORKER, WORKER | {"comments": "test"}, WORKER, NOBODY | {"group": "wsn"}]
    country = gathered(small_project(tmp_path, *rows, params=f"exclude: {rules}\n"))
    assert excluded(country) == expected
    assert country.kept.all(), "a step leaves the country it was given as it was"
    assert exclude(country).kept.sum() == len(rows) - len(expected)


def test_a_recorded_change_stands_under_those_before_it(tmp_path):
    country = gathered(small_project(tmp_path, WORKER, WORKER))
    record_change(country, country.rows.index[:0], "staff", [], [], "none", "nothing changed")
    record_change(country, country.rows.index[1:], "staff", "10", "11", "by hand", "a slip")
    assert country.changes.to_numpy().tolist() == [[1, "staff", "10", "11", "by hand", "a slip"]]


@pytest.fixture(scope="module")
def demonstration(questionnaire, delivered):
    """Country -> its demonstration after exclusion."""
    found = {}
    for code in COUNTRIES:
        mine = [delivered[p.name] for p in PARTNERS if p.country == code]
        settings = load_country(Project(ROOT), code)
        found[code] = gather(settings, questionnaire, mine)
        found[code] = correct(found[code], load_corrections(Project(ROOT), settings, questionnaire))
        found[code] = apply_skip_logic(found[code])
        found[code] = exclude(found[code])
    return found


@pytest.fixture(scope="module")
def truth(questionnaire):
    """Country -> simulated respondents, in the order of the rows."""
    everybody = simulate_corrected(questionnaire)
    return {code: [p for p in everybody if p.partner.country == code] for code in COUNTRIES}


@pytest.mark.parametrize("code", COUNTRIES)
def test_the_demonstration_excludes_the_planted_records_by_their_rules_and_no_others(demonstration, truth, code):
    exclusions = demonstration[code].exclusions
    planted = {n: p.fate for n, p in enumerate(truth[code]) if p.fate != "kept"}
    assert dict(zip(exclusions["position"], exclusions["rule"], strict=True)) == planted
    assert set(planted.values()) >= {"test", "duplicate"}


@pytest.mark.parametrize("code", COUNTRIES)
@pytest.mark.parametrize("name", ["partial", "income_sum", "contradiction", "straightlining"])
def test_the_demonstration_flags_the_planted_respondents_and_no_others(demonstration, truth, code, name):
    flags = flag(demonstration[code]).flags
    planted = {n for n, p in enumerate(truth[code]) if p.fate == "kept" and name in p.flags}
    assert set(flags.loc[flags["flag"] == name, "position"]) == planted


@pytest.mark.parametrize("code", COUNTRIES)
def test_the_demonstration_names_every_battery_with_one_answer_only(demonstration, truth, questionnaire, code):
    found = flag(demonstration[code]).flags.query("flag == 'straightlining'")
    kept = {n: person for n, person in enumerate(truth[code]) if person.fate == "kept"}
    true = {(n, battery) for n, person in kept.items() for battery in straight(person, questionnaire)}
    assert set(zip(found["position"], found["detail"], strict=True)) == true


def test_the_demonstration_plants_every_fate_and_flag_somewhere(truth):
    everybody = [p for people_of_one in truth.values() for p in people_of_one]
    assert {p.fate for p in everybody} == {"kept", "test", "duplicate", "too_few_answers"}
    assert set().union(*(p.flags for p in everybody if p.fate == "kept")) == {"partial", "income_sum", "contradiction", "straightlining"}
