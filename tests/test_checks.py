import pytest

from bwise.checks import FLAGS, flag
from bwise.cleaning import exclude, gather
from bwise.questionnaire import load_questionnaire
from bwise.settings import CountrySettings
from tests.test_cleaning import CHOICES, ENABLER, NOBODY, SURVEY, WORKER, gathered, people, small_project


def flagged(folder, *rows, **more) -> dict[int, set[str]]:
    """Row of the file -> its flags."""
    country = gathered(small_project(folder, *rows, **more))
    exclude(country)
    found: dict[int, set[str]] = {}
    for position, name in flag(country)[["position", "flag"]].itertuples(index=False):
        found.setdefault(int(country.rows.loc[position, "source_row"]), set()).add(name)
    return found


def test_a_complete_and_consistent_respondent_has_no_flag(tmp_path):
    assert flagged(tmp_path, WORKER, ENABLER) == {}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"s1": ""}, None),  # 8 of 9
        ({"s1": "", "s2": ""}, "partial"),  # 7 of 9
        ({"s1": "2", "s2": "2", "s3": "2", "s4": "2"}, "straightlining"),
        ({"s1": "2", "s2": "2", "s3": "2", "s4": "dont_know"}, None),
        ({"income_a": "61"}, None),
        ({"income_a": "59"}, None),
        ({"income_a": "61.5"}, "income_sum"),
        ({"income_a": "58"}, "income_sum"),
        ({"income_b": ""}, "income_sum"),
        ({"income_a": "", "income_b": "", "s1": "1"}, "partial"),
        ({"barriers": "none"}, None),
        ({"barriers": "none;cost"}, "contradiction"),
        ({"staff": "0"}, "out_of_range"),
        ({"staff": "1"}, None),
        ({"staff": ""}, None),
        ({"partner_code": "BE-1"}, "other_partner"),
        ({"partner_code": "at-1 "}, None),
        ({"partner_code": ""}, None),
    ],
)
def test_each_flag_is_set_where_its_rule_says_so_and_nowhere_else(tmp_path, change, expected):
    assert flagged(tmp_path, *people({}, change)) == ({3: {expected}} if expected else {})


def test_shares_outside_the_range_are_flagged_though_they_sum_to_100(tmp_path):
    assert flagged(tmp_path, *people({}, {"income_a": "110", "income_b": "-10"})) == {3: {"out_of_range"}}


def test_an_answer_to_a_hidden_question_is_flagged_with_the_question_and_never_the_answer(tmp_path):
    country = gathered(small_project(tmp_path, WORKER, ENABLER | {"s2": "3"}))
    assert flag(country).to_numpy().tolist() == [[1, "not_shown_answered", "s2"]]


def test_a_respondent_may_have_several_flags(tmp_path):
    change = {"income_a": "10", "barriers": "none;time", "staff": "0"}
    assert flagged(tmp_path, *people({}, change)) == {3: {"income_sum", "contradiction", "out_of_range"}}


def test_a_respondent_who_is_excluded_has_no_flags(tmp_path):
    rows = people({}, {"comments": "test", "staff": "0"})
    assert flagged(tmp_path, *rows) == {}
    assert flagged(tmp_path, *rows, params="exclude: []\n") == {3: {"out_of_range"}}


def test_a_respondent_with_nothing_but_a_group_is_partial_and_no_straightliner(tmp_path):
    assert flagged(tmp_path, WORKER, NOBODY | {"group": "wsn"}, params="exclude: []\n") == {3: {"partial"}}


def test_who_never_pressed_submit_is_partial_where_the_tool_tells(tmp_path, send):
    for sheet, text in (("survey", SURVEY), ("choices", CHOICES), ("settings", "form_title\nSmall\n")):
        (tmp_path / f"{sheet}.csv").write_text(text, encoding="utf-8")
    form = load_questionnaire(tmp_path)
    questions = [n for n in WORKER if n != "barriers"]
    heads = ["id", "submitdate", "lastpage", "startlanguage", "seed", *(n.replace("_", "") for n in questions)]
    rows = [["1", "2022-04-04 08:24:00", "9", "en", "7"], ["2", "", "2", "en", "8"]]
    read = send([heads, *(r + [WORKER[n] for n in questions] for r in rows)], questionnaire=form)
    assert read.raw.tool == "LimeSurvey"
    settings = CountrySettings(country="AT", questionnaire="small", deliveries=[read.delivery])
    found = flag(gather(settings, form, [read]))
    assert found.loc[found["flag"] == "partial", "position"].tolist() == [1]


def test_every_flag_has_a_meaning_in_words():
    assert all(FLAGS.values())
    assert list(FLAGS) == [
        "partial",
        "straightlining",
        "income_sum",
        "contradiction",
        "out_of_range",
        "approximate",
        "not_shown_answered",
        "other_partner",
    ]
