"""Words that nobody else would write, planted wherever people may write: none is published, each is kept only where it is stated."""

import base64
import csv
import io
import re
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.comments import Comment

from bwise.demo import PARTNERS, simulate
from bwise.demo.layouts import export
from bwise.settings import Project
from bwise.storage import read_csv
from tests.conftest import ROOT, as_csv, with_few_figures
from tests.said import Said

DELIVERIES = {
    "AT": ("AT-1", "limesurvey_xlsx"),
    "RO": ("RO-1", "kobo_xlsx"),
    "BE": ("BE-1", "google_forms_xlsx"),
    "HR": ("HR-1", "eusurvey"),
    "SI": ("SI-1", "surveymonkey"),
}
"""Country -> the partner of the demonstration whose people it has, and the layout of the tool they use."""

NAMES = ("partner", "file", "sheet", "note_sheet", "heading", "own_heading")
TEXTS = ("comment", "other", "unreadable")
NOWHERE = ("own_answer", "note", "cell_comment", "heading_comment", "property", "custom_property")
"""What is planted: names people choose, texts of respondents, and what is none of the survey's business."""

PRIVATE = {
    "partner": {"answers.parquet", "missing.parquet", "changes.csv", "exclusions.csv", "flags.csv", "mapping.csv", "texts_to_read.csv"},
    "file": {"../<CC>.run.json", "../consolidation.run.json"},
    "heading": {"mapping.csv"},
    "comment": {"answers.parquet", "texts_to_read.csv"},
    "other": {"answers.parquet", "mapping.csv", "texts_to_read.csv"},
    "unreadable": {"mapping.csv", "texts_to_read.csv"},
}
"""Where in `processed/<CC>/` each may stand, as processed/README.md says; names also in `PAGES`."""
PAGES = {"country.ipynb", "country.html", "country.stopped.ipynb", "country.stopped.html", "manifest.json"}


def canary(kind: str, country: str) -> str:
    """One word for each kind and country; no part of a word of any language."""
    return f"Zq{kind.replace('_', '').capitalize()}{country}qz"


# ------------------------------------------------------------------ what partners send


def planted(country: str, questionnaire) -> bytes:
    """The export of a country's partner with every canary in it; a table without workbook has fewer places."""
    name, layout = DELIVERIES[country]
    partner = next(p for p in PARTNERS if p.name == name)
    people = [p for p in simulate(questionnaire) if p.partner == partner]
    for person in people:
        if "barriers/other" in person.values:
            person.values |= {"barriers/other": True, "barriers_other": f"we lack {canary('other', country)}"}
        person.values["comments"] = f"ask {canary('comment', country)}"
    content = export(layout, people, questionnaire)
    if content[:2] == b"PK":
        return _workbook(content, country, partner.language, questionnaire)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    _plant(rows, country, partner.language, questionnaire)
    return as_csv(rows, ",", "utf-8")


def _plant(rows: list[list], country: str, language: str, questionnaire) -> tuple[int, int]:
    """A heading of the partner's own for a question, a column of its own, and an answer that is none; where the heading and it stand."""

    def place(name):
        label = questionnaire[name].label(language)
        return next((r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell and label in str(cell))

    (head, founded), (_, paid) = place("founded"), place("remuneration")
    rows[head][founded] = canary("heading", country)
    below = [n for n in range(head + 1, len(rows)) if rows[n][paid]]
    rows[below[-1]][paid] = canary("unreadable", country)
    width = max(map(len, rows))
    for number, row in enumerate(rows):
        row += [None] * (width - len(row))
        own = row[-1] if number > head else None  # what the tool itself writes in a second row of headings
        if DELIVERIES[country][0] in row:  # every record names its partner
            own = canary("own_answer", country)
        row.append(canary("own_heading", country) if number == head else own)
    return head, paid


def _workbook(content: bytes, country: str, language: str, questionnaire) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head, paid = _plant(rows, country, language, questionnaire)
    for r, row in enumerate(rows, 1):
        for c, value in enumerate(row, 1):
            sheet.cell(r, c).value = value
    sheet.title = canary("sheet", country)
    sheet.cell(head + 1, paid + 1).comment = Comment(canary("heading_comment", country), canary("property", country))
    sheet.cell(head + 2, paid + 1).comment = Comment(canary("cell_comment", country), canary("property", country))
    notes = book.create_sheet(canary("note_sheet", country))
    notes.append([canary("note", country)])
    for name in ("title", "subject", "creator", "keywords", "description", "category", "lastModifiedBy"):
        setattr(book.properties, name, canary("property", country))
    book.custom_doc_props.append(openpyxl.packaging.custom.StringProperty(name="Client", value=canary("custom_property", country)))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def project_of(folder: Path, countries: list[str], questionnaire) -> Project:
    shutil.copytree(ROOT / "params" / "questionnaires", folder / "params" / "questionnaires")
    for file in ("tables.yaml", "nace.csv", "skills.csv", "profiles.csv"):
        shutil.copy(ROOT / "params" / file, folder / "params")
    settings = f"questionnaire: skills_survey\ncountries: [{', '.join(countries)}]\n"
    (folder / "params" / "consolidation.yaml").write_text(settings, encoding="utf-8")
    with_few_figures(folder, "models", "barriers", "measures")
    for country in countries:
        content = planted(country, questionnaire)
        file = f"raw/{country}/{canary('file', country)}.{'xlsx' if content[:2] == b'PK' else 'csv'}"
        (folder / file).parent.mkdir(parents=True)
        (folder / file).write_bytes(content)
        params = (
            f"country: {country}\nquestionnaire: skills_survey\ndeliveries:\n  - partner: {canary('partner', country)}\n    file: {file}\n"
        )
        params += f"    columns:\n      {canary('heading', country)}: founded\n"
        (folder / "params" / f"{country}.yaml").write_text(params, encoding="utf-8")
    return Project(folder)


# ------------------------------------------------------------------ what is found


def text_of(path: Path) -> str:
    """Everything that can be read in a file: members of archives, columns of Parquet, pictures within pages."""
    content = path.read_bytes()
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv() + content.decode("latin-1")
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as book:
            return "".join(name + book.read(name).decode("utf-8", "replace") for name in book.namelist())
    text = content.decode("utf-8", "replace")
    inside = re.findall(r"data:[\w/+.-]+;base64,([\w+/=]+)", text)
    inside += re.findall(r'"image/png": "([\w+/=]+)', text) if path.suffix == ".ipynb" else []
    return text + "".join(base64.b64decode(each + "===").decode("latin-1") for each in inside)


CANARY = re.compile(r"Zq([A-Za-z]+?)(AT|RO|BE|HR|SI)qz", re.IGNORECASE)
KINDS = {kind.replace("_", ""): kind for kind in (*NAMES, *TEXTS, *NOWHERE)}


def kinds_in(text: str) -> set[str]:
    return {KINDS[kind.lower()] for kind, _ in CANARY.findall(text)}


def found_in(folder: Path) -> dict[str, set[str]]:
    """File -> kinds of canaries in its name or content."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    found = {path.relative_to(folder).as_posix(): kinds_in(path.name + text_of(path)) for path in files}
    return {name: kinds for name, kinds in found.items() if kinds}


def misplaced(project: Project) -> dict[str, set[str]]:
    """Files of `processed/` with canaries that are not stated there."""
    wrong = {}
    for name, kinds in found_in(project.root / "processed").items():
        country, _, file = name.rpartition("/")
        here = {f"../{re.sub('^[A-Z]{2}[.]', '<CC>.', file)}"} if not country else {file}
        allowed = {kind for kind in kinds if here & PRIVATE.get(kind, set()) or (kind in NAMES and here & PAGES)}
        if kinds - allowed:
            wrong[name] = kinds - allowed
    return wrong


COUNTRIES = pytest.param(("AT", "RO"), id="two tools"), pytest.param(tuple(DELIVERIES), id="five tools", marks=pytest.mark.long)


@pytest.fixture(scope="module", params=COUNTRIES)
def ran(request, questionnaire, tmp_path_factory):
    """A project with canaries, run as a whole; and what the terminal showed."""
    project = project_of(tmp_path_factory.mktemp("canaries"), list(request.param), questionnaire)
    return project, Said(project.root, "run")


def test_every_canary_was_sent_and_every_text_was_read(ran):
    """Or none of what follows would prove anything."""
    project, said = ran
    assert said.code == 0, said.out + said.err
    for path in (project.root / "raw").rglob("*.*"):
        assert kinds_in(path.name + text_of(path)) >= {"file", "heading", "own_heading", "own_answer", *TEXTS}
        assert path.suffix == ".csv" or kinds_in(path.name + text_of(path)) >= {"sheet", "note_sheet", *NOWHERE}
    for country in project.countries():
        texts = read_csv(project.processed(country) / "texts_to_read.csv")
        assert kinds_in(" ".join(texts["text"])) == set(TEXTS)


def test_nothing_that_is_published_holds_a_name_or_a_text_of_anybody(ran):
    project, _ = ran
    assert (project.reports / "index.html").is_file() and (project.reports / "consolidation.html").is_file()
    assert found_in(project.reports) == {}


def test_in_what_is_private_each_stands_only_where_it_is_stated(ran):
    assert misplaced(ran[0]) == {}


def test_the_terminal_shows_no_text_of_anybody(ran):
    _, said = ran
    assert kinds_in(said.out + said.err) == set()


def correction_that_fits_nothing(project):
    path = project.params / "AT.corrections.csv"
    head = "kind,delivery,respondent,question,expected,new,reason,by,date\n"
    path.write_text(f"{head}set,{canary('partner', 'AT')},row 2,comments,nothing,x,test,MH,2022-05-31\n", encoding="utf-8")


def heading_that_means_two(project):
    path = project.params / "AT.yaml"
    path.write_text(path.read_text(encoding="utf-8") + f"      {canary('own_heading', 'AT')}: founded\n", encoding="utf-8")


def damaged(project):
    (path,) = (project.root / "raw" / "AT").iterdir()
    path.write_bytes(path.read_bytes()[:9000])


def a_text_that_is_not_there(project):
    path = project.params / "AT.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "released_texts:\n  0000000000000000/comments: t00000000\n", encoding="utf-8")


@pytest.mark.parametrize(
    "fault",
    [
        correction_that_fits_nothing,
        *(pytest.param(f, marks=pytest.mark.long) for f in (heading_that_means_two, damaged, a_text_that_is_not_there)),
    ],
)
def test_a_run_that_fails_shows_no_text_of_anybody_and_publishes_nothing(questionnaire, tmp_path, fault):
    project = project_of(tmp_path, ["AT"], questionnaire)
    fault(project)
    said = Said(project.root, "run")
    assert said.code == 1 and "failed" in said.out
    assert kinds_in(said.out + said.err) <= {"partner", "file", "heading", "own_heading"}, "what the analyst has to look at"
    assert found_in(project.reports) == {} if project.reports.is_dir() else True
    assert misplaced(project) == {}


def test_every_place_that_is_allowed_is_stated_in_the_readme():
    told = (ROOT / "processed" / "README.md").read_text(encoding="utf-8")
    assert [file for files in PRIVATE.values() for file in files if file.removeprefix("../") not in told] == []
    assert [file for file in PAGES if file not in told] == []
