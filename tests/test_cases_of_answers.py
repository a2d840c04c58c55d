"""Small exports that show kinds of fault in answers, from reading to the proof: right, or open with the reason named."""

from __future__ import annotations

import csv
import io

import pytest

from bwise.cleaning import apply_skip_logic, exclude, gather, open_answers
from bwise.identities import check_identities
from bwise.lineage import mapping_table
from bwise.matching import read_deliveries
from bwise.open_texts import by_text
from bwise.privacy import project_key, protect
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.settings import Project, load_country

SURVEY = """type,name,label,relevant,role,unit
text,wise_code,Code of the enterprise,,wise,
select_multiple s,sessions,Which sessions interest you?,,,
text,sessions_other,Other sessions,"selected(${sessions}, 'other')",other,
select_multiple b,barriers,What keeps you from it?,,,
select_one point,p1,First point,,,
select_one point,p2,Second point,,,
select_one yn,student,Are you a student?,,,
integer,staff,Persons employed,,,persons
text,remark,Remark,,,
"""
CHOICES = """list_name,name,label
yn,yes,Yes
yn,no,No
s,git,Version control
s,docs,Documentation
s,tests,"Testing, automated"
s,other,Other
b,cost,Costs
b,time,Time
b,skills,Skills
point,1,Bad
point,2,Fair
point,3,Good
point,4,Very good
point,5,Excellent
"""
HEAD = ["wise_code", "sessions", "barriers/cost", "barriers/time", "p1", "p2", "student", "staff", "remark"]
GOOD = ["W1", "Documentation", "1", "0", "3", "4", "Yes", "12", "a remark"]


@pytest.fixture
def project(tmp_path):
    """`project(rows, params="")`: a project of one delivery; a row is a dict of what differs from a good one."""

    def project(rows, params="", head=HEAD):
        folder = tmp_path / "params/questionnaires/q"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in (("survey", SURVEY), ("choices", CHOICES), ("settings", "form_title\nCases\n")):
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        delivery = "\n".join(f"    {line}" for line in params.splitlines())
        settings = f"country: AT\nquestionnaire: q\nexclude: []\ndeliveries:\n  - partner: AT-1\n    file: raw/AT/a.csv\n{delivery}\n"
        (tmp_path / "params/AT.yaml").write_text(settings, encoding="utf-8")
        (tmp_path / "raw/AT").mkdir(parents=True, exist_ok=True)
        out = io.StringIO()
        whole = [dict(zip(HEAD, GOOD, strict=True)) | row for row in rows]
        csv.writer(out).writerows([head, *([row[name] for name in head] for row in whole)])
        (tmp_path / "raw/AT/a.csv").write_text(out.getvalue(), encoding="utf-8")
        return Project(tmp_path)

    return project


@pytest.fixture
def clean(project):
    """The country as it is after reading and skip logic, proved."""

    def clean(rows, params="", head=HEAD):
        made = project(rows, params, head)
        settings = load_country(made, "AT")
        questionnaire = load_questionnaire(made.params / "questionnaires/q")
        country = gather(settings, questionnaire, read_deliveries(made, settings, questionnaire))
        country = apply_skip_logic(country)
        country = exclude(country)
        country = protect(country, project_key(made.root))
        proof = check_identities(country)
        assert (proof["left"] == proof["right"]).all()
        return country

    return clean


def ticks(country, question):
    """The choices ticked in each row, or None where there is no answer."""
    part = country.values[country.questionnaire.columns(question)]
    return [None if row.isna().all() else [c.partition("/")[2] for c, v in row.items() if v is True] for _, row in part.iterrows()]


def refused(project, rows, params):
    made = project(rows, params)
    with pytest.raises(ProblemsFound) as found:
        read_deliveries(made, load_country(made, "AT"), load_questionnaire(made.params / "questionnaires/q"))
    return str(found.value)


# ------------------------------------------------------------------ a joined answer with a part nobody knows

JOINED = [
    {"sessions": "Documentation; Archaeology with Git"},
    {"sessions": "Version control; Documentation; Archaeology with Git"},
    {"sessions": "Archaeology with Git"},
    {"sessions": "Testing, automated; Documentation"},
]


def test_an_unknown_part_is_named_once_and_its_neighbours_wait_with_it(clean):
    country = clean(JOINED)
    (line,) = by_text(open_answers(country)).to_dict("records")
    assert (line["question"], line["text"], line["count"]) == ("sessions", "Archaeology with Git", 3)
    assert country.reasons["sessions/docs"].tolist() == ["unreadable"] * 3 + [""]
    assert "Archaeology with Git" in set(mapping_table(country)["open"])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('sessions: {"Archaeology with Git": no_answer}', [["docs"], ["git", "docs"], None, ["docs", "tests"]]),
        ('sessions: {"archaeology with  git.": git}', [["git", "docs"], ["git", "docs"], ["git"], ["docs", "tests"]]),
        ('s: {"Archaeology with Git": no_answer}', [["docs"], ["git", "docs"], None, ["docs", "tests"]]),
    ],
)
def test_one_line_settles_the_part_alone(clean, line, expected):
    country = clean(JOINED, f"answers:\n  {line}")
    assert ticks(country, "sessions") == expected
    assert open_answers(country).empty


def test_a_part_with_a_comma_is_one_part_where_semicolons_join(clean):
    rows = [{"sessions": "Documentation; Stata, but old"}, {"sessions": "Stata, but old; Testing, automated"}]
    assert by_text(open_answers(clean(rows)))["text"].tolist() == ["Stata, but old"]
    assert ticks(clean(rows, 'answers:\n  sessions: {"Stata, but old": no_answer}'), "sessions") == [["docs"], ["tests"]]


@pytest.mark.parametrize("line", ['sessions: {"Archaeology": no_answer}', 's: {"Git": no_answer}', 'point: {"Awful": 1}', 'p1: {"33": 3}'])
def test_a_line_that_would_do_nothing_is_refused(project, line):
    assert "matches no answer" in refused(project, JOINED, f"answers:\n  {line}")


def test_a_line_for_an_answer_list_holds_for_all_its_questions_and_their_own_lines_win(clean):
    rows = [{"p1": "0", "p2": "4"}, {"p1": "4", "p2": "0"}]
    shifted = "".join(f"    {n}: {n + 1}\n" for n in range(5) if n in (0, 4))
    country = clean(rows, f"answers:\n  point:\n{shifted}  p2:\n    0: no_answer\n    4: 4\n")
    assert country.values["p1"].tolist() == ["1", "5"]
    assert country.values["p2"].astype(object).where(country.values["p2"].notna(), None).tolist() == ["4", None]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('points: {"0": 1}', "did you mean `point`"),
        ('point: {"0": "6"}', "names the answer `6`"),
        ('yn: {"Y": yess}', "did you mean `yes`"),
    ],
)
def test_a_list_or_a_code_nobody_knows_is_refused(project, line, says):
    assert says in refused(project, [{}], f"answers:\n  {line}")


# ------------------------------------------------------------------ options without a column


def test_an_option_without_a_column_is_asked_about_until_params_say_what_it_is(clean):
    rows = [{}, {"barriers/cost": "0"}, {"barriers/cost": "", "barriers/time": ""}]
    country = clean(rows)
    assert country.deliveries[0].open_options == {"barriers": ("skills",)}
    assert set(country.reasons["barriers/skills"]) == {"not_asked"}
    offered = clean(rows, "options:\n  barriers: all_offered")
    assert offered.deliveries[0].open_options == {}
    assert offered.reasons["barriers/skills"].tolist() == offered.reasons["barriers/cost"].tolist() == ["", "no_answer", "no_answer"]
    assert offered.values["barriers/skills"].tolist()[0] is False
    left_out = clean(rows, "options:\n  barriers: not_offered")
    assert left_out.deliveries[0].open_options == {} and set(left_out.reasons["barriers/skills"]) == {"not_asked"}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("sessions: all_offered", "no option of this question is without a column"),
        ("p1: all_offered", "not a question with several answers"),
        ("barrier: all_offered", "did you mean `barriers`"),
    ],
)
def test_a_line_on_options_that_would_do_nothing_is_refused(project, line, says):
    assert says in refused(project, [{}], f"options:\n  {line}")


# ------------------------------------------------------------------ codes of enterprises


@pytest.mark.parametrize("codes", [["3,52E+11", "3,52E+11"], ["3.5201E+11", "A-7"], ["352011223344", "3,5e+11"], ["1E+5", "2E+5"]])
def test_codes_in_scientific_notation_are_refused(project, codes):
    told = refused(project, [{"wise_code": code} for code in codes], "")
    assert "the codes are lost" in told and "column 1" in told and "ask the partner" in told


def test_without_the_lost_codes_the_answers_can_be_read(clean):
    country = clean([{"wise_code": "3,52E+11"}], "columns:\n  wise_code: ignore")
    assert country.values["p1"].tolist() == ["3"]


def test_a_text_that_only_looks_like_a_power_is_a_text(clean):
    assert clean([{"wise_code": "E-12", "remark": "2E+5 is a flat"}]).values["remark"].tolist() == ["2E+5 is a flat"]


def test_codes_that_a_program_wrote_as_decimals_are_those_that_were_sent(clean):
    rows = [{"wise_code": "1001.0"}, {"wise_code": "1002.0"}, {"wise_code": ""}]
    assert clean(rows).deliveries[0].answers.values["wise_code"].tolist()[:2] == ["1001", "1002"]
    assert clean([*rows, {"wise_code": "1.5"}]).deliveries[0].answers.values["wise_code"].tolist()[0] == "1001.0"


# ------------------------------------------------------------------ nothing typed, and the proof of the rest


def test_a_dash_in_other_ticks_nothing(clean):
    head = [*HEAD, "sessions_other"]
    rows = [{"sessions": "", "sessions_other": sign} for sign in ("-", "n/a", "…", "a session on R")]
    country = clean(rows, head=head)
    assert country.values["sessions_other"].notna().tolist() == [False, False, False, True]


@pytest.mark.parametrize("word", ["keine", "none", "Nein", "aucune", "нищо", "nu", "τίποτα"])
def test_none_in_other_is_no_other_answer_and_elsewhere_a_text(clean, word):
    country = clean([{"sessions": "", "sessions_other": word, "remark": word}, {"sessions_other": ""}], head=[*HEAD, "sessions_other"])
    assert country.values["sessions_other"].notna().tolist() == [False, False]
    assert ticks(country, "sessions") == [None, ["docs"]]
    assert country.values["remark"].tolist() == [word, "a remark"]


def test_a_scale_made_longer_for_one_question_is_asked_for_all_of_its_list(clean):
    longer = clean([{"p1": "7", "p2": "2"}, {"p1": "9", "p2": "3"}, {"p1": "5", "p2": "5"}])
    assert longer.values[["p1", "p2"]].isna().all(axis=None)
    slip = clean([{"p1": "7", "p2": "2"}, {"p1": "1", "p2": "3"}])
    assert slip.values["p1"].isna().all() and slip.values["p2"].tolist() == ["2", "3"]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#WERT!", "#DIV/0!", "#NAME?"])
def test_a_failed_formula_is_no_answer_of_any_kind_and_is_named(clean, error):
    country = clean([{"remark": error, "staff": error, "p1": error}, {}])
    assert [country.reasons[q].tolist() for q in ("remark", "staff", "p1")] == [["unreadable", ""]] * 3
    assert by_text(open_answers(country))["text"].tolist() == [error] * 3


def test_every_reading_of_this_file_is_proved(clean):
    rows = [
        {"p1": "3.0", "student": "Y", "staff": "12"},
        {"p1": "0", "student": "N", "staff": "1.2"},
        {"p2": "Excellent", "student": "WAHR", "staff": "45%"},
        {"p2": "4,0", "student": "nein", "remark": "k. A."},
    ]
    country = clean(rows)
    assert country.values["student"].tolist() == ["yes", "no", "yes", "no"]
    assert country.values["p1"].isna().all() and country.values["staff"].isna().all()
    assert country.values["p2"].dropna().tolist() == ["5"]  # numbers among labels wait, the label does not
