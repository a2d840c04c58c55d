"""What several test files share."""

from __future__ import annotations

import csv
import io
import json
import os
import pickle
import shutil
from copy import deepcopy
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from filelock import FileLock

from bwise.demo import PARTNERS, simulate
from bwise.matching import read_delivery
from bwise.pooling import Pool, load_focus_groups, load_pool
from bwise.questionnaire import load_questionnaire
from bwise.settings import KEY_FILE, ConsolidationSettings, Delivery, Project, read_yaml
from bwise.tables import european_tables, load_tables
from bwise.workflow import update
from tests.judge import OUTCOMES

ROOT = Path(__file__).parents[1]
LONGEST = (
    "test_rse2017",
    "test_cli",
    "test_tracing",
    "test_matrix",
    "test_attack",
    "test_judge",
    "test_identities",
    "test_redeliveries",
    "test_comparison",
    "test_feedback",
    "test_workflow",
    "test_exports",
)
"""Files that take longest, which pytest-xdist begins with: else one worker is left alone with one of them at the end."""


def pytest_collection_modifyitems(items):
    """The files of `LONGEST` first, in its order."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))


def pytest_terminal_summary(terminalreporter):
    """What tests that try many things counted (`record_property("tried", …)`), added up by what they tried."""
    reports = [report for found in ("passed", "failed") for report in terminalreporter.getreports(found)]
    tried = [value for report in reports if report.when == "call" for name, value in report.user_properties if name == "tried"]
    if tried:
        sums = pd.DataFrame(tried).groupby("what").sum().reindex(columns=OUTCOMES, fill_value=0).fillna(0).astype(int)
        sums.insert(0, "tried", sums.sum(axis=1))
        terminalreporter.write_sep("=", "what was tried")
        terminalreporter.write_line(sums.to_string())


CORRECTED = {
    ("BE-1", 17): ({"barriers/none": False}, "contradiction"),
    ("BE-2", 2): ({"income_contracts": 31.0}, "income_sum"),
}
"""Partner and record, counted in the export from 1 -> what params/BE.corrections.csv makes of its answers, and the flag that goes."""


def straight(person, questionnaire):
    """Batteries in which a simulated respondent gave six or more times the same answer and no other, planted or by chance."""
    given = {
        name: [person.values[q.name] for q in rows if q.name in person.values]
        for name, rows in questionnaire.batteries().items()
        if len(questionnaire.scale(rows[0].name)) == 5  # 5 ^ -5 is below 1 in 1000, 5 ^ -4 is not
    }
    return [name for name, answers in given.items() if len(answers) >= 6 and len(set(answers)) == 1]


def simulate_corrected(questionnaire):
    """The simulated respondents as they are after the corrections of the demonstration, with the flags they get by chance, too."""
    everybody = simulate(questionnaire)
    for (name, number), (values, flag) in CORRECTED.items():
        person = [p for p in everybody if p.partner.name == name][number - 1]
        person.values.update(values)
        person.flags.remove(flag)
    for person in everybody:
        if straight(person, questionnaire):
            person.flags.add("straightlining")
    return everybody


ONE_SKILL = """begin_group,rel,How relevant,,,,
select_one point,r1,Reading,skill,c/reading,relevance,self
end_group,,,,,,
begin_group,end,How developed,,,,
select_one point,e1,Reading,skill,c/reading,endowment,self
end_group,,,,,,
"""
# of a questionnaire made by hand with type, name, label, role, concept, measure, subject: one skill, relevance and endowment


def made(id_, *of):
    """`made("income")(pool)`: this table alone, or None; `of`: tables that it is made of."""

    def make(pool):
        described = load_tables(pool.project)
        asked = id_ if id_ in described else id_.partition("_")[0]  # ratings_digital_relevance is one of those of `ratings`
        return european_tables(pool, described=described.only(*of, asked)).get(id_)

    return make


def with_few_figures(root, *kept):
    """Only the figures of these tables in a project: to lay out and draw all of them takes longer than all the rest of a small run."""
    path = root / "params" / "tables.yaml"
    content = deepcopy(read_yaml(path))
    for section in content["report"]:
        for id_, table in section["tables"].items():
            if id_ not in kept:
                table.pop("figure", None)
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture(scope="session")
def questionnaire():
    """The questionnaire of the demonstration."""
    return load_questionnaire(ROOT / "params" / "questionnaires" / "skills_survey")


@pytest.fixture(scope="session")
def form():
    """The form that partners fill after a national focus group."""
    return load_questionnaire(ROOT / "params" / "questionnaires" / "focus_group")


@pytest.fixture(scope="session")
def real():
    """Folder with real exports, which lies beside the project and not in it."""
    folder = ROOT.parent / "shared" / "real"
    if not folder.is_dir():
        pytest.skip("the real exports are not here (../shared/real): this test reads them")
    return folder


@pytest.fixture(scope="session")
def demo_folder():
    return ROOT / "raw" / "demo"


@pytest.fixture(scope="session")
def delivered(questionnaire, demo_folder):
    """Partner's name -> its demonstration delivery, read with nothing declared."""
    found = {}
    for partner in PARTNERS:
        file = Path(partner.country) / partner.file
        delivery = Delivery(partner=partner.name, file=file)
        found[partner.name] = read_delivery(demo_folder / file, file.as_posix(), partner.name, delivery, questionnaire)
    return found


@pytest.fixture
def send(tmp_path, questionnaire):
    """`send(content, **params)` reads what a partner sends: bytes as they are, or rows, written as CSV or XLSX by the name."""

    def send(content, name="answers.csv", sign=";", page="utf-8", questionnaire=questionnaire, **params):
        if not isinstance(content, bytes):
            content = as_xlsx({"Sheet1": content}) if name.endswith("xlsx") else as_csv(content, sign, page)
        path = tmp_path / name
        path.write_bytes(content)
        delivery = Delivery(partner="XX-1", file=Path(name), **params)
        return read_delivery(path, name, "XX-1", delivery, questionnaire)

    return send


def as_csv(rows, sign, page):
    out = io.StringIO()
    csv.writer(out, delimiter=sign).writerows(rows)
    return out.getvalue().encode(page)


def as_xlsx(sheets):
    """Workbook with these sheets: name -> rows."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    book.close()
    return out.getvalue()


@pytest.fixture(scope="session")
def workbook():
    """`workbook({name: rows})`: bytes of an XLSX with these sheets."""
    return as_xlsx


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """`once("name", make)`: what `make(folder)` returns, made by the first worker of pytest-xdist that asks and read by the others."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def once(name, make):
        kept = base / f"{name}.pickle"
        with FileLock(base / f"{name}.lock"):
            if not kept.exists():
                folder = base / name
                folder.mkdir()
                kept.write_bytes(pickle.dumps(make(folder)))
        return pickle.loads(kept.read_bytes())

    return once


@pytest.fixture(scope="session")
def demonstration_run(once):
    """The demonstration, run once through notebooks in a project of its own: the project and how each notebook ended.

    What `bwise run` left in this checkout is taken over: the runner looks itself whether it still holds.
    """

    def run(root):
        project = Project(root)
        for folder in ("params", "raw/demo", "notebooks"):
            shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        if (ROOT / KEY_FILE).is_file():
            shutil.copy(ROOT / KEY_FILE, root)
            for folder in ("processed", "reports"):
                shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("README.md"))
        return project, list(update(project, project.countries(), jobs=2))

    return once("demonstration", run)


@pytest.fixture(scope="session")
def demonstration(demonstration_run):
    """The project of the demonstration, run once. Nobody writes into it."""
    return demonstration_run[0]


@pytest.fixture(scope="session")
def demonstration_pool(demonstration):
    return load_pool(demonstration)


@pytest.fixture(scope="session")
def focus_groups(demonstration):
    """What the focus groups of the demonstration returned, pooled."""
    return load_focus_groups(demonstration)


@pytest.fixture(scope="session")
def european(demonstration_pool, focus_groups):
    """All European tables of the demonstration, by id."""
    return european_tables(demonstration_pool, focus_groups)


@pytest.fixture(scope="session")
def copy_of(demonstration, tmp_path_factory):
    """`copy_of("AT", "SI")`: a project of its own with these countries, as the demonstration left them, and the same key."""

    def copy_of(*countries):
        root = tmp_path_factory.mktemp("copy")
        for folder in ("params/questionnaires", "notebooks", *(f"{place}/{c}" for place in ("raw/demo", "processed") for c in countries)):
            shutil.copytree(demonstration.root / folder, root / folder)
        corrections = [f"params/{c}.corrections.csv" for c in countries if (demonstration.root / f"params/{c}.corrections.csv").is_file()]
        for file in ("params/consolidation.yaml", "params/tables.yaml", KEY_FILE, *(f"params/{c}.yaml" for c in countries), *corrections):
            shutil.copy(demonstration.root / file, root / file)
        return Project(root)

    return copy_of


@pytest.fixture
def pool_of(tmp_path):
    """`pool_of(survey, choices, {"AT": [{"question": "code"}, …]}, minimum_persons=1)`: a pool made by hand, without any file read.

    A respondent is a dict of columns; `wise` is her enterprise (one of her own when absent). What is absent was not answered.
    """

    def pool_of(survey, choices, people, concepts="", demonstration=False, **settings):
        folder = tmp_path / "params" / "questionnaires" / "by_hand"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in (("survey", survey), ("choices", choices), ("concepts", concepts), ("settings", "form_title\nBy hand\n")):
            if text:
                (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        shutil.copy(ROOT / "params" / "tables.yaml", tmp_path / "params")
        questionnaire = load_questionnaire(folder)
        rows = [
            {"country": c, "partner": f"{c}-1", "respondent": f"{c}{n}", "wise": f"{c}{n}", **p}
            for c in people
            for n, p in enumerate(people[c])
        ]
        answers = pd.DataFrame(rows, columns=["country", "partner", "respondent", "wise", *questionnaire.all_columns])
        missing = answers[questionnaire.all_columns].isna().replace({True: "no_answer", False: ""}).assign(country=answers["country"])
        for question in questionnaire.questions.values():
            if question.kind == "select_one":
                answers[question.name] = pd.Categorical(answers[question.name], list(questionnaire.choices(question.name)))
        answers["country"] = pd.Categorical(answers["country"], list(people))
        manifests = {
            c: {
                "demonstration": demonstration,
                "comparability": {},
                "program": "by hand",
                "inputs": {},
                "deliveries": [{"partner": f"{c}-1"}],
                "rows": {"received": len(found), "excluded": {}, "kept": len(found)},
                "wises": len({p.get("wise", n) for n, p in enumerate(found)}),
            }
            for c, found in people.items()
        }
        given = {"minimum_countries": 1, "organisation": {"one": "WISE", "many": "WISEs"}, **settings}
        settings = ConsolidationSettings(questionnaire="by_hand", countries=list(people), **given)
        return Pool(Project(tmp_path), settings, questionnaire, answers, missing, manifests, {})

    return pool_of
