"""The values of a column judge its reading: small tables of other tools, lists and languages, the truth written beside them."""

from __future__ import annotations

import pytest

from bwise.matching.rules import Rule, rule_of
from bwise.questionnaire import load_questionnaire
from tests.test_matching import listed

SURVEY = """type,name,label::English (en),label::Deutsch (de),unit
select_one often,doi,How often do you use a DOI?,Wie oft nutzen Sie eine DOI?,
begin_group,use,How often do you use,Wie oft nutzen Sie,
select_one often,use_a,Version control,Versionsverwaltung,
select_one often,use_b,Automated tests,Automatische Tests,
end_group,,,,
select_one agree,glad,I like my work,Ich mag meine Arbeit,
select_one ten,effort,Effort,Aufwand,
select_one zero,stars,Stars,Sterne,
select_one ends,ease,Ease,Leichtigkeit,
select_one kind,kind,Kind,Art,
select_one yesno,data,Did you collect data?,Haben Sie Daten erhoben?,
select_multiple kind,kinds,All kinds,Alle Arten,
integer,staff,Staff,Beschäftigte,persons
decimal,age,Age,Alter,years
decimal,share,Share,Anteil,%
begin_group,income,Income from,Einnahmen aus,
decimal,income_a,Sales,Verkauf,%
decimal,income_b,Grants,Zuschüsse,%
end_group,,,,
text,remark,Remark,Bemerkung,
"""
CHOICES = """list_name,name,label::English (en),label::Deutsch (de),missing
often,1,Never,Nie,
often,2,Sometimes,Manchmal,
often,3,Often,Oft,
often,4,Very often,Sehr oft,
often,5,Always,Immer,
often,dont_know,Don't know,Weiß nicht,dont_know
agree,1,Disagree strongly,Gar nicht,
agree,2,Disagree,Eher nicht,
agree,3,Neither,Weder noch,
agree,4,Agree,Eher ja,
agree,5,Agree strongly,Völlig,
ten,1,1 (None at all),1 (Gar keiner),
ten,2,2,2,
ten,3,3,3,
ten,4,4,4,
ten,5,5,5,
ten,6,6,6,
ten,7,7,7,
ten,8,8,8,
ten,9,9,9,
ten,10,10 (All my time),10 (Meine ganze Zeit),
zero,0,None,Keiner,
zero,1,One,Einer,
zero,2,Two,Zwei,
zero,3,Three,Drei,
zero,4,Four,Vier,
ends,1,1 - not at all,1 - gar nicht,
ends,2,2,2,
ends,3,3,3,
ends,4,4,4,
ends,5,5 - very,5 - sehr,
kind,1,Grants,Zuschüsse,
kind,2,Open core,Offener Kern,
kind,3,Venture capital,Wagniskapital,
kind,4,Membership,Mitgliedschaft,
yesno,yes,Yes,Ja,
yesno,no,No,Nein,
"""


@pytest.fixture
def survey(tmp_path):
    for name, text in (("survey", SURVEY), ("choices", CHOICES), ("settings", "form_title\nFit\n")):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return load_questionnaire(tmp_path)


@pytest.fixture
def read(send, survey):
    """`read({heading: cells}, …)` -> the answers; a column `remark` tells nothing."""

    def read(columns, name="answers.csv", **params):
        count = len(next(iter(columns.values())))
        table = {**columns, "remark": columns.get("remark", ["seen"] * count)}
        rows = [list(table), *map(list, zip(*table.values(), strict=True))]
        return send(rows, name, questionnaire=survey, **params).answers

    return read


def rules(answers, question):
    """Rule of each text of a question that is not read, without its detail."""
    lines = answers.mapping[answers.mapping["question"].eq(question) & answers.mapping["reason"].eq("unreadable")]
    return {raw: rule_of(rule) for raw, rule in zip(lines["raw"], lines["rule"], strict=True)}


def proposals(answers, question):
    return set(answers.mapping.loc[answers.mapping["question"].eq(question), "proposal"])


# ------------------------------------------------------------------ numbers of another scale


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (["0", "1", "2", "3", "4"], "codes 0–4 where the list has 1–5"),
        (["0", "3"], "codes 0–3 where the list has 1–5"),
        (["2", "3", "6"], "codes 2–6 where the list has 1–5"),
        (["1", "5", "7"], "codes 1–7 where the list has 1–5"),
        (["1", "2", "10"], "codes 1–10 where the list has 1–5"),
        (["1", "5", "99"], "codes 1–99 where the list has 1–5"),
        (["-1", "5"], "codes -1–5 where the list has 1–5"),
        (["1", "2.5", "3"], "codes 1–3 where the list has 1–5"),
        (["0.0", "1.0", "4.0"], "codes 0–4 where the list has 1–5"),
    ],
)
def test_numbers_outside_the_list_leave_the_whole_column_open(read, cells, says):
    answers = read({"doi": cells})
    assert listed(answers.values["doi"]) == [None] * len(cells)
    assert {r for r in answers.mapping["rule"] if r != Rule.TEXT} == {f"{Rule.OTHER_SCALE}, {says}"}


@pytest.mark.parametrize("cells", [["1", "2", "3"], ["4", "5"], ["3"], ["1", "5"], ["1", "2", "Don't know", ""], ["2", "-", "n/a"]])
def test_low_or_high_numbers_alone_prove_nothing(read, cells):
    answers = read({"doi": cells})
    assert [v for v in listed(answers.values["doi"]) if v] == [c for c in cells if c.isdigit()]


def test_a_list_that_reads_every_text_is_proposed(read):
    answers = read({"doi": ["2", "3", "9", "10 (All my time)"], "glad": ["0", "1", "4", "2"]})
    assert proposals(answers, "doi") == {"scales: ten"} and proposals(answers, "glad") == {"scales: zero"}


def test_the_list_that_params_declare_is_the_one_that_must_fit(read):
    answers = read({"doi": ["2", "9", "10 (All my time)"]}, scales={"doi": "ten"})
    assert listed(answers.values["doi"]) == ["2", "9", "10"]
    assert listed(read({"doi": ["0", "9"]}, scales={"doi": "ten"}).values["doi"]) == [None, None]


def test_a_row_of_a_battery_shows_the_scale_of_its_neighbours(read):
    answers = read({"use_a": ["7", "1"], "use_b": ["2", "3"], "doi": ["2", "3"]})
    assert listed(answers.values["use_b"]) == [None, None]
    assert listed(answers.values["doi"]) == ["2", "3"]  # a longer scale of one battery says nothing of another question


def test_a_count_from_0_is_that_of_every_list_of_the_file(read):
    answers = read({"use_a": ["0", "4"], "doi": ["1", "4"], "glad": ["2", "4"], "stars": ["1", "4"]})
    assert listed(answers.values["doi"]) == listed(answers.values["glad"]) == [None, None]
    assert listed(answers.values["stars"]) == ["1", "4"]
    assert listed(read({"use_a": ["0", "4"], "doi": ["1", "5"]}).values["doi"]) == ["1", "5"]  # a 5 counts from 1


def test_a_number_that_params_declare_to_be_no_answer_says_nothing_of_the_others(read):
    answers = read({"doi": ["1", "5", "99"]}, answers={"doi": {"99": "no_answer"}})
    assert listed(answers.values["doi"]) == ["1", "5", None]


def test_a_number_that_params_declare_to_be_another_answer_leaves_its_neighbours_open(read):
    answers = read({"doi": ["0", "1", "4"]}, answers={"doi": {"0": 1}})
    assert listed(answers.values["doi"]) == ["1", None, None]
    whole = read({"doi": ["0", "1", "4"]}, answers={"doi": {"0": 1, "1": 2, "4": 5}})
    assert listed(whole.values["doi"]) == ["1", "2", "5"]


# ------------------------------------------------------------------ numbers among texts


@pytest.mark.parametrize(
    ("question", "cells", "expected"),
    [
        ("doi", ["Never", "Often", "2"], ["1", "3", None]),
        ("doi", ["Nie", "4", "5"], ["1", None, None]),
        ("doi", ["1 (Never)", "2", "5 (Always)"], ["1", "2", "5"]),
        ("doi", ["1 - Nie", "2", "5 - Immer"], ["1", "2", "5"]),
        ("doi", ["1 (Always)", "2", "5 (Never)"], [None, None, None]),
        ("kind", ["Grants", "Open core", "3"], ["1", "2", None]),
        ("kind", ["1", "3"], ["1", "3"]),
        ("ends", ["1 - not at all", "2", "4", "5 - very"], ["1", "2", "4", "5"]),
        ("ends", ["1", "2", "4", "5"], ["1", "2", "4", "5"]),
        ("ten", ["1 (None at all)", "7", "10"], ["1", "7", "10"]),
        ("doi", ["2", "3", "7 (Always)"], [None, None, None]),
        ("doi", ["2", "3", "ganz und gar"], [None, None, None]),
    ],
)
def test_bare_numbers_are_codes_only_where_every_text_is(read, question, cells, expected):
    name = {"ends": "ease", "ten": "effort"}.get(question, question)
    answers = read({name: cells})
    assert listed(answers.values[name]) == expected


def test_answers_of_another_list_are_named_with_that_list(read):
    answers = read({"doi": ["Agree", "Disagree strongly", "Neither"]})
    assert rules(answers, "doi") == dict.fromkeys(["Agree", "Disagree strongly", "Neither"], Rule.OTHER_LIST)
    assert proposals(answers, "doi") == {"scales: agree"}


def test_numbers_joined_in_one_cell_are_judged_alike(read):
    assert listed(read({"kinds": ["1;2", "3"]}).values["kinds/1"]) == [True, False]
    assert set(read({"kinds": ["0;1", "3"]}).reasons["kinds/1"]) == {"unreadable"}
    mixed = read({"kinds": ["Grants; Open core", "3;4"]})
    assert listed(mixed.reasons["kinds/1"]) == ["", "unreadable"]


# ------------------------------------------------------------------ codes with decimals


@pytest.mark.parametrize("cells", [["1.0", "3.0", ""], ["1,0", "3,0", ""], ["1", "3.0", ""], ["1.00", "3.00", ""]])
def test_whole_codes_with_decimals_are_codes(read, cells):
    assert listed(read({"doi": cells, "kinds": ["2.0", "", "4.0"]}).values["doi"]) == ["1", "3", None]


def test_one_code_with_decimals_is_one_tick(read):
    assert listed(read({"kinds": ["2.0", "", "4.0"]}).values["kinds/2"]) == [True, None, False]


# ------------------------------------------------------------------ yes and no


@pytest.mark.parametrize(
    ("cells", "language"),
    [
        (["Y", "N"], "en"),
        (["WAHR", "FALSCH"], "de"),
        (["true", "false"], ""),
        (["Oui", "Non"], "en"),
        (["VRAI", "FAUX"], "de"),
        (["Tak", "Nie"], "en"),
        (["ΝΑΙ", "ΟΧΙ"], "en"),
        (["ИСТИНА", "ЛОЖЬ"], "en"),
        (["Jā", "Nē"], "en"),
        (["Da", "Ne"], "en"),
        (["O", "N"], "en"),
        (["J", "N"], "de"),
    ],
)
def test_words_for_yes_and_no_are_the_answers_of_a_list_of_yes_and_no(read, cells, language):
    answers = read({"data": [*cells, cells[0], ""]})
    assert listed(answers.values["data"]) == ["yes", "no", "yes", None]


@pytest.mark.parametrize("cells", [["1", "0"], ["x", ""], ["maybe", "Y"], ["ne", ""]])
def test_what_is_not_surely_yes_or_no_stays_open(read, cells):
    assert listed(read({"data": cells}).reasons["data"])[0] == "unreadable"


@pytest.mark.parametrize(
    "signs",
    [
        ("WAHR", "FALSCH"),
        ("VRAI", "FAUX"),
        ("VERO", "FALSO"),
        ("VERDADERO", "FALSO"),
        ("ИСТИНА", "ЛЪЖА"),
        ("ISTINA", "NEISTINA"),
        ("ΑΛΗΘΕΣ", "ΨΕΥΔΕΣ"),
        ("PATIESS", "APLAMS"),
        ("WAAR", "ONWAAR"),
        ("PRAWDA", "FAŁSZ"),
        ("ADEVĂRAT", "FALS"),
        ("RES", "NI RES"),
        ("TOSI", "EPÄTOSI"),
        ("IGAZ", "HAMIS"),
        ("PRAVDA", "NEPRAVDA"),
        ("SANT", "FALSKT"),
        ("Checked", "Unchecked"),
        ("x", ""),
        ("✓", ""),
        ("☑", "☐"),
        ("●", "○"),
        ("1.0", "0.0"),
        ("Ne", "Ochi"),
        ("Da", "Ne"),
    ],
)
def test_ticks_are_known_in_every_language(read, signs):
    yes, no = signs
    answers = read({"kinds/1": [yes, no, no], "kinds/2": [no, yes, no], "kinds/3": [no, no, yes], "kinds/4": [no, no, no]})
    assert [listed(answers.values[f"kinds/{n}"]) for n in "1234"] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
        [False, False, False],
    ]


def test_numbers_that_grade_the_options_are_no_ticks(read):
    answers = read({"kinds/1": ["1", "3"], "kinds/2": ["2", "1"]})
    assert set(answers.reasons["kinds/1"]) == {"unreadable"}


# ------------------------------------------------------------------ numbers


@pytest.mark.parametrize("cells", [["0.45", "1"], ["0,5", "0,25"], ["0", "0.999"]])
def test_shares_between_0_and_1_where_per_cent_are_asked_are_open_until_the_unit_is_told(read, cells):
    answers = read({"share": cells})
    assert listed(answers.values["share"]) == [None, None] and proposals(answers, "share") == {"units: share"}
    told = listed(read({"share": cells}, units={"share": "share"}).values["share"])
    assert told == [pytest.approx(100 * float(c.replace(",", "."))) for c in cells]
    assert listed(read({"share": cells}, units={"share": "%"}).values["share"]) == [float(c.replace(",", ".")) for c in cells]


def test_shares_are_judged_by_the_whole_set(read):
    answers = read({"income_a": ["0.4", "1"], "income_b": ["0.6", "0"]})
    assert set(answers.reasons["income_a"]) == set(answers.reasons["income_b"]) == {"unreadable"}
    per_cent = read({"income_a": ["0.4", "1"], "income_b": ["99.6", "99"]})
    assert listed(per_cent.values["income_a"]) == [0.4, 1]


@pytest.mark.parametrize("cells", [["45%", "45 %", "0,45 %"], ["45\u00a0%", "45.0%", "0.45%"]])
def test_a_per_cent_sign_is_read_where_per_cent_are_asked(read, cells):
    assert listed(read({"share": cells}).values["share"]) == [45, 45, 0.45]
    assert listed(read({"share": cells}, units={"share": "share"}).values["share"]) == [45, 45, 0.45]


def test_a_per_cent_sign_is_held_where_none_are_asked(read):
    answers = read({"age": ["45%", "45"], "staff": ["10 %", "10"]})
    assert listed(answers.values["age"]) == [None, 45] and listed(answers.values["staff"]) == [None, 10]
    assert rules(answers, "age") == {"45%": Rule.PER_CENT}


def test_thousands_that_a_spreadsheet_lost_are_asked_for_with_their_neighbours(read):
    answers = read({"staff": ["1.2", "3", "45", "1990"]})
    assert listed(answers.values["staff"]) == [None, None, None, 1990]
    assert rules(answers, "staff") == {"1.2": Rule.NOT_WHOLE, "3": Rule.BESIDE_LOST, "45": Rule.BESIDE_LOST}
    half = read({"staff": ["7.5", "3", "45"]}, answers={"staff": {"7.5": 8}})
    assert listed(half.values["staff"]) == [8, 3, 45]
    lost = read({"staff": ["1.2", "3"]}, answers={"staff": {"1.2": 1200}})
    assert listed(lost.values["staff"]) == [1200, None]


# ------------------------------------------------------------------ nothing typed


SIGNS = ["-", "--", "n/a", ".", "/", "…", "k. A.", "nvt", "n.v.t.", "null", "NULL", "nan", "?", "N/A", "keine Angabe"]


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_for_nothing_is_no_text(read, sign):
    answers = read({"remark": [sign, "a remark"], "kind": ["Grants", sign]})
    assert listed(answers.values["remark"]) == [None, "a remark"]
    assert listed(answers.values["kind"]) == ["1", None]
    assert listed(answers.reasons["kind"])[1] in ("no_answer", "not_applicable")
