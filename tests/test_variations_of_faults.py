"""Kinds of fault that small exports of ../shared/cases show, as other tools and languages have them: right, or open, or refused.

Each file is made in memory and read without a line of params; the truth is in the test.
"""

from __future__ import annotations

import csv
import io
from itertools import cycle, islice

import pytest
import xlsxwriter

from bwise.matching import read_delivery
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.settings import Delivery

SURVEY = """type,name,label::English (en),label::Deutsch (de),label::Français (fr),relevant,role,unit
text,wise_code,Code of the enterprise,Code des Unternehmens,Code de l’entreprise,,wise,
select_one yn,recommend,Do you recommend your enterprise?,Empfehlen Sie Ihr Unternehmen?,Recommandez-vous l’entreprise ?,,,
select_one yn,parttime,Do you work part time?,Arbeiten Sie in Teilzeit?,Travaillez-vous à temps partiel ?,,,
integer,staff,How many people do you employ?,Wie viele Personen beschäftigen Sie?,Combien de personnes employez-vous ?,,,persons
integer,stay,Workers staying over 15 months,"Personen, die länger als 15 Monate bleiben",Personnes qui restent plus de 15 mois,,,persons
decimal,public,Share of income from public customers,Anteil der Einnahmen von öffentlichen Kunden,Part des revenus de clients publics,,,%
decimal,private,Share of income from private customers,Anteil der Einnahmen von privaten Kunden,Part des revenus de clients privés,,,%
select_one extent,region,Support by the region,Unterstützung durch das Land,Soutien de la région,,,
select_one extent,state,Support by the state,Unterstützung durch den Bund,Soutien de l’État,,,
select_multiple b,barriers,What keeps you from training?,Was hält Sie von Weiterbildung ab?,Qu’est-ce qui vous empêche de vous former ?,,,
text,barriers_other,Other barriers,Andere Hindernisse,Autres obstacles,"selected(${barriers}, 'other')",other,
"""
CHOICES = """list_name,name,label::English (en),label::Deutsch (de),label::Français (fr)
yn,yes,Yes,Ja,Oui
yn,no,No,Nein,Non
extent,1,Not at all,Gar nicht,Pas du tout
extent,2,A little,Ein wenig,Un peu
extent,3,Partly,Teilweise,En partie
extent,4,Mostly,Überwiegend,Surtout
extent,5,Fully,Vollständig,Entièrement
b,cost,Costs,Kosten,Coûts
b,time,Time,Zeit,Temps
b,skills,"Skills, missing","Kenntnisse, fehlende","Connaissances, manque de"
b,other,Other,Anderes,Autre
"""
COLUMNS = ("wise_code", "recommend", "parttime", "staff", "stay", "public", "private", "region", "state", "barriers")
GOOD = {
    "en": ("W{n}", "Yes", "No", "1{n}", "3", "40", "60", "Partly", "Mostly", "Costs"),
    "de": ("W{n}", "Ja", "Nein", "1{n}", "3", "40", "60", "Teilweise", "Überwiegend", "Kosten"),
    "fr": ("W{n}", "Oui", "Non", "1{n}", "3", "40", "60", "En partie", "Surtout", "Coûts"),
}
ROWS = 4


@pytest.fixture(scope="module")
def questionnaire(tmp_path_factory):
    folder = tmp_path_factory.mktemp("q")
    for name, text in (("survey", SURVEY), ("choices", CHOICES), ("settings", "form_title\nCases\n")):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return load_questionnaire(folder)


def plain(headings, rows):
    return [headings, *rows]


def google(headings, rows):
    return [["Timestamp", *headings], *([f"2022/05/0{n} 10:00:00 AM GMT+2", *row] for n, row in enumerate(rows, 1))]


def microsoft(headings, rows):
    own = ["Id", "Start time", "Completion time", "Email", "Name"]
    told = [[str(n), f"5/{n}/22 10:00:00", f"5/{n}/22 10:09:00", "anonymous", ""] for n in range(1, len(rows) + 1)]
    return [[*own, *headings], *([*mine, *row] for mine, row in zip(told, rows, strict=True))]


def typeform(headings, rows):
    times = ["2022-05-01 10:00:00", "2022-05-01 10:10:00"]
    return [
        ["#", *headings, "Start Date (UTC)", "Submit Date (UTC)", "Network ID"],
        *([f"t{n}", *row, *times, "x"] for n, row in enumerate(rows)),
    ]


def surveymonkey(headings, rows):
    own = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address"]
    told = ["", "", "", "", ""]
    mine = [[str(118040000000 + n), "431598762", "05/13/2022 10:00:00 AM", "05/13/2022 10:09:00 AM", "192.0.2.1"] for n in range(len(rows))]
    second = [*told, *(["Response"] * len(headings))]
    return [[*own, *headings], second, *([*a, *b] for a, b in zip(mine, rows, strict=True))]


def eusurvey(headings, rows):
    return [["Alias", "Cases"], ["Export Date", "2022-05-13 10:00:00"], [], headings, *rows]


def indico(headings, rows):
    return [["Submitter", "Submitter Email", "Submission Date", *headings], *(["", "", "2022-05-13 10:00:00+00:00", *row] for row in rows)]


def limesurvey(headings, rows):
    own = ["id. Response ID", "submitdate. Date submitted", "lastpage. Last page", "startlanguage. Start language"]
    return [[*own, *headings], *([str(n), "2022-05-13 10:00:00", "5", "en", *row] for n, row in enumerate(rows, 1))]


BY_TEXT = (plain, google, microsoft, typeform, surveymonkey, eusurvey, indico)
"""Tools that write the text of a question and no code."""


@pytest.fixture
def read(questionnaire, tmp_path):
    """`read(table, params="")`: what is read of a table without help, or the refusal as text."""

    def read(table, name="answers.csv", **declared):
        out = io.StringIO()
        width = max(map(len, table))
        csv.writer(out, lineterminator="\n").writerows([*row, *[""] * (width - len(row))] for row in table)
        return read_bytes(out.getvalue().encode(), name, **declared)

    def read_bytes(data, name="answers.csv", **declared):
        (tmp_path / name).write_bytes(data)
        try:
            return read_delivery(tmp_path / name, name, "AT-1", Delivery(partner="AT-1", file=name, **declared), questionnaire, "AT")
        except ProblemsFound as found:
            return str(found)

    read.bytes = read_bytes
    return read


@pytest.fixture
def answers(questionnaire):
    """`answers(tool, language, staff=[…], headings={"staff": …})`: a good export with some cells and headings changed."""

    def answers(tool=plain, language="en", headings=None, rows=ROWS, **cells):
        said = {c: questionnaire[c].labels[language] for c in COLUMNS} | (headings or {})
        good = [dict(zip(COLUMNS, (t.format(n=n) for t in GOOD[language]), strict=True)) for n in range(rows)]
        for column, texts in cells.items():
            for n, row in enumerate(good):
                row[column] = texts[n % len(texts)]
        if tool is limesurvey:
            said = {c: f"{c}. {text}" for c, text in said.items()}
        return tool([said[c] for c in COLUMNS], [[row[c] for c in COLUMNS] for row in good])

    return answers


def values(read, column):
    assert not isinstance(read, str), read
    found = read.answers.values[column]
    return [None if missing else value for value, missing in zip(found, found.isna(), strict=True)]


def waits(read, column):
    """Whether nothing was read of a question, and somebody is asked about it: about its column, or its answers."""
    asked = read.recognised.columns < read.recognised.of_columns or "unreadable" in set(read.answers.reasons[column])
    return values(read, column) == [None] * len(read.answers.values) and asked


@pytest.mark.parametrize("language", GOOD)
@pytest.mark.parametrize("tool", [*BY_TEXT, limesurvey])
def test_a_good_export_needs_no_help(read, answers, tool, language):
    found = read(answers(tool, language))
    assert (values(found, "staff"), values(found, "region")) == ([10.0, 11.0, 12.0, 13.0], ["3"] * 4)
    assert values(found, "recommend") == ["yes"] * 4 and values(found, "barriers/cost") == [True] * 4


# ------------------------------------------------------------------ headings like another question's

LIKE = [
    ("recommend", "en", "Do you not recommend your enterprise?"),
    ("recommend", "de", "Empfehlen Sie Ihr Unternehmen nicht?"),
    ("recommend", "fr", "Ne recommandez-vous pas l’entreprise ?"),
    ("recommend", "en", "Would you recommend your employer?"),
    ("staff", "en", "How many people did you dismiss?"),
    ("staff", "de", "Wie viele Personen entlassen Sie?"),
    ("staff", "fr", "Combien de femmes employez-vous ?"),
    ("stay", "en", "Workers staying over 1.5 months"),
    ("stay", "en", "Workers staying over 1-5 months"),
    ("stay", "de", "Personen, die länger als 1,5 Monate bleiben"),
    ("stay", "de", "Personen, die kürzer als 15 Monate bleiben"),
    ("stay", "fr", "Personnes qui restent plus de 25 mois"),
    ("public", "en", "Share of income from church customers"),
    ("public", "de", "Anteil der Ausgaben von öffentlichen Kunden"),
    ("public", "fr", "Part des revenus sans clients publics"),
    ("region", "en", "Support by the EU"),
    ("region", "de", "Unterstützung ohne das Land"),
    ("state", "fr", "Soutien de l’ONU"),
    ("parttime", "en", "Do you work full time?"),
    ("parttime", "de", "Arbeiten Sie in Vollzeit?"),
]


TOOLS = cycle([google, limesurvey, microsoft, surveymonkey, eusurvey, limesurvey, typeform])


@pytest.mark.parametrize(("tool", "column", "language", "heading"), [(tool, *one) for one in LIKE for tool in islice(TOOLS, 2)])
def test_a_heading_that_is_like_a_question_is_asked_and_never_proposed(read, answers, tool, column, language, heading):
    found = read(answers(tool, language, {column: heading}))
    assert waits(found, column)
    (open_column,) = [m for m in found.recognised.matches if heading in m.column.heading]
    assert column not in open_column.proposal.split(" or ") or open_column.why == ""
    assert not open_column.target


@pytest.mark.parametrize("tool", [plain, google, microsoft, surveymonkey, eusurvey, indico])
def test_two_columns_under_one_heading_are_both_asked(read, answers, tool):
    table = answers(tool)
    at = next(n for row in table if "Do you work part time?" in row for n in [row.index("Do you work part time?")])
    found = read([[*row, *([row[at]] if len(row) > at else [])] for row in table])
    assert isinstance(found, str) or waits(found, "parttime")


# ------------------------------------------------------------------ values that judge the column


@pytest.mark.parametrize("tool", [google, limesurvey])
@pytest.mark.parametrize(
    "texts",
    [
        ("0", "1", "2", "4"),
        ("2", "6", "3", "5"),
        ("1", "10", "5", "7"),
        ("-2", "0", "1", "2"),
        ("25", "50", "75", "100"),
        ("3", "Fully", "2", "4"),
    ],
)
def test_digits_outside_the_list_or_among_its_labels_wait_as_a_whole(read, answers, tool, texts):
    found = read(answers(tool, region=texts))
    digits = [value for value, text in zip(values(found, "region"), texts, strict=True) if text.lstrip("-").isdigit()]
    assert set(digits) == {None} and "unreadable" in set(found.answers.reasons["region"])


@pytest.mark.parametrize("texts", [("1,0", "2,0", "3,0", "5,0"), ("1.0", "2.0", "3.0", "5.0"), ("1.00", "2.00", "3.00", "5.00")])
def test_codes_with_decimals_are_the_codes(read, answers, texts):
    assert values(read(answers(region=texts)), "region") == ["1", "2", "3", "5"]


@pytest.mark.parametrize("texts", [("1.5", "2.0", "3.0", "4.0"), ("3,5", "1", "2", "4"), ("1,2", "3", "4", "5")])
def test_a_point_between_two_points_of_a_scale_is_none(read, answers, texts):
    assert values(read(answers(region=texts)), "region") == [None] * 4


BOOLEANS = [
    ("WAHR", "FALSCH"),
    ("VRAI", "FAUX"),
    ("VERO", "FALSO"),
    ("ИСТИНА", "ЛЪЖА"),
    ("PRAWDA", "FAŁSZ"),
    ("ΑΛΗΘΕΣ", "ΨΕΥΔΕΣ"),
    ("ADEVĂRAT", "FALS"),
    ("WAAR", "ONWAAR"),
    ("ISTINA", "NEISTINA"),
    ("VERDADERO", "FALSO"),
    ("checked", "unchecked"),
    ("True", "False"),
    ("Y", "N"),
]


@pytest.mark.parametrize(("yes", "no"), BOOLEANS)
def test_booleans_of_every_language_say_yes_and_no(read, answers, yes, no):
    found = read(answers(recommend=(yes, no), parttime=(no, yes)))
    assert (values(found, "recommend"), values(found, "parttime")) == (["yes", "no"] * 2, ["no", "yes"] * 2)


@pytest.mark.parametrize("texts", [("1", "2"), ("0", "1"), ("x", "o"), ("Ne", "Da nicht"), ("2", "3")])
def test_signs_that_may_say_either_are_asked(read, answers, texts):
    assert waits(read(answers(recommend=texts)), "recommend")


@pytest.mark.parametrize("texts", [("0.45", "0.3", "1", "0"), ("0,45", "0,5", "0", "0"), ("1", "0", "1", "1"), (".5", ".25", ".1", "1.0")])
@pytest.mark.parametrize("tool", [plain, google, microsoft])
def test_shares_of_one_are_not_taken_for_per_cent(read, answers, tool, texts):
    assert values(read(answers(tool, public=texts)), "public") == [None] * 4


def test_the_unit_in_params_settles_shares(read, answers):
    found = read(answers(public=("0.45", "0.3", "1", "0")), units={"public": "share"})
    assert values(found, "public") == [45.0, 30.0, 100.0, 0.0]


@pytest.mark.parametrize("texts", [("1.2", "12", "3", "40"), ("1,2", "12", "3", "40"), ("2.5", "1", "1", "1")])
def test_thousands_that_a_spreadsheet_lost_are_flagged(read, answers, texts):
    assert values(read(answers(staff=texts)), "staff") == [None] * 4


@pytest.mark.parametrize("text", ["-9", "-99", "-1", "−1", "-77.0"])
def test_less_than_nothing_is_asked_until_params_say_it_is_no_answer(read, answers, text):
    found = read(answers(staff=(text, "12")))
    assert values(found, "staff") == [None, 12.0, None, 12.0] and set(found.answers.reasons["staff"]) == {"unreadable", ""}


def test_a_declared_sentinel_below_nothing_is_no_answer(read, answers):
    found = read(answers(staff=("-9", "12")), sentinels={"staff": [-9]})
    assert set(found.answers.reasons["staff"]) == {"no_answer", ""}


@pytest.mark.parametrize("codes", [("3.52E+11", "3,52E+11"), ("1e+12", "1e+12"), ("2.1E11", "7"), ("9,99E+14", "A1"), ("1.0E+5", "1.0E+6")])
@pytest.mark.parametrize("tool", [plain, google, surveymonkey])
def test_codes_in_scientific_notation_are_refused(read, answers, tool, codes):
    assert "the codes are lost" in read(answers(tool, wise_code=codes))


# ------------------------------------------------------------------ several answers in one cell, or a cell and columns


@pytest.mark.parametrize(
    ("tool", "text", "part"),
    [
        (indico, "Costs; Archaeology", "Archaeology"),
        (plain, "Costs, Archaeology", "Archaeology"),
        (plain, "Costs|Time", "Costs|Time"),
        (limesurvey, "Costs and Time", "Costs and Time"),
        (indico, "No Costs; Time", "No Costs"),
        (plain, "Costs (not Time)", "Costs (not Time)"),
        (plain, "Time, Lost time", "Lost time"),
    ],
)
def test_a_part_that_is_no_answer_is_named_and_waits(read, answers, tool, text, part):
    found = read(answers(tool, barriers=(text, "Time")))
    assert [value is None for value in values(found, "barriers/time")] == [True, False] * 2
    assert part in ";".join(found.answers.mapping["open"])


KOBO = [
    "start",
    "end",
    "wise_code",
    "recommend",
    "barriers",
    "barriers/cost",
    "barriers/time",
    "barriers/skills",
    "barriers/other",
    "_id",
    "_uuid",
]


def kobo(*told, headings=KOBO):
    """Rows of KoBo: the joined answer and the four options."""
    rows = [
        [f"2022-05-0{n}T10:00:00.000+02:00", f"2022-05-0{n}T10:09:00.000+02:00", f"W{n}", "yes", joined, *ticks, str(n), f"u{n}"]
        for n, (joined, *ticks) in enumerate(told, 1)
    ]
    keep = [KOBO.index(heading) for heading in headings]
    return [headings, *([row[k] for k in keep] for row in rows)]


@pytest.mark.parametrize(
    ("row", "differs"),
    [
        (("cost time", "1", "1", "0", "0"), False),
        (("time cost", "True", "True", "False", "False"), False),
        (("", "", "", "", ""), False),
        (("cost", "1", "1", "0", "0"), True),
        (("cost time", "1", "0", "0", "0"), True),
        (("cost git", "1", "0", "0", "0"), True),
        (("", "1", "0", "0", "0"), True),
        (("time", "0", "0", "0", "0"), True),
    ],
)
def test_a_multiple_answer_that_stands_there_twice_must_say_the_same(read, row, differs):
    found = read(kobo(("cost", "1", "0", "0", "0"), ("time", "0", "1", "0", "0"), row))
    assert found.differing == ({"barriers": (4,)} if differs else {})


def test_the_version_that_is_not_believed_is_left_aside(read):
    table = kobo(("cost", "1", "0", "0", "0"), ("cost", "1", "1", "0", "0"))
    options = read(table, columns={"barriers": "ignore"})
    joined = read(table, columns={heading: "ignore" for heading in KOBO if heading.startswith("barriers/")})
    assert (options.differing, joined.differing) == ({}, {})
    assert (values(options, "barriers/time"), values(joined, "barriers/time")) == ([False, True], [False, False])


def test_an_option_that_has_no_column_beside_the_joined_answer_differs_from_nothing(read):
    found = read(
        kobo(("cost skills", "1", "0", "1", "0"), ("time", "0", "1", "0", "0"), headings=[h for h in KOBO if h != "barriers/skills"])
    )
    assert found.differing == {} and values(found, "barriers/skills") == [True, False]


@pytest.mark.parametrize(
    ("tool", "left_out"),
    [("KoBo", "/"), ("REDCap", "___"), ("LimeSurvey", "["), ("ODK", "."), ("Qualtrics", "_")],
)
def test_an_option_without_a_column_is_asked_in_every_tool(read, tool, left_out):
    end = "]" if left_out == "[" else ""
    options = [f"barriers{left_out}{choice}{end}" for choice in ("cost", "time", "other")]
    found = read([["wise_code", "recommend", "staff", *options], *(["W1", "yes", "12", "1", "0", "0"] for _ in range(3))])
    assert found.open_options == {"barriers": ("skills",)}
    assert set(found.answers.reasons["barriers/skills"]) == {"not_asked"}


# ------------------------------------------------------------------ the shape of the file


@pytest.mark.parametrize(
    "row",
    [
        ["Mean", "", "", "12.3", "3.1", "40", "60", "", "", ""],
        ["n = 4", "", "", "4", "4", "4", "4", "", "", ""],
        ["Mittelwert:", "", "", "11,5", "3", "40", "60", "", "", ""],
        ["Écart-type", "", "", "1.2", "0", "0", "0", "", "", ""],
        ["", "Razem", "", "46", "12", "160", "240", "", "", ""],
        ["Ø", "", "", "11.5", "3", "40", "60", "", "", ""],
    ],
)
def test_rows_that_sum_up_are_nobody(read, answers, row):
    found = read([*answers(), row])
    assert list(found.raw.grid.set_aside.values()) == ["summary_row"] and values(found, "staff")[-1] is None


@pytest.mark.parametrize("tool", [google, microsoft, indico, limesurvey, plain])
def test_headings_that_were_pasted_with_a_second_export_are_nobody(read, answers, tool):
    table = answers(tool)
    found = read([*table, *table])
    assert list(found.raw.grid.set_aside.items()) == [(6, "heading_row")]
    assert values(found, "staff") == [10.0, 11.0, 12.0, 13.0, None, 10.0, 11.0, 12.0, 13.0]


@pytest.mark.parametrize("language", ["en", "de", "codes"])
def test_a_second_row_of_headings_is_refused(read, answers, questionnaire, language):
    head, *rows = answers()
    second = list(COLUMNS) if language == "codes" else [questionnaire[c].labels[language] for c in COLUMNS]
    first = head if language != "en" else list(COLUMNS)
    assert "row 2 holds headings, too" in read([first, second, *rows])


def redcap(*records):
    head = ["record_id", "wise_code", "recommend", "staff", "region", "questionnaire_complete"]
    return [head, *([number, wise, "yes", "12", region, "2"] for number, wise, region in records)]


def test_records_of_redcap_in_several_rows_are_refused_even_without_the_columns_that_say_so(read):
    told = read(redcap(("1", "W1", "3"), ("1", "W1", "4"), ("2", "W2", "2")))
    assert "1 of its 2 records have several rows" in told
    assert values(read(redcap(("1", "W1", "3"), ("2", "W1", "4"), ("3", "W2", "2"))), "region") == ["3", "4", "2"]


def test_copies_of_a_row_of_redcap_are_left_to_the_rule_on_duplicates(read):
    assert len(read(redcap(("1", "W1", "3"), ("1", "W1", "3"), ("2", "W2", "2"))).answers.values) == 3


def whole(table):
    return "\n".join(";".join(f'"{cell}"' for cell in row) for row in table)


@pytest.mark.parametrize("tool", [google, microsoft, indico, limesurvey, plain])
@pytest.mark.parametrize("kept", [0.62, 0.9])
def test_a_file_that_was_cut_off_is_told(read, answers, tool, kept):
    text = whole(answers(tool, rows=12))
    cut = text[: int(len(text) * kept)]
    cut = cut if cut.count('"') % 2 or cut.endswith(";") else cut[:-1]
    assert "cut" in read.bytes(cut.encode())


@pytest.mark.parametrize(("heading", "cells"), [
    ("Country", ("1", "2", "2", "3")),
    ("Country", ("Austria", "Germany", "Austria", "Italy")),
    ("Land", ("AT", "DE", "AT", "IT")),
    ("Pays", ("Autriche", "Allemagne", "Italie", "Autriche")),
    ("redcap_data_access_group", ("austria", "germany", "italy", "austria")),
    ("Država", ("HRV", "SVN", "HRV", "SVN")),
    ("source", ("Österreich", "Deutschland", "Österreich", "Italien")),
])  # fmt: skip
@pytest.mark.parametrize("tool", [plain, google])
def test_a_file_of_several_countries_waits_for_params(read, answers, tool, heading, cells):
    head, *rows = answers(tool)
    found = read([[*head, heading], *([*row, cell] for row, cell in zip(rows, cells, strict=True))])
    assert "looks like a country" in str(found.undecided[0])
    one = read([[*head, heading], *([*row, cell] for row, cell in zip(rows, cells, strict=True))], rows={heading: cells[1]})
    assert values(one, "staff") == [10.0 + n for n, cell in enumerate(cells) if cell == cells[1]]


# ------------------------------------------------------------------ one question in two columns, and damaged files


def with_column(table, beside, heading, cells):
    """The table with one more column after the one that holds this heading."""
    at = next(row.index(beside) for row in table if beside in row)
    top = next(n for n, row in enumerate(table) if beside in row)
    below = len(table) - len(cells)
    told = {top: heading} | {below + n: cell for n, cell in enumerate(cells)}
    return [[*row[: at + 1], told.get(n, ""), *row[at + 1 :]] if len(row) > at else row for n, row in enumerate(table)]


@pytest.mark.parametrize("tool", [plain, google, microsoft, indico, eusurvey, typeform])
def test_a_question_split_in_two_is_never_one_of_its_parts_and_the_sum_needs_both(read, answers, tool):
    women, men = "How many women do you employ?", "How many men do you employ?"
    table = with_column(answers(tool, headings={"staff": women}, staff=("3", "4", "", "5")), women, men, ("7", "", "2", "5"))
    alone = read(table)
    assert waits(alone, "staff") and {m.proposal for m in alone.recognised.matches if m.column.heading in (women, men)} == {""}
    parts = {women: "staff", men: "staff"}
    assert "names the question `staff` 2 times" in read(table, columns=parts)
    assert values(read(table, columns=parts, join={"staff": "sum"}), "staff") == [10.0, None, None, 10.0]


@pytest.mark.parametrize("tool", [plain, google, microsoft, indico, eusurvey, limesurvey])
def test_a_question_reworded_in_the_field_is_read_from_both_columns(read, answers, tool):
    first, later = "Do you work part time?", "Do you work fewer hours than full time?"
    head = f"parttime. {first}" if tool is limesurvey else first
    again = f"parttime2. {later}" if tool is limesurvey else later
    table = with_column(answers(tool, parttime=("Yes", "No", "", "")), head, again, ("", "", "Yes", "No"))
    assert [m.target for m in read(table).recognised.matches if later in m.column.heading] == [""]
    found = read(table, columns={head: "parttime", again: "parttime"}, join="first")
    assert values(found, "parttime") == ["yes", "no", "yes", "no"]


def workbook(table):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate(table):
            sheet.write_row(n, 0, row)
    return out.getvalue()


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("name", ["answers.xlsx", "answers.xls", "answers.zip", "answers.csv"])
def test_a_workbook_that_was_cut_off_is_a_plain_refusal(read, answers, name, kept):
    data = workbook(answers())
    assert isinstance(told := read.bytes(data[: int(len(data) * kept)], name), str) and "do:" in told
