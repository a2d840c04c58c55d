import itertools
import types

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bwise.checks import FLAGS, durations, flag, pairs_alike
from bwise.cleaning import Country, exclude, gather
from bwise.questionnaire import load_questionnaire
from bwise.settings import CountrySettings
from tests.test_cleaning import CHOICES, ENABLER, NOBODY, SURVEY, WORKER, gathered, people, small_project


def flagged(folder, *rows, **more) -> dict[int, set[str]]:
    """Row of the file -> its flags."""
    country = gathered(small_project(folder, *rows, **more))
    country = exclude(country)
    found: dict[int, set[str]] = {}
    for position, name in flag(country).flags[["position", "flag"]].itertuples(index=False):
        found.setdefault(int(country.rows.loc[position, "source_row"]), set()).add(name)
    return found


def test_a_complete_and_consistent_respondent_has_no_flag(tmp_path):
    assert flagged(tmp_path, WORKER, ENABLER) == {}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"s1": ""}, None),  # 8 of 9
        ({"s1": "", "s2": ""}, "partial"),  # 7 of 9
        ({"s1": "2", "s2": "2", "s3": "2", "s4": "2"}, None),  # one in 27 by chance
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
        ({"partner_code": "BE-1"}, "out_of_frame"),
        ({"partner_code": "at-1 "}, None),
        ({"partner_code": ""}, None),
    ],
)
def test_each_flag_is_set_where_its_rule_says_so_and_nowhere_else(tmp_path, change, expected):
    assert flagged(tmp_path, *people({}, change)) == ({3: {expected}} if expected else {})


def test_shares_outside_the_range_are_flagged_though_they_sum_to_100(tmp_path):
    """The share below 0 is open until params say what it stands for: there is no sum yet."""
    assert flagged(tmp_path, *people({}, {"income_a": "110", "income_b": "-10"})) == {3: {"out_of_range"}}


def test_an_answer_to_a_hidden_question_is_flagged_with_the_question_and_never_the_answer(tmp_path):
    country = gathered(small_project(tmp_path, WORKER, ENABLER | {"s2": "3"}))
    assert flag(country).flags.to_numpy().tolist() == [[1, "not_shown_answered", "s2"]]


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
    found = flag(gather(settings, form, [read])).flags
    assert found.loc[found["flag"] == "partial", "position"].tolist() == [1]


def test_every_flag_has_a_meaning_in_words():
    assert all(FLAGS.values())
    assert list(FLAGS) == [
        "partial",
        "speeder",
        "near_duplicate",
        "straightlining",
        "income_sum",
        "contradiction",
        "out_of_range",
        "approximate",
        "not_shown_answered",
        "out_of_frame",
    ]


# ------------------------------------------------------------------ by hand: time taken, near duplicates, batteries, frame

LONG = "type,name,label,relevant,constraint,role,unit\n" + "".join(f"select_one rating,r{n},Item {n},,,skill,\n" for n in range(40))


def by_hand(minutes=(), answers=(), deliveries="AT-1"):
    """A country made in memory: minutes each record took, or its ratings as one string."""
    count = len(minutes) or len(answers)
    begin = pd.Timestamp("2022-04-08 10:00")
    rows = pd.DataFrame({"delivery": deliveries, "source_row": range(2, count + 2), "partner": "AT-1"}, index=range(count))
    rows["started"] = "2022-04-08 10:00:00"
    rows["submitted"] = [str(begin + pd.Timedelta(minutes=m)) for m in minutes] or rows["started"]
    return rows, [list(text) for text in answers] or [["1"] * 40] * count


@pytest.fixture
def country(tmp_path):
    """`country(minutes, answers)`: as `by_hand`, as a country on its way."""

    def country(minutes=(), answers=(), deliveries="AT-1", survey=LONG, **settings):
        sheets = tmp_path / "long"
        sheets.mkdir(exist_ok=True)
        for sheet, text in (("survey", survey), ("choices", CHOICES), ("settings", "form_title\nLong\n")):
            (sheets / f"{sheet}.csv").write_text(text, encoding="utf-8")
        rows, values = by_hand(minutes, answers, deliveries)
        form = load_questionnaire(sheets)
        frame = pd.DataFrame(values, columns=form.all_columns, dtype="str").replace("-", pd.NA)
        reasons = frame.notna().replace({True: "", False: "no_answer"})
        settings = CountrySettings(country="AT", questionnaire="long", deliveries=[{"partner": "AT-1", "file": "raw/x.csv"}], **settings)
        none = pd.DataFrame(columns=["position", "rule", "reason"])
        return Country(settings, form, [], rows, frame, reasons, pd.DataFrame(), none, none)

    return country


def those(country, name):
    found = flag(country).flags
    return found[found["flag"].eq(name)][["position", "detail"]].to_numpy().tolist()


def test_who_took_less_than_a_third_of_the_median_is_a_speeder(country):
    assert those(country(minutes=(30, 24, 27, 8, 9, 30)), "speeder") == [[3, ""]]  # median 25.5, a third 8.5


def test_four_durations_are_too_few_to_call_anybody_fast(country):
    assert those(country(minutes=(30, 30, 30, 1)), "speeder") == []


def test_a_record_left_open_overnight_or_without_times_has_no_duration(country):
    found = country(minutes=(30, 30, 30, 30, 30, 3000, 0))
    found.rows.loc[0, "started"] = ""
    assert durations(found).isna().tolist() == [True, False, False, False, False, True, True]


def test_times_are_read_however_the_tool_writes_them(country):
    found = country(minutes=(30, 30, 30))
    found.rows["started"] = ["08/04/2022 10:00", "2022-04-08T10:00:00+02:00", "4/8/22 10:00:00"]
    found.rows["submitted"] = ["08/04/2022 10:12", "2022-04-08T10:20:30+02:00", "4/8/22 11:00:00"]
    assert durations(found).tolist() == [12.0, 20.5, 60.0]


VARIED = "1231231231231231231231231231231231231231"
OTHER = "3212311323121332113213321123321123123321"


def test_two_records_of_one_delivery_that_differ_in_two_answers_of_forty_are_near_duplicates(country):
    assert those(country(answers=(VARIED, OTHER, VARIED)), "near_duplicate") == []  # three different answers only
    rich = VARIED.replace("3", "4", 5)
    assert those(country(answers=(rich, OTHER, "2" + rich[1:39] + "3")), "near_duplicate") == [[0, "as row 4"], [2, "as row 2"]]


def test_three_differences_of_forty_are_not_near_enough_nor_are_records_of_two_deliveries(country):
    rich = VARIED.replace("3", "4", 5)
    assert those(country(answers=(rich, "2" + rich[1:38] + "13")), "near_duplicate") == []
    assert those(country(answers=(rich, rich), deliveries=["AT-1", "AT-2"]), "near_duplicate") == []


def test_few_answers_alike_mean_nothing(country):
    rich = (VARIED.replace("3", "4", 5))[:19] + "-" * 21
    assert those(country(answers=(rich, rich)), "near_duplicate") == []


def battery(name, rows):
    return (
        f"begin_group,{name},{name},,,,\n"
        + "".join(f"select_one rating,{name}{n},Item,,,skill,\n" for n in range(rows))
        + "end_group,,,,,,\n"
    )


TWO_BATTERIES = "type,name,label,relevant,constraint,role,unit\n" + battery("long", 9) + battery("more", 9) + battery("short", 7)


@pytest.mark.parametrize(
    ("long", "more", "short", "straight"),
    [
        ("121212121", "222222223", "1231231", []),
        ("222222222", "222222223", "1231231", ["long"]),  # by chance one in 3 ^ 8 = 6561
        ("222222222", "333333333", "1231231", ["long", "more"]),
        ("22222222-", "121212121", "1231231", ["long"]),  # 8 rows answered: one in 2187
        ("2222222--", "121212121", "3333333", []),  # 7 rows: one in 729
        ("---------", "---------", "-------", []),
    ],
)
def test_equal_answers_in_a_battery_are_straightlining_where_chance_makes_them_rare(country, long, more, short, straight):
    found = country(answers=(long + more + short, "1" * 9 + "123123123" + "1231231"), survey=TWO_BATTERIES)
    assert those(found, "straightlining") == sorted([[0, name] for name in straight] + [[1, "long"]], key=lambda row: row[1])


@pytest.mark.parametrize(
    ("submitted", "outside"),
    [
        ("2022-03-01 00:00:00", False),
        ("2022-05-31T23:59:59+02:00", False),
        ("2022-02-28 23:59:59", True),
        ("June 1, 2022", False),  # not read as a day: nobody is called late for that
        ("01.06.2022 08:00", True),
        ("06/05/2022", False),  # 6 May, or 5 June
        ("06/07/2022", True),  # 6 July, or 7 June
        ("", False),
    ],
)
def test_who_submitted_outside_the_fieldwork_is_out_of_frame(country, submitted, outside):
    found = country(minutes=(30,), fieldwork={"first": "2022-03-01", "last": "2022-05-31"})
    mapping = pd.DataFrame(columns=["column", "question", "raw", "rule"], dtype="str")
    answers = types.SimpleNamespace(mapping=mapping)
    of = {"delivery": found.settings.deliveries[0], "answers": answers, "recognised": types.SimpleNamespace(matches=()), "differing": {}}
    found.deliveries = [types.SimpleNamespace(name="AT-1", **of)]
    found.rows.loc[0, "submitted"] = submitted
    assert those(found, "out_of_frame") == ([[0, "submitted"]] if outside else [])
    found.settings = found.settings.model_copy(update={"fieldwork": None})
    assert those(found, "out_of_frame") == []


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_near_duplicates_are_those_that_a_comparison_of_all_pairs_finds(data):
    rows = data.draw(st.lists(st.lists(st.sampled_from([-1, 0, 1, 2, 3]), min_size=40, max_size=40), min_size=1, max_size=3))
    copies = []
    for row in rows:
        for _ in range(data.draw(st.integers(1, 3))):
            changed = list(row)
            for place in data.draw(st.lists(st.integers(0, 39), max_size=4)):
                changed[place] = data.draw(st.sampled_from([-1, 0, 1, 2, 3]))
            copies.append(changed)
    found = pairs_alike(pd.DataFrame(copies), pd.Series("AT-1", index=range(len(copies))))
    truth = set()
    for one, two in itertools.combinations(range(len(copies)), 2):
        same = [a for a, b in zip(copies[one], copies[two], strict=True) if a == b >= 0]
        both = sum(a >= 0 and b >= 0 for a, b in zip(copies[one], copies[two], strict=True))
        either = sum(a >= 0 or b >= 0 for a, b in zip(copies[one], copies[two], strict=True))
        if both >= 20 and len(same) >= 0.95 * either and len(set(same)) >= 4:
            truth.add((one, two))
    assert found == truth
