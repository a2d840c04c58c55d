"""Columns to questions and texts to codes: small tables with the truth written beside them."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import lru_cache

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bwise.exports import plain
from bwise.exports.table import Grid
from bwise.matching.columns import ACCEPTED, CONTRADICTION, SECOND, WORDING, match_columns
from bwise.matching.lists import AnswerList
from bwise.matching.numbers import parse_number
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.settings import Delivery

LANGUAGES = ("en", "de", "nl", "fr", "bg", "hr", "el", "it", "lv", "pl", "ro", "sl", "es")
BATTERY = "How relevant are these digital skills for your own work today?"
ROW = "Solving technical problems"
MODEL = "Which model describes your enterprise best?"
FOUNDED = "In which year was your enterprise founded?"
FUNDING = "How is the training of your staff funded?"
BARRIERS = "What keeps your enterprise from using more technology?"
LEAD = {  # what each tool writes before the answers
    "plain table": {"staff": "7"},
    "LimeSurvey": {"id": "1", "submitdate": "2022-04-04 08:24:00"},
    "KoBoToolbox": {"_id": "1", "_submission_time": "2022-04-04T08:24:00"},
    "Google Forms": {"Timestamp": "4/4/2022 8:24:00", FOUNDED: "1990"},
}
QUIET = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture
def answers(send):
    """`answers(tool, {heading: cells})` -> the answers of a table written as the tool writes it."""

    def answers(tool, columns, **params):
        count = len(next(iter(columns.values())))
        rows = [[*LEAD[tool], *columns], *([*LEAD[tool].values(), *(cells[n] for cells in columns.values())] for n in range(count))]
        read = send(rows, **params)
        assert read.raw.tool == tool
        return read.answers

    return answers


@pytest.fixture
def columns(send):
    """`columns(*headings)` -> one match per heading, each over one made-up cell."""
    return lambda *headings, **params: send([headings, ["x"] * len(headings)], **params).recognised.matches


def listed(series):
    return series.astype(object).where(series.notna(), None).tolist()


def refusal(send, rows, **params):
    with pytest.raises(ProblemsFound) as refused:
        send(rows, **params)
    return str(refused.value)


# ------------------------------------------------------------------ columns


@pytest.mark.parametrize("heading", ["digrel_d51", "digrel[d51]", "digreld51", "DIGREL_D51", "skills/digrel_d51", "all/digrel/digrel_d51"])
def test_a_code_alone_is_enough_however_the_tool_writes_it(columns, heading):
    match = columns("model", heading)[1]
    assert (match.target, match.how) == ("digrel_d51", "code")


@pytest.mark.parametrize(
    "heading",
    [
        f"{BATTERY} [{ROW}]",
        f"{BATTERY}: {ROW}",
        f"{BATTERY}.{ROW}",
        f"{BATTERY} - {ROW}",
        f"{BATTERY}/{ROW}",
        f"{BATTERY}\n{ROW}",
        f"<strong>{BATTERY}</strong> [{ROW}]",
        f"<p style='x'>{BATTERY}<br/></p>&nbsp;[{ROW}]",
        f"{BATTERY} [{ROW}] []",
        f"How\u00a0relevant are  these \u200bdigital skills for your own work today ?  [{ROW} ]",
        f"{BATTERY.upper()} [{ROW.lower()}]",
    ],
)
def test_a_text_is_found_in_any_dress(columns, heading):
    match = columns("model", heading)[1]
    assert (match.target, match.how) == ("digrel_d51", "text")


def test_entities_in_a_heading_are_letters(columns, questionnaire):
    label = questionnaire["model"].labels["fr"]
    escaped = label.replace("é", "&eacute;").replace("è", "&#232;")
    assert escaped != label
    assert columns(escaped, "founded")[0].target == "model"


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_are_known_in_every_language_and_tell_it(send, questionnaire, language):
    asked = ["group", "founded", "comments", "sectors"]
    read = send([[questionnaire[q].labels[language] for q in asked], ["", "1990", "", ""]])
    assert [m.target for m in read.recognised.matches] == asked
    assert read.recognised.language == language


def test_a_code_and_a_text_that_agree_tell_apart_what_the_text_alone_does_not(columns):
    match = columns(f"digend[d51]. {ROW}", f"model. {MODEL}")[0]
    assert (match.target, match.how) == ("digend_d51", "code and text")


def test_a_code_and_a_text_that_name_two_questions_are_believed_neither(columns):
    match = columns(f"staff. {FOUNDED}", f"model. {MODEL}")[0]
    assert (match.target, match.how, match.named) == ("", CONTRADICTION, "staff")
    assert match.why == "its text is that of founded"


def test_a_code_beside_a_reworded_text_is_asked_and_believed_once_params_accept_it(columns):
    headings = "founded. In what year was your enterprise founded?", f"model. {MODEL}"
    match = columns(*headings)[0]
    assert (match.target, match.how, match.named, match.asked) == ("", WORDING, "founded", FOUNDED)
    for accepted in ("accepted", {"founded": "accepted"}, {headings[0]: "accepted"}, {"column 1": "accepted"}):
        match = columns(*headings, wording=accepted)[0]
        assert (match.target, match.how) == ("founded", ACCEPTED)
        assert 85 <= match.score < 100


def test_a_code_beside_quite_another_text_stays_open(columns):
    assert columns("staff. What is your favourite colour?", f"model. {MODEL}")[0].target == ""


def test_a_truncated_text_is_enough_beside_its_code_only(send):
    coded, bare = (
        send([[heading, model], ["1990", "social"]]).recognised.matches[0]
        for heading, model in ((f"founded. {FOUNDED[:28]}", f"model. {MODEL}"), (FOUNDED[:28], MODEL))
    )
    assert (coded.target, coded.score) == ("founded", 100)
    assert (bare.target, bare.proposal) == ("", "founded")


def test_a_row_of_several_batteries_without_its_battery_stays_open(columns):
    match = columns(ROW, "model", "founded")[0]
    assert match.target == "" and not match.settled
    assert match.proposal == "digend_d51 or digfut_d51 or digrel_d51"


def test_of_two_columns_with_one_heading_neither_is_taken_and_the_question_is_named(columns):
    first, second, model = columns(FOUNDED, FOUNDED, MODEL)
    for match in (first, second):
        assert (match.target, match.how, match.named) == ("", SECOND, "founded")
    assert model.target == "model"


def test_a_text_among_the_codes_of_another_battery_stays_open_and_so_does_its_own_place(send, questionnaire):
    """`Q21_2` has the text of a row of Q24, and `Q24_2` that of a row of Q21: somebody exchanged two headings."""
    digital, green = (questionnaire.batteries()[name][:4] for name in ("digrel", "grnrel"))
    texts = {f"Q{n}_{row}": _asked(q) for n, rows in ((21, digital), (24, green)) for row, q in enumerate(rows, 1)}
    straight = _rated(send, texts)
    assert [m.target for m in straight] == [q.name for q in (*digital, *green)]
    texts["Q21_2"], texts["Q24_2"] = texts["Q24_2"], texts["Q21_2"]
    exchanged = _rated(send, texts)
    assert [m.column.code for m in exchanged if not m.settled] == ["Q21[2]", "Q24[2]"]
    assert [m.named for m in exchanged if not m.settled] == [green[1].name, digital[1].name]
    assert not any(m.proposal for m in exchanged)


def _rated(send, texts):
    """One match per code and text, each over one rating."""
    return send([[f"{code}. {text}" for code, text in texts.items()], ["3"] * len(texts)]).recognised.matches


def _asked(question):
    return f"{question.battery_labels['en']} [{question.labels['en']}]"


def test_the_surer_of_two_columns_is_taken_wherever_it_stands(columns):
    first, second, _ = columns("founded. In which year was your enterrprise founded?", f"founded. {FOUNDED}", f"model. {MODEL}")
    assert (first.how, second.target) == (SECOND, "founded")


def test_a_declared_column_is_taken_by_heading_or_code_and_an_ignored_one_is_settled(columns):
    params = {"columns": {"q6. Since when?": "founded", "q7": "model", "q9. Colour": "ignore"}}
    by_heading, by_code, ignored = columns("q6. Since when?", "q7. What are you?", "q9. Colour", **params)
    assert (by_heading.target, by_code.target, by_code.how) == ("founded", "model", "declared")
    assert (ignored.target, ignored.settled) == ("", True)


def test_the_column_kobo_writes_beside_its_option_columns_is_a_mere_repetition(answers):
    options = {c: ["1" if c in ("cost", "skills") else "0", ""] for c in ("cost", "information", "skills", "training", "none", "other")}
    read = answers("KoBoToolbox", {"barriers": ["cost skills", ""], **{f"barriers/{c}": cells for c, cells in options.items()}})
    assert listed(read.values["barriers/skills"]) == [True, None]
    assert "barriers" not in set(read.mapping["question"])


def test_a_joined_column_is_read_where_some_of_its_option_columns_are_missing(answers):
    read = answers("KoBoToolbox", {"barriers": ["cost training", ""], "barriers/cost": ["1", ""], "barriers/skills": ["0", ""]})
    assert ticked(read, "barriers") == [["cost", "training"], None]


def test_an_option_without_a_column_was_not_offered(answers):
    read = answers("LimeSurvey", {"barriers[cost]": ["Y", ""], "barriers[skills]": ["", "Y"]})
    assert set(read.reasons["barriers/training"]) == {"not_asked"} and read.values["barriers/training"].isna().all()


def test_an_option_column_nobody_knows_stays_open_and_is_no_repetition(send):
    read = send([["id", "submitdate", "barriers[cost]", "barriers[SQ005]"], ["1", "2022-04-04 08:24:00", "Y", "Y"]])
    assert [m.column.code for m in read.recognised.matches if not m.settled] == ["barriers[SQ005]"]


def test_an_option_called_n_is_ticked_where_the_cells_repeat_their_options(answers):
    read = answers("plain table", {"sectors/C": ["C", ""], "sectors/N": ["", "N"]})
    assert ticked(read, "sectors") == [["C"], ["N"]]


def test_limesurveys_other_column_is_text_or_tick_by_what_is_in_it(answers):
    text = answers("LimeSurvey", {"barriers[cost]": ["Y", ""], "barriers[other]": ["", "no time"]})
    assert listed(text.values["barriers_other"]) == [None, "no time"]
    assert listed(text.values["barriers/other"]) == [False, True]
    tick = answers("LimeSurvey", {"barriers[cost]": ["Y", ""], "barriers[other]": ["", "Y"]})
    assert listed(tick.values["barriers/other"]) == [False, True]
    assert set(tick.reasons["barriers_other"]) == {"not_asked"}


STYLES = ("{b} [{r}]", "{b}: {r}", "{b}.{r}", "{b} - {r}", "{b}/{r}", "{b}\n\u00a0{r}", "<b>{b}</b>&nbsp;[{r}]", "{b} {r}?")


@QUIET
@given(st.data())
def test_every_row_of_every_battery_is_found_in_every_heading_style(questionnaire, data):
    row = data.draw(st.sampled_from([q for rows in questionnaire.batteries().values() for q in rows]))
    language, style = data.draw(st.sampled_from(LANGUAGES)), data.draw(st.sampled_from(STYLES))
    heading = style.format(b=row.battery_labels[language], r=row.labels[language])
    raw = plain.read(Grid(pd.DataFrame([[heading, "model"], ["x", "y"]], index=[1, 2], dtype="str"), "text"))
    match = match_columns(raw, questionnaire, Delivery(partner="XX", file="a.csv"))[0]
    assert (match.target, language in match.languages) == (row.name, True)


# ------------------------------------------------------------------ lines of params that match nothing

TWO = [["model", "founded", "sectors", "staff"], ["social", "1990", "C", "7"]]


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"columns": {"modell": "model"}}, "`columns: modell` matches no heading.*did you mean `model`"),
        ({"columns": {"model": "modle"}}, "names the question `modle`.*did you mean `model"),
        ({"answers": {"modle": {"S": "social"}}}, "`answers` names the question `modle`"),
        ({"scales": {"modle": "model"}}, "`scales` names the question `modle`"),
        ({"scales": {"model": "modle"}}, "names the list `modle`.*did you mean `model`"),
        ({"sentinels": {"stuff": [-1]}}, "`sentinels` names the question `stuff`.*did you mean `staff`"),
        ({"units": {"reserved_share": "months"}}, "cannot be converted to %"),
        ({"wording": {"modell": "accepted"}}, "`wording: modell` matches no heading.*did you mean `model`"),
        ({"wording": {"model": "accepted"}}, "`wording: model`: its text is the question's own"),
        ({"wording": "accepted"}, "no heading words its question otherwise"),
        ({"tool": "LimeSurvy"}, "`tool: LimeSurvy`.*did you mean `LimeSurvey`"),
        pytest.param({"answers": {"model": {"S": "socail"}}}, "socail"),
        pytest.param({"answers": {"founded": {"1990": "long ago"}}}, "long ago"),
        pytest.param({"answers": {"model": {"never sent": "social"}}}, "never sent"),
        pytest.param({"scales": {"sectors": "contract"}}, "sectors"),
        pytest.param({"units": {"model": "months"}}, "months"),
        pytest.param({"sentinels": {"model": [-1]}}, "model"),
        pytest.param({"language": "xx"}, "xx"),
    ],
)
def test_a_line_of_params_that_matches_nothing_is_named(send, params, says):
    with pytest.raises(ProblemsFound, match="(?s)" + says):
        send(TWO, **params)


def test_a_message_is_the_same_in_every_run(request):
    script = """if True:
        from pathlib import Path
        from bwise.matching.recognition import _check_settings
        from bwise.questionnaire import load_questionnaire
        from bwise.settings import Delivery
        questionnaire = load_questionnaire(Path("params/questionnaires/skills_survey"))
        wrong = {word: word for word in ("modle", "digrel", "barriers_", "funding_othr", "grn", "measures", "income_", "sectors/")}
        print(*_check_settings(Delivery(partner="XX", file="a.csv", columns=wrong), questionnaire))
    """
    told = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": str(seed)},
            cwd=request.config.rootpath,
            capture_output=True,
            check=True,
        ).stdout
        for seed in range(3)
    }
    assert len(told) == 1


def test_all_lines_that_match_nothing_are_named_at_once(send):
    text = refusal(send, TWO, columns={"model": "modle"}, units={"reserved_share": "months"}, scales={"model": "nothing"})
    assert ["1. " in text, "2. " in text, "3. " in text, "4. " in text] == [True, True, True, False]


def test_a_declared_column_that_the_reader_drops_is_named(send):
    refusal(send, [["Name", "model", "founded"], ["WISE 1", "social", "1990"]], columns={"Name": "wise_code"})


# ------------------------------------------------------------------ one answer


@pytest.mark.parametrize(
    ("cell", "code", "rule"),
    [
        ("Social model", "social", "label"),
        ("social", "social", "code"),
        ("SOCIAL\u00a0 MODEL.", "social", "label"),
        ("Soziales Modell", "social", "label"),
        ("Model społeczny", "social", "label"),
        ("<b>Social</b> model", "social", "label"),
        ("Social model(ID3)", "social", "label with id"),
        ("Social model (A2)", "social", "label with id"),
        ("Sonstiges", "other", "the tool's word for other"),
    ],
)
def test_an_answer_is_known_by_label_or_code(answers, cell, code, rule):
    read = answers("plain table", {"model": [cell]})
    assert listed(read.values["model"]) == [code]
    assert read.mapping.set_index("question").loc["model", ["raw", "rule"]].tolist() == [cell, rule]


def test_codes_and_labels_of_several_languages_may_stand_in_one_column(answers):
    read = answers("plain table", {"model": ["social", "Social model", "Soziales Modell", "Modello sociale", ""]})
    assert listed(read.values["model"]) == ["social"] * 4 + [None]
    assert listed(read.reasons["model"]) == [""] * 4 + ["no_answer"]


@pytest.fixture
def invent(tmp_path):
    """`invent(survey, choices)` -> a questionnaire of these lines."""

    def invent(survey, choices=()):
        sheets = {
            "survey": ["type,name,label,unit", *survey],
            "choices": ["list_name,name,label", *choices],
            "settings": ["form_title", "Invented"],
        }
        for name, lines in sheets.items():
            (tmp_path / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
        return load_questionnaire(tmp_path)

    return invent


def test_a_label_is_believed_before_a_code(send, invent):
    called = ["mark,1,5", "mark,2,four", "mark,3,three", "mark,4,two", "mark,5,1"]  # 1 is called "5", and 5 is called "1"
    marks = invent(["select_one mark,mark,Mark,", "integer,age,Age,"], called)
    read = send([["mark", "age"], ["5", "30"], ["1", "31"], ["3", "32"], ["4/5", "33"]], questionnaire=marks)
    assert listed(read.answers.values["mark"]) == ["1", "5", "3", "4"]


def test_a_code_with_a_contradicting_anchor_is_not_believed(questionnaire):
    assert AnswerList(questionnaire, "relevance", "en").find("1 (Always)") == ("", "")


def test_a_question_whose_code_ends_in_time_is_a_question(send, invent):
    hours = invent(["integer,age,Age,", "integer,workTime,Hours,"])
    read = send([["id", "submitdate", "age", "workTime"], ["1", "2022-04-04 08:24:00", "30", "38"]], questionnaire=hours)
    assert (read.raw.tool, listed(read.answers.values["workTime"])) == ("LimeSurvey", [38])


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("Don't know", "dont_know"),
        ("Don’t know", "dont_know"),
        ("Weiß nicht", "dont_know"),
        ("dont_know", "dont_know"),
        ("", "no_answer"),
        ("\u00a0 ", "no_answer"),
        ("n/a", "not_applicable"),
        ("keine Ahnung", "unreadable"),
    ],
)
def test_the_reason_why_there_is_no_answer_is_kept(answers, cell, reason):
    read = answers("plain table", {"digrel_d51": [cell]})
    assert (listed(read.values["digrel_d51"]), listed(read.reasons["digrel_d51"])) == ([None], [reason])


def test_a_near_miss_is_unreadable_and_gets_a_proposal(answers):
    read = answers("plain table", {"model": ["Socal model", "zzz"]})
    assert listed(read.reasons["model"]) == ["unreadable", "unreadable"]
    proposals = read.mapping.set_index("raw")["proposal"]
    assert proposals["Socal model"].startswith("social (") and proposals["zzz"] == ""


def test_params_say_what_an_unreadable_answer_is(answers):
    read = answers("plain table", {"model": ["Socal model", "??", "x"]}, answers={"model": {"Socal model": "social", "??": "refused"}})
    assert listed(read.values["model"]) == ["social", None, None]
    assert listed(read.reasons["model"]) == ["", "refused", "unreadable"]


def test_a_question_without_a_column_was_not_asked(answers):
    read = answers("plain table", {"model": ["social"]})
    assert set(read.reasons[["founded", "sectors/C", "comments"]].to_numpy().ravel()) == {"not_asked"}


@pytest.mark.parametrize(("tool", "reason"), [("LimeSurvey", "not_shown"), ("plain table", "not_applicable")])
def test_n_a_means_not_shown_in_limesurvey_only(answers, tool, reason):
    read = answers(tool, {"digrel_d51": ["N/A", "4"], "founded": ["N/A", "1990"]})
    assert listed(read.reasons["digrel_d51"]) == listed(read.reasons["founded"]) == [reason, ""]


@pytest.mark.parametrize(
    ("question", "cell", "value"),
    [
        ("model", "produ", "productive"),
        ("model", "-oth-", "other"),
        ("remuneration", "suppl", "supplemented"),
        ("digrel_d51", "dontk", None),
        ("reserved", "noacc", "no_access"),
    ],
)
def test_limesurvey_keeps_five_letters_of_a_code(answers, question, cell, value):
    assert listed(answers("LimeSurvey", {question: [cell]}).values[question]) == [value]


def test_five_letters_that_two_codes_share_are_unreadable(invent):
    pay = invent(["select_one pay,pay,Pay,"], ["pay,fixed_wage,Fixed wage", "pay,fixed_sum,Fixed sum", "pay,piecework,Piecework"])
    short = AnswerList(pay, "pay", tool="LimeSurvey")
    assert short.find("fixed") == ("", "")
    assert short.find("piece") == ("piecework", "code")


@pytest.mark.parametrize(("cell", "value"), [("4/5", "4"), ("5 / 5", "5"), ("4/10", None), ("6/5", None), ("Relevant(ID77)", "4")])
def test_eusurvey_ratings_and_ids_are_read(send, cell, value):
    rows = [["Alias", "x"], ["Export Date", "2022-05-01"], [], [f"{BATTERY}: {ROW} (ID7)", f"{FOUNDED} (ID8)"], [cell, "1990"]]
    read = send(rows)
    assert (read.raw.tool, read.raw.header_row) == ("EUSurvey", 4)
    assert listed(read.answers.values["digrel_d51"]) == [value]


# ------------------------------------------------------------------ several answers


def ticked(read, question):
    """The choices ticked in each row, or None where there is no answer."""
    part = read.values[[c for c in read.values if c.startswith(question + "/")]]
    return [None if row.isna().all() else [c.partition("/")[2] for c, v in row.items() if v is True] for _, row in part.iterrows()]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Manufacturing, Electricity, gas, steam and air conditioning supply", ["C", "D"]),
        ("Electricity, gas, steam and air conditioning supply, Agriculture, forestry and fishing", ["A", "D"]),
        ("Water supply; sewerage, waste management and remediation activities;Education;", ["E", "P"]),
        ("Verarbeitendes Gewerbe/Herstellung von Waren; Education", ["C", "P"]),
        ("Metalwork; Education", None),
        ("C E P", ["C", "E", "P"]),
        ("Education", ["P"]),
        ("", None),
    ],
)
def test_a_joined_answer_is_cut_by_the_known_answers_not_by_its_commas(answers, cell, expected):
    assert ticked(answers("plain table", {"sectors": [cell]}), "sectors") == [expected]


@pytest.mark.parametrize(
    ("tool", "cells", "expected"),
    [
        ("KoBoToolbox", (["1", "0", ""], ["0", "0", ""]), [["cost"], None, None]),
        ("LimeSurvey", (["Y", "", ""], ["", "Y", ""]), [["cost"], ["skills"], None]),
        ("plain table", (["Ja", "Nein", "Nein"], ["Ja", "Ja", "Nein"]), [["cost", "skills"], ["skills"], None]),
        (
            "plain table",
            (["High cost and insufficient funding", "", ""], ["", "Lack of knowledge and skills to use devices", ""]),
            [["cost"], ["skills"], None],
        ),
    ],
)
def test_one_column_per_option_is_read_whatever_stands_for_a_tick(answers, tool, cells, expected):
    read = answers(
        tool,
        {"barriers/cost": cells[0], "barriers/skills": cells[1]}
        if tool != "LimeSurvey"
        else {"barriers[cost]": cells[0], "barriers[skills]": cells[1]},
    )
    assert ticked(read, "barriers") == expected


def test_limesurveys_n_a_in_every_option_means_not_shown(answers):
    read = answers("LimeSurvey", {"barriers[cost]": ["N/A", "Oui", "Non"], "barriers[skills]": ["N/A", "Non", "Non"]})
    assert listed(read.reasons["barriers/cost"]) == ["not_shown", "", "no_answer"]


def test_an_option_cell_that_is_neither_yes_nor_no_makes_the_answer_unreadable(answers):
    read = answers("plain table", {"barriers/cost": ["perhaps", "1"], "barriers/skills": ["1", "0"]})
    assert ticked(read, "barriers") == [None, ["cost"]]
    assert listed(read.reasons["barriers/cost"]) == ["unreadable", ""]


def test_a_ticked_refusal_is_a_reason_not_an_answer(answers):
    read = answers("plain table", {"target_groups": ["Prefer not to say", "Homeless people"]})
    assert listed(read.reasons["target_groups/homeless"]) == ["refused", ""]
    assert ticked(read, "target_groups") == [None, ["homeless"]]


def test_text_among_the_options_is_other_where_the_tool_writes_it_there(answers):
    read = answers("Google Forms", {FUNDING: ["Self-funded, Lottery of the town", "Other funding", "", "Private funding schemes"]})
    assert ticked(read, "funding") == [["self", "other"], ["other"], None, ["private"]]
    assert listed(read.values["funding_other"]) == ["Lottery of the town", None, None, None]
    single = answers("Google Forms", {MODEL: ["A model of our own", "Social model"]})
    assert listed(single.values["model"]) == ["other", "social"]
    assert listed(single.values["model_other"]) == ["A model of our own", None]


def test_text_among_the_options_is_unreadable_where_the_tool_does_not_write_it_there(answers):
    read = answers("plain table", {"funding": ["Self-funded; Lottery of the town"], "founded": ["1990"]})
    assert listed(read.reasons["funding/self"]) == ["unreadable"]


def test_a_misspelt_option_is_not_taken_for_text_of_other(answers):
    read = answers("Google Forms", {FUNDING: ["Self-fundet"], MODEL: ["Socal model"]})
    assert listed(read.reasons["funding/self"]) == listed(read.reasons["model"]) == ["unreadable"]
    assert set(read.mapping["proposal"]) >= {"self (91)", "social (96)"}


def test_eusurvey_ids_behind_joined_answers_are_cut_off(questionnaire):
    split = AnswerList(questionnaire, "measure", "en").split("Training courses(ID76); Recruitment of new staff(ID2)")
    assert split == (["training", "recruitment"], [])


@pytest.mark.parametrize("cell", ["?", ".", ";", "-"])
def test_a_sign_for_no_answer_among_options_is_no_answer(answers, cell):
    assert listed(answers("plain table", {"barriers": [cell]}).reasons["barriers/cost"]) == ["no_answer"]


def test_text_of_other_that_begins_like_an_option_does_not_tick_it(answers):
    read = answers("Google Forms", {BARRIERS: ["No barriers of this kind, but our staff is old"]})
    assert ticked(read, "barriers") == [["other"]]


def test_the_text_of_other_is_kept_as_it_was_written(answers):
    read = answers("Google Forms", {BARRIERS: ["Straße gesperrt; zu Fuß"]})
    assert listed(read.values["barriers_other"]) == ["Straße gesperrt; zu Fuß"]


@lru_cache
def answer_list(questionnaire, name, language):
    return AnswerList(questionnaire, name, language)


@QUIET
@given(st.data())
def test_any_choice_of_answers_is_recovered_from_any_join_in_every_language(questionnaire, data):
    name, language = data.draw(st.sampled_from(sorted(questionnaire.lists))), data.draw(st.sampled_from(LANGUAGES))
    chosen = data.draw(st.lists(st.sampled_from(sorted(questionnaire.lists[name])), min_size=1, unique=True))
    separator, end = data.draw(st.sampled_from(["; ", ", ", ";"])), data.draw(st.sampled_from(["", ";", " "]))
    joined = separator.join(questionnaire.lists[name][c].labels[language] for c in chosen) + end
    assert answer_list(questionnaire, name, language).split(joined) == (chosen, [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_is_found_in_its_language(questionnaire, language):
    wrong = [
        (name, choice.name)
        for name, choices in questionnaire.lists.items()
        for choice in choices.values()
        if answer_list(questionnaire, name, language).find(choice.labels[language]) != (choice.name, "label")
    ]
    assert wrong == []


# ------------------------------------------------------------------ numbers


@pytest.mark.parametrize(
    ("cell", "params", "value"),
    [
        ("12", {}, 12),
        ("12,5", {}, 12.5),
        ("12.5 %", {}, 12.5),
        ("1.234,5", {}, 1234.5),
        ("1,234.5", {}, 1234.5),
        ("1 234,5", {}, 1234.5),
        ("1\u00a0234", {}, 1234),
        ("1’234", {}, 1234),
        ("1.234.567", {}, 1234567),
        ("-3", {}, -3),
        ("1,234", {}, None),
        ("1.234", {}, None),
        ("1,234", {"decimal": ","}, 1.234),
        ("1,234", {"decimal": "."}, 1234),
        ("1,234", {"whole": True}, 1234),
        ("12,5", {"whole": True}, 12.5),
        ("1.2.2022", {}, None),
        ("5-10", {}, None),
        ("40+", {}, None),
        ("about 5", {}, None),
        ("six", {}, None),
        ("", {}, None),
        (",", {}, None),
        ("1e3", {}, None),
        ("50-60%", {}, None),
        ("$5", {}, None),
    ],
)
def test_a_number_is_read_when_it_is_one_beyond_doubt(cell, params, value):
    assert parse_number(cell, **params) == value


@pytest.mark.parametrize(
    ("cell", "params"),
    [
        ("2 3", {}),
        ("10 20", {}),
        ("5'6", {}),
        ("1,23.4", {}),
        ("1,5", {"decimal": "."}),
        ("1.5", {"decimal": ","}),
        ("0,123", {"whole": True}),
    ],
)
def test_what_is_not_one_number_beyond_doubt_is_none(cell, params):
    assert parse_number(cell, **params) in (None, 0.123)


@given(
    st.integers(-(10**9), 10**9),
    st.integers(0, 3),
    st.sampled_from(",."),
    st.sampled_from(["", " ", "\u00a0", "\u202f", "'", "’", "sign"]),
    st.booleans(),
)
@example(1234, 0, ",", "sign", False)
@example(1234, 3, ",", "", True)
def test_a_formatted_number_is_read_right_or_not_at_all(digits, places, decimal, grouping, declared):
    value = digits / 10**places
    other = {",": ".", ".": ","}[decimal]
    text = f"{value:,.{places}f}".translate(str.maketrans({",": other if grouping == "sign" else grouping, ".": decimal}))
    read = parse_number(text, decimal if declared else None)
    assert read == pytest.approx(value) if declared or places in (1, 2) else read is None or read == pytest.approx(value)


def test_numbers_with_either_decimal_sign_are_read_and_an_ambiguous_one_is_not(answers):
    read = answers("plain table", {"reserved_share": ["12,5", "12.5", "1,234", "100", "-", "many"]})
    assert listed(read.values["reserved_share"]) == [12.5, 12.5, None, 100, None, None]
    assert listed(read.reasons["reserved_share"]) == ["", "", "unreadable", "", "no_answer", "unreadable"]


def test_a_thousand_is_clear_where_only_whole_numbers_make_sense(answers):
    assert listed(answers("plain table", {"founded": ["1,990", "1990"]}).values["founded"]) == [1990, 1990]


def test_numbers_of_a_workbook_are_never_ambiguous(send):
    read = send([["reserved_share", "staff"], [33.125, 2.125], [50, 3]], "answers.xlsx")
    assert listed(read.answers.values["reserved_share"]) == [33.125, 50]
    assert listed(read.answers.values["staff"])[0] in (2.125, None)


def test_a_sentinel_is_no_answer_where_it_is_declared(answers):
    read = answers("plain table", {"founded": ["-1", "9999", "1990"]}, sentinels={"founded": [-1, 9999]})
    assert listed(read.values["founded"]) == [None, None, 1990]
    assert listed(read.reasons["founded"]) == ["no_answer", "no_answer", ""]


def test_a_declared_unit_is_converted(answers):
    read = answers("plain table", {"reserved_share": ["0.25", "1", ""]}, units={"reserved_share": "share"})
    assert listed(read.values["reserved_share"]) == [25, 100, None]


def test_months_become_years(send, invent):
    contracts = invent(["decimal,contract,Length of contract,years", "integer,age,Age,"])
    read = send([["contract", "age"], ["18", "30"], ["6", "31"]], questionnaire=contracts, units={"contract": "months"})
    assert listed(read.answers.values["contract"]) == [1.5, 0.5]


def test_another_scale_is_used_where_it_is_declared(answers):
    cells = ["Very well developed", "Not developed at all"]
    assert listed(answers("plain table", {"digrel_d51": cells}).reasons["digrel_d51"]) == ["unreadable", "unreadable"]
    read = answers("plain table", {"digrel_d51": cells}, scales={"digrel_d51": "endowment"})
    assert listed(read.values["digrel_d51"]) == ["5", "1"]


# ------------------------------------------------------------------ the record


def test_the_mapping_counts_every_cell_once_and_hides_open_answers(answers):
    read = answers("plain table", {"model": ["social", "social", "Social model", ""], "comments": ["a secret", "", "", "another"]})
    counts = read.mapping.groupby("question")["count"].sum()
    assert (counts["model"], counts["comments"]) == (4, 4)
    assert read.mapping.loc[read.mapping["raw"].eq("social"), "count"].tolist() == [2]
    assert not read.mapping.astype(str).map(lambda cell: "secret" in cell).any(axis=None)


def test_a_raw_cell_is_not_changed_by_reading_it(send):
    raw = send([["model", "founded"], ["\u00a0Social  model. ", "1 990"]]).raw
    assert raw.cells.loc[2].tolist() == ["\u00a0Social  model. ", "1 990"]


def test_reading_never_fails_on_an_answer(send):
    asked = ["model", "founded", "sectors", "digrel_d51", "comments"]
    read = send([asked, ["\x00", "∞", "<", "&#", "]]>"], ["(a)", "٣", ";;", "//", "=1+1"]])
    assert listed(read.answers.values["comments"]) == ["]]>", "=1+1"]
    assert listed(read.answers.reasons["model"]) == ["unreadable", "unreadable"]
