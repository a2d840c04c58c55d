"""Qualtrics, SurveyMonkey and SPSS: small exports with the truth beside them, and what the demonstration writes in their layouts."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from dataclasses import replace

import pandas as pd
import pyreadstat
import pytest

from bwise import apart
from bwise.demo import PARTNERS, simulate
from bwise.demo.layouts import export, qualtrics, spss, surveymonkey
from bwise.demo.simulation import CANARIES
from bwise.exports import containers
from bwise.exports import qualtrics as qualtrics_reader
from bwise.exports import spss as spss_reader
from bwise.exports import surveymonkey as surveymonkey_reader
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire

DAY = "2022-04-04 08:24:00"
GROUP = "Which group of workers do you belong to?"
MODEL = "Which model describes your enterprise best?"
FOUNDED = "In which year was your enterprise founded?"
FUNDING = "How is the training of your staff funded?"
BARRIERS = "What keeps your enterprise from using more technology?"
RELEVANT = "How relevant are these digital skills for your own work today?"
SOLVING = "Solving technical problems"
COMMENTS = "Anything else you would like to tell us?"
SELF, PUBLIC, OTHER_FUNDING = "Self-funded", "Funded by public funds", "Other funding"
LAYOUTS = [*qualtrics.LAYOUTS, *surveymonkey.LAYOUTS, *spss.LAYOUTS]


def listed(series):
    return series.astype(object).where(series.notna(), None).tolist()


def abouts(raw):
    return {c.code or c.heading: c.about for c in raw.columns}


# ------------------------------------------------------------------ the demonstration's people in these layouts


@pytest.mark.parametrize("language", ["de", "el"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_is_read_back_to_what_was_sent(send, questionnaire, layout, language):
    partner = next(p for p in PARTNERS if p.name == "AT-1")
    people = [replace(p, partner=replace(partner, language=language)) for p in simulate(questionnaire) if p.partner == partner]
    content = export(layout, people, questionnaire)
    read = send(content)
    assert [m.column.heading for m in read.recognised.matches if not m.settled] == []
    assert (read.recognised.readable, read.recognised.language) == (1, language)
    wrong = [
        (column, number, cell, person.sent(column))
        for column in questionnaire.all_columns
        for number, (cell, person) in enumerate(zip(listed(read.answers.values[column]), people, strict=True))
        if cell != person.sent(column)
    ]
    assert wrong == []
    typed = {m.column.position for m in read.recognised.matches if m.question in ("wise_code", "comments")}
    text = "\n".join(read.raw.cells.drop(columns=list(typed)).to_numpy().ravel())
    planted = {name for name, canary in CANARIES.items() if canary in "\n".join(read.raw.grid.cells.to_numpy().ravel())}
    assert {"ip", "token"} <= planted and [name for name in CANARIES if CANARIES[name] in text] == []
    assert content == export(layout, people, questionnaire)


REAL = (
    "eusurvey/Content_Export_EVERSElandscaping_Survey_results_16-10-2024_nopersonal.xls",
    "eusurvey/sustainability_assessment_of_EU_companies.csv",
    "google_forms/The use of software in research (Responses) 24 Oct 14 - Form Responses 1.csv",
    "indico/2019/lille-dec.csv",
    "kobo/raw_data.csv",
    "kobo/cleaning_log.csv",
    "limesurvey/results-survey4914.xlsx",
    "rse2017/us/public_data.csv",
)


@pytest.mark.real
@pytest.mark.parametrize("file", REAL)
def test_real_files_of_other_tools_are_declined(real, file):
    found = list(containers.grids(real / file, file))
    assert found
    assert [reader.NAME for grid in found for reader in (qualtrics_reader, surveymonkey_reader, spss_reader) if reader.read(grid)] == []


def test_what_the_demonstration_writes_of_other_tools_is_declined(demo_folder):
    files = [demo_folder / p.country / p.file for p in PARTNERS if p.layout not in LAYOUTS]
    found = [grid for path in files for grid in containers.grids(path, path.name)]
    assert len(found) >= len(files) > 5
    assert [reader.NAME for grid in found for reader in (qualtrics_reader, surveymonkey_reader, spss_reader) if reader.read(grid)] == []


# ------------------------------------------------------------------ Qualtrics

OWN = {
    "StartDate": ("Start Date", "startDate", DAY),
    "EndDate": ("End Date", "endDate", DAY),
    "Status": ("Response Type", "status", "IP Address"),
    "IPAddress": ("IP Address", "ipAddress", CANARIES["ip"]),
    "Progress": ("Progress", "progress", "100"),
    "Duration (in seconds)": ("Duration (in seconds)", "duration", "1440"),
    "Finished": ("Finished", "finished", "True"),
    "RecordedDate": ("Recorded Date", "recordedDate", DAY),
    "ResponseId": ("Response ID", "_recordId", "R_2YPOQ602ER1jkf1"),
    "RecipientEmail": ("Recipient Email", "recipientEmail", CANARIES["mail"]),
    "ExternalReference": ("External Data Reference", "externalDataReference", CANARIES["token"]),
    "LocationLatitude": ("Location Latitude", "locationLatitude", CANARIES["latitude"]),
    "DistributionChannel": ("Distribution Channel", "distributionChannel", "anonymous"),
    "UserLanguage": ("User Language", "userLanguage", "EN"),
}


@pytest.fixture
def qualtrics_file(send):
    """`qualtrics_file({(tag, text, id): cells}, {own tag: cells})` reads what Qualtrics writes of these answers."""

    def qualtrics_file(columns, own=(), ids=True, name="survey_April 4, 2022_08.24.csv", **params):
        count = len(next(iter(columns.values())))
        told = {tag: dict(own).get(tag, [cell] * count) for tag, (_, _, cell) in OWN.items()}
        rows = [
            [*OWN, *(tag for tag, _, _ in columns)],
            [*(text for text, _, _ in OWN.values()), *(text for _, text, _ in columns)],
            [json.dumps({"ImportId": i}) for i in (*(i for _, i, _ in OWN.values()), *(i for _, _, i in columns))],
            *zip(*told.values(), *columns.values(), strict=True),
        ]
        read = send(rows if ids else rows[:2] + rows[3:], name=name, sign=",", **params)
        assert read.raw.tool == "Qualtrics"
        return read

    return qualtrics_file


GROUP_COLUMN = ("Q1", GROUP, "QID1")
WORKER, ENABLER = "Worker with support needs", "Enabler (management and human resources)"


def test_each_column_of_qualtrics_is_told_by_its_id_whatever_the_language_of_the_account(send):
    head = [
        ["StartDate", "Finished", "RecordedDate", "ResponseId", "RecipientLastName", "UserLanguage", "Q1", "Q1_DO", "Q2_First Click"],
        ["Anfangsdatum", "Beendet", "Erfassungsdatum", "Antwort-ID", "Nachname", "Benutzersprache", MODEL, "Reihenfolge", "Klick"],
        [
            json.dumps({"ImportId": i})
            for i in (
                "startDate",
                "finished",
                "recordedDate",
                "_recordId",
                "recipientLastName",
                "userLanguage",
                "QID1",
                "QID1_DO",
                "QID2_FIRST_CLICK",
            )
        ],
    ]
    raw = send([*head, [DAY, "1", DAY, "R_1", CANARIES["name"], "DE", "Social model", "1|2", "0.5"]], sign=",").raw
    assert (raw.tool, raw.header_row, len(raw.cells)) == ("Qualtrics", 3, 1)
    assert [c.about for c in raw.columns] == [
        "started",
        "tool",
        "submitted",
        "respondent_id",
        "person",
        "language",
        "",
        "tool",
        "tool",
    ]
    assert CANARIES["name"] not in raw.cells.to_numpy()


def test_what_a_device_or_a_file_tells_is_personal(qualtrics_file):
    answers = {GROUP_COLUMN: [WORKER], ("Q9_Browser", "Browser", "QID9_BROWSER"): ["Firefox"], ("Q8_Id", "File", "QID8_FILE_ID"): ["F_1"]}
    raw = qualtrics_file(answers).raw
    assert [abouts(raw)[tag] for tag in ("Q9_Browser", "Q8_Id", "IPAddress", "LocationLatitude")] == ["person"] * 4


@pytest.mark.parametrize(
    ("finished", "progress", "submitted"),
    [
        (["True", "False"], ["100", "42"], [DAY, ""]),
        (["1", "0"], ["100", "100"], [DAY, ""]),
        (["Wahr", "Falsch"], ["100", "42"], [DAY, ""]),
        (["True", "True"], ["100", "42"], [DAY, DAY]),  # ended early by the survey itself
    ],
)
def test_only_finished_answers_have_a_date_of_submission(qualtrics_file, finished, progress, submitted):
    raw = qualtrics_file({GROUP_COLUMN: [WORKER, ENABLER]}, {"Finished": finished, "Progress": progress}).raw
    assert raw.about("submitted").tolist() == submitted
    assert raw.grid.cells.loc[4:, 7].tolist() == [DAY, DAY]


@pytest.mark.parametrize(
    ("status", "channel"),
    [
        (["IP Address", "Survey Preview", "Survey Test"], ["anonymous", "preview", "test"]),
        (["0", "1", "2"], ["anonymous"] * 3),
        (["IP-Adresse", "Vorschau", "Vorschau"], ["email", "preview", "preview"]),
    ],
)
def test_previews_stay_in_and_are_told(qualtrics_file, status, channel):
    own = {"Status": status, "DistributionChannel": channel}
    raw = qualtrics_file({GROUP_COLUMN: [WORKER, ENABLER, WORKER]}, own).raw
    assert len(raw.cells) == 3
    assert raw.notes == ("2 records are previews or tests of the survey: rows 5, 6",)


def test_ordinary_answers_need_no_note(qualtrics_file):
    assert qualtrics_file({GROUP_COLUMN: [WORKER]}).raw.notes == ()


def test_numbers_for_answers_are_read_only_where_they_are_the_codes_of_the_questionnaire(qualtrics_file):
    own = {"Status": ["0"] * 2, "Finished": ["1"] * 2}
    row = ("Q2_1", f"{RELEVANT} - {SOLVING}", "QID2_1")
    answers = qualtrics_file({GROUP_COLUMN: ["1", "3"], row: ["4", "6"]}, own).answers
    assert listed(answers.values["digrel_d51"]) == [None, None]  # 6 is no point of the list: it was another scale
    assert listed(answers.values["group"]) == [None, None]
    assert answers.reasons["group"].tolist() == ["unreadable", "unreadable"]
    assert answers.reasons["digrel_d51"].tolist() == ["unreadable", "unreadable"]


def test_several_answers_in_one_cell_are_cut_by_the_answers_not_by_commas(qualtrics_file, questionnaire):
    sectors = {c.name: c.labels["en"] for c in questionnaire.lists["nace_rev2"].values()}
    assert "," in sectors["A"]
    column = ("Q3", questionnaire["sectors"].label(), "QID3")
    values = qualtrics_file({column: [f"{sectors['A']},{sectors['C']}", sectors["F"], ""]}).answers.values
    assert [[n for n in sectors if values[f"sectors/{n}"].iloc[row] is True or values[f"sectors/{n}"].iloc[row]] for row in (0, 1)] == [
        ["A", "C"],
        ["F"],
    ]
    assert values["sectors/A"].isna().tolist() == [False, False, True]


def funding_columns(selected, entry, text="invented fund"):
    """Split columns of a multiple answer: one person ticks the first and writes a text, one the second."""
    return {
        ("Q4_1", f"{FUNDING}{selected} - {SELF}", "QID4"): [SELF, ""],
        ("Q4_3", f"{FUNDING}{selected} - {PUBLIC}", "QID4"): ["", PUBLIC],
        ("Q4_6", f"{FUNDING}{selected} - {OTHER_FUNDING}", "QID4"): [OTHER_FUNDING, ""],
        ("Q4_6_TEXT", f"{FUNDING} - {OTHER_FUNDING} - {entry}", "QID4_6_TEXT"): [text, ""],
    }


@pytest.mark.parametrize(
    ("selected", "entry"), [(" - Selected Choice", "Text"), ("", "Text"), (" - Ausgewählte Auswahl", "Text"), (" - Izvēlētais", "Teksts")]
)
def test_the_words_qualtrics_adds_to_a_question_are_known_by_their_place(qualtrics_file, selected, entry):
    read = qualtrics_file(funding_columns(selected, entry))
    assert [m.column.heading for m in read.recognised.matches if not m.settled] == []
    values = read.answers.values
    assert [values[f"funding/{c}"].tolist() for c in ("self", "public", "other")] == [[True, False], [False, True], [True, False]]
    assert listed(values["funding_other"]) == ["invented fund", None]


@pytest.mark.parametrize("selected", [" - Selected Choice", " - Choix sélectionné", ""])
def test_a_single_answer_with_a_text_of_other(qualtrics_file, selected):
    answers = {
        ("Q5", MODEL + selected, "QID5"): ["Another model", "Social model"],
        ("Q5_5_TEXT", f"{MODEL} - Another model - Text", "QID5_5_TEXT"): ["a mill", ""],
    }
    values = qualtrics_file(answers).answers.values
    assert listed(values["model"]) == ["other", "social"]
    assert listed(values["model_other"]) == ["a mill", None]


def test_the_text_beside_another_option_is_not_taken_for_other(qualtrics_file):
    answers = funding_columns(" - Selected Choice", "Text")
    answers[("Q4_1_TEXT", f"{FUNDING} - {SELF} - Text", "QID4_1_TEXT")] = ["from sales", ""]
    read = qualtrics_file(answers)
    open_columns = [m.column.code for m in read.recognised.matches if not m.settled]
    assert open_columns == ["Q4_1_TEXT"]
    assert listed(read.answers.values["funding_other"]) == ["invented fund", None]


SEEN = {
    GROUP_COLUMN: ["-99", WORKER, ""],
    ("Q6", FOUNDED, "QID6_TEXT"): ["1990", "-99", ""],
    ("Q7", COMMENTS, "QID7_TEXT"): ["-99", "well", ""],
}


def test_seen_but_unanswered_is_no_answer_in_an_export_of_labels(qualtrics_file, questionnaire):
    columns = {(tag, questionnaire["comments"].label() if tag == "Q7" else text, i): cells for (tag, text, i), cells in SEEN.items()}
    read = qualtrics_file(columns)
    assert [read.answers.reasons[q].tolist() for q in ("group", "founded", "comments")] == [
        ["no_answer", "", "no_answer"],
        ["", "no_answer", "no_answer"],
        ["no_answer", "", "no_answer"],
    ]
    assert read.raw.notes == ("3 cells with -99 (seen, not answered) are read as no answer",)


def test_in_an_export_of_codes_minus_99_for_a_text_says_what_it_means(qualtrics_file):
    own = {"Status": ["0"] * 3, "Finished": ["1"] * 3}
    read = qualtrics_file(SEEN, own)
    assert read.answers.reasons["group"].tolist() == ["no_answer", "", "no_answer"]
    assert read.answers.reasons["founded"].tolist() == ["", "no_answer", "no_answer"]


def test_in_an_export_of_codes_minus_99_alone_may_be_an_answer_and_is_asked_with_its_column(qualtrics_file):
    row = ("Q2_1", f"{RELEVANT} - {SOLVING}", "QID2_1")
    read = qualtrics_file({row: ["-99", "4"]}, {"Status": ["0"] * 2, "Finished": ["1"] * 2})
    assert read.answers.reasons["digrel_d51"].tolist() == ["unreadable", "unreadable"]
    assert [n for n in read.raw.notes if "-99" in n and "params" in n]
    declared = qualtrics_file(
        {row: ["-99", "4"]}, {"Status": ["0"] * 2, "Finished": ["1"] * 2}, answers={"digrel_d51": {"-99": "dont_know"}}
    )
    assert declared.answers.reasons["digrel_d51"].tolist() == ["dont_know", ""]


@pytest.mark.parametrize("name", ["survey.xlsx", "survey.csv"])
def test_two_heading_rows_without_ids_are_known_by_the_tags(qualtrics_file, name):
    read = qualtrics_file(funding_columns(" - Selected Choice", "Text"), ids=False, name=name)
    assert (read.raw.header_row, len(read.raw.cells)) == (2, 2)
    told = {"ResponseId": "respondent_id", "RecordedDate": "submitted", "IPAddress": "person", "Q4_1": ""}
    assert told.items() <= abouts(read.raw).items()
    assert listed(read.answers.values["funding_other"]) == ["invented fund", None]


def test_tags_above_answers_are_no_headings_of_qualtrics(send):
    rows = [["StartDate", "EndDate", "Finished", MODEL], [DAY, DAY, "1", "Social model"], [DAY, DAY, "1", "Mixed model"]]
    raw = send(rows, sign=",").raw
    assert (raw.tool == "Qualtrics", len(raw.cells)) == (False, 2)


PLACE = ["LocationLatitude", "LocationLongitude", "LocationAccuracy"]
LEGACY = [
    [*(f"V{n}" for n in range(1, 11)), "Q1", "Q2", *PLACE, ""],
    [
        *("ResponseID", "ResponseSet", "Name", "ExternalDataReference", "EmailAddress", "IPAddress"),
        *("Status", "StartDate", "EndDate", "Finished", MODEL, FOUNDED, *PLACE, ""),
    ],
    ["R_1", "Standard-Antwortsatz", "Anonym", "", "", "192.0.2.1", "0", DAY, DAY, "1", "Social model", "1990", "47.1", "7.2", "-1", ""],
    ["R_2", "Standard-Antwortsatz", "Anonym", "", "", "192.0.2.1", "1", DAY, DAY, "0", "Mixed model", "", "47.1", "7.2", "-1", ""],
]


def test_the_legacy_format_has_two_heading_rows_and_a_last_column_of_nothing(send):
    read = send(LEGACY, sign=",", page="utf-8-sig")
    raw = read.raw
    assert (raw.tool, raw.header_row, len(raw.columns)) == ("Qualtrics", 2, 15)
    assert raw.about("respondent_id").tolist() == ["R_1", "R_2"]
    assert raw.about("submitted").tolist() == [DAY, ""]
    assert [c.code for c in raw.columns if c.about == "person"] == ["V3", "V4", "V5", "V6", *PLACE]
    assert raw.notes == ("1 records are previews or tests of the survey: rows 4",)
    assert listed(read.answers.values["model"]) == ["social", "mixed"]


def test_a_tsv_of_qualtrics_is_utf_16_with_tabs(qualtrics_file, send):
    rows = [["StartDate", "Q1"], ["Start Date", GROUP], ['{"ImportId":"startDate"}', '{"ImportId":"QID1"}'], [DAY, WORKER]]
    text = "\n".join("\t".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in rows)
    read = send(codecs.BOM_UTF16_LE + text.encode("utf-16-le"), "survey.tsv")
    assert (read.raw.tool, read.raw.grid.encoding, read.raw.grid.delimiter) == ("Qualtrics", "utf-16", "\t")
    assert listed(read.answers.values["group"]) == ["wsn"]


# ------------------------------------------------------------------ SurveyMonkey

MONKEY = {
    "Respondent ID": "118040000001",
    "Collector ID": "431598762",
    "Start Date": "04/04/2022 08:00:00",
    "End Date": "04/04/2022 08:24:00",
    "IP Address": CANARIES["ip"],
    "Email Address": CANARIES["mail"],
    "First Name": CANARIES["name"],
    "Last Name": CANARIES["name"],
    "Custom Data 1": CANARIES["token"],
}


@pytest.fixture
def monkey(send):
    """`monkey([(question, {part: cells})])` reads what SurveyMonkey writes of these answers."""

    def monkey(questions, own=MONKEY, ids=None, **params):
        count = len(next(iter(questions[0][1].values())))
        told = [[cell] * count for cell in own.values()]
        told[0] = ids or [str(118040000001 + n) for n in range(count)]
        rows = [
            [*own, *(title for question, parts in questions for title in [question, *[""] * (len(parts) - 1)])],
            [*[""] * len(own), *(part for _, parts in questions for part in parts)],
            *zip(*told, *(cells for _, parts in questions for cells in parts.values()), strict=True),
        ]
        read = send(rows, **({"sign": ","} | params))
        assert read.raw.tool == "SurveyMonkey"
        return read

    return monkey


ONE = (MODEL, {"Response": ["Social model", "Mixed model"]})


@pytest.mark.parametrize("name", ["answers.csv", "answers.xlsx"])
def test_what_surveymonkey_adds_is_dropped_but_for_the_respondent_and_the_start(monkey, name):
    raw = monkey([ONE], name=name).raw
    assert (raw.header_row, raw.cells.index.tolist()) == (2, [3, 4])
    assert list(abouts(raw).values()) == ["respondent_id", "tool", "started", "tool", *["person"] * 5, ""]
    assert not [n for n in ("ip", "mail", "name", "token") if CANARIES[n] in raw.cells.to_numpy()]


def test_an_own_column_of_surveymonkey_in_another_language_is_dropped_too(monkey):
    own = {"Befragten-ID": "", "Collector-ID": "431598762", "Kennwort": CANARIES["token"]}
    assert list(abouts(monkey([ONE], own).raw).values()) == ["respondent_id", "tool", "person", ""]


def test_the_question_stands_over_its_first_column_only(monkey):
    battery = (RELEVANT, {SOLVING: ["Relevant", ""], "Protecting devices": ["", "Not relevant"]})
    funding = (FUNDING, {SELF: [SELF, ""], PUBLIC: [PUBLIC, PUBLIC]})
    read = monkey([ONE, battery, funding, (FOUNDED, {"Open-Ended Response": ["1990", "1991"]})])
    assert [c.heading for c in read.raw.columns[9:]] == [
        MODEL,
        f"{RELEVANT} [{SOLVING}]",
        f"{RELEVANT} [Protecting devices]",
        f"{FUNDING} [{SELF}]",
        f"{FUNDING} [{PUBLIC}]",
        FOUNDED,
    ]
    values = read.answers.values
    assert listed(values["digrel_d51"]) == ["4", None]
    assert listed(values["founded"]) == [1990.0, 1991.0]
    assert [values[f"funding/{c}"].tolist() for c in ("self", "public")] == [[True, False], [True, True]]


@pytest.mark.parametrize("label", ["Another model", "Other (please specify)", "Otro (especifique)", "Sonstiges (bitte angeben)"])
@pytest.mark.parametrize("repeated", [True, False])
def test_an_answer_in_the_field_for_others_is_the_answer_other(monkey, label, repeated):
    cells = {"Response": ["Social model", label if repeated else "", ""], label: ["", "a mill", ""]}
    read = monkey([(MODEL, cells)])
    assert [m.column.heading for m in read.recognised.matches if not m.settled] == []
    assert listed(read.answers.values["model"]) == ["social", "other", None]
    assert listed(read.answers.values["model_other"]) == [None, "a mill", None]
    assert read.raw.grid.cells.loc[4, 9] == (label if repeated else "")


def test_na_of_r_is_a_blank_of_surveymonkey_where_there_is_no_other(monkey):
    read = monkey([(MODEL, {"Response": ["Social model", "NA", "NA"], "Another model": ["NA", "a mill", "NA"]})])
    assert listed(read.answers.values["model"]) == ["social", "other", None]
    assert listed(read.answers.values["model_other"]) == [None, "a mill", None]


def test_a_comment_beside_a_response_leaves_the_response_alone(monkey):
    read = monkey([(MODEL, {"Response": ["Social model", "Mixed model"], "Why?": ["we like it", ""]})])
    assert listed(read.answers.values["model"]) == ["social", "mixed"]
    assert [m.column.heading for m in read.recognised.matches if not m.settled] == [f"{MODEL} [Why?]"]


@pytest.mark.parametrize("label", [OTHER_FUNDING, "Other (please specify)"])
def test_the_last_column_of_a_multiple_answer_holds_the_text_of_other(monkey, label):
    read = monkey([ONE, (FUNDING, {SELF: [SELF, ""], PUBLIC: ["", PUBLIC], label: ["a raffle", ""]})])
    values = read.answers.values
    assert [values[f"funding/{c}"].tolist() for c in ("self", "public", "other")] == [[True, False], [False, True], [True, False]]
    assert listed(values["funding_other"]) == ["a raffle", None]


def test_other_as_a_mere_option_has_no_text(monkey):
    read = monkey([ONE, (FUNDING, {SELF: [SELF, ""], OTHER_FUNDING: [OTHER_FUNDING, OTHER_FUNDING]})])
    assert read.answers.values["funding/other"].tolist() == [True, True]
    assert set(read.answers.reasons["funding_other"]) == {"not_asked"}


def test_a_condensed_multiple_answer_stands_in_one_cell(monkey):
    cells = {"Response": [f"{SELF}, {PUBLIC}", SELF, PUBLIC, ""], OTHER_FUNDING: ["", "a raffle", "", "a bazaar"]}
    values = monkey([(FUNDING, cells)]).answers.values
    assert [listed(values[f"funding/{c}"]) for c in ("self", "public", "other")] == [
        [True, True, False, False],
        [True, False, True, False],
        [False, True, False, True],
    ]
    assert listed(values["funding_other"]) == [None, "a raffle", None, "a bazaar"]


def test_options_written_as_their_numbers_are_ticks_and_not_a_no(monkey):
    """2 says no in exports of LimeSurvey; here it is the second option."""
    values = monkey([ONE, (FUNDING, {SELF: ["1", ""], PUBLIC: ["2", "2"], "Private funding schemes": ["", ""]})]).answers.values
    assert [values[f"funding/{c}"].tolist() for c in ("self", "public", "private")] == [[True, False], [True, True], [False, False]]


def test_an_export_in_another_language_is_known_by_its_headings(monkey, questionnaire):
    questions = [
        (questionnaire[q].label("de"), {part: cells})
        for q, part, cells in (
            ("model", "Antwort", ["Soziales Modell", ""]),
            ("pathway", "Antwort", ["Dauerarbeitsplätze im Unternehmen", ""]),
            ("comments", "Offene Beantwortung", ["gut", ""]),
            ("national_form", "Offene Beantwortung", ["Verein", "GmbH"]),
        )
    ]
    read = monkey(questions, {"Befragten-ID": ""})
    assert read.recognised.language == "de"
    assert [m.target for m in read.recognised.matches] == ["model", "pathway", "comments", "national_form"]


def test_a_csv_saved_from_excel_has_rounded_numbers_of_respondents(monkey):
    raw = monkey([ONE], ids=["1,1804E+11", "1,1804E+11"], sign=";", page="cp1252").raw
    assert (len(raw.cells), raw.about("respondent_id")) == (2, None)


@pytest.mark.parametrize(
    "rows",
    [
        [["Respondent ID", MODEL, FOUNDED], ["118040000001", "Social model", "1990"], ["118040000002", "Mixed model", "1991"]],
        [["Respondent ID", MODEL], ["", "Response"], ["Anna", "Mixed model"]],
        [["Respondent ID", MODEL], ["", "what you do"], ["118040000001", "Mixed model"]],
        [["Respondent ID", "", MODEL], ["", "Response", "Response"], ["118040000001", "x", "Mixed model"]],
    ],
)
def test_other_tables_are_not_taken_for_surveymonkey(send, rows):
    assert send(rows, sign=",").raw.tool != "SurveyMonkey"


SURVEY = """type,name,label,role
select_one yes,fan,Do you consider yourself to be a fan of the Star Wars film franchise?,
select_multiple film,seen,Which of the following Star Wars films have you seen? Please select all that apply.,
select_one shot,first,Which character shot first?,
select_one age,age,Age,
"""
FILMS = ("I The Phantom Menace", "II Attack of the Clones", "III Revenge of the Sith", "IV A New Hope", "V The Empire Strikes Back")
CHOICES = [
    *(("yes", v.lower(), v) for v in ("Yes", "No")),
    *(("film", f"e{n}", f"Star Wars: Episode {t}") for n, t in enumerate((*FILMS, "VI Return of the Jedi"), 1)),
    *(("shot", v.lower()[:4].strip(), v) for v in ("Han", "Greedo", "I don't understand this question")),
    *(("age", f"a{n}", v) for n, v in enumerate(("18-29", "30-44", "45-60", "> 60"))),
]


@pytest.mark.real
def test_a_real_file_of_surveymonkey_gives_the_answers_that_are_in_it(real, tmp_path, send):
    folder = tmp_path / "star_wars"
    folder.mkdir()
    (folder / "survey.csv").write_text(SURVEY, encoding="utf-8-sig")
    (folder / "choices.csv").write_text("list_name,name,label\n" + "".join(f'{a},{b},"{c}"\n' for a, b, c in CHOICES), encoding="utf-8-sig")
    (folder / "settings.csv").write_text("form_title,form_id,version\nStar Wars,star_wars,1\n", encoding="utf-8-sig")
    content = (real / "surveymonkey" / "StarWars.csv").read_bytes()
    read = send(content, questionnaire=load_questionnaire(folder), encoding="cp1252")
    rows = list(csv.reader(io.StringIO(content.decode("cp1252"))))[2:]
    assert (read.raw.tool, len(read.raw.cells), len(rows)) == ("SurveyMonkey", 1186, 1186)
    values = read.answers.values
    assert listed(values["fan"]) == [row[2].lower() or None for row in rows]
    for n in range(6):
        assert listed(values[f"seen/e{n + 1}"]) == [bool(row[3 + n]) if any(row[3:9]) else None for row in rows]
    assert [int(values[f"seen/e{n}"].sum()) for n in range(1, 7)] == [673, 571, 550, 607, 758, 738]
    assert values["age"].value_counts().to_dict() == {"a2": 291, "a3": 269, "a1": 268, "a0": 218}
    assert values["first"].value_counts().sum() == sum(row[29] != "" for row in rows)


# ------------------------------------------------------------------ SPSS


def sav(columns, labels=None, values=None, missing=None, tmp="", **how):
    """Bytes of an SPSS file: name -> cells, labels of variables, labels of values, ranges declared missing."""
    path = tmp / "made.sav"
    names = labels or {}
    pyreadstat.write_sav(
        pd.DataFrame(columns),
        path,
        column_labels=[names.get(c) for c in columns],
        variable_value_labels=values or {},
        missing_ranges=missing or {},
        **how,
    )
    return path.read_bytes()


@pytest.fixture
def spss_file(send, tmp_path):
    """`spss_file(columns, labels, values, missing)` reads what an SPSS file says."""

    def spss_file(*made, params=None, **how):
        read = send(sav(*made, tmp=tmp_path, **how), "survey.sav", **(params or {}))
        assert (read.raw.tool, read.raw.grid.container) == ("SPSS", "sav")
        return read

    return spss_file


POINTS = ("Not relevant", "Slightly relevant", "Moderately relevant", "Relevant", "Very relevant")
RELEVANCE = {float(n): label for n, label in enumerate(POINTS, 1)} | {98.0: "Don't know"}


def test_values_are_read_by_their_labels_and_questions_by_the_labels_of_variables(spss_file):
    read = spss_file(
        {"v1": [3.0, 1.0, None], "v2": [1990.0, 2001.0, None], "v3": ["well", "", "so"]},
        {"v1": MODEL, "v2": FOUNDED, "v3": "Anything else?"},
        {"v1": {1.0: "Social model", 3.0: "Mixed model"}},
    )
    assert listed(read.answers.values["model"]) == ["mixed", "social", None]
    assert listed(read.answers.values["founded"]) == [1990.0, 2001.0, None]
    assert read.raw.cells.index.tolist() == [1, 2, 3]
    assert [(c.code, c.text) for c in read.raw.columns[:2]] == [("v1", MODEL), ("v2", FOUNDED)]


TICKS = [
    ([1.0, 0.0], {1.0: "Yes", 0.0: "No"}),
    ([1.0, 0.0], {1.0: "Yes", 0.0: "Not selected"}),
    ([1.0, 0.0], {}),
    ([1.0, None], {1.0: SELF}),
    ([2.0, 1.0], {2.0: "Selected", 1.0: "Not selected"}),
]
HEADS = [f"[{SELF}] {FUNDING}", f"{FUNDING}: {SELF}", f"{FUNDING} - {SELF}", f"{FUNDING} - Selected Choice - {SELF}"]


@pytest.mark.parametrize(("label", "ticks"), [*((HEADS[0], t) for t in TICKS), *((label, TICKS[0]) for label in HEADS[1:])])
def test_a_multiple_answer_is_one_variable_per_option(spss_file, label, ticks):
    cells, names = ticks
    labels = {"q4_1": label, "q4_2": label.replace(SELF, PUBLIC)}
    values = {"q4_1": names, "q4_2": {k: v.replace(SELF, PUBLIC) for k, v in names.items()}} if names else {}
    read = spss_file({"q4_1": cells, "q4_2": cells[:1] * 2}, labels, values)
    assert read.answers.values["funding/self"].tolist() == [True, False]
    assert read.answers.values["funding/public"].tolist() == [True, True]


def test_user_missing_values_with_a_label_keep_it_though_pyreadstat_would_drop_them(spss_file, tmp_path):
    made = ({"v1": [4.0, 98.0]}, {"v1": f"{RELEVANT} - {SOLVING}"}, {"v1": RELEVANCE}, {"v1": [{"lo": 98.0, "hi": 99.0}]})
    content = sav(*made, tmp=tmp_path)
    assert pyreadstat.read_sav(io.BytesIO(content))[0]["v1"].isna().tolist() == [False, True]
    answers = spss_file(*made).answers
    assert listed(answers.values["digrel_d51"]) == ["4", None]
    assert answers.reasons["digrel_d51"].tolist() == ["", "dont_know"]


def test_a_value_that_the_file_declares_missing_without_a_label_is_no_number(spss_file):
    cells = {"v1": [1990.0, -99.0, -98.0], "v2": [4.0, -99.0, 98.0]}
    missing = {"v1": [-99.0, -98.0], "v2": [{"lo": -99.0, "hi": -1.0}, 98.0]}
    read = spss_file(cells, {"v1": FOUNDED, "v2": f"{RELEVANT} - {SOLVING}"}, {"v2": RELEVANCE}, missing)
    assert listed(read.answers.values["founded"]) == [1990.0, None, None]
    assert read.answers.reasons["founded"].tolist() == ["", "no_answer", "no_answer"]
    assert read.answers.reasons["digrel_d51"].tolist() == ["", "no_answer", "dont_know"]
    assert read.raw.notes == ("3 cells with a value that the file declares missing, without a label for it, are read as no answer",)


def test_a_text_that_the_file_declares_missing_is_no_answer(spss_file, questionnaire):
    read = spss_file({"v1": ["GmbH", "zz"]}, {"v1": questionnaire["national_form"].label()}, {}, {"v1": ["zz"]})
    assert listed(read.answers.values["national_form"]) == ["GmbH", None]


def test_a_code_that_nothing_explains_is_unreadable_until_params_say_what_it_is(spss_file):
    made = ({"v1": [2.0, -99.0]}, {"v1": MODEL}, {"v1": {1.0: "Productive model", 2.0: "Social model"}})
    assert spss_file(*made).answers.reasons["model"].tolist() == ["", "unreadable"]
    declared = spss_file(*made, params={"answers": {"model": {"-99": "no_answer"}}})
    assert declared.answers.reasons["model"].tolist() == ["", "no_answer"]


@pytest.mark.parametrize("params", [{}, {"decimal": ","}])
def test_numbers_keep_their_point_whatever_decimal_sign_params_declare(spss_file, questionnaire, params):
    question = questionnaire["income_market"]
    labels = {"v1": f"{question.battery_labels['en']} - {question.label()}"}
    assert spss_file({"v1": [26.5, 0.125]}, labels, params=params).answers.values["income_market"].tolist() == [26.5, 0.125]


def test_dates_are_iso_dates_and_tell_who_submitted(spss_file):
    made = pd.to_datetime(["2022-04-04 08:24:00", None])
    raw = spss_file({"id": [1.0, 2.0], "submitdate": made, "token": ["CANARY", "CANARY"], "v1": ["a", "b"]}, {"v1": MODEL}).raw
    assert raw.about("submitted").tolist() == ["2022-04-04 08:24:00", ""]
    assert raw.about("respondent_id").tolist() == ["1", "2"]
    assert "CANARY" not in raw.cells.to_numpy()


def test_what_qualtrics_and_surveymonkey_tell_of_persons_is_dropped_in_spss_too(spss_file):
    names = ("IPAddress", "RecipientEmail", "LocationLatitude", "CustomData1", "EmailAddress", "FirstName")
    raw = spss_file({name: ["CANARY"] for name in names} | {"CollectorID": ["1"], "v1": ["x"]}, {"v1": MODEL}).raw
    assert [c.code for c in raw.columns if c.about == "person"] == list(names)
    assert "CANARY" not in raw.cells.to_numpy()


def test_a_question_may_have_the_name_of_what_a_tool_adds(spss_file):
    read = spss_file({"status": [1.0], "progress": [1990.0]}, {"status": MODEL, "progress": FOUNDED}, {"status": {1.0: "Social model"}})
    assert listed(read.answers.values["model"]) == ["social"]
    assert listed(read.answers.values["founded"]) == [1990.0]


def test_a_label_that_spss_cut_off_still_finds_its_answer_and_its_question(spss_file, questionnaire):
    long = questionnaire.lists["nace_rev2"]["T"].labels["bg"].encode()
    question = questionnaire["sectors"].label("bg")
    labels = {
        "sectors_T": f"[{long.decode()}] {question}".encode()[:255].decode(errors="ignore"),
        "sectors_S": f"[{questionnaire.lists['nace_rev2']['S'].labels['bg']}] {question}",
        "main_sector": questionnaire["main_sector"].label("bg"),
    }
    cells = {"sectors_S": [0.0, 1.0], "sectors_T": [1.0, 0.0], "main_sector": [20.0, 19.0]}
    names = {19.0: questionnaire.lists["nace_rev2"]["S"].labels["bg"], 20.0: long[:120].decode(errors="ignore")}
    read = spss_file(cells, labels, {"main_sector": names})
    assert listed(read.answers.values["main_sector"]) == ["T", "S"]
    assert [listed(read.answers.values[f"sectors/{c}"]) for c in "ST"] == [[False, True], [True, False]]
    assert set(read.answers.mapping["rule"]) >= {"label cut off"}


def test_the_beginning_of_two_labels_is_none_of_them(spss_file, tmp_path):
    folder = tmp_path / "alike"
    folder.mkdir()
    begun = "A label that is so long that nobody can see where it will end, if ever"
    (folder / "survey.csv").write_text("type,name,label\nselect_one l,q,The question\ntext,t,A text\n", encoding="utf-8-sig")
    (folder / "choices.csv").write_text(f'list_name,name,label\nl,a,"{begun} here"\nl,b,"{begun} there"\n', encoding="utf-8-sig")
    (folder / "settings.csv").write_text("form_title,form_id,version\nt,t,1\n", encoding="utf-8-sig")
    params = {"questionnaire": load_questionnaire(folder)}
    read = spss_file({"q": [begun, f"{begun} he"], "t": ["x", "y"]}, params=params)
    assert listed(read.answers.values["q"]) == [None, "a"]


@pytest.mark.parametrize(("page", "declared", "word"), [("cp1253", b"windows-1253", "Αθήνα"), ("cp1252", b"windows-1252", "Müßiggänger")])
def test_letters_are_in_the_encoding_that_the_file_declares(send, tmp_path, page, declared, word):
    stand_in = "".join(chr(ord("q") + i % 5) for i in range(len(word)))
    content = sav({"v1": [stand_in], "v2": [1990.0]}, {"v1": "Anything", "v2": FOUNDED}, tmp=tmp_path)
    assert content.count(stand_in.encode()) == 1
    utf_8 = b"\x01\x00\x00\x00\x05\x00\x00\x00UTF-8"  # size, length and name of the encoding
    assert content.count(utf_8) == 1
    content = content.replace(utf_8, b"\x01\x00\x00\x00" + len(declared).to_bytes(4, "little") + declared)
    read = send(content.replace(stand_in.encode(), word.encode(page)), "survey.sav")
    assert read.raw.cells[0].tolist() == [word]
    assert read.raw.grid.encoding.lower() == declared.decode()


@pytest.mark.parametrize("how", [{"compress": True}, {"row_compress": True}])
def test_compressed_files_are_read(send, tmp_path, how):
    content = sav({"v1": [1990.0] * 50}, {"v1": FOUNDED}, tmp=tmp_path, **how)
    assert content[:4] == (b"$FL3" if "compress" in how else b"$FL2")
    assert send(content, "survey.zsav").answers.values["founded"].tolist() == [1990.0] * 50


def test_a_file_without_cases_is_refused_in_plain_words(send, tmp_path):
    with pytest.raises(ProblemsFound, match="headings, but no answers"):
        send(sav({"v1": pd.Series([], dtype="float64")}, {"v1": FOUNDED}, tmp=tmp_path), "survey.sav")


def damaged(tmp_path):
    """An SPSS file cut short, overwritten, and with letters that are not in its encoding."""
    whole = sav({"v1": [1990.0, 1991.0], "v2": ["Čišćenje", "b"]}, {"v1": FOUNDED, "v2": "Nešto"}, tmp=tmp_path)
    yield whole[: len(whole) // 2]
    yield whole[:-9]
    yield whole[:4] + bytes(400)
    yield whole.replace("Čišćenje".encode(), b"\xff" * len("Čišćenje".encode()))


REFUSED = re.compile(r"(?s)the SPSS file is damaged.*survey\.sav.*save it again")


def test_a_damaged_file_is_refused_in_plain_words(send, tmp_path):
    for content in damaged(tmp_path):
        with pytest.raises(ProblemsFound, match=REFUSED) as refused:
            send(content, "survey.sav")
        assert not re.search(r"Traceback|Error|Exception|/tmp|\.py", str(refused.value))


def test_a_damaged_file_that_brings_the_library_down_is_refused_too(send, tmp_path, monkeypatch):
    """With some damaged files ReadStat writes beyond its memory, which ends the process it runs in."""
    content = sav({"v1": [1990.0]}, {"v1": FOUNDED}, tmp=tmp_path)
    (tmp_path / "__main__.py").write_text("import os; os.abort()", encoding="utf-8")
    monkeypatch.setattr(apart, "PROGRAM", tmp_path)
    with pytest.raises(ProblemsFound, match=REFUSED):
        send(content, "survey.sav")


def test_the_demonstration_file_says_when_the_survey_was_and_not_when_it_was_made(questionnaire, tmp_path):
    people = [p for p in simulate(questionnaire) if p.partner.name == "AT-1"]
    path = tmp_path / "survey.sav"
    path.write_bytes(export("spss", people, questionnaire))
    _, meta = pyreadstat.read_sav(path, metadataonly=True)
    assert str(meta.creation_time) == "2022-04-04 08:00:00"
