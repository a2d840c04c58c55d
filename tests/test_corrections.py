"""Corrections of single answers and records: made as stated, recorded, or refused all together."""

import csv
import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bwise.checks import flag
from bwise.cleaning import Country, apply_skip_logic, exclude, gather
from bwise.corrections import COLUMNS, correct, load_corrections
from bwise.identities import check_identities
from bwise.lineage import save
from bwise.matching import read_deliveries
from bwise.pooling import load_pool
from bwise.privacy import project_key, protect
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.settings import Project, load_country
from bwise.storage import read_csv, write_text
from bwise.summaries import balance, corrections
from bwise.verification import prove_saved
from tests.conftest import made
from tests.test_cleaning import ENABLER, NOBODY, WORKER, export, people, small_project

SIGNED = {"reason": "a slip of the pen", "by": "AB", "date": "2022-05-31"}


def line(kind: str, respondent: str, question: str = "", expected: str = "", new: str = "", **more: str) -> dict:
    return (
        dict.fromkeys(COLUMNS, "")
        | {"kind": kind, "respondent": respondent, "question": question, "expected": expected, "new": new}
        | SIGNED
        | more
    )


def state(
    project: Project, *lines: dict, page: str = "utf-8-sig", sign: str = ",", name: str = "AT.corrections.csv", columns=COLUMNS
) -> None:
    """Write a file of corrections as Excel would."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, delimiter=sign)
    writer.writeheader()
    writer.writerows(lines)
    (project.params / name).write_bytes(out.getvalue().encode(page))


def received(project: Project) -> Country:
    chosen = load_country(project, "AT")
    questionnaire = load_questionnaire(project.params / "questionnaires/small")
    return gather(chosen, questionnaire, read_deliveries(project, chosen, questionnaire))


def corrected(project: Project, *lines: dict, **how) -> Country:
    state(project, *lines, **how)
    country = received(project)
    return correct(country, load_corrections(project, country.settings, country.questionnaire))


def finished(project: Project, country: Country) -> dict:
    """The rest of a country run; its manifest."""
    country = protect(flag(exclude(apply_skip_logic(country))), project_key(project.root))
    check_identities(country)
    manifest = save(country, project)
    prove_saved(country, project)
    return manifest


def refused(project: Project, *lines: dict, **how) -> str:
    """What a run says that cannot make these corrections; nothing may have changed."""
    state(project, *lines, **how)
    country = received(project)
    before = received(project)
    with pytest.raises(ProblemsFound) as found:
        country = correct(country, load_corrections(project, country.settings, country.questionnaire))
    pd.testing.assert_frame_equal(country.values, before.values)
    pd.testing.assert_frame_equal(country.reasons, before.reasons)
    assert len(country.changes) == len(country.exclusions) == 0
    assert "othing was corrected, nothing saved" in str(found.value)
    return str(found.value)


# ------------------------------------------------------------------ single answers


@pytest.mark.parametrize(
    ("question", "expected", "new", "stored"),
    [
        ("s1", "1", "3", "3"),
        ("group", "wsn", "enabler", "enabler"),
        ("staff", "10", "12", 12.0),
        ("staff", "10.0", "1 200", 1200.0),
        ("income_a", "60", "59,5", 59.5),
        ("comments", "what I said", "what I meant", "what I meant"),
        ("partner_code", "AT-1", "AT-2", "AT-2"),
        ("wise_code", "W1", "W7", "W7"),
    ],
)
def test_an_answer_is_set_where_it_is_the_one_expected(tmp_path, question, expected, new, stored):
    project = small_project(tmp_path, *people({"comments": "what I said"}, {}))
    country = corrected(project, line("set", "row 2", question, expected, new))
    assert (country.values.loc[0, question], country.reasons.loc[0, question]) == (stored, "")
    assert country.changes[["position", "question", "rule", "reason"]].to_numpy().tolist() == [
        [0, question, "correction 2", "a slip of the pen"]
    ]
    untouched = received(project)
    pd.testing.assert_series_equal(country.values.loc[1], untouched.values.loc[1])
    pd.testing.assert_frame_equal(country.values.drop(columns=question), untouched.values.drop(columns=question))


def test_several_answers_are_set_by_their_codes(tmp_path):
    project = small_project(tmp_path, *people({}, {"barriers": "none"}, {"barriers": ""}))
    country = corrected(project, line("set", "row 2", "barriers", "time; cost", "cost"), line("set", "row 4", "barriers", "", "none"))
    ticked = country.values[["barriers/cost", "barriers/time", "barriers/none"]].to_numpy().tolist()
    assert ticked == [[True, False, False], [False, False, True], [False, False, True]]
    assert country.changes[["question", "old", "new"]].to_numpy().tolist()[0] == ["barriers/time", "True", "False"]
    assert country.reasons.loc[2, "barriers/cost"] == ""


def test_a_code_that_stands_for_no_answer_becomes_its_reason(tmp_path):
    country = corrected(
        small_project(tmp_path, *people({}, {})),
        line("set", "row 2", "s1", "1", "dont_know"),
        line("set", "row 2", "barriers", "cost;time", "refused"),
    )
    assert pd.isna(country.values.loc[0, "s1"]) and country.reasons.loc[0, "s1"] == "dont_know"
    assert country.values.loc[0, ["barriers/cost", "barriers/refused"]].isna().all()
    assert set(country.reasons.loc[0, ["barriers/cost", "barriers/refused"]]) == {"refused"}


@pytest.mark.parametrize(("new", "reason"), [("", "no_answer"), ("refused", "refused"), ("unreadable", "unreadable")])
@pytest.mark.parametrize(("question", "expected"), [("staff", "10"), ("s1", "1"), ("barriers", "cost;time")])
def test_an_answer_is_taken_away_for_the_reason_stated(tmp_path, question, expected, new, reason):
    project = small_project(tmp_path, *people({}, {}))
    country = corrected(project, line("blank", "row 2", question, expected, new))
    columns = country.questionnaire.columns(question)
    assert country.values.loc[0, columns].isna().all() and set(country.reasons.loc[0, columns]) == {reason}
    assert finished(project, country)["corrections"] == {"blank": 1}


@pytest.mark.parametrize("expected", ["", "unreadable"])
def test_an_answer_that_could_not_be_read_can_be_set(tmp_path, expected):
    country = corrected(small_project(tmp_path, *people({"staff": "a dozen"}, {})), line("set", "row 2", "staff", expected, "12"))
    assert (country.values.loc[0, "staff"], country.reasons.loc[0, "staff"]) == (12.0, "")
    assert country.changes[["old", "new"]].to_numpy().tolist() == [["unreadable", "12"]]


def test_skip_logic_hangs_on_the_corrected_answer(tmp_path):
    country = corrected(
        small_project(tmp_path, ENABLER, WORKER), line("set", "row 2", "group", "enabler", "wsn"), line("blank", "row 3", "group", "wsn")
    )
    country = apply_skip_logic(country)
    assert country.reasons["s1"].tolist() == ["no_answer", ""]


def test_one_delivery_of_two_is_corrected(tmp_path):
    project = small_project(tmp_path, *people({}, {}), params="  - partner: AT-2\n    file: raw/AT/more.csv\n")
    export(tmp_path / "raw/AT/more.csv", *people({}, {}))
    country = corrected(project, line("set", "row 2", "staff", "10", "11", delivery="AT-2"))
    assert country.values["staff"].tolist() == [10, 10, 11, 10]
    assert "the delivery is missing" in refused(project, line("set", "row 2", "staff", "10", "11"))


def test_the_tool_s_own_id_names_a_record(tmp_path):
    project = small_project(tmp_path, *people({}, {}, {}))
    country = received(project)
    country.rows["respondent_id"] = pd.Series(["x1", "x2", "x2"], dtype="str")

    def made(respondent):
        state(project, line("set", respondent, "staff", "10", "11"))
        return correct(country, load_corrections(project, country.settings, country.questionnaire)).values["staff"].tolist()

    assert made("x1") == [11, 10, 10]
    with pytest.raises(ProblemsFound, match=r"2 records have this id\n.*\n.*write one of: row 3, row 4"):
        made("x2")
    with pytest.raises(ProblemsFound, match="did you mean the record in row 2"):
        made("x 1")
    assert made("row 3") == [10, 11, 10], "what was corrected before stays as it was"


def test_a_national_category_goes_with_the_answer_it_stood_for(tmp_path):
    project = small_project(tmp_path, *people({"s1": "poor"}, {"s1": "poor"}), params='    national:\n      s1: {"poor": "1"}\n')
    country = corrected(project, line("set", "row 2", "s1", "1", "2"))
    assert country.national["s1"].isna().tolist() == [True, False]


# ------------------------------------------------------------------ whole records


def test_a_record_is_excluded_and_its_reason_kept(tmp_path):
    project = small_project(tmp_path, *people({}, {"staff": "20"}))
    country = corrected(project, line("exclude", "row 2", reason="the partner's own trial"))
    assert country.exclusions.to_numpy().tolist() == [[0, "correction", "the partner's own trial"]]
    assert finished(project, country)["rows"] == {"received": 2, "excluded": {"correction": 1}, "kept": 1}


def test_the_balance_counts_records_excluded_by_correction(tmp_path):
    country = corrected(small_project(tmp_path, *people({}, {"comments": "test"}, {"staff": "20"})), line("exclude", "row 2"))
    country = exclude(country)
    assert balance(country).frame.loc["all"].to_dict() == {
        "received": 3,
        "excluded: correction": 1,
        "excluded: test": 1,
        "excluded: duplicate": 0,
        "excluded: too few answers": 0,
        "excluded: heading row": 0,
        "excluded: summary row": 0,
        "kept": 1,
    }


def test_a_record_excluded_by_correction_takes_no_later_one_with_it(tmp_path):
    same = [WORKER | {"s4": "2", "staff": "77", "comments": "so it is"}] * 2
    project = small_project(tmp_path, *same)
    assert finished(project, corrected(project))["rows"]["excluded"] == {"duplicate": 1}
    assert finished(project, corrected(project, line("exclude", "row 2")))["rows"] == {
        "received": 2,
        "excluded": {"correction": 1},
        "kept": 1,
    }


def test_merging_fills_what_the_first_record_leaves_open_and_excludes_the_second(tmp_path):
    first = {"staff": "", "barriers": "", "s1": "", "comments": "", "s2": "dont_know", "s3": "3"}
    second = NOBODY | {"wise_code": "W1", "staff": "12", "barriers": "time", "s1": "2", "comments": "more", "s3": "3"}
    project = small_project(tmp_path, *people(first, {}), second)
    country = corrected(project, line("merge", "row 2", new="row 4"))
    kept = country.values.loc[0]
    assert kept[["staff", "s1", "comments", "barriers/time", "barriers/cost", "group"]].tolist() == [12.0, "2", "more", True, False, "wsn"]
    assert country.reasons.loc[0, "s2"] == "dont_know"
    assert country.exclusions[["position", "rule"]].to_numpy().tolist() == [[2, "correction"]]
    assert {"staff", "s1", "comments", "barriers/time"} <= set(country.changes["question"])
    assert finished(project, country)["rows"] == {"received": 3, "excluded": {"correction": 1}, "kept": 2}


def test_the_later_record_may_be_the_one_that_stays(tmp_path):
    project = small_project(tmp_path, *[WORKER | {"s4": "2", "staff": "77", "comments": "so it is"}] * 2)
    country = corrected(project, line("merge", "row 3", new="row 2"))
    assert finished(project, country)["rows"]["excluded"] == {"correction": 1}
    assert country.kept.tolist() == [False, True]


def test_records_that_answer_differently_are_merged_only_when_a_correction_decides(tmp_path):
    project = small_project(tmp_path, WORKER, WORKER | {"staff": "20", "s1": "dont_know", "comments": "a secret"})
    merge = line("merge", "row 2", new="row 3")
    message = refused(project, merge)
    assert "answer differently: s1, staff" in message and "line 2" in message and "secret" not in message
    message = refused(project, merge, line("set", "row 2", "staff", "10", "15"))
    assert "answer differently: s1\n" in message
    country = corrected(project, merge, line("set", "row 2", "staff", "10", "15"), line("set", "row 3", "s1", "", "1"))
    assert country.values.loc[0, ["staff", "s1"]].tolist() == [15.0, "1"]


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (line("set", "row 9", "staff", "10", "11"), "no record of this delivery"),
        (line("set", "", "staff", "10", "11"), "the column `respondent` names no record"),
        (line("merge", "row 2"), "the column `new` names no record"),
        (line("set", "row 2", "staf", "10", "11"), "did you mean `staff`?"),
        (line("set", "row 2", "", "10", "11"), "the question is missing"),
        (line("set", "row 2", "s1", "2", "3"), "the answer now is `1`"),
        (line("set", "row 2", "barriers", "cost", "time"), "the answer now is `cost;time`"),
        (line("set", "row 2", "staff", "11", "12"), "the answer now is another one"),
        (line("set", "row 3", "staff", "11", "12"), "there is no answer (no_answer)"),
        (line("set", "row 3", "staff", "unreadable", "12"), "there is no answer (no_answer)"),
        (line("set", "row 2", "s1", "9", "1"), "it is answered like this already"),
        (line("set", "row 2", "s1", "1", "1"), "it is answered like this already"),
        (line("blank", "row 3", "staff"), "it is answered like this already"),
        (line("set", "row 2", "s1", "1", "9"), "`9` is not an answer to this question"),
        (line("set", "row 2", "barriers", "cost;time", "cost;tme"), "did you mean `time`?"),
        (line("set", "row 2", "barriers", "cost;time", "cost;none"), "`none` excludes all other answers"),
        (line("set", "row 2", "staff", "10", "a dozen"), "not a whole number"),
        (line("set", "row 2", "staff", "10", "10.5"), "not a whole number"),
        (line("set", "row 2", "income_a", "60", "nan"), "not a number"),
        (line("set", "row 2", "staff", "10", ""), "`new` is empty"),
        (line("set", "row 3", "comments", "", "refused"), "use `blank`"),
        (line("blank", "row 2", "staff", "10", "no answer"), "did you mean `no_answer`?"),
        (line("blank", "row 2", "staff", "10", "not_asked"), "not a reason for a missing answer"),
        (line("delete", "row 2"), "`delete` is not a kind of correction"),
        (line("", "row 2"), "the kind is missing"),
        (line("exclude", "row 2", delivery="AT1"), "did you mean `AT-1`?"),
        (line("exclude", "row 2", reason=""), "the column `reason` is empty"),
        (line("exclude", "row 2", by=" "), "the column `by` is empty"),
        (line("exclude", "row 2", date=""), "the date is missing"),
        (line("exclude", "row 2", date="5/6/2022"), "not a day beyond doubt"),
        (line("exclude", "row 2", "staff", "10"), "has no use for the column `question`"),
        (line("merge", "row 2", new="row 2"), "cannot be merged with itself"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_correction_that_cannot_be_made_stops_the_run_and_says_what_to_do(tmp_path, wrong, said):
    message = refused(
        small_project(tmp_path, *people({"comments": "a secret"}, {"staff": ""})), line("set", "row 2", "s2", "2", "1"), wrong
    )
    assert said in message and "params/AT.corrections.csv, line 3" in message and "do:" in message
    assert "secret" not in message


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_the_lines(tmp_path):
    message = refused(
        small_project(tmp_path, *people({}, {})),
        line("set", "row 9", "staff", "10", "11"),
        line("set", "row 2", "staf", "10", "11", by=""),
        line("set", "row 2", "s1", "3", "2"),
        line("remove", "row 3"),
    )
    places = [message.index(said) for said in ("no record", "`by` is empty", "`staf`", "the answer now is `1`", "`remove`")]
    assert sorted(places) == sorted(places, key=int) and message.count("where:") == 5
    assert [n for n in (2, 3, 4, 5) if f"line {n}" not in message] == []


def test_an_open_answer_that_is_another_one_is_not_repeated(tmp_path):
    message = refused(small_project(tmp_path, *people({"comments": "my secret"}, {})), line("set", "row 2", "comments", "mine", "yours"))
    assert "the answer now is another one" in message and "secret" not in message and "yours" not in message


def test_one_cell_is_corrected_once_however_the_record_is_named(tmp_path):
    project = small_project(tmp_path, *people({}, {}))
    message = refused(project, line("set", "row 2", "staff", "10", "11"), line("blank", "row 2", "staff", "10"))
    assert "line 2 corrects the same answer" in message and "line 3" in message
    assert "line 2 leaves the same record out" in refused(project, line("exclude", "row 2"), line("exclude", "row 2"))
    assert "leaves out the record that should stay" in refused(project, line("exclude", "row 2"), line("merge", "row 2", new="row 3"))


def test_a_question_that_a_delivery_did_not_ask_is_not_answered_by_correction(tmp_path):
    project = small_project(tmp_path, WORKER)
    rows = "partner_code;wise_code;group;s1;s2;s3;s4;income_a;income_b;barriers;comments\nAT-1;W1;wsn;1;2;3;3;60;40;cost;\n"
    write_text(tmp_path / "raw/AT/answers.csv", rows)
    assert "not asked in this delivery" in refused(project, line("set", "row 2", "staff", "", "12"))


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ([*COLUMNS, "remark"], "`remark` is not a column of corrections"),
        ([*COLUMNS[:-1], "dat"], "did you mean `date`?"),
        ([c for c in COLUMNS if c != "expected"], "the column `expected` is missing"),
    ],
)
def test_other_columns_are_refused(tmp_path, columns, said):
    wrong = dict.fromkeys(columns, "x")
    assert said in refused(small_project(tmp_path, *people({}, {})), wrong, columns=columns)


def test_a_first_line_of_answers_is_not_repeated(tmp_path):
    wrong = line("set", "row 2", "comments", "my secret", "yours")
    message = refused(small_project(tmp_path, *people({}, {})), columns=[wrong[c] or c for c in COLUMNS])
    assert "does not hold the headings" in message and "secret" not in message


@pytest.mark.parametrize("content", [b"", b"\n\n", b"PK\x03\x04 \xff\x81", b"hello", b"\x81\x8d\x00"])
def test_a_file_that_holds_no_corrections_is_refused_in_plain_words(tmp_path, content):
    project = small_project(tmp_path, *people({}, {}))
    (project.params / "AT.corrections.csv").write_bytes(content)
    country = received(project)
    with pytest.raises(ProblemsFound, match=r"params/AT\.corrections\.csv"):
        load_corrections(project, country.settings, country.questionnaire)


@pytest.mark.parametrize(
    "name", ["at.corrections.csv", "AT.correction.csv", "AT_corrections.csv", "AT.corrections.xlsx", "AT.focus_group.corrections.csv"]
)
def test_a_file_that_would_never_be_read_is_named(tmp_path, name):
    project = small_project(tmp_path, *people({}, {}))
    state(project, name=name)
    country = received(project)
    with pytest.raises(ProblemsFound, match="this file is not read"):
        load_corrections(project, country.settings, country.questionnaire)


# ------------------------------------------------------------------ as Excel saves it


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("page", ["utf-8-sig", "utf-8", "cp1252", "utf-16"])
def test_every_way_in_which_excel_saves_a_csv_is_read(tmp_path, page, sign):
    project = small_project(tmp_path, *people({"comments": "größer"}, {}))
    wanted = line("set", "row 2", "comments", "größer", "kleiner, früher; später", by="Jörg", date="31.05.2022")
    country = corrected(project, wanted, dict.fromkeys(COLUMNS, ""), page=page, sign=sign)
    assert country.values.loc[0, "comments"] == "kleiner, früher; später"
    assert country.corrections[["by", "date"]].to_numpy().tolist() == [["Jörg", "2022-05-31"]]


def test_the_code_page_is_the_one_that_excel_uses_in_the_country(tmp_path):
    project = small_project(tmp_path, *people({}, {}), country="PL", file="raw/PL/answers.csv")
    state(project, line("set", "row 2", "staff", "10", "11", reason="błąd"), page="cp1250", sign=";", name="PL.corrections.csv")
    chosen = load_country(project, "PL")
    found = load_corrections(project, chosen, load_questionnaire(project.params / "questionnaires/small"))
    assert found["reason"].tolist() == ["błąd"] and found.index.tolist() == [2]


def test_a_line_is_counted_as_a_spreadsheet_counts(tmp_path):
    project = small_project(tmp_path, *people({}, {}))
    country = corrected(
        project,
        line("set", "row 2", "staff", "10", "11", reason="two\nlines"),
        dict.fromkeys(COLUMNS, ""),
        line("set", "row 3", "staff", "10", "12"),
    )
    assert country.changes["rule"].tolist() == ["correction 2", "correction 4"]


def test_without_a_file_nothing_is_corrected(tmp_path):
    country = received(small_project(tmp_path, *people({}, {})))
    before = country.values.copy()
    country = correct(country, load_corrections(Project(tmp_path), country.settings, country.questionnaire))
    pd.testing.assert_frame_equal(country.values, before)
    assert repr(corrections(country)) == "Nothing was corrected by hand."


# ------------------------------------------------------------------ records that rules would leave out


def test_a_record_that_a_rule_would_leave_out_is_kept_by_hand(tmp_path):
    project = small_project(tmp_path, *people({"comments": "test"}, {"comments": "test"}, {}))
    manifest = finished(project, corrected(project, line("keep", "row 3", expected="test", reason="she tests software")))
    assert manifest["rows"] == {"received": 3, "excluded": {"test": 1}, "kept": 2}
    assert manifest["corrections"] == {"keep": 1}


def test_what_is_kept_by_hand_no_other_rule_leaves_out(tmp_path):
    project = small_project(tmp_path, *people({}), NOBODY | {"comments": "test"})  # both a test and without answers
    manifest = finished(project, corrected(project, line("keep", "row 3", expected="test")))
    assert manifest["rows"]["kept"] == 2


@pytest.mark.parametrize(
    ("respondent", "expected", "message"),
    [
        ("row 4", "test", "line 2; AT-1, row 4"),
        ("row 4", "test", "no rule would leave the record out"),
        ("row 3", "duplicate", "the rule `test` would leave the record out, not `duplicate`"),
    ],
)
def test_a_record_kept_without_need_stops_the_run(tmp_path, respondent, expected, message):
    project = small_project(tmp_path, *people({}, {"comments": "test"}, {}))
    country = corrected(project, line("keep", respondent, expected=expected))
    country = apply_skip_logic(country)
    with pytest.raises(ProblemsFound, match=re.escape(message)):
        country = exclude(country)


def test_a_record_is_kept_once_and_not_left_out_as_well(tmp_path):
    project = small_project(tmp_path, *people({}, {"comments": "test"}))
    keep = line("keep", "row 3", expected="test")
    assert "line 2 keeps the same record" in refused(project, keep, keep)
    assert "line 3 leaves out the record that should stay" in refused(project, keep, line("exclude", "row 3"))
    assert "`expected` names no rule" in refused(project, line("keep", "row 3"))
    assert "`too_many` is not a rule" in refused(project, line("keep", "row 3", expected="too_many"))


def test_where_no_rule_leaves_records_out_none_is_kept_by_hand(tmp_path):
    project = small_project(tmp_path, *people({}, {"comments": "test"}), params="exclude: []\n")
    assert "take the line out: every record is kept" in refused(project, line("keep", "row 3", expected="test"))


# ------------------------------------------------------------------ record and privacy


def test_the_summary_counts_corrections_and_shows_no_answer(tmp_path):
    country = corrected(
        small_project(tmp_path, *people({"comments": "a secret"}, {}, {})),
        line("set", "row 2", "comments", "a secret", "another secret"),
        line("set", "row 3", "staff", "10", "11"),
        line("set", "row 2", "staff", "10", "11"),
        line("exclude", "row 4"),
    )
    shown = corrections(country)
    assert shown.frame["corrections"].to_dict() == {("exclude", "(whole record)"): 1, ("set", "comments"): 1, ("set", "staff"): 2}
    assert "secret" not in shown._repr_html_()


def test_personal_data_in_a_corrected_answer_is_nowhere_written_down(tmp_path):
    project = small_project(tmp_path, *people({"comments": "ask old@example.org"}, {}), WORKER | {"wise_code": ""})
    country = corrected(
        project,
        line("set", "row 2", "comments", "ask old@example.org", "ask new@example.org"),
        line("set", "row 3", "wise_code", "W2", "CANARYWISE"),
    )
    finished(project, country)
    folder = project.processed("AT")
    written = "".join(p.read_text(encoding="utf-8-sig") for p in folder.iterdir() if p.suffix != ".parquet")
    written += "".join(pd.read_parquet(folder / f"{name}.parquet").to_csv() for name in ("answers", "missing"))
    assert "@example.org" not in written and "CANARYWISE" not in written and "W2" not in written
    assert "ask [e-mail]" in written
    changes = read_csv(folder / "changes.csv")
    assert changes.loc[changes["rule"].eq("correction 2"), ["old", "new"]].to_numpy().tolist() == [["(withheld)", "ask [e-mail]"]]


def test_two_people_are_of_one_enterprise_after_its_code_is_corrected(tmp_path):
    project = small_project(tmp_path, *people({}, {}))
    assert finished(project, corrected(project))["wises"] == 2
    assert finished(project, corrected(project, line("set", "row 3", "wise_code", "W2", "w 1")))["wises"] == 1


def test_the_manifest_counts_corrections_by_kind_and_names_their_file(tmp_path):
    project = small_project(tmp_path, *people({}, {}, {"staff": ""}))
    lines = [line("set", "row 2", "staff", "10", "11"), line("blank", "row 3", "s1", "1"), line("exclude", "row 4")]
    manifest = finished(project, corrected(project, *lines))
    assert manifest["corrections"] == {"blank": 1, "exclude": 1, "set": 1}
    assert "params/AT.corrections.csv" in manifest["inputs"]


def test_corrections_that_come_change_or_go_make_a_country_stale(tmp_path):
    project = small_project(tmp_path, *people({}, {}))
    finished(project, received(project))
    assert load_pool(project).countries == ["AT"]
    file = project.params / "AT.corrections.csv"
    for content in (line("set", "row 2", "staff", "10", "11"), line("set", "row 2", "staff", "10", "12"), None):
        if content:
            state(project, content)
        else:
            file.unlink()
        with pytest.raises(ProblemsFound, match=r"changed since it was cleaned: params/AT\.corrections\.csv"):
            load_pool(project)
        country = received(project)
        country = correct(country, load_corrections(project, country.settings, country.questionnaire))
        finished(project, country)
        assert load_pool(project).countries == ["AT"]


def test_a_correction_that_is_recorded_wrongly_stops_the_run(tmp_path):
    country = corrected(small_project(tmp_path, *people({}, {})), line("blank", "row 2", "staff", "10"))
    country.changes.loc[0, "new"] = "12"
    country = apply_skip_logic(country)
    country = protect(country, b"k" * 32)
    with pytest.raises(ProblemsFound, match="staff: 1 answer is not what"):
        check_identities(country)


VALUES = {
    "s1": ["1", "2", "3", "dont_know"],
    "group": ["enabler", "wsn"],
    "staff": ["1", "12", "250"],
    "income_a": ["0", "0.5", "99"],
    "barriers": ["cost", "cost;time", "none", "refused"],
    "comments": ["so", "a@example.org", "№ 5"],
    "partner_code": ["AT-1", "XX"],
}
CELLS = st.sampled_from([(q, new) for q, values in VALUES.items() for new in (*values, None)])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(st.tuples(st.integers(2, 4), CELLS), max_size=8, unique_by=lambda c: (c[0], c[1][0])),
    out=st.sampled_from(["", "row 2", "row 4"]),
)
def test_whatever_is_corrected_every_answer_is_accounted_for(tmp_path, cells, out):
    rows = people({"staff": "many", "barriers": ""}, {"s1": "", "comments": "said"}, {"income_a": "", "group": "enabler"})
    project = small_project(tmp_path, *rows)
    now = {"s1": ("1", "", "1"), "group": ("wsn", "wsn", "enabler"), "staff": ("unreadable", "10", "10"), "income_a": ("60", "60", "")}
    now |= {"barriers": ("", "cost;time", "cost;time"), "comments": ("", "said", ""), "partner_code": ("AT-1",) * 3}
    lines = [
        line("set" if new else "blank", f"row {row}", question, now[question][row - 2], new or "")
        for row, (question, new) in cells
        if (new or "") != now[question][row - 2]
    ]
    country = corrected(project, *lines, *([line("exclude", out)] if out else []))
    finished(project, country)
    for stated in lines:
        place = int(stated["respondent"][4:]) - 2
        told = [c for c in country.questionnaire.columns(stated["question"]) if country.reasons.loc[place, c] == ""]
        assert bool(told) == (stated["kind"] == "set" and stated["new"] not in ("dont_know", "refused"))


def test_the_demonstration_corrects_the_focus_group_by_a_file_of_its_own(tmp_path):
    lines = "focus_group:\n  questionnaire: small\n  deliveries:\n    - partner: AT-1\n      file: raw/AT/fg.csv\n"
    project = small_project(tmp_path, *people({}, {}), params=lines)
    export(Path(tmp_path) / "raw/AT/fg.csv", *people({"staff": "3"}, {}))
    state(project, line("set", "row 2", "staff", "3", "4"), name="AT.focus_group.corrections.csv")
    chosen = load_country(project, "AT").for_focus_group()
    questionnaire = load_questionnaire(project.params / "questionnaires/small")
    said = gather(chosen, questionnaire, read_deliveries(project, chosen, questionnaire))
    said = correct(said, load_corrections(project, chosen, questionnaire))
    assert said.values["staff"].tolist() == [4, 10]
    manifest = finished(project, said)
    assert "params/AT.focus_group.corrections.csv" in manifest["inputs"]
    assert "corrections" not in json.dumps(finished(project, received(project))["inputs"])


def test_a_number_that_was_a_range_is_no_longer_approximate_once_it_is_corrected(tmp_path):
    project = small_project(tmp_path, *people({"staff": "10-15"}, {"staff": "10-15"}), params="    ranges:\n      staff: midpoint\n")
    country = corrected(project, line("set", "row 2", "staff", "12.5", "14"))
    assert flag(country).flags.query("flag == 'approximate'")["position"].tolist() == [1]


def test_an_option_keeps_its_tick_when_only_its_text_is_corrected(tmp_path):
    project = small_project(tmp_path, *people({}, {}), params="    columns:\n      what else: barriers_other\n")
    sheets = project.params / "questionnaires/small"
    for sheet, more in (("survey", "text,barriers_other,Which,,,other,\n"), ("choices", "barrier,other,Other,,\n")):
        write_text(sheets / f"{sheet}.csv", (sheets / f"{sheet}.csv").read_text(encoding="utf-8") + more)
    rows = "wise_code;barriers/cost;barriers/time;what else;staff\nW1;1;0;dust;3\nW2;1;0;;3\nW3;0;0;noise;3\n"
    write_text(tmp_path / "raw/AT/answers.csv", rows)
    country = corrected(project, line("blank", "row 2", "barriers_other", "dust"), line("set", "row 4", "barriers_other", "noise", "heat"))
    assert country.values["barriers/other"].tolist() == [True, False, True]
    assert country.values["barriers_other"].fillna("").tolist() == ["", "", "heat"]
    assert finished(project, country)["corrections"] == {"blank": 1, "set": 1}


def test_a_table_of_fieldwork_counts_what_was_excluded_by_correction(pool_of):
    pool = pool_of("type,name,label\ninteger,staff,Staff\n", "list_name,name,label\n", {"AT": [{"staff": 3.0}], "BE": [{"staff": 3.0}]})
    assert "excluded: correction" not in set(made("fieldwork")(pool).data["statistic"])
    pool.manifests["BE"]["rows"] = {"received": 2, "excluded": {"correction": 1}, "kept": 1}
    counts = made("fieldwork")(pool).data.query("statistic == 'excluded: correction'").set_index("country")["value"].to_dict()
    assert counts["AT"] == 0 and counts["BE"] == 1
