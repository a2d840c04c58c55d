"""Google Forms, Microsoft Forms, Indico and Typeform: small tables with the truth written beside them, layouts, real files."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from bwise.demo import PARTNERS, simulate
from bwise.demo.layouts import export
from bwise.demo.simulation import CANARIES
from bwise.exports import google_forms, indico, microsoft_forms, read_as, typeform
from bwise.exports.containers import grids
from bwise.exports.table import Grid
from bwise.matching import read_delivery
from bwise.matching.runs import targets_in_runs
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.settings import Delivery

GROUP = "Which group of workers do you belong to?"
WORKER = "Worker with support needs"
MODEL = "Which model describes your enterprise best?"
FOUNDED = "In which year was your enterprise founded?"
SECTORS = "In which sectors is your enterprise active?"
PAID = "How are your workers with support needs mostly paid?"
BARRIERS = "What keeps your enterprise from using more technology?"
COMMENTS = "Is there anything else you would like to tell us?"
GREEN = "How relevant are these green skills for your own work today?"
MEASURES = ["Training courses", "Recruitment of new staff", "Internal re-organisation of staff", "No measures", "Other measures"]
OBSTACLES = [
    "High cost and insufficient funding",
    "Lack of information on technologies",
    "Lack of knowledge and skills to use devices",
    "Insufficient training adapted to the sector",
    "No barriers",
]


def read_rows(reader, rows, container="text"):
    """What a reader makes of a table of text, or None."""
    return reader.read(Grid(pd.DataFrame(rows, index=range(1, len(rows) + 1), dtype="str"), container))


def open_headings(read):
    return [m.column.heading for m in read.recognised.matches if not m.settled]


def targets(read):
    """Heading -> targets of the columns under it, in the file's order."""
    found: dict[str, list[str]] = {}
    for match in read.recognised.matches:
        found.setdefault(match.column.heading, []).append(match.target)
    return found


def listed(series):
    return series.astype(object).where(series.notna(), None).tolist()


# ------------------------------------------------------------------ layouts, read back with nothing declared


@pytest.fixture(scope="module")
def people(questionnaire):
    """Language -> the simulated people of one partner who asks in it."""
    everybody = simulate(questionnaire)
    partners = {p.language: p for p in reversed(PARTNERS)}
    return {language: [p for p in everybody if p.partner == partner] for language, partner in partners.items()}


@pytest.mark.parametrize(
    ("layout", "language"),
    [
        *(("typeform", language) for language in ("de", "nl", "fr", "bg", "hr", "el", "it", "lv", "pl", "ro", "sl", "es")),
        ("typeform_newer", "lv"),
        ("indico", "fr"),
        ("indico", "bg"),
        ("google_forms", "it"),
        ("google_forms_xlsx", "el"),
        ("google_forms_xlsx", "de"),
        ("google_forms_download", "hr"),
        ("google_forms_download", "sl"),
        ("microsoft_forms", "nl"),
        ("microsoft_forms_resaved", "fr"),
    ],
)
def test_what_was_sent_is_read_back_exactly(layout, language, people, questionnaire, send):
    content = export(layout, people[language], questionnaire)
    assert content == export(layout, people[language], questionnaire)
    read = send(content, "answers")
    values = read.answers.values
    sent = people[language]
    wrong = [
        (column, n, cell, person.sent(column))
        for column in questionnaire.all_columns
        for n, (cell, person) in enumerate(zip(listed(values[column]), sent, strict=True))
        if cell != person.sent(column)
    ]
    assert (wrong, open_headings(read), read.recognised.language) == ([], [], language)
    wrong = [
        (column, n, reason)
        for column in questionnaire.all_columns
        for n, (reason, person) in enumerate(zip(read.answers.reasons[column], sent, strict=True))
        if reason != ("" if person.sent(column) is not None else person.reasons.get(column, "").replace("not_shown", "no_answer"))
    ]
    assert wrong == []  # none of these tools tells what was not shown
    assert read.raw.tool.lower().replace(" ", "_") == "_".join(layout.split("_")[: 1 + layout.count("_forms")])


@pytest.mark.parametrize(
    ("layout", "planted"),
    [
        ("typeform", {"device"}),
        ("typeform_newer", {"device"}),
        ("indico", {"name", "mail"}),
        ("google_forms_xlsx", {"mail"}),
        ("google_forms_download", {"mail"}),
    ],
)
def test_what_tools_know_of_a_person_is_there_and_is_dropped(layout, planted, people, questionnaire, send):
    raw = send(export(layout, people["lv"], questionnaire), "answers").raw
    there, kept = ("\n".join(cells.to_numpy().ravel()) for cells in (raw.grid.cells, raw.cells))
    assert {name for name in planted if CANARIES[name] in there} == planted
    assert {name for name in planted if CANARIES[name] in kept} == set()


# ------------------------------------------------------------------ Google Forms


@pytest.mark.parametrize(
    "stamp",
    [
        "8/20/2014 15:33:45",
        "4.4.2022 8:24:00",
        "04.04.2022 08:24:00",
        "4/4/2022 8:24:00",
        "2022-04-04 8:24:00",
        "2022. 04. 04. 8:24:00",
        "4. 4. 2022 8:24:00",
        "4. 4. 2022. 8:24:00",
        "4.4.2022 г. 8:24:00",
        "4/4/2022 8:24:00 π.μ.",
        "4/4/2022 8:24:00 μ.μ.",
        "4/4/2022 8:24:00 a. m.",
        "04/04/2022 8.24.00",
        "04/04/2022, 08:24",
        "2022/04/05 9:24:00 AM GMT+2",
        "2022/04/05 12:24:00\u202fPM GMT+5:30",
        "2022/04/05 9:24:00 AM EEST",
    ],
)
def test_a_timestamp_of_google_forms_is_known_in_any_style(stamp):
    raw = read_rows(google_forms, [["Marca temporal", MODEL], [stamp, "Social model"]])
    assert [c.about for c in raw.columns] == ["submitted", ""]


@pytest.mark.parametrize("cell", ["", "Social model", "8:24:00", "2022-04-04", "4.5", "1.2.3", "20140820 153345", "test 4/4/2022 8:24:00"])
def test_a_first_column_that_is_no_timestamp_is_not_of_google_forms(cell):
    assert read_rows(google_forms, [["Timestamp", MODEL], ["4/4/2022 8:24:00", "a"], [cell, "b"]]) is None


def test_two_columns_of_moments_are_not_of_google_forms():
    moment = "4/4/2022 8:24:00"
    assert read_rows(google_forms, [["Start time", "Completion time", MODEL], [moment, moment, "a"], ["4/5/2022 8:24:00", "", "b"]]) is None
    assert read_rows(google_forms, [["Timestamp", "When did you come?", MODEL], [moment, "4/3/2022", "a"]]) is not None


@pytest.mark.parametrize(
    "heading",
    [
        "Email Address",
        "Username",
        "E-Mail-Adresse",
        "Nutzername",
        "E-mailadres",
        "Gebruikersnaam",
        "Adresse e-mail",
        "Nom d'utilisateur",
        "Имейл адрес",
        "Потребителско име",
        "Adresa e-pošte",
        "Korisničko ime",
        "Διεύθυνση ηλεκτρονικού ταχυδρομείου",
        "Όνομα χρήστη",
        "Indirizzo email",
        "Nome utente",
        "E-pasta adrese",
        "Lietotājvārds",
        "Adres e-mail",
        "Nazwa użytkownika",
        "Adresă de e-mail",
        "Nume de utilizator",
        "E-poštni naslov",
        "Uporabniško ime",
        "Dirección de correo electrónico",
        "Nombre de usuario",
    ],
)
def test_the_address_that_google_forms_collects_is_dropped_in_each_language(heading):
    raw = read_rows(google_forms, [["Timestamp", heading, MODEL], ["4/4/2022 8:24:00", CANARIES["mail"], "Social model"]])
    assert [c.about for c in raw.columns] == ["submitted", "person", ""]
    assert list(raw.cells) == [0, 2]


def test_the_download_is_an_archive_whose_answers_are_joined_by_semicolons(send):
    """Labels hold commas and semicolons themselves; the text of "other" stands among the labels."""
    water, arts = "Water supply; sewerage, waste management and remediation activities", "Arts, entertainment and recreation"
    rows = [
        ["Timestamp", "Username", GROUP, SECTORS, BARRIERS, f"{GREEN}  [Promoting nature]"],
        [
            "2022/04/05 9:24:00 AM GMT+2",
            "a@example.org",
            "Enabler",
            f"{water};{arts}",
            f"{OBSTACLES[0]};nobody has time",
            "4 - quite relevant",
        ],
        ["2022/04/05 10:24:00 PM GMT+2", "b@example.org", WORKER, arts, "", ""],
    ]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("Fragebogen.csv", "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows))
    read = send(out.getvalue(), "Fragebogen.csv.zip")
    values = read.answers.values
    assert (read.raw.tool, read.raw.grid.sheet, len(read.raw.cells)) == ("Google Forms", "Fragebogen.csv", 2)
    assert targets(read)[f"{GREEN}  [Promoting nature]"] == ["grnrel_g13"]
    assert [c for c in ("E", "R", "A") if values[f"sectors/{c}"].iloc[0]] == ["E", "R"]
    assert listed(values["sectors/R"]) == [True, True]
    assert listed(values["barriers/cost"]) == [True, None] and listed(values["barriers/other"]) == [True, None]
    assert listed(values["barriers_other"]) == ["nobody has time", None]


def test_a_sheet_saved_as_a_workbook_has_true_dates(send):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd/mm/yyyy hh:mm:ss"}) as book:
        page = book.add_worksheet("Form Responses 1")
        for n, row in enumerate([["Χρονική σήμανση", MODEL, FOUNDED], [datetime(2022, 4, 4, 8, 24, 5), "Social model", 1990]]):
            page.write_row(n, 0, row)
    read = send(out.getvalue(), "answers.xlsx")
    assert read.raw.tool == "Google Forms"
    assert read.raw.about("submitted").tolist() == ["2022-04-04 08:24:05"]
    assert listed(read.answers.values["founded"]) == [1990.0]


def test_the_real_form_is_read_with_its_blank_row_test_entries_and_comma_answers(real):
    path = next((real / "google_forms").glob("*.csv"))
    (raw,) = (r for g in grids(path, path.name) for r in read_as(g, "Google Forms"))
    assert (len(raw.grid.cells) - 1, len(raw.cells), len(raw.columns)) == (408, 407, 18)
    assert raw.about("submitted").str.fullmatch(r"\d{1,2}/\d{1,2}/2014 \d{1,2}:\d{2}:\d{2}").all()
    assert raw.cells[1].eq("Test").sum() == 1
    assert raw.cells[2].eq("I conduct research, I manage researchers or research projects").sum() > 50
    assert raw.columns[-1].about == ""  # a question of its own for the address: no column of Google's


# ------------------------------------------------------------------ Microsoft Forms

OWN = ["ID", "Start time", "Completion time", "Email", "Name"]
SENT = ["1", "8/20/25 12:51:45", "8/20/25 12:59:00", "anonymous", ""]


def microsoft(headings, *rows, own=OWN, sent=SENT):
    """A table of Microsoft Forms with these columns after its own five."""
    return read_rows(microsoft_forms, [[*own, *headings], *([str(n), *sent[1:], *row] for n, row in enumerate(rows, 1))])


@pytest.mark.parametrize(
    ("start", "mail", "name"),
    [
        ("8/20/25 12:51:45", "anonymous", ""),
        ("16/10/2024 16:56", "anonymous", ""),
        ("2022-04-04 08:24:00", "a@example.org", "Ada"),
        ("4.4.2022 8:24", "", ""),
        ("04/04/2022 08.24", "anonymous", "Anonymous"),
        ("4/4/2022 8:24:00 π.μ.", "ανώνυμος", ""),
    ],
)
def test_the_first_five_columns_of_microsoft_forms_are_known_by_their_cells(start, mail, name):
    raw = microsoft([MODEL], ["Social model"], own=["a", "b", "c", "d", "Nom"], sent=["1", start, start, mail, name])
    assert [c.about for c in raw.columns] == ["respondent_id", "started", "submitted", "person", "person", ""]
    assert list(raw.cells) == [0, 1, 2, 5]


@pytest.mark.parametrize(
    ("own", "left"),
    [
        (["Id", "Start time", "Completion time"], []),
        (["ID", "Startzeit", "Fertigstellungszeit", "Name"], [3]),
        (["ID", "Heure de début", "Heure de fin", "Adresse de messagerie"], [3]),
        (["ID", "Godzina rozpoczęcia", "Godzina ukończenia", "Nazwa"], [3]),
        (["ID", "Ώρα έναρξης", "Ώρα ολοκλήρωσης"], []),
        (["ID", "Sākuma laiks", "Pabeigšanas laiks"], []),
    ],
)
def test_microsoft_forms_without_e_mail_or_name_is_still_microsoft_forms(own, left):
    who = ["anonymous" if heading.startswith("Adresse") else "Ada" for heading in own[3:]]
    rows = [[str(n), "16/10/2024 16:56", "16/10/2024 17:11", *who, "Social model", "all alike"] for n in (1, 2, 3)]
    raw = read_rows(microsoft_forms, [[*own, MODEL, COMMENTS], *rows])
    assert [c.about for c in raw.columns] == ["respondent_id", "started", "submitted", *["person"] * len(left), "", ""]
    assert [c.heading for c in raw.answer_columns] == [MODEL, COMMENTS]


def test_a_question_in_the_place_of_a_deleted_name_is_no_personal_data():
    raw = read_rows(microsoft_forms, [[*OWN[:4], MODEL, COMMENTS], [*SENT[:4], "Social model", "x"], ["2", *SENT[1:4], "Social model", ""]])
    assert [c.heading for c in raw.answer_columns] == [MODEL, COMMENTS]


@pytest.mark.parametrize(
    ("own", "beside"),
    [
        (["Total points", "Quiz feedback", "Last modified time"], ("Points - {}", "Feedback - {}")),
        (["Total points", "Quiz feedback", "Grade posted time"], ("Points - {}", "Feedback - {}")),  # also in French forms
        (["Total points", "Quiz feedback", "Heure de la dernière modification"], ("Points - {}", "Feedback - {}")),
        (["Total de puntos", "Comentarios del cuestionario", "Hora de la última modificación"], ("Puntos: {}", "Comentarios: {}")),
    ],
)
def test_points_and_feedback_of_a_quiz_are_the_tools(own, beside):
    headings = [*own, MODEL, *(b.format(MODEL) for b in beside), "Points - of view", COMMENTS]
    raw = microsoft(headings, ["3", "", "", "Social model", "1", "well done", "all of them", "fine"])
    assert [c.heading for c in raw.answer_columns] == [MODEL, "Points - of view", COMMENTS]
    assert {c.about for c in raw.columns[5:8]} == {"tool"}


def test_a_quiz_is_matched_as_if_it_were_none(send):
    headings = [*OWN, "Total points", "Quiz feedback", MODEL, f"Points - {MODEL}", f"Feedback - {MODEL}", FOUNDED, f"Points - {FOUNDED}"]
    read = send([headings, [*SENT, "1", "", "Social model", "1", "", "1990", "0"]])
    assert (read.raw.tool, open_headings(read)) == ("Microsoft Forms", [])
    assert (listed(read.answers.values["model"]), listed(read.answers.values["founded"])) == (["social"], [1990.0])


def test_a_column_of_moments_before_the_questions_is_the_tools_in_any_language():
    raw = microsoft(["Ora ultimei modificări", MODEL, "When did you begin?"], ["8/20/25 13:00:00", "Social model", "8/20/25"], ["", "", ""])
    assert [c.about for c in raw.columns[5:]] == ["tool", "", ""]
    raw = microsoft(["When did you begin?", MODEL], ["8/20/25", "Social model"])
    assert [c.about for c in raw.columns[5:]] == ["", ""]  # a day without an hour is an answer


@pytest.mark.parametrize(
    ("cells", "about"), [(["en-US", "de"], "language"), (["English (United States)", ""], "language"), (["Dutch", "French"], "")]
)
def test_the_language_of_a_form_in_several_languages_is_told_from_a_question_for_it(cells, about):
    assert microsoft(["Language", MODEL], *([cell, "Social model"] for cell in cells)).columns[5].about == about


def test_questions_that_repeat_a_personal_heading_are_personal_with_their_number():
    raw = microsoft(["Name2", "Points - Name2", "Email 2", MODEL], ["Ada", "1", "a@example.org", "Social model"])
    assert [c.about for c in raw.columns[5:]] == ["person", "tool", "person", ""]


def test_headings_with_line_breaks_and_no_break_spaces_are_matched(send):
    statement = GREEN.replace("for your", "for\xa0your") + "\xa0\n.Promoting nature"
    barriers = f"\n{BARRIERS}\xa0"
    obstacles = f"{OBSTACLES[0]}\xa0;{OBSTACLES[2]};all too new;"
    read = send([[*OWN, statement, barriers], [*SENT, "Relevant\xa0", obstacles]], "answers.xlsx")
    values = read.answers.values
    assert targets(read) == {statement: ["grnrel_g13"], barriers: ["barriers"]}
    assert listed(values["grnrel_g13"]) == ["4"]
    assert [o for o in ("cost", "information", "skills", "other") if values[f"barriers/{o}"].iloc[0]] == ["cost", "skills", "other"]
    assert listed(values["barriers_other"]) == ["all too new"]


def test_a_table_without_numbered_rows_or_moments_is_not_of_microsoft_forms():
    assert microsoft([MODEL], ["a"], sent=["1", "yesterday", *SENT[2:]]) is None
    assert read_rows(microsoft_forms, [[*OWN, MODEL], ["A1", *SENT[1:], "a"]]) is None
    assert read_rows(microsoft_forms, [[*OWN, MODEL], [*SENT[:3], "red", "", "a"], [*SENT[:3], "green", "", "a"]]) is None


# ------------------------------------------------------------------ Indico

SUBMISSION = ["Submitter", "Submitter Email", "Submission Date"]
BY = ["Ada Lovelace", "a@example.org", "2018-10-03 13:58:39.579949+00:00"]


@pytest.mark.parametrize("own", [SUBMISSION, ["Submitter", "Submission Date"]])  # older versions have no address
def test_the_submitter_of_indico_is_personal_and_the_moment_is_kept(own):
    by = [dict(zip(SUBMISSION, BY, strict=True))[heading] for heading in own]
    raw = read_rows(indico, [[*own, MODEL], [*by, "Social model"]])
    assert [c.about for c in raw.columns] == [*["person"] * (len(own) - 1), "submitted", ""]
    assert raw.about("submitted").tolist() == [BY[2]]
    assert not {"Ada Lovelace", "a@example.org"} & set(raw.cells.to_numpy().ravel())


@pytest.mark.parametrize(
    "headings",
    [
        [MODEL, *SUBMISSION],
        ["Submission Date", "Submitter", MODEL],
        ["Submitter", MODEL, "Submission Date"],
        ["Submitter Email", "Submission Date", MODEL],
    ],
)
def test_other_tables_with_a_submitter_are_not_of_indico(headings):
    assert read_rows(indico, [headings, ["x"] * len(headings)]) is None


def test_the_title_of_a_section_is_taken_from_the_text_and_stays_in_the_heading():
    raw = read_rows(indico, [[*SUBMISSION, f"Survey: {MODEL}", "Survey: Skills: Reading"], [*BY, "a", "b"]])
    assert [(c.heading, c.text, c.section) for c in raw.columns[3:]] == [
        (f"Survey: {MODEL}", MODEL, "Survey: "),
        ("Survey: Skills: Reading", "Skills: Reading", "Survey: "),
    ]


def test_batteries_that_are_sections_are_matched_by_section_and_row(send):
    headings = [
        f"About you: {GROUP}",
        f"About you: {MODEL}",
        f"{GREEN}: Promoting nature",
        f"{GREEN}: Adaptability",
        f"The end: {COMMENTS}",
        "No section?",
    ]
    cells = [WORKER, "Social model", "Relevant", "", "fine", ""]
    read = send([[*SUBMISSION, *headings], [*BY, *cells]], sign=",", page="utf-8-sig")
    assert read.raw.tool == "Indico"
    assert [m.target for m in read.recognised.matches] == ["group", "model", "grnrel_g13", "grnrel_g32", "", ""]
    assert [m.proposal for m in read.recognised.matches][4] == "comments"  # one question alone: this may be its own text


REAL_SURVEY = """type,name,label
select_one os,os,What is the operating system that you will use during the course (on your laptop)?
text,version,"Which version of operating system are you using? If your operating system is Linux, which distribution are you using? \
This will help us to create more targeted installation instructions."
select_multiple vcs,vcs,"Are you using version control? If yes, which?"
select_multiple language,language,Which programming languages are you using or will you use in your projects?
select_one knows,tests,Are you using automated testing in your programming project(s)?
select_one knows,review,Are you employing code review in your programming project(s)?
select_multiple docs,docs,How do you document your code?
"""
REAL_CHOICES = """list_name,name,label
os,macos,macOS
os,windows,Windows
os,linux,Linux
os,other,Other
vcs,nothing,I don't use version control and I don't know what it is
vcs,known,I don't use version control but I know what it is
vcs,some,"I use version control, but I don't know which system"
vcs,git,Git
vcs,mercurial,Mercurial
vcs,subversion,Subversion
vcs,cvs,CVS
vcs,perforce,Perforce
vcs,bazaar,Bazaar
vcs,other,Other
language,matlab,Matlab
language,r,R
language,python,Python
language,perl,Perl
language,c,C
language,cpp,C++
language,f77,Fortran 77
language,f90,Fortran 90+
language,julia,Julia
language,haskell,Haskell
language,go,Go
language,rust,Rust
language,other,Other
knows,no,No and I don't know what it is
knows,known,No but I know what it is
knows,yes,Yes
docs,none,No documentation
docs,comments,Comments in the source code
docs,doxygen,Doxygen
docs,wiki,Wiki
docs,rst,RST/Sphinx
docs,readthedocs,readthedocs.org
docs,mkdocs,MkDocs
docs,pdf,PDF
docs,html,HMTL
docs,markdown,Markdown
docs,readme,README files
docs,other,Other
"""


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """A part of the questionnaire that the real Indico and Typeform surveys ask, with the labels of 2019."""
    folder = tmp_path_factory.mktemp("workshop")
    for name, text in (("survey", REAL_SURVEY), ("choices", REAL_CHOICES), ("settings", "form_title\nBefore the workshop\n")):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return load_questionnaire(folder)


@pytest.fixture(scope="module")
def workshops(real, workshop):
    """The 13 real surveys, read."""
    found = {}
    for path in sorted((real / "indico").glob("*/*.csv")):
        name = f"{path.parent.name}/{path.stem}"
        found[name] = read_delivery(path, path.name, name, Delivery(partner="XX-1", file=path.name), workshop)
    return found


@pytest.mark.real
def test_no_response_and_no_column_of_the_real_surveys_is_lost(workshops):
    assert {read.raw.tool for read in workshops.values()} == {"Indico"}
    assert [sum(len(r.raw.cells) for n, r in workshops.items() if n.startswith(year)) for year in ("2018", "2019", "")] == [72, 276, 348]
    for read in workshops.values():
        assert [c.position for c in read.raw.columns] == list(read.raw.grid.cells.columns)
        assert [c.about for c in read.raw.columns[:3]] == ["person", "person", "submitted"]
        assert len(read.recognised.matches) == len(read.raw.columns) - 3
        assert {c.section for c in read.raw.columns[3:]} == {"Pre-workshop survey: "}


# How often each answer stands between `; ` in the 13 files.
TICKED = {
    "vcs": {"nothing": 68, "known": 100, "some": 1, "git": 199, "mercurial": 1}
    | {"subversion": 12, "cvs": 4, "perforce": 0, "bazaar": 0, "other": 2},
    "language": {"matlab": 129, "r": 111, "python": 282, "perl": 16, "c": 57, "cpp": 66, "f77": 13}
    | {"f90": 42, "julia": 15, "haskell": 6, "go": 6, "rust": 2, "other": 38},
    "docs": {"none": 23, "comments": 300, "doxygen": 15, "wiki": 17, "rst": 8, "readthedocs": 7}
    | {"mkdocs": 1, "pdf": 39, "html": 8, "markdown": 72, "readme": 130, "other": 17},
}


@pytest.mark.real
def test_the_answers_of_the_real_surveys_are_cut_as_they_were_given(workshops):
    """`C` is not `C++`, and a label with a comma is one answer."""
    values = pd.concat([read.answers.values for read in workshops.values()])
    counts = {c: int(values[c].sum()) for c in values if "/" in c}
    given = {question: {c.partition("/")[2]: n for c, n in counts.items() if c.startswith(f"{question}/")} for question in TICKED}
    assert given == TICKED
    assert values["os"].value_counts().to_dict() == {"macos": 123, "windows": 117, "linux": 108}
    assert values["tests"].value_counts().to_dict() == {"no": 205, "known": 117, "yes": 26}
    assert values["review"].value_counts().to_dict() == {"no": 247, "known": 84, "yes": 17}
    unreadable = [m for read in workshops.values() for m in read.answers.mapping["reason"].tolist() if m == "unreadable"]
    assert unreadable == []


# ------------------------------------------------------------------ Typeform

OS = "What is the <strong>operating system</strong> that you will use during the course (on your laptop)?"
VCS = ["I don't use version control and I don't know what it is", "I don't use version control but I know what it is"]
VCS += ["I use version control, but I don't know which system", "Git", "Mercurial", "Subversion", "CVS", "Perforce", "Bazaar"]
LANGUAGES = ["Matlab", "R", "Python", "Perl", "C", "C++", "Fortran 77", "Fortran 90+", "Julia", "Haskell", "Go"]
TESTS = "Are you using <strong>automated testing</strong> in your programming project(s)?"
DATES = ["2016-11-04 12:24:06", "2016-11-04 12:31:04"]


def responses(workshop, send, columns, *rows, id_=True, **params):
    """A Typeform export: rows say what is not empty, heading -> cell, or number of the column -> cell."""
    headings = [*(["#"] if id_ else []), *columns, "Start Date (UTC)", "Submit Date (UTC)", "Network ID"]
    table = [headings]
    for n, row in enumerate(rows):
        cells = [row.get(i, row.get(heading, "")) for i, heading in enumerate(columns)]
        table.append([*([f"r{n}"] if id_ else []), *cells, *DATES, CANARIES["device"]])
    return send(table, "responses.csv", ",", questionnaire=workshop, **params)


def test_the_columns_of_an_old_export_are_given_to_their_questions(workshop, send):
    """As in the workshops of 2016: the system and its `Other`, then two multiple answers side by side, each with its `Other`."""
    columns = [OS, "Other", *VCS, "Other", *LANGUAGES, "Other", TESTS]
    other_vcs, other_language = 2 + len(VCS), 3 + len(VCS) + len(LANGUAGES)
    read = responses(
        workshop,
        send,
        columns,
        {OS: "Linux", "Git": "Git", "R": "R", "C++": "C++", TESTS: "Yes"},
        {OS: "Windows", VCS[1]: VCS[1], "Git": "Git", other_language: "javascript, html5 tech", TESTS: "No but I know what it is"},
        {OS: "Linux", other_vcs: "darcs", "C": "C"},
    )
    values = read.answers.values
    assert [c.about for c in read.raw.columns if c.about] == ["respondent_id", "started", "submitted", "person"]
    assert CANARIES["device"] not in set(read.raw.cells.to_numpy().ravel())
    assert open_headings(read) == ["Other"]  # of the system: the questionnaire has no question for its text
    assert [m.target for m in read.recognised.matches] == [
        *("os", ""),
        *(f"vcs/{c}" for c in workshop.choices("vcs")),
        *(f"language/{c}" for c in workshop.choices("language") if c != "rust"),
        "tests",
    ]
    assert listed(values["vcs/git"]) == [True, True, False] and listed(values["vcs/other"]) == [False, False, True]
    assert listed(values["vcs/known"]) == [False, True, False]
    assert listed(values["language/other"]) == [False, True, False]
    assert listed(values["language/c"]) == [False, False, True] and listed(values["language/cpp"]) == [True, False, False]
    assert set(read.answers.reasons["language/rust"]) == {"not_asked"}


def test_labels_that_drifted_stay_open_until_params_say_what_they_were(workshop, send):
    rows = [{OS: "Mac OS X", TESTS: "No and I don't know either of those"}, {OS: "macOS", TESTS: "Yes"}]
    read = responses(workshop, send, [OS, TESTS], *rows)
    assert listed(read.answers.values["os"]) == [None, "macos"]
    assert read.answers.reasons["os"].tolist() == ["unreadable", ""]
    declared = {"os": {"Mac OS X": "macos"}, "tests": {"No and I don't know either of those": "no"}}
    read = responses(workshop, send, [OS, TESTS], *rows, answers=declared)
    assert (listed(read.answers.values["os"]), listed(read.answers.values["tests"])) == (["macos", "macos"], ["no", "yes"])


@pytest.mark.parametrize("missing", ["#", "Start Date (UTC)", "Network ID"])
def test_an_export_of_which_somebody_took_a_column_away_is_still_typeforms(missing):
    headings = ["#", MODEL, "Start Date (UTC)", "Submit Date (UTC)", "Network ID"]
    cells = dict(zip(headings, ["a1", "Social model", *DATES, "n1"], strict=True))
    left = [h for h in headings if h != missing]
    raw = read_rows(typeform, [left, [cells[h] for h in left]])
    assert [c.heading for c in raw.answer_columns] == [MODEL]


@pytest.mark.parametrize(
    "headings", [["#", MODEL, "Network ID"], ["id", MODEL, "Submit Date (UTC)"], [MODEL, "Start Date (UTC)"], ["#", MODEL]]
)
def test_a_table_without_the_dates_of_typeform_is_not_of_typeform(headings):
    assert read_rows(typeform, [headings, ["x"] * len(headings)]) is None


def test_what_newer_exports_add_is_told_from_questions_of_the_same_name():
    added = ["Response Type", "Start Date (UTC)", "Stage Date (UTC)", "Submit Date (UTC)", "Network ID", "Tags", "Ending"]
    raw = read_rows(
        typeform, [["#", "Tags", MODEL, *added], ["a1", "red", "Social model", "completed", DATES[0], "", DATES[1], "n1", "", ""]]
    )
    assert [c.about for c in raw.columns] == [
        *("respondent_id", "", "", "progress", "started", "tool", "submitted", "person", "tool", "tool")
    ]


def test_answers_recalled_in_a_heading_are_not_part_of_the_question(send):
    heading = "{{field:7d956171-88d8-4613-b8e2-164b6b3929e9}}, " + MODEL
    read = send([["#", heading, "Start Date (UTC)", "Submit Date (UTC)"], ["a1", "Social model", *DATES]], sign=",")
    assert targets(read) == {heading: ["model"]}


# ------------------------------------------------------------------ columns headed by options alone


@pytest.fixture
def columns(send):
    """`columns(*headings)` -> what a Typeform export with these columns was read to; a column holds its heading or nothing."""

    def columns(*headings, cells=None, **params):
        table = [["#", *headings, "Start Date (UTC)", "Submit Date (UTC)"]]
        table.append(["a1", *(cells or [""] * len(headings)), *DATES])
        return send(table, "responses.csv", ",", **params)

    return columns


def test_three_questions_with_the_same_options_are_told_by_their_order(columns):
    read = columns(PAID, *MEASURES, *MEASURES, *MEASURES, COMMENTS)
    asked = ("measures_enablers", "measures_supporters", "measures_wsn")
    options = ("training", "recruitment", "reorganisation", "none", "other")
    assert [m.target for m in read.recognised.matches][1:-1] == [f"{q}/{o}" for q in asked for o in options]


def test_two_runs_for_three_questions_stay_open_with_all_of_them_proposed(columns):
    read = columns(GROUP, MODEL, FOUNDED, PAID, *MEASURES, *MEASURES, COMMENTS)
    found = read.recognised.matches[4:-1]
    assert {m.target for m in found} == {""}
    assert found[0].proposal == "measures_enablers/training or measures_supporters/training"
    assert found[-1].proposal == "measures_supporters/other or measures_wsn/other"


def test_params_name_a_column_by_its_place_where_its_heading_tells_nothing(columns):
    """The first column of each run is enough: the others follow it."""
    declared = {"column 3": "measures_enablers/training", "column 8": "measures_wsn/training"}
    read = columns(PAID, *MEASURES, *MEASURES, COMMENTS, columns=declared)
    assert [m.target for m in read.recognised.matches][1:-1] == [
        f"{q}/{o}" for q in ("measures_enablers", "measures_wsn") for o in ("training", "recruitment", "reorganisation", "none", "other")
    ]


def test_a_place_that_the_file_does_not_have_is_refused(columns):
    with pytest.raises(ProblemsFound, match="`columns: column 12` matches no heading"):
        columns(PAID, *MEASURES, COMMENTS, columns={"column 12": "measures_wsn/training"})


def test_an_unknown_column_ends_a_run_and_the_longer_part_is_taken(columns):
    read = columns(PAID, *OBSTACLES[:3], "No idea", OBSTACLES[3], COMMENTS)
    assert [m.target for m in read.recognised.matches][1:-1] == ["barriers/cost", "barriers/information", "barriers/skills", "", ""]


@pytest.mark.parametrize("renamed", ["Wenig Wissen", "Mangel an Kenntnis", "Lack of knowledge", "?"])
def test_of_options_around_a_renamed_one_all_are_read_and_the_one_is_asked(columns, renamed):
    read = columns(PAID, *OBSTACLES[:2], renamed, *OBSTACLES[3:], COMMENTS)
    assert [m.target for m in read.recognised.matches][1:-1] == [
        *(f"barriers/{o}" for o in ("cost", "information")),
        "",
        *(f"barriers/{o}" for o in ("training", "none")),
    ]


def test_a_column_that_params_set_aside_does_not_end_a_run(columns):
    read = columns(PAID, *OBSTACLES[:3], "No idea", *OBSTACLES[3:], COMMENTS, columns={"No idea": "ignore"})
    assert [m.target for m in read.recognised.matches if m.how != "declared"][1:-1] == [
        f"barriers/{o}" for o in ("cost", "information", "skills", "training", "none")
    ]


def test_one_option_of_a_question_that_was_not_asked_proves_nothing(columns):
    """`None of these` of a national question stands where the profiles might have been asked, and were not."""
    read = columns(PAID, "A national profile", "None of these", COMMENTS)
    assert open_headings(read) == ["A national profile", "None of these"]


def test_options_between_columns_out_of_order_stay_open(columns):
    assert open_headings(columns(COMMENTS, *OBSTACLES, PAID)) == OBSTACLES


def test_an_other_column_belongs_to_what_stands_right_before_it(columns):
    read = columns(MODEL, "Other", PAID, *OBSTACLES, "Other", COMMENTS, "Other", cells=["", "a mix", "", *[""] * 5, "no time", "", "?"])
    assert targets(read)["Other"] == ["model_other", "barriers_other", ""]
    values = read.answers.values
    assert (listed(values["model"]), listed(values["model_other"])) == (["other"], ["a mix"])
    assert (listed(values["barriers/other"]), listed(values["barriers_other"])) == ([True], ["no time"])


def test_a_column_that_holds_its_own_heading_is_an_option_even_if_a_question_is_called_so(tmp_path, send):
    survey = "type,name,label\nselect_one yes,smoker,Smoking\nselect_multiple habit,habits,Which habits do you have?\ntext,end,The end\n"
    choices = "list_name,name,label\nyes,y,Yes\nyes,n,No\nhabit,smoking,Smoking\nhabit,sports,Sports\n"
    for name, text in (("survey", survey), ("choices", choices), ("settings", "form_title\nSmall\n")):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    table = [["#", "Smoking", "Sports", "The end", "Start Date (UTC)", "Submit Date (UTC)"], ["a1", "Smoking", "", "fine", *DATES]]
    read = send(table, sign=",", questionnaire=load_questionnaire(tmp_path))
    assert [m.target for m in read.recognised.matches] == ["habits/smoking", "habits/sports", "end"]


def run_targets(possible, least=None, may_begin=None):
    named = [{q: f"{q}{option}" for q in questions} for option, questions in possible]
    return targets_in_runs(named, may_begin or [True] * len(named), least or {})


def test_a_reading_that_places_more_columns_is_believed():
    assert run_targets([("a", {1}), ("b", {1, 2}), ("c", {2})]) == [{"1a"}, {"1b", "2b"}, {"2c"}]
    assert run_targets([("a", {1}), ("b", {1, 2}), ("b", {1, 2})]) == [{"1a"}, {"1b"}, {"2b"}]
    assert run_targets([("a", {2}), ("b", {1})]) == [{"2a", ""}, {"1b", ""}]  # not in the questionnaire's order


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_columns_in_the_questionnaires_order_are_never_given_to_a_wrong_question(data):
    """Questions with options from one small pool; some questions and options were not asked. Complete forms are read completely."""
    questions = data.draw(st.lists(st.lists(st.sampled_from("abcde"), min_size=1, unique=True), min_size=1, max_size=5))
    asked = data.draw(st.lists(st.booleans(), min_size=len(questions), max_size=len(questions)))
    left_out = data.draw(st.sets(st.tuples(st.integers(0, 4), st.sampled_from("abcde")), max_size=2))
    truth = [(q, o) for q, options in enumerate(questions) if asked[q] for o in options if (q, o) not in left_out]
    found = run_targets([(o, {q for q, options in enumerate(questions) if o in options}) for _, o in truth])
    for (q, o), read in zip(truth, found, strict=True):
        assert f"{q}{o}" in read
    if len(truth) == sum(map(len, questions)):
        assert found == [{f"{q}{o}"} for q, o in truth]
