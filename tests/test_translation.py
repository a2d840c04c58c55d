"""`bwise language`: texts go out in one workbook and come back into params, whole or refused; exports in three more languages are read."""

from __future__ import annotations

import ast
import csv
import importlib
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from bwise import translation
from bwise.beginning import begin
from bwise.cli import app
from bwise.demo import layouts, simulation
from bwise.demo.layouts import google_forms, microsoft_forms
from bwise.feedback.wording import Wording, languages
from bwise.locks import RUNNER, held
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.settings import MANIFEST, Project, load_country
from bwise.storage import write_json
from bwise.translation import in_english, languages_of
from tests.test_cleaning import small_project
from tests.translated import LANGUAGES, SHORT, TEXTS, said

ROOT = Path(__file__).parents[1]
SURVEY = ROOT / "params/questionnaires/skills_survey"
FILES = {  # language -> country, layout of the twin, name of the file
    "fi": ("FI", "kobo_labels", "Kysely - all versions - Suomi (fi) - 2022-05-03-10-02-55.csv"),
    "pt": ("PT", "google_forms", "Inquérito.csv"),
    "hu": ("HU", "microsoft_forms", "Kérdőív(1-40).xlsx"),
}


def short_form(folder: Path, *also: str) -> Path:
    """A folder with the sheets of the short questionnaire, in its languages and also in these."""
    folder.mkdir(parents=True)
    lists = {"worker_group", "model", "pathway", "relevance", "endowment", "barrier"}
    for name, wanted in (("survey", SHORT), ("choices", lists)):
        with (SURVEY / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        column = "name" if name == "survey" else "list_name"
        kept, inside = [], False
        for row in rows:
            inside = (inside or (row["type"] == "begin_group" and row["name"] in wanted)) if name == "survey" else False
            if row[column] in wanted or (inside and row["type"] == "end_group"):
                kept.append(
                    row | {f"label::{k} ({k})": said(row["label::English (en)"], k) if row["label::English (en)"] else "" for k in also}
                )
            inside = inside and row["type"] != "end_group"
        with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, list(kept[0]))
            writer.writeheader()
            writer.writerows(kept)
    for name in ("settings", "concepts"):
        shutil.copy(SURVEY / f"{name}.csv", folder)
    return folder


@pytest.fixture
def project(tmp_path):
    return begin(tmp_path / "proj", short_form(tmp_path / "skills_survey"))


@pytest.fixture
def send(tmp_path, monkeypatch):
    """`send(project, "fi")`: the export of a country whose language the questionnaire does not have, as the twin of its tool writes it."""
    for language, word in zip(LANGUAGES, ("testi", "teste", "teszt"), strict=True):
        monkeypatch.setitem(simulation.TEST_WORD, language, word)
        monkeypatch.setitem(simulation.FICTION, language, {"fi": ("Keksitty huomautus", "keksitty vastaus")}.get(language, ("-", "-")))
        monkeypatch.setitem(simulation.PHONES, FILES[language][0], "+358 9 123 4567")
    monkeypatch.setitem(google_forms.TIMESTAMP_HEADING, "pt", "Carimbo de data/hora")
    monkeypatch.setitem(google_forms.MAIL_HEADING, "pt", "Endereço de email")
    heads = ("Azonosító", "Kezdés időpontja", "Befejezés időpontja", "E-mail", "Név")
    monkeypatch.setitem(microsoft_forms.FORMS_HEADINGS, "hu", heads)

    def send(project: Project, language: str) -> str:
        country, layout, name = FILES[language]
        form = load_questionnaire(short_form(tmp_path / "sent" / language / "skills_survey", language))
        monkeypatch.setattr(simulation, "PARTNERS", (simulation.Partner(country, f"{country}-1", language, layout, name, 8),))
        path = project.root / "raw" / country / name
        path.parent.mkdir(parents=True)
        path.write_bytes(layouts.export(layout, simulation.simulate(form), form))
        return path.relative_to(project.root).as_posix()

    return send


class Book:
    """The workbook of a language as somebody fills it in."""

    def __init__(self, project, language="fi"):
        self.project, self.language = project, language
        self.path = translation.write_workbook(project, language)[0]
        self.book = openpyxl.load_workbook(self.path)
        self.sheet = self.book["translate"]
        self.rows = {self.sheet.cell(r, 3).value: r for r in range(2, self.sheet.max_row + 1)}

    def say(self, english, text):
        self.sheet.cell(self.rows[english], 4).value = text
        return f"row {self.rows[english]} (cell D{self.rows[english]})"

    def fill(self):
        for english in self.rows:
            if english in TEXTS:
                self.say(english, said(english, self.language))
        return self

    def apply(self, english=True, **how):
        self.book.save(self.path)
        return translation.apply(self.project, self.language, self.path, english, **how)

    def refused(self, *words, english=True):
        before = state(self.project)
        with pytest.raises(ProblemsFound) as found:
            self.apply(english)
        assert state(self.project) == before and "Nothing was written" in str(found.value)
        assert [word for word in words if word not in str(found.value)] == [], str(found.value)


def state(project):
    return {p: p.read_bytes() for p in sorted(project.params.rglob("*")) if p.is_file()}


def invoked(project, *words):
    return CliRunner().invoke(app, [*words, "--project", str(project.root)])


# ------------------------------------------------------------------ a file in a language that the questionnaire does not have


def from_file_to_params(project, language, file):
    """The way of `docs/add-a-language.md`: refused, translated, read."""
    country = FILES[language][0]
    refused = str(invoked(project, "new", country, "--file", file).exception)
    assert f"`bwise language {language}` writes a workbook to translate it in" in refused
    assert invoked(project, "language", language).exit_code == 0
    book = Book(project, language).fill()
    book.book.save(book.path)
    done = invoked(project, "language", language, "--apply", str(book.path), "--english")
    assert done.exit_code == 0, done.exception
    done = invoked(project, "new", country, "--file", file)
    assert done.exit_code == 0 and "nothing is open" in done.output, f"{done.output}{done.exception}"
    lines = [
        line for line in (project.params / f"{country}.yaml").read_text(encoding="utf-8").splitlines() if line.strip()[:1] not in ("", "#")
    ]
    assert len(lines) <= 10
    return done.output


def test_a_finnish_export_of_kobo_goes_from_the_refusal_to_params_with_nothing_open(project, send):
    told = from_file_to_params(project, "fi", send(project, "fi"))
    assert "KoBoToolbox" in told and "language fi" in told and "100% of the answers" in told
    checked = invoked(project, "check", "FI")
    lacking = "Finnish: 71 sentences of the feedback to partners are in English, for want of a translation; to translate: bwise language fi"
    assert lacking in " ".join(checked.output.split())
    assert "FI-1: 4 questions to the partner" in invoked(project, "feedback", "FI").output


def test_what_a_run_says_of_languages_is_of_the_countries_that_ran_each_language_once(project):
    for country, read in {"FI": ["fi", "en"], "SE": ["fi"], "AT": ["de"]}.items():
        write_json(project.processed(country) / MANIFEST, {"deliveries": [{"language": language} for language in read]})
    assert languages_of(project, ["FI", "SE", "IE"]) == ["fi", "en"], "a country that never ran has none"
    (project.params / "phrases.csv").write_text("en,de\nSupport,Unterstützung\nSkills,\n", encoding="utf-8")
    told = in_english(project, languages_of(project, ["AT", "FI", "SE"]))
    lacking = ("1 phrase of the public pages is", "71 sentences of the feedback to partners and 2 phrases of the public pages are")
    assert [line.partition(" in English")[0] for line in told] == [f"German: {lacking[0]}", f"Finnish: {lacking[1]}"]


@pytest.mark.long
def test_exports_in_three_languages_that_nobody_prepared_go_from_file_to_report(project, send):
    for language in LANGUAGES:
        from_file_to_params(project, language, send(project, language))
    for command in ("run", "verify"):
        line = [sys.executable, "-m", "bwise.cli", command]
        done = subprocess.run(line, cwd=project.root, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert (command == "run") == ("Finnish: 71 sentences of the feedback to partners are in English" in done.stdout)
    for country, *_ in FILES.values():
        assert load_country(project, country).country in done.stdout
    with (project.reports / "tables/digrel_d42.csv").open(encoding="utf-8-sig", newline="") as file:
        found = {row["answer"]: round(float(row["value"]) * int(row["n"]) / 100) for row in csv.DictReader(file)}
    sent = Counter(p.values["digrel_d42"] for p in simulated(project) if p.fate == "kept" and "digrel_d42" in p.values)
    assert found == sent and sent.total() > 100


def simulated(project):
    """Everybody whom the three twins sent, as it is known without reading a file."""
    form, people = load_questionnaire(project.params / "questionnaires/skills_survey"), []
    for language, (country, layout, name) in FILES.items():
        simulation.PARTNERS = (simulation.Partner(country, f"{country}-1", language, layout, name, 8),)
        people += simulation.simulate(form)
    return people


# ------------------------------------------------------------------ the workbook


def test_each_distinct_text_stands_once_with_its_places_and_the_languages_there_are(project):
    book = Book(project)
    head = [cell.value for cell in book.sheet[1]]
    assert head[:6] == ["number", "where", "English (en)", "Suomi (fi)", "Deutsch (de)", "Nederlands (nl)"]
    assert (book.sheet.freeze_panes, book.sheet.print_title_rows) == ("E2", "$1:$1")
    assert book.sheet.print_area.endswith(f"$A$1:$D${book.sheet.max_row}"), "the other languages would make a printed page unreadable"
    both = book.rows["Protecting personal data and privacy"]
    assert book.sheet.cell(both, 2).value == "skills_survey: label of digrel_d42; skills_survey: label of digend_d42"
    assert book.sheet.cell(both, 5).value == "Schützen von personenbezogenen Daten und Privatsphäre"
    assert book.sheet.cell(book.rows["Mixed model"], 2).value == "skills_survey: answer mixed of model"
    assert book.sheet.cell(book.rows["row {n}"], 2).value == "feedback to a partner: row_n"
    keys = [row[-1].value for row in book.sheet.iter_rows(min_row=2)]
    assert len(set(keys)) == len(keys)


def test_translations_go_into_a_column_of_their_own_and_every_other_byte_stays(project):
    before = state(project)
    book = Book(project).fill()
    book.say("row {n}", "rivi {n}")
    dry = book.apply(dry=True)
    assert state(project) == before and "new column label::Suomi (fi): 29 texts" in str(dry)
    applied = book.apply()
    assert str(applied) == str(dry) and "new column fi: 1 text" in str(applied)
    after = state(project)
    changed = {p.name: p for p in before if before[p] != after[p]}
    assert set(changed) == {"survey.csv", "choices.csv", "feedback.csv"} and set(after) == set(before)
    for path in changed.values():
        rows = list(csv.reader(after[path].decode("utf-8-sig").splitlines(keepends=True)))
        at = next(n for n, heading in enumerate(rows[0]) if heading in ("fi", "label::Suomi (fi)"))
        assert [row[:at] + row[at + 1 :] for row in rows] == list(csv.reader(before[path].decode("utf-8-sig").splitlines(keepends=True)))
    assert load_questionnaire(project.params / "questionnaires/skills_survey")["model"].label("fi") == said(
        "Which model describes your enterprise best?", "fi"
    )
    assert str(book.apply()).startswith("Nothing changes"), "once is enough"


def test_what_is_translated_already_stands_in_the_workbook_when_it_is_written_again(project):
    book = Book(project)
    book.say("Mixed model", "Sekamalli")
    book.book.save(book.path)
    again = Book(project)
    assert again.sheet.cell(again.rows["Mixed model"], 4).value == "Sekamalli"
    again.apply()
    again.path.unlink()
    assert Book(project).sheet.cell(again.rows["Mixed model"], 4).value == "Sekamalli", "from params now"
    assert Book(project, "de").sheet.cell(again.rows["Mixed model"], 4).value == "Gemischtes Modell"


def test_feedback_is_written_in_the_new_language(project):
    book = Book(project)
    book.say("row {n}", "rivi {n}")
    assert "fi" not in languages(project)
    book.apply()
    say = Wording("fi", project)
    assert say("row_n", n=7) == "rivi 7" and say("column_n", n=4) == "column 4", "in English where nothing else exists"


@pytest.mark.parametrize(
    ("english", "text", "told"),
    [
        ("row {n}", "rivi", ("{n} is missing", "write the braces as they stand in: row {n}")),
        ("row {n}", "rivi {m}", ("{n} is missing; {m} is too much",)),
        ("row {n}", "rivi {n} {n}", ("{n} is too much",)),
        ("Questions to you", "Kysymyksiä teille: vastatkaa / ", ("the name of a sheet holds none of",)),
        ("Questions to you", "Kysymyksiä teille, joihin vastaatte", ("letters, of which there may be 31",)),
        ("Mixed model", "Koulutusmalli", ("two answers of the list `model` would be the same: “Koulutusmalli”",)),
        ("Slightly relevant", "ei tärkeä", ("two answers of the list `relevance` would be the same",)),
    ],
)
def test_a_translation_that_does_not_fit_is_refused_with_its_cell(project, english, text, told):
    book = Book(project).fill()
    place = book.say(english, text)
    book.refused(*told, place)


def test_empty_cells_are_refused_unless_english_is_wanted_and_all_faults_are_told_at_once(project):
    book = Book(project)
    place = book.say("row {n}", "rivi")
    book.refused("texts without a translation", "and 93 more", "{n} is missing", place, "add --english", english=False)
    book.say("row {n}", "row {n}")
    assert book.apply().left == len(book.rows), "who copies English wants it"


def test_rows_that_nobody_can_tell_are_refused(project):
    book = Book(project)
    key = book.sheet.max_column
    book.sheet.cell(2, key).value = "gone"
    known = book.sheet.cell(3, key).value
    book.sheet.append(["", "", "", "Sekamalli", *[""] * (key - 5), known])
    book.sheet.cell(5, key).value = book.sheet.cell(5, key).value.replace("fi", "pt")
    book.sheet.cell(3, 4).value = "jotain"
    book.refused("the hidden key was changed, or is missing", "translated otherwise in", "row 3 (cell D3)")
    other = Book(project, "pt")
    other.language = "fi"
    other.refused("it was written for `pt`, not for `fi`", "bwise language pt --apply")


def test_a_text_that_has_changed_since_is_refused(project):
    book = Book(project).fill()
    path = project.params / "questionnaires/skills_survey/choices.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("Mixed model", "Mingled model"), encoding="utf-8-sig")
    book.refused("this text stands in no sheet any more", "`bwise language fi` writes it anew")


@pytest.mark.parametrize(
    ("code", "remedy"), [("xx", "give its two letters"), ("finnish", "did you mean `fi`?"), ("fin", "give its two letters")]
)
def test_a_code_that_is_no_language_is_refused(project, code, remedy):
    assert remedy in str(invoked(project, "language", code).exception)


def test_translations_wait_for_a_run(project, monkeypatch):
    book, before = Book(project).fill(), state(project)
    with held(project, ["consolidation"]):
        monkeypatch.delenv(RUNNER)
        with pytest.raises(ProblemsFound, match="consolidation is being run already"):
            book.apply()
    assert state(project) == before


def test_a_sheet_that_cannot_be_written_leaves_all_as_they_were(project, monkeypatch):
    book, before, write = Book(project).fill(), state(project), translation.write_bytes

    def full(path, content):
        if path.name == "survey.csv":
            raise OSError(28, "No space left on device")
        write(path, content)

    monkeypatch.setattr(translation, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        book.apply()
    assert state(project) == before


@pytest.mark.parametrize("how", ["semicolons, code page", "line ends of Windows", "a workbook"])
def test_sheets_of_any_excel_gain_a_language(tmp_path, how):
    project = small_project(tmp_path)
    folder = project.params / "questionnaires/small"
    texts = {p.stem: p.read_text(encoding="utf-8-sig") for p in folder.glob("*.csv")}
    if how == "a workbook":
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, text in texts.items():
            page = book.create_sheet(name)
            for row in csv.reader(text.splitlines()):
                page.append(row)
            (folder / f"{name}.csv").unlink()
        book.save(folder / "small.xlsx")
    for name, text in texts.items() if how != "a workbook" else ():
        rows = list(csv.reader(text.splitlines()))
        with (folder / f"{name}.csv").open("w", encoding="cp1252" if "code page" in how else "utf-8", newline="") as file:
            csv.writer(file, delimiter=";" if "semi" in how else ",", lineterminator="\r\n").writerows(rows)
    before = load_questionnaire(folder)
    fi = Book(project)
    fi.say("Cost", "Hinta")
    fi.apply()
    after = load_questionnaire(folder)
    assert after.choices("barriers")["cost"].labels["fi"] == "Hinta"
    assert set(after.languages) == {*before.languages, "fi"} and list(after.questions) == list(before.questions)
    if how != "a workbook":
        content = (folder / "survey.csv").read_bytes()
        assert b"\r\n" in content and (b";" in content.split(b"\n")[0]) == ("semi" in how)
    else:
        assert sorted(p.name for p in folder.iterdir()) == ["choices.csv", "settings.csv", "small.xlsx.old", "survey.csv"]


# ------------------------------------------------------------------ everything that depends on the language


def by_language(value):
    """Whether a table of the code has an entry for each of the project's languages, whatever it is made of."""
    keys = value if isinstance(value, dict | tuple | list | set | frozenset) else ()
    found = {k for k in keys if isinstance(k, str)} | {v for v in (value.values() if isinstance(value, dict) else ()) if isinstance(v, str)}
    return len({k for text in found for k in text.split()} & set(EUROPEAN)) >= 10


EUROPEAN = ("de", "nl", "fr", "bg", "hr", "el", "it", "lv", "pl", "ro", "sl", "es")


def test_the_guide_names_every_table_of_the_code_that_depends_on_the_language():
    guide = (ROOT / "docs/add-a-language.md").read_text(encoding="utf-8")
    tables = set()
    for path in sorted((ROOT / "src/bwise").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
        if name.startswith(("bwise.demo", "bwise.apart", "bwise.cli")):  # what the demonstration writes no reader needs
            continue
        module = importlib.import_module(name)
        own = {k for node in ast.parse(path.read_text(encoding="utf-8")).body for k in assigned(node)}
        tables |= {(path.relative_to(ROOT).as_posix(), k) for k in own if by_language(getattr(module, k, None))}
    assert {("src/bwise/matching/words.py", "SAYS"), ("src/bwise/countries.py", "LANGUAGES")} <= tables, "this test sees tables"
    ours = {(path, k) for path, k in tables if "/exports/" not in path and k != "TOP_LEVEL"}  # of tools, of domains
    lacking = [f"{k} of {path}" for path, k in ours if f"`{k}`" not in guide]
    assert sorted(lacking) == []
    for sheet in translation.sheets(Project(ROOT)):
        assert sheet.path.name in guide


def assigned(node):
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign | ast.AugAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]
