"""KoBoToolbox, ODK and REDCap: tables as these tools write them, with the truth written beside them, and a real KoBo file."""

from __future__ import annotations

import csv
import io
import zipfile

import pandas as pd
import pytest

from bwise.demo.layouts import LAYOUTS, export
from bwise.demo.simulation import CANARIES, simulate
from bwise.exports import kobo, odk, redcap
from bwise.exports.containers import grids
from bwise.matching import read_delivery
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.settings import Delivery

MADE = [name for name in LAYOUTS if name.startswith(("kobo", "odk", "redcap"))]
TOOLS = {"kobo": "KoBoToolbox", "odk": "ODK", "redcap": "REDCap"}
SENT = "2022-04-04T08:24:00"
FUNDING = ["self", "co_funded", "public", "private", "employees", "other"]
FUNDING_LABELS = ["Self-funded", "Co-funded by public funds", "Funded by public funds", "Private funding schemes", "Paid by the employees"]
FUNDED = "How is the training of your staff funded?"


def ticked(read, question, row=0):
    """Codes that are ticked, or the reason why there is no answer."""
    values, reasons = read.answers.values.iloc[row], read.answers.reasons.iloc[row]
    columns = [c for c in values.index if c.startswith(f"{question}/")]
    return {c.partition("/")[2] for c in columns if values[c] is not pd.NA and values[c]} or reasons[columns[0]]


def open_headings(read):
    return [m.column.heading for m in read.recognised.matches if not m.settled]


# ------------------------------------------------------------------ layouts


@pytest.fixture(scope="module")
def made(questionnaire):
    """`made(layout, language)`: people and the file they would send."""
    people = simulate(questionnaire)

    def made(layout, language):
        senders = [p for p in people if p.partner.language == language]
        return senders, export(layout, senders, questionnaire)

    return made


@pytest.mark.parametrize("language", ["fr", "lv"])
@pytest.mark.parametrize("layout", MADE)
def test_every_answer_of_a_layout_is_the_one_that_was_sent(send, made, questionnaire, layout, language):
    people, content = made(layout, language)
    read = send(content, "export")
    values = read.answers.values.astype(object).where(read.answers.values.notna(), None)
    wrong = [(c, n) for c in questionnaire.all_columns for n, p in enumerate(people) if values[c].iloc[n] != p.sent(c)]
    assert (wrong, open_headings(read), len(values)) == ([], [], len(people))
    assert read.raw.tool == TOOLS[layout.split("_")[0]]


@pytest.mark.parametrize("layout", MADE)
def test_personal_columns_of_a_layout_stop_at_the_reader(send, made, layout):
    read = send(made(layout, "de")[1], "export")
    typed = {m.column.position for m in read.recognised.matches if m.question in ("wise_code", "comments")}
    text = "\n".join(read.raw.cells.drop(columns=list(typed)).to_numpy().ravel())
    sent = "\n".join(read.raw.grid.cells.to_numpy().ravel())
    assert [name for name, canary in CANARIES.items() if canary in text] == []
    assert any(canary in sent for name, canary in CANARIES.items() if name in ("mail", "device"))  # it was there to be dropped


@pytest.mark.parametrize("layout", MADE)
def test_a_layout_is_the_same_bytes_every_time(made, layout):
    assert made(layout, "sl")[1] == made(layout, "sl")[1]


# ------------------------------------------------------------------ KoBo: recognised


KOBO = ["_id", "_uuid", "_submission_time"]


def kobo_rows(headings, *answers):
    """Headings and answers between the columns that KoBo adds."""
    rows = [["start", *headings, *KOBO]]
    return rows + [[SENT, *a, str(n), f"u{n}", SENT] for n, a in enumerate(answers, 1)]


def test_what_kobo_adds_is_told_apart_from_answers(send):
    raw = send(kobo_rows(["model", "deviceid"], ["social", "collect:CANARY"])).raw
    assert [(c.heading, c.about) for c in raw.columns] == [
        ("start", "started"),
        ("model", ""),
        ("deviceid", "person"),
        ("_id", "respondent_id"),
        ("_uuid", "tool"),
        ("_submission_time", "submitted"),
    ]
    assert (raw.tool, raw.header_row, raw.notes) == ("KoBoToolbox", 1, ())


@pytest.mark.parametrize("own", [["_id", "_uuid"], ["_submission_time"], ["uuid", "submission_time"], ["X_ray", "_submission_time"]])
def test_a_table_without_kobos_own_columns_is_not_taken_for_kobo(send, own):
    assert send([["model", "founded", *own], ["social", "1990", *own]]).raw.tool == "plain table"


def test_headings_that_r_changed_are_known(send):
    headings = [
        "X.U.FEFF.start",
        "about.model",
        "funding",
        *(f"funding.{c}" for c in FUNDING),
        "X_id",
        "X_submission_time",
        "X_submitted_by",
    ]
    cells = [SENT, "social", "public other", "False", "False", "True", "False", "False", "True", "1", SENT, "CANARY"]
    read = send([headings, cells], sign=",")
    assert (read.raw.tool, open_headings(read)) == ("KoBoToolbox", [])
    assert [c.about for c in read.raw.columns if c.about] == ["started", "respondent_id", "submitted", "person"]
    assert read.answers.values["model"].tolist() == ["social"]
    assert ticked(read, "funding") == {"public", "other"}


def test_groups_stand_before_names(send):
    headings = ["page_1/model", "page_1/model_other", "page_2/inner/funding", "page_2/funding_other"]
    headings += [f"page_2/inner/funding/{c}" for c in FUNDING]
    read = send(kobo_rows(headings, ["other", "a club", "public other", "a lottery", *"001001"]))
    assert open_headings(read) == []
    assert read.answers.values.iloc[0][["model", "model_other", "funding_other"]].tolist() == ["other", "a club", "a lottery"]
    assert ticked(read, "funding") == {"public", "other"}


def test_groups_stand_before_labels_and_a_battery_is_told_by_its_own(send, questionnaire):
    today, future = (questionnaire[f"tech{when}_ai"] for when in ("today", "future"))
    headings = [
        "Your enterprise/In which year was your enterprise founded?",
        *(f"Part/{q.battery_labels['en']}/{q.label()}" for q in (today, future)),
    ]
    headings += [f"Training/{FUNDED}", *(f"Training/{FUNDED}/{label}" for label in [*FUNDING_LABELS, "Other funding"])]
    read = send(kobo_rows(headings, ["1990", "Relevant", "Not relevant", "Self-funded", *"100000"]))
    assert open_headings(read) == []
    assert read.answers.values.iloc[0][["founded", today.name, future.name]].tolist() == [1990, "4", "1"]
    assert ticked(read, "funding") == {"self"}


def test_a_row_of_a_battery_without_its_group_stays_open_where_several_batteries_have_it(send, questionnaire):
    """KoBo's default: no groups in the headings."""
    row = questionnaire["techtoday_ai"].label()
    read = send(kobo_rows([row, "In which year was your enterprise founded?", FUNDED], ["Relevant", "1990", "Self-funded"]))
    assert open_headings(read) == [row]
    assert read.recognised.matches[0].proposal == "techfuture_ai or techtoday_ai"


def test_what_stands_below_a_multiple_answer_is_its_option_and_no_question(send):
    """`founded` is a question, and here an option of another version of the form, too."""
    names = send(kobo_rows(["funding/self", "funding/founded", "model", "staff"], ["1", "0", "social", "5"]))
    assert open_headings(names) == ["funding/founded"]
    labels = send(
        kobo_rows([f"{FUNDED}/Self-funded", f"{FUNDED}/Donations", "Is there anything else you would like to tell us?"], ["1", "0", ""])
    )
    assert open_headings(labels) == [f"{FUNDED}/Donations"]


# ------------------------------------------------------------------ KoBo: multiple answers


def test_details_are_blank_where_nothing_was_answered(send):
    read = send(kobo_rows(["model", *(f"funding/{c}" for c in FUNDING)], ["social", *"010000"], ["mixed", *[""] * 6]))
    assert [ticked(read, "funding", row) for row in (0, 1)] == [{"co_funded"}, "no_answer"]


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("self public", {"self", "public"}),
        ("Self-funded Co-funded by public funds Other funding", {"self", "co_funded", "other"}),
        ("Funded by public funds", {"public"}),
        ("Private  funding schemes Paid\u00a0by the employees", {"private", "employees"}),
        ("Self-funded by my aunt", "unreadable"),
        ("Self-funded Private money", "unreadable"),
        ("public Paid by the employees", {"public", "employees"}),  # KoBo writes the name where an option has no label
        ("", "no_answer"),
    ],
)
def test_a_summary_is_read_only_if_all_of_it_is_known(send, cell, codes):
    read = send(kobo_rows(["model", "funding", "founded"], ["social", cell, "1990"]))
    assert ticked(read, "funding") == codes


@pytest.fixture
def jobs(tmp_path):
    """A questionnaire whose labels are made of one another."""
    folder = tmp_path / "jobs"
    folder.mkdir()
    sheets = {
        "survey": "type,name,label\nselect_multiple job,jobs,Which jobs?\ninteger,staff,How many people?\n",
        "choices": "list_name,name,label\njob,a,Social\njob,b,Work\njob,c,Social work\njob,d,Work with animals (any).\n",
        "settings": "form_title\nJobs\n",
    }
    for name, text in sheets.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return load_questionnaire(folder)


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("Social", {"a"}),
        ("Work Social", {"a", "b"}),
        ("Social work", "unreadable"),  # one answer or two
        ("Social Work Work", "unreadable"),
        ("Social Work with animals (any).", {"a", "d"}),
        ("Work with animals (any). Social", {"a", "d"}),
        ("Work with animals", "unreadable"),
    ],
)
def test_a_summary_that_can_be_cut_in_two_ways_stays_unreadable(send, jobs, cell, codes):
    read = send(kobo_rows(["Which jobs?", "How many people?"], [cell, "5"]), questionnaire=jobs)
    assert ticked(read, "jobs") == codes


def test_params_say_what_a_summary_means_that_can_be_cut_in_two_ways(send, jobs):
    rows = kobo_rows(["Which jobs?", "How many people?"], ["Social work", "5"])
    assert ticked(send(rows, questionnaire=jobs, answers={"jobs": {"Social work": "c"}}), "jobs") == {"c"}


def test_only_kobo_joins_labels_by_spaces(send, jobs):
    read = send([["Which jobs?", "How many people?"], ["Work Social", "5"]], questionnaire=jobs)
    assert (read.raw.tool, ticked(read, "jobs")) == ("plain table", "unreadable")


def test_a_form_made_with_or_other_labels_the_text_the_same_for_every_question(send):
    headings = [FUNDED, *(f"{FUNDED}/{label}" for label in FUNDING_LABELS), f"{FUNDED}/Other", "Specify other."]
    barriers = "What keeps your enterprise from using more technology?"
    read = send(kobo_rows([*headings, barriers, "Specify other."], ["Other", *"000001", "a lottery", "No barriers Other", "the hills"]))
    assert open_headings(read) == []
    assert read.answers.values.iloc[0][["funding_other", "barriers_other"]].tolist() == ["a lottery", "the hills"]
    assert (ticked(read, "funding"), ticked(read, "barriers")) == ({"other"}, {"none", "other"})


def test_an_option_of_another_version_of_the_form_is_told_and_can_be_declared(send):
    """ "All versions" writes renamed options side by side: a tick in the old one is no "no answer"."""
    headings = ["model", "funding", *(f"funding/{c}" for c in FUNDING), "funding/state"]
    rows = kobo_rows(headings, ["social", "self", *"1000000"], ["mixed", "state", *"0000001"])
    read = send(rows)
    assert [ticked(read, "funding", row) for row in (0, 1)] == [{"self"}, "unreadable"]
    declared = send(rows, answers={"funding": {"state": "public"}})
    assert [ticked(declared, "funding", row) for row in (0, 1)] == [{"self"}, {"public"}]
    assert open_headings(declared) == []


def test_two_columns_that_params_name_for_one_option_are_one_option(send):
    headings = ["model", *(f"funding/{c}" for c in FUNDING), "funding/state"]
    rows = kobo_rows(headings, ["social", *"0010000"], ["mixed", *"0000001"], ["mixed", *"1000000"])
    assert open_headings(send(rows)) == ["funding/state"]
    read = send(rows, columns={"funding/public": "funding/public", "funding/state": "funding/public"})
    assert [ticked(read, "funding", row) for row in range(3)] == [{"public"}, {"public"}, {"self"}]


# ------------------------------------------------------------------ KoBo: what is no answer


def test_hxl_tags_are_headings_and_no_respondent(send):
    rows = kobo_rows(["model", "staff", "comments"], ["social", "12", "#hashtag"])
    rows.insert(1, ["", "", "#population+staff", "#meta +comment", "", "", ""])
    read = send(rows)
    assert read.raw.cells.index.tolist() == [3]
    assert read.answers.values["staff"].tolist() == [12]


def test_a_comment_that_looks_like_a_tag_is_no_second_heading(send):
    read = send(kobo_rows(["model", "comments"], ["", "#hashtag"], ["social", ""]))
    assert read.answers.values["comments"].iloc[0] == "#hashtag"


def test_places_are_personal_also_where_they_stand_in_one_cell(send):
    place = "48.306941 14.285834 0 12.5"
    headings = ["model", "spot", "_spot_latitude", "_spot_longitude", "_spot_altitude", "_spot_precision", "walk", "founded"]
    read = send(kobo_rows(headings, ["social", place, *place.split(), f"{place};{place}", "1990"]))
    assert [c.heading for c in read.raw.columns if c.about == "person"] == headings[1:7]
    assert "48.306941" not in " ".join(read.raw.cells.to_numpy().ravel())


def test_the_place_is_personal_under_labels_and_groups_too(send):
    headings = [
        "Which model describes your enterprise best?",
        FUNDED,
        "Where are you?",
        "Page/_Where are you?_latitude",
        "Page/_Where are you?_longitude",
    ]
    read = send(kobo_rows(headings, ["Social model", "Self-funded", "CANARY", "48.3", "14.2"]))
    assert [c.heading for c in read.raw.columns if c.about == "person"] == headings[2:]


def test_an_answer_that_excel_cut_off_is_told(send, workbook):
    long = "<WARNING: Truncated to Excel limit of 32767 characters!>" + "x" * 100
    read = send(workbook({"B-WISE": kobo_rows(["model", "comments"], ["social", long])}), "kobo.xlsx")
    assert read.raw.notes == ("Answers longer than 32767 characters are cut off in `comments`: ask the partner for the CSV.",)


VISITS = [
    ["model", "founded", "staff", "_index", "_parent_table_name", "_parent_index", "_submission__id", "_submission__submission_time"],
    ["social", "1990", "5", "1", "B-WISE", "1", "1", SENT],
    ["mixed", "1991", "6", "2", "B-WISE", "1", "1", SENT],
]


def test_the_sheets_of_repeated_groups_are_named_and_not_read(send, workbook):
    main = kobo_rows(["model", "founded", "staff"], ["training", "1992", "7"])
    read = send(workbook({"visits": VISITS, "B-WISE": main}), "kobo.xlsx")
    assert (read.raw.grid.sheet, read.answers.values["model"].tolist()) == ("B-WISE", ["training"])
    assert read.raw.notes == ("Not read: `visits`. These sheets hold repeated groups, whose rows are no respondents.",)


def test_a_repeated_group_is_never_read_as_respondents(send, workbook):
    """It may hold more of the questionnaire than the sheet of the respondents, or be all that a partner sends."""
    sheets = {"B-WISE": kobo_rows(["model"], ["training"]), "visits": VISITS}
    for content, name in ((workbook(sheets), "kobo.xlsx"), (workbook({"visits": VISITS}), "visits.xlsx")):
        with pytest.raises(ProblemsFound, match=rf"(?s)repeated group.*{name}.*count as a respondent.*`sheet:`"):
            send(content, name)
    assert send(workbook(sheets), "kobo.xlsx", sheet="B-WISE").answers.values["model"].tolist() == ["training"]


# ------------------------------------------------------------------ ODK


ODK_END = ["meta-instanceID", "KEY", "SubmitterID", "SubmitterName", "Status", "ReviewState", "DeviceID", "Edits", "FormVersion"]


def odk_rows(headings, *answers):
    """Headings and answers between the columns that ODK Central adds."""
    rows = [["SubmissionDate", *headings, *ODK_END]]
    return rows + [
        [SENT + ".000Z", *a, f"uuid:{n}", f"uuid:{n}", "5", "CANARY", "", "", "CANARY", "0", "1"] for n, a in enumerate(answers, 1)
    ]


def archive(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        for name, rows in files.items():
            text = io.StringIO()
            csv.writer(text).writerows(rows)
            zipped.writestr(name, text.getvalue())
    return out.getvalue()


def test_odk_columns_and_groups_are_known(send):
    headings = ["page-model", "page-model_other", "page-inner-funding", "place-Latitude", "place-Longitude", "place-Accuracy"]
    read = send(odk_rows(headings, ["other", "a club", "public other", "48.3", "14.2", "5"]), sign=",")
    assert (read.raw.tool, open_headings(read)) == ("ODK", [])
    assert [c.heading for c in read.raw.columns if c.about == "person"] == [*headings[3:], "SubmitterID", "SubmitterName", "DeviceID"]
    assert read.raw.about("respondent_id").tolist() == ["uuid:1"]
    assert read.raw.about("submitted").tolist() == [SENT + ".000Z"]
    assert read.answers.values.iloc[0][["model", "model_other"]].tolist() == ["other", "a club"]
    assert ticked(read, "funding") == {"public", "other"}


def test_a_name_made_of_answers_is_personal(send):
    read = send([["SubmissionDate", "model", "meta-instanceName", "KEY"], [SENT, "social", "CANARY", "uuid:1"]], sign=",")
    assert "CANARY" not in read.raw.cells.to_numpy()


def test_a_briefcase_file_and_one_that_r_changed_read_the_same(send):
    for sign in "-.":
        headings = ["SubmissionDate", f"page{sign}model", f"page{sign}founded", f"meta{sign}instanceID", "KEY"]
        read = send([headings, [SENT, "social", "1990", "uuid:1", "uuid:1"]], sign=",")
        assert (read.raw.tool, open_headings(read), read.answers.values["model"].tolist()) == ("ODK", [], ["social"])


def test_split_answers_of_nobody_are_no_answer(send):
    """ODK writes 0 also where the question was not asked; it has columns only for codes that somebody chose."""
    split = ["model", "g-funding", "g-funding/public", "g-funding/self"]
    read = send(odk_rows(split, ["social", "public", "1", "0"], ["mixed", "", "0", "0"]), sign=",")
    assert (open_headings(read), [ticked(read, "funding", row) for row in (0, 1)]) == ([], [{"public"}, "no_answer"])
    alone = send(odk_rows(["model", *(f"g-funding/{c}" for c in FUNDING)], ["social", *"001000"], ["mixed", *"000000"]), sign=",")
    assert [ticked(alone, "funding", row) for row in (0, 1)] == [{"public"}, "no_answer"]


def test_a_zip_is_read_by_its_form_and_its_repeated_groups_are_named(send):
    repeat = [["model", "founded", "PARENT_KEY", "KEY"], ["mixed", "1", "uuid:1", "uuid:1/visits[1]"]]
    files = {"skills-visits.csv": repeat, "skills.csv": odk_rows(["model", "founded"], ["social", "1990"])}
    read = send(archive(files), "skills.zip")
    assert (read.raw.grid.sheet, read.answers.values["model"].tolist()) == ("skills.csv", ["social"])
    assert read.raw.notes == ("Not read: `skills-visits.csv`. These tables hold repeated groups, whose rows are no respondents.",)


def test_a_repeated_group_of_odk_alone_is_refused(send):
    rows = [["model", "founded", "PARENT_KEY", "KEY"], ["mixed", "1990", "uuid:1", "uuid:1/visits[1]"]]
    with pytest.raises(ProblemsFound, match=r"(?s)repeated group.*visits\.csv.*count as a respondent"):
        send(rows, "visits.csv", sign=",")


def test_encrypted_submissions_are_told(send):
    rows = odk_rows(["model", "founded"], ["social", "1990"], ["", ""])
    rows[2][rows[0].index("Status")] = "not decrypted"
    assert send(rows, sign=",").raw.notes == (
        "1 submissions came without their answers, which are encrypted: ask the partner to export with the passphrase.",
    )


@pytest.mark.parametrize("headings", [["SubmissionDate", "model", "founded"], ["KEY", "model", "founded"]])
def test_a_table_without_odks_first_or_last_column_is_not_taken_for_odk(send, headings):
    assert send([headings, ["x", "social", "1990"]]).raw.tool == "plain table"


# ------------------------------------------------------------------ REDCap


def redcap_rows(labels_in_headings, labels_in_answers):
    """Two records, the second with an open survey and no box ticked."""
    own = (
        ["Record ID", "Survey Identifier", "Survey Timestamp"]
        if labels_in_headings
        else ["record_id", "redcap_survey_identifier", "skills_timestamp"]
    )
    boxes = [f"{FUNDED} (choice={label})" for label in [*FUNDING_LABELS, "Other funding"]]
    asked = ["Which model describes your enterprise best?", *boxes, "Please describe the other funding"]
    asked = asked if labels_in_headings else ["model", *(f"funding___{c}" for c in FUNDING), "funding_other"]
    on, off, model = ("Checked", "Unchecked", "Social model") if labels_in_answers else ("1", "0", "social")
    return [
        [*own, *asked, "Complete?" if labels_in_headings else "skills_complete"],
        ["1", "CANARY", "2022-04-04 08:24:00", model, off, off, on, off, off, on, "a lottery", "Complete" if labels_in_answers else "2"],
        ["2", "CANARY", "[not completed]", model, *[off] * 6, "", "Incomplete" if labels_in_answers else "0"],
    ]


@pytest.mark.parametrize("labels_in_headings", [False, True])
@pytest.mark.parametrize("labels_in_answers", [False, True])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_redcap_headings_and_answers_may_be_raw_or_labels(send, labels_in_headings, labels_in_answers, sign):
    read = send(redcap_rows(labels_in_headings, labels_in_answers), sign=sign, page="utf-8-sig")
    assert (read.raw.tool, open_headings(read)) == ("REDCap", [])
    assert [c.about for c in read.raw.columns if c.about] == ["respondent_id", "person", "submitted", "tool"]
    assert read.answers.values["model"].tolist() == ["social", "social"]
    assert [ticked(read, "funding", row) for row in (0, 1)] == [{"public", "other"}, "no_answer"]
    assert read.answers.values["funding_other"].iloc[0] == "a lottery"


def test_a_survey_that_was_not_completed_was_not_submitted(send):
    read = send(redcap_rows(False, False), sign=",")
    assert read.raw.about("submitted").tolist() == ["2022-04-04 08:24:00", ""]
    assert read.raw.grid.cells.loc[3, 2] == "[not completed]"


def test_of_several_surveys_the_last_one_tells_what_was_submitted(send):
    headings = ["record_id", "first_timestamp", "model", "first_complete", "second_timestamp", "founded", "second_complete"]
    rows = [headings, ["1", SENT, "social", "2", "[not completed]", "1990", "0"], ["2", SENT, "mixed", "2", SENT, "1991", "2"]]
    read = send(rows, sign=",")
    assert [c.about for c in read.raw.columns] == ["respondent_id", "tool", "", "tool", "submitted", "", "tool"]
    assert read.raw.about("submitted").tolist() == ["", SENT]


@pytest.mark.parametrize(
    ("repeats", "asked"),
    [
        (["redcap_event_name"], ["model", "founded", "skills_complete"]),
        (["redcap_repeat_instrument", "redcap_repeat_instance"], ["model", "founded", "skills_complete"]),
        (["Event Name"], ["Which model describes your enterprise best?", "In which year was your enterprise founded?", "Complete?"]),
    ],
)
def test_several_rows_of_one_record_are_refused(send, repeats, asked):
    rows = [["ID", *repeats, *asked] if repeats == ["Event Name"] else ["record_id", *repeats, *asked]]
    rows += [[record, *["x"] * len(repeats), "social", "1990", "2"] for record in ("1", "1", "2")]
    says = r"(?s)1 of its 2 records have several rows.*answers\.csv.*count as a respondent.*one row per record"
    with pytest.raises(ProblemsFound, match=says):
        send(rows, sign=",")


def test_one_row_per_record_of_a_longitudinal_project_is_read(send):
    rows = [["study", "redcap_event_name", "model", "founded", "skills_complete"]]
    rows += [[record, "baseline_arm_1", "social", "1990", "2"] for record in ("A", "B")]
    read = send(rows, sign=",")
    assert (read.raw.tool, read.raw.about("respondent_id").tolist()) == ("REDCap", ["A", "B"])


def test_several_rows_that_begin_after_the_head_of_the_file_are_refused(send):
    rows = [["record_id", "redcap_event_name", "model", "founded", "skills_complete"]]
    rows += [[str(n), "baseline_arm_1", "social", "1990", "2"] for n in [*range(250), 249]]
    with pytest.raises(ProblemsFound, match="1 of its 250 records have several rows"):
        send(rows, sign=",")


@pytest.mark.parametrize(
    "rows",
    [
        [["model", "founded", "survey_complete"], ["social", "1990", "yes"]],
        [["Model", "founded", "survey_complete"], ["social", "1990", "2"]],
        [["model", "survey_complete", "founded"], ["social", "2", "1990"]],
        [["model", "founded", "Complete?"], ["social", "1990", "not yet"]],
        [["model", "founded", "Event Name"], ["social", "1990", "Fair"]],
    ],
)
def test_a_table_that_is_only_a_little_like_redcap_is_not_taken_for_it(send, rows):
    assert send(rows, sign=",").raw.tool == "plain table"


def test_a_first_column_that_is_a_question_is_not_taken_for_the_record(send):
    read = send([["model", "founded", "skills_complete"], ["social", "1990", "2"]], sign=",")
    assert (read.raw.tool, read.answers.values["model"].tolist()) == ("REDCap", ["social"])


# ------------------------------------------------------------------ a real file


@pytest.fixture(scope="module")
def water(real, tmp_path_factory):
    """A real KoBo export that went through R, read with the XLSForm it was collected with."""
    folder = tmp_path_factory.mktemp("water")
    for name in ("survey", "choices"):
        with (real / "kobo" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = [r for r in csv.DictReader(file) if r.get("type") not in ("audit", "deviceid", "geopoint")]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    (folder / "settings.csv").write_text("form_title\nWater\n", encoding="utf-8")
    path = real / "kobo" / "raw_data.csv"
    return read_delivery(path, path.name, "XX-1", Delivery(partner="XX-1", file=path.name), load_questionnaire(folder))


@pytest.mark.real
def test_the_real_kobo_file_is_recognised_whole_with_its_personal_columns(water):
    raw = water.raw
    assert (raw.tool, len(raw.cells), len(raw.columns), raw.headings) == ("KoBoToolbox", 632, 348, "code")
    assert [c.heading for c in raw.columns] == raw.grid.cells.loc[1].tolist()
    assert [c.heading for c in raw.columns if c.about == "person"] == ["deviceid", "X_submitted_by"]
    told = {c.about: c.heading for c in raw.columns if c.about in ("started", "respondent_id", "submitted")}
    assert told == {"started": "X.U.FEFF.start", "respondent_id": "X_id", "submitted": "X_submission_time"}


@pytest.mark.real
def test_every_question_of_the_real_kobo_file_is_matched_by_its_code(water, record_property):
    matches = water.recognised.matches
    assert [m.column.heading for m in matches if not m.settled] == ["date_assessment"]  # the day the form was opened: no question
    assert {m.how for m in matches if m.target} == {"code"}
    record_property("matched", f"{sum(m.settled for m in matches)} of {len(matches)}")
    assert (sum(m.settled for m in matches), len(matches)) == (337, 338)


@pytest.mark.real
def test_the_options_of_the_real_kobo_file_are_those_of_its_joined_columns(water):
    """19 multiple answers stand in the file twice: joined by spaces, and as a column per option with True and False."""
    joined = {m.column.heading: water.raw.cells[m.column.position] for m in water.recognised.matches if m.column.heading in MULTIPLE}
    differ = []
    for question, cells in joined.items():
        values = water.answers.values.filter(regex=f"^{question}/")
        options = values.rename(columns=lambda column: column.partition("/")[2]).fillna(False)
        read = [set(options.columns[row]) for row in options.to_numpy(dtype=bool)]
        differ += [(question, row) for row, (codes, cell) in enumerate(zip(read, cells, strict=True)) if codes != set(cell.split())]
        differ += [question] if (values.isna().all(axis=1) != cells.eq("")).any() else []
    assert (len(joined), differ) == (19, [])


MULTIPLE = {
    "primary_livelihood",
    "water_sources",
    "treat_drink_water_how",
    "treat_cook_water_how",
    "piped_quality",
    "tap_quality",
    "borehole_quality",
    "trucking_quality",
    "access_water_enough_why_not",
    "why_share_connection",
    "why_no_subscription",
    "own_subscription_assist_type",
    "problems_water_who_appr",
    "problems_water_who_attend",
    "water_supply_other_neighbourhoods_how",
    "users_build_trust",
    "suggestions_improve_services",
    "help_office_improve",
    "how_engaged_by_office",
}


@pytest.mark.real
@pytest.mark.parametrize("file", ["kobo/cleaning_log.csv", "kobo/survey.csv", "surveymonkey/StarWars.csv", "indico/2018/aalto-dec.csv"])
def test_files_of_other_tools_are_declined(real, file):
    assert [r.NAME for grid in grids(real / file, file) for r in (kobo, odk, redcap) if r.read(grid)] == []


def test_a_table_that_redcap_refuses_is_no_plain_table(send, tmp_path):
    # the one heading that is the text of a question, not its code, would make the plain reading the better one
    sheets = {
        "survey": "type,name,label::English (en)\nselect_one s,sex,gender\ninteger,staff,staff\n",
        "choices": "list_name,name,label::English (en)\ns,0,male\ns,1,female\n",
        "settings": "form_id,form_title,version,default_language\nq,q,1,English (en)\n",
    }
    for name, text in sheets.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    rows = [[str(record), event, "0", "12", "2"] for record in (1, 2, 3) for event in ("enrollment_arm_1", "followup_arm_1")]
    headings = ["record_id", "redcap_event_name", "gender", "staff", "demographics_complete"]
    with pytest.raises(ProblemsFound, match="3 of its 3 records have several rows"):
        send([headings, *rows], sign=",", questionnaire=load_questionnaire(tmp_path))
