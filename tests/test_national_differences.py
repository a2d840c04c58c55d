"""What a country declares in its params: ranges, dates, national categories, other scales brought onto the common one."""

from __future__ import annotations

import pandas as pd
import pytest

from bwise.checks import flag
from bwise.cleaning import gather
from bwise.identities import check_identities
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.settings import CountrySettings

SURVEY = """type,name,label,role
select_one level,level,Highest level of education,
integer,staff,Number of staff,
date,started,First day of the enterprise,
select_one five,turnover,How often do staff leave,
text,why,Why,comment
"""
CHOICES = "list_name,name,label\nlevel,low,Lower secondary or less\nlevel,high,Upper secondary or more\n"
CHOICES += "".join(f"five,{n},{n} of five\n" for n in range(1, 6)) + "".join(f"ten,{n},{n} of ten\n" for n in range(1, 11))


@pytest.fixture
def small(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    for name, text in (("survey", SURVEY), ("choices", CHOICES), ("settings", "form_title\nSmall\n")):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return load_questionnaire(folder)


@pytest.fixture
def answers(send, small):
    """`answers({question: cells}, **params)`: the delivery of a plain table with these columns."""

    def answers(columns, **params):
        columns = {"level": ["low"] * len(next(iter(columns.values()))), "why": ["x"] * len(next(iter(columns.values())))} | columns
        rows = [list(columns), *map(list, zip(*columns.values(), strict=True))]
        return send(rows, questionnaire=small, **params)

    return answers


def refusal(answers, columns, **params):
    with pytest.raises(ProblemsFound) as refused:
        answers(columns, **params)
    return str(refused.value)


def test_a_range_without_a_rule_is_unreadable_and_says_that_it_is_a_range(answers):
    read = answers({"staff": ["10-15", "7"]}).answers
    assert read.values["staff"].isna().tolist() == [True, False]
    assert read.mapping.set_index("raw").loc["10-15", ["rule", "reason"]].tolist() == [
        "a range or open class without a rule",
        "unreadable",
    ]


def test_a_declared_rule_turns_ranges_into_numbers_keeps_the_text_and_flags_the_respondent(answers, small):
    read = answers({"staff": ["10-15", "7", "5+"]}, ranges={"staff": "lower"})
    assert read.answers.values["staff"].tolist() == [10, 7, 5]
    assert set(read.answers.mapping.query("question == 'staff'")["raw"]) == {"10-15", "7", "5+"}
    settings = CountrySettings(country="AT", questionnaire="small", deliveries=[read.delivery], exclude=[])
    flags = flag(gather(settings, small, [read])).flags
    assert flags.query("flag == 'approximate'")[["position", "detail"]].to_numpy().tolist() == [[0, "staff"], [2, "staff"]]


def test_dates_of_a_column_are_read_in_the_order_that_the_column_shows(answers):
    assert answers({"started": ["5/10/2022", "16/10/2022"]}).answers.values["started"].tolist() == ["2022-10-05", "2022-10-16"]


def test_dates_that_leave_the_order_open_wait_for_a_line_in_params(answers):
    cells = {"started": ["5/10/2022", "7/8/2022"]}
    assert answers(cells).answers.reasons["started"].tolist() == ["unreadable"] * 2
    assert answers(cells, dates="month first").answers.values["started"].tolist() == ["2022-05-10", "2022-07-08"]


def test_national_categories_become_common_codes_and_stay_beside_them(answers, small):
    national = {"level": {"Hauptschule": "low", "HBO": "high"}}
    read = answers({"level": ["Hauptschule", "hbo ", "low", ""]}, national=national)
    assert read.answers.values["level"].fillna("").tolist() == ["low", "high", "low", ""]
    assert read.answers.national["level"].fillna("").tolist() == ["Hauptschule", "HBO", "", ""]
    settings = CountrySettings(country="AT", questionnaire="small", deliveries=[read.delivery], exclude=[])
    country = gather(settings, small, [read])
    assert country.national["level"].fillna("").tolist() == ["Hauptschule", "HBO", "", ""]
    proof = check_identities(country).set_index("identity")
    assert proof["left"].tolist() == proof["right"].tolist()


@pytest.mark.parametrize(
    ("point", "own"), [(1, "1"), (2, "1"), (3, "2"), (4, "2"), (5, "3"), (6, "3"), (7, "4"), (8, "4"), (9, "5"), (10, "5")]
)
def test_a_linear_rescaling_puts_ten_points_on_five(answers, point, own):
    """1 + (i - 1) * 4 / 9: 1, 1.44, 1.89, 2.33, 2.78, 3.22, 3.67, 4.11, 4.56, 5, each to the nearest point."""
    read = answers({"turnover": [f"{point} of ten"]}, scales={"turnover": "ten"}, rescale={"turnover": "linear"}).answers
    assert read.values["turnover"].tolist() == [own]
    assert read.mapping.set_index("question").loc["turnover", "rule"] == "label, rescaled"


def test_a_rescaling_may_name_the_point_for_each_point(answers):
    to = {str(n): "1" if n < 6 else "5" for n in range(1, 11)}
    read = answers({"turnover": ["5 of ten", "6 of ten"]}, scales={"turnover": "ten"}, rescale={"turnover": to}).answers
    assert read.values["turnover"].tolist() == ["1", "5"]


def test_without_a_rescaling_the_other_scale_keeps_its_own_points(answers):
    read = answers({"turnover": ["9 of ten"]}, scales={"turnover": "ten"}).answers
    assert read.values["turnover"].tolist() == ["9"]


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"ranges": {"level": "lower"}}, "`ranges: level` is not a number"),
        ({"ranges": {"staff": "lower"}}, "`ranges: staff` matches no answer"),
        ({"national": {"staff": {"a": "low"}}}, "`national: staff` is not a question with one answer"),
        ({"national": {"level": {"Hauptschule": "lower"}}}, "names the answer `lower`"),
        ({"national": {"level": {"Hauptschule": "low"}}}, "`national: level: Hauptschule` matches no answer"),
        ({"rescale": {"turnover": "linear"}}, "needs a line `scales:`"),
        ({"scales": {"turnover": "ten"}, "rescale": {"turnover": {"1": "1"}}}, "the point 2 is not there"),
        ({"scales": {"turnover": "ten"}, "rescale": {"turnover": {"11": "1"}}}, "11 is no point of `ten`"),
        ({"scales": {"turnover": "ten"}, "rescale": {"turnover": {"1": "6"}}}, "6 is no point of the questionnaire's scale"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(answers, params, says):
    assert says in refusal(answers, {"staff": ["7"], "turnover": ["1 of five"]}, **params)


def test_the_pool_calls_a_rescaled_question_recoded_and_pools_it(pool_of):
    survey = "type,name,label,role\nselect_one point,r1,Reading,\n"
    choices = "list_name,name,label\npoint,1,No\npoint,2,Yes\n"
    pool = pool_of(survey, choices, {"AT": [{"r1": "1"}], "FR": [{"r1": "2"}]})
    pool.manifests["FR"]["comparability"] = {"recoded": ["r1"]}
    assert [pool.status("r1", c) for c in ("AT", "FR")] == ["identical", "recoded"]
    assert pool.comparable("r1") == ["AT", "FR"]


def test_national_categories_reach_the_saved_answers(answers, small, tmp_path):
    from bwise.lineage import _stored

    read = answers({"level": ["HBO"]}, national={"level": {"HBO": "high"}})
    settings = CountrySettings(country="AT", questionnaire="small", deliveries=[read.delivery], exclude=[])
    stored = _stored(gather(settings, small, [read]))
    assert stored["level@national"].tolist() == ["HBO"]
    assert isinstance(stored["level@national"].dtype, pd.CategoricalDtype)
