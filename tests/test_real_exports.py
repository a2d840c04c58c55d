"""Files that real tools wrote and real people answered: at least read to a grid, with the mess that is known to be in them."""

from __future__ import annotations

import pytest

from bwise.exports import READERS, eusurvey, google_forms, indico, limesurvey, microsoft_forms, plain, surveymonkey
from bwise.exports.containers import grids
from bwise.matching import read_delivery
from bwise.questionnaire import load_questionnaire
from bwise.settings import Project, load_country

pytestmark = pytest.mark.real

EVERSE = "eusurvey/Content_Export_EVERSElandscaping_Survey_results_16-10-2024_nopersonal.xls"
COMPANIES = "eusurvey/sustainability_assessment_of_EU_companies"
FORM = "google_forms/The use of software in research (Responses) 24 Oct 14 - Form Responses 1.csv"
VAUD = "limesurvey/results-survey4914.xlsx"
INDICO = {
    "2018/aalto-dec": 23,
    "2018/kiruna-nov": 29,
    "2018/uppsala-dec": 20,
    "2019/aalborg-june": 21,
    "2019/esppoo-dec": 49,
    "2019/gothenburg-may": 28,
    "2019/helsinki-may": 32,
    "2019/lille-dec": 26,
    "2019/oslo-june": 13,
    "2019/stockholm-march": 24,
    "2019/stockholm-nov": 30,
    "2019/tartu-april": 29,
    "2019/trondheim-oct": 24,
}
RSE = {"UK": (253, 245), "DE": (325, 248), "US": (164, 242)}  # rows, columns with the row numbers of pandas


def table(reader, path, delimiter=","):
    """What the reader makes of the file, read with this delimiter if it is text."""
    return next(raw for grid in grids(path, path.name) if grid.delimiter in ("", delimiter) and (raw := reader.read(grid)))


@pytest.mark.parametrize(
    ("file", "reader", "rows", "columns"),
    [
        (EVERSE, eusurvey, 28, 228),
        (COMPANIES + ".xls", eusurvey, 300, 12),
        (COMPANIES + ".csv", eusurvey, 300, 12),
        (VAUD, limesurvey, 348, 22),
        (FORM, google_forms, 407, 18),
        ("surveymonkey/StarWars.csv", surveymonkey, 1186, 38),
        ("kobo/raw_data.csv", plain, 632, 348),
        *((f"indico/{f}.csv", indico, n, 20 if f in ("2018/kiruna-nov", "2019/lille-dec") else 19) for f, n in INDICO.items()),
        *((f"rse2017/{c.lower()}/public_data.csv", limesurvey, *RSE[c]) for c in RSE),
    ],
)
def test_each_file_is_read_by_its_tool_with_all_its_rows(real, file, reader, rows, columns):
    raw = table(reader, real / file)
    assert (raw.tool, len(raw.cells), len(raw.columns)) == (reader.NAME, rows, columns)


@pytest.mark.parametrize(
    ("file", "foreign"),
    [
        (EVERSE, (limesurvey, google_forms, microsoft_forms)),
        (VAUD, (eusurvey, google_forms, microsoft_forms)),
        (FORM, (limesurvey, eusurvey, microsoft_forms)),
        ("indico/2018/aalto-dec.csv", [r for r in READERS if r not in (indico, plain)]),
        ("surveymonkey/StarWars.csv", [r for r in READERS if r not in (surveymonkey, plain)]),
        ("kobo/cleaning_log.csv", READERS[:-1]),
    ],
)
def test_the_readers_of_other_tools_decline(real, file, foreign):
    accepted = {reader.NAME for grid in grids(real / file, file) for reader in foreign if reader.read(grid)}
    assert accepted == set()


def test_eusurvey_headings_and_answers_carry_their_ids(real):
    raw = table(eusurvey, real / EVERSE)
    assert raw.headings == "code and text"
    assert [(c.code, c.text) for c in raw.columns[1:2]] == [("P5", "Your research field")]
    assert [c.heading for c in raw.columns if not c.code] == ["Creation date"]
    assert set(raw.cells[7]) >= {"Yes(ID10)"}
    assert sum(raw.cells[c.position].str.fullmatch(r"\d+/\d+").sum() for c in raw.columns) == 1743


def test_eusurvey_serial_dates_become_iso_dates(real):
    raw = table(eusurvey, real / EVERSE)
    assert raw.grid.cells.loc[2, 1] == "2024-10-17 01:10:49"
    assert raw.about("started").iloc[0] == "2024-10-07 18:19:14"


def test_the_csv_somebody_saved_from_an_eusurvey_workbook_reads_the_same(real):
    workbook, saved = (table(eusurvey, real / (COMPANIES + suffix)) for suffix in (".xls", ".csv"))
    assert [c.heading for c in workbook.columns] == [c.heading for c in saved.columns]
    assert (workbook.cells == saved.cells).all(axis=None)


def test_limesurvey_full_answers_keep_not_shown_apart_from_no(real):
    raw = table(limesurvey, real / VAUD)
    assert [c.about for c in raw.columns[:2]] == ["respondent_id", "language"]
    assert raw.cells[3].value_counts().to_dict() == {"Non": 193, "N/A": 124, "Oui": 31}
    assert raw.cells[11].loc[lambda s: s != ""].tolist() == ["Norwegen"]  # [Autre]


def test_a_no_break_space_in_a_heading_stays_in_it_and_out_of_its_key(real):
    column = table(limesurvey, real / VAUD).columns[13]
    assert column.heading.startswith("Quel\xa0moyen")
    assert column.key.startswith("quelmoyendetransport")


def test_google_forms_line_breaks_inside_cells_do_not_make_records(real):
    raw = table(google_forms, real / FORM)
    assert len(raw.grid.cells) == 1 + 408
    assert (raw.grid.cells.loc[2] == "").all()  # the blank row
    assert (raw.cells.index[0], raw.cells.index[-1]) == (3, 409)
    assert raw.cells.map(lambda cell: "\n" in cell).to_numpy().sum() == 102


@pytest.mark.parametrize("file", INDICO)
def test_the_submitter_columns_of_indico_are_personal(real, file):
    raw = table(indico, real / "indico" / f"{file}.csv")
    personal = [c for c in raw.columns if c.about == "person"]
    assert [c.heading for c in personal] == ["Submitter", "Submitter Email"]
    assert not {c.position for c in personal} & set(raw.cells)


def test_surveymonkey_is_not_utf_8_and_has_a_second_heading_row(real):
    read = list(grids(real / "surveymonkey" / "StarWars.csv", "StarWars.csv"))
    assert {g.encoding for g in read} >= {"cp1252", "mac_roman"} and "utf-8" not in {g.encoding for g in read}
    assert read[0].cells.loc[2].tolist()[1:3] == ["Response", "Response"]
    assert (read[0].cells.loc[1] == "").sum() == 23


def test_a_byte_order_mark_inside_cells_does_not_hide_the_answer(real, rse):
    raw = table(limesurvey, real / "rse2017" / "de" / "public_data.csv")
    column = next(c for c in raw.columns if c.code == "likert0[time2can]")
    marked = raw.cells[column.position].str.startswith("\ufeff")
    assert marked.sum() == 36
    assert set(rse["DE"].answers.values["time2can"][marked]) == {"1"}


@pytest.fixture(scope="module")
def rse(real, request):
    """Country -> delivery of the survey of research software engineers, with its own questionnaire and params."""
    project = Project(request.path.parent / "rse2017")
    questionnaire = load_questionnaire(project.params / "questionnaires" / "rse2017")
    found = {}
    for country in RSE:
        delivery = load_country(project, country).deliveries[0]
        path = real / "rse2017" / country.lower() / "public_data.csv"
        found[country] = read_delivery(path, path.name, country, delivery, questionnaire)
    return found


@pytest.mark.parametrize("country", RSE)
def test_rse_files_are_recognised_with_every_column_matched(rse, country):
    read = rse[country]
    assert (read.raw.tool, read.raw.headings) == ("LimeSurvey", "code and text")
    assert (len(read.raw.cells), read.recognised.of_columns + 1) == RSE[country]
    assert [m.column.heading for m in read.recognised.matches if not m.settled] == []


@pytest.mark.parametrize("country", RSE)
def test_no_answer_of_the_rse_files_is_unreadable(rse, country):
    mapping = rse[country].answers.mapping
    assert mapping.loc[mapping["reason"].eq("unreadable"), ["question", "raw"]].to_numpy().tolist() == []


def test_the_contract_length_of_the_uk_is_turned_from_months_into_years(rse):
    read = rse["UK"]
    column = next(c for c in read.raw.columns if c.code == "currentEmp11")
    months = read.raw.cells[column.position].loc[lambda s: s != ""].astype(float)
    years = read.answers.values["currentEmp11"].dropna()
    assert (months.to_numpy() / 12).round(9).tolist() == years.round(9).tolist()
    assert years.max() == 6
