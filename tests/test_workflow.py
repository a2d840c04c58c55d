import io
import json
import re
import shutil
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from bwise.countries import official_languages
from bwise.demo.simulation import CANARIES, PHONES
from bwise.pooling import load_pool
from bwise.privacy import KEY_FILE
from bwise.settings import Project
from bwise.workflow import _open, run_countries, run_country

ROOT = Path(__file__).parents[1]
EXPORT = "raw/demo/SI/BWISE_DATA_LABELS_2022-04-29_1015.csv"
SECRETS = [*CANARIES.values(), *PHONES.values(), *(re.sub(r"\D", "", p) for p in PHONES.values())]
A_PATH = re.compile(r"(?<![\w.:/])/(?:home|root|Users|tmp|usr|opt|var|private)/\w|\b[A-Z]:\\\\?(?:Users|home)", re.IGNORECASE)


def contents(folder):
    """File below the folder -> its bytes."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def readable(path):
    """All text of a file: unzipped, where it is a workbook; as a table, where it is parquet; outputs of notebooks decoded."""
    content = path.read_bytes()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return "\n".join(parts.read(name).decode("utf-8", errors="replace") for name in parts.namelist())
    if path.suffix == ".parquet":
        frame = pd.read_parquet(path)
        return "\n".join([*frame.columns, *(str(v) for column in frame for v in frame[column].dropna().unique())])
    text = content.decode("utf-8", errors="replace")
    return text + json.dumps(json.loads(text), ensure_ascii=False) if path.suffix in (".ipynb", ".json") else text


@pytest.fixture(scope="module")
def written(demonstration):
    """reports, processed -> file -> all its text."""
    places = {place: [p for p in (demonstration.root / place).rglob("*") if p.is_file()] for place in ("reports", "processed")}
    return {place: {p.relative_to(demonstration.root).as_posix(): readable(p) for p in files} for place, files in places.items()}


# ------------------------------------------------------------------ the whole demonstration


def test_every_notebook_of_the_demonstration_ends_well_with_its_counts(demonstration_run):
    project, outcomes = demonstration_run
    assert sorted(o.name for o in outcomes) == sorted([*project.countries(), "consolidation"])
    assert [(o.name, o.message) for o in outcomes if not o.ok] == []
    messages = {o.name: o.message for o in outcomes}
    nothing_open = "open: 0 columns, 0 answers"
    assert messages["AT"] == f"44 received, 3 excluded, 41 kept, 8 WISEs; {nothing_open}; focus group: 3 records; {nothing_open}"
    countries = "AT, BE, BG, HR, FR, EL, IT, LV, NL, PL, RO, SI, ES"
    assert messages["consolidation"] == f"reports/index.html and reports/european_tables.xlsx, of {countries}"


def test_the_demonstration_leaves_the_reports_and_no_half_written_file(demonstration):
    countries = demonstration.countries()
    pages = [f"countries/{c}.html" for c in countries]
    pages += [f"countries/{c}.{language}.html" for c in countries for language in official_languages(c)]
    pages += [f"data/{name}" for name in ("codebook.csv", "codes.csv", "datapackage.json", "figures.csv")]
    pages += [
        "data/findings.json",
        "audit.csv",
        "consolidation.ipynb",
        "consolidation.html",
        "consolidation.json",
        "european_tables.xlsx",
        "index.html",
    ]
    found = [f for f in contents(demonstration.reports) if not f.startswith(("tables/", "figures/", "scenarios/", "personas/"))]
    assert sorted(found) == sorted(pages)
    runs = [f"{name}.run.json" for name in (*countries, "consolidation")]
    kept = {p.name for p in (demonstration.root / "processed").iterdir()}
    assert kept - {"index.html"} == {*countries, *runs, "figures.json", "protection.json"}, (
        "and the page that `bwise run` writes, and `update` does not"
    )
    assert [p.name for p in demonstration.root.rglob("*") if ".part" in p.name] == []


def test_the_exports_hold_the_personal_data_that_must_not_come_through(demonstration):
    """Or the searches below would prove nothing."""
    sent = "\n".join(readable(p) for p in (demonstration.root / "raw").rglob("*.xlsx"))
    for kind in ("*.csv", "*.sav", "*.xml"):
        for path in (demonstration.root / "raw").rglob(kind):
            for page in ("utf-8", "cp1250", "cp1251", "cp1253"):
                sent += path.read_bytes().decode(page, errors="replace")
    for path in (demonstration.root / "raw").rglob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            sent += "".join(archive.read(name).decode("utf-8") for name in archive.namelist())
    for path in (demonstration.root / "raw").rglob("*.ods"):
        with zipfile.ZipFile(path) as archive:
            sent += archive.read("content.xml").decode("utf-8")
    assert [s for s in [*CANARIES.values(), *PHONES.values()] if s not in sent] == []


@pytest.mark.parametrize("place", ["reports", "processed"])
def test_no_planted_personal_data_is_in_anything_written(written, place):
    assert len(written[place]) > 50
    secrets = [s.lower() for s in SECRETS]
    lower = {name: text.lower() for name, text in written[place].items()}
    assert [(name, secret) for name, text in lower.items() for secret in secrets if secret in text] == []


@pytest.mark.parametrize("place", ["reports", "processed"])
def test_no_path_of_the_computer_is_in_anything_written(written, demonstration, place):
    mine = [str(demonstration.root), str(ROOT), sys.prefix, tempfile.gettempdir()]
    texts = {name: text for name, text in written[place].items() if not name.endswith(".png")}
    assert [(name, m) for name, text in texts.items() for m in [*(p for p in mine if p in text), *A_PATH.findall(text)[:3]]] == []


def test_the_search_for_paths_finds_some():
    for text in (f"in /{'home'}/ana/bwise", "(/tmp/x)", '"C:\\\\Users\\\\ana"', "/Users/ana"):
        assert A_PATH.search(text), text
    assert not A_PATH.search("bwise/workplace/tasks, raw/demo/AT/x.csv, </small>, https://example.org/home/x")


def test_executed_notebooks_carry_nothing_that_differs_from_run_to_run(demonstration):
    for path in [
        demonstration.reports / "consolidation.ipynb",
        *(demonstration.processed(c) / "country.ipynb" for c in demonstration.countries()),
    ]:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        assert set(notebook["metadata"]) <= {"kernelspec"}
        assert all(set(c["metadata"]) <= {"tags"} for c in notebook["cells"])
        assert all(c["outputs"] for c in notebook["cells"] if "summaries." in "".join(c["source"]))


# ------------------------------------------------------------------ countries that fail


@pytest.fixture(scope="module")
def partly(copy_of):
    """Three countries, of which one sends an empty file and another meets an error of the program."""
    project = copy_of("AT", "LV", "SI")
    (project.root / EXPORT).write_bytes(b"")
    shutil.rmtree(project.processed("LV"))
    (project.processed("LV") / "mapping.csv").mkdir(parents=True)  # a folder where a file must be
    before = contents(project.root / "processed")
    with ThreadPoolExecutor(2) as executor:
        outcomes = {o.name: o for o in run_countries(project, ["SI", "LV", "AT"], executor, warm=False)}
    return project, outcomes, before


def test_a_country_that_fails_stops_no_other(partly):
    _, outcomes, _ = partly
    assert {name: o.ok for name, o in outcomes.items()} == {"SI": False, "LV": False, "AT": True}


def test_the_outcome_of_an_empty_file_names_the_file_and_what_to_do(partly):
    project, outcomes, _ = partly
    message = outcomes["SI"].message
    assert f"the file is empty (0 bytes)\n   where:  {EXPORT}" in message
    assert "do:     ask the partner to export again" in message
    assert str(project.root) not in message and "Traceback" not in message


@pytest.mark.parametrize("kind", ["ipynb", "html"])
def test_the_notebook_of_a_failing_country_is_kept_with_the_plain_error_and_the_good_one_stays(partly, demonstration, kind):
    project, _, _ = partly
    good = f"country.{kind}"
    assert (project.processed("SI") / good).read_bytes() == (demonstration.processed("SI") / good).read_bytes()
    text = readable(project.processed("SI") / f"country.stopped.{kind}")
    assert "The run stopped before its end" in text
    assert "the file is empty (0 bytes)" in text and EXPORT in text
    assert "ask the partner to export again" in text
    for unwanted in ("Traceback", "site-packages", "containers.py", str(project.root), str(ROOT)):
        assert unwanted not in text
    assert not A_PATH.search(text)


def test_what_was_there_of_a_failing_country_is_untouched(partly):
    project, _, before = partly
    after = contents(project.root / "processed")
    assert {f for f in before if f.startswith("SI/")}
    page = "SI/country.stopped."  # tells why the country failed
    mine = {f: content for f, content in after.items() if f.startswith(("AT/", "SI/")) and not f.startswith(page)}
    assert mine == {f: c for f, c in before.items() if f.startswith(("AT/", "SI/")) and not f.startswith(page)}
    assert "LV/manifest.json" not in after  # half a record is none


def test_the_same_country_gives_the_same_bytes_in_another_folder_and_in_a_cold_kernel(partly, demonstration):
    project, _, _ = partly
    assert contents(project.processed("AT")) == contents(demonstration.processed("AT"))


def test_who_failed_is_left_out_of_the_consolidation_for_a_reason(partly):
    project, _, _ = partly
    pool = load_pool(project)
    assert pool.countries == ["AT"]
    assert pool.left_out == {"LV": "not cleaned yet, or its last run failed", "SI": "changed since it was cleaned: an export"}


def test_the_message_of_an_unexpected_error_is_withheld(partly):
    project, outcomes, _ = partly
    message = outcomes["LV"].message
    assert re.match(
        r"Unexpected error (IsADirectoryError|PermissionError|ProblemsFound) in \w+\.py, line \d+\. Its message is withheld", message
    )
    notebook = readable(project.processed("LV") / "country.stopped.ipynb")
    assert "(message withheld: it might quote an answer)" in notebook
    page = readable(project.processed("LV") / "country.stopped.html")
    for text in (message, notebook, page):
        assert str(project.root) not in text and "Errno" not in text and "storage.py:" not in text


def test_an_error_that_quotes_an_answer_quotes_it_nowhere(copy_of):
    project = copy_of("AT")
    path = project.root / "notebooks" / "country.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    code[1]["source"] = "answer = 'my neighbour is a canary'\nint(answer.replace('canary', CANARY := 'CANARYBIRD'))"
    notebook["cells"] = [code[0], code[1]]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    outcome = run_country(project, "AT")
    assert not outcome.ok
    assert outcome.message.startswith("Unexpected error ValueError in the notebook")
    for text in (outcome.message, *(readable(project.processed("AT") / f"country.stopped.{kind}") for kind in ("ipynb", "html"))):
        assert "neighbour is a CANARYBIRD" not in text


def test_a_country_whose_settings_cannot_be_read_stops_no_other(copy_of):
    project = copy_of("AT")
    path = project.params / "AT.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "delivries: []\n", encoding="utf-8")
    outcome = run_country(project, "AT")
    assert not outcome.ok
    assert "`delivries` is not a setting" in outcome.message


def test_the_key_of_the_pseudonyms_is_in_no_notebook(demonstration):
    key = demonstration.root / KEY_FILE
    assert key.read_text().strip() not in "".join(readable(p) for p in demonstration.root.rglob("*.ipynb"))


# ------------------------------------------------------------------ templates of one's own


def own_template(root, *cells):
    """A project of EL and AT whose country notebook has these cells: source, and the tag if it has one."""
    for country in ("AT", "EL"):
        settings = f"country: {country}\nquestionnaire: q\ndeliveries:\n  - partner: A\n    file: raw/{country}/a.csv\n"
        (root / "params").mkdir(exist_ok=True)
        (root / "params" / f"{country}.yaml").write_text(settings, encoding="utf-8")
    (root / "params" / "consolidation.yaml").write_text("questionnaire: q\ncountries: [AT, EL]\n", encoding="utf-8")
    code = [
        {"cell_type": "code", "execution_count": None, "id": f"c{n}", "metadata": {"tags": tags}, "outputs": [], "source": source}
        for n, (source, *tags) in enumerate(cells)
    ]
    (root / "notebooks").mkdir()
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    notebook = {"cells": code, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (root / "notebooks" / "country.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return Project(root)


SAVE = """
import json, pathlib
folder = pathlib.Path("processed") / saved
folder.mkdir(parents=True, exist_ok=True)
counts = {"received": 1, "excluded": {}, "kept": 1}
(folder / "manifest.json").write_text(json.dumps({"country": country, "rows": counts, "wises": 1, "deliveries": []}))
"""


def test_a_template_without_its_parameters_tag_is_refused_before_it_runs(tmp_path):
    outcome = run_country(own_template(tmp_path, ['country = "AT"']), "EL")
    assert not outcome.ok
    assert "has the tag `parameters`" in outcome.message
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("saves", "ok"),
    [
        ("saved = country", True),
        ('country = saved = "AT"', False),
        ('saved, country = country, "AT"', False),
        ('saved = "nowhere"', False),
    ],
)
def test_a_template_that_cleans_another_country_than_asked_fails(tmp_path, saves, ok):
    project = own_template(tmp_path, ['country = "AT"', "parameters"], [saves + SAVE])
    outcome = run_country(project, "EL", warm=False)
    assert outcome.ok == ok, outcome.message
    assert ok or "The notebook ended without cleaning EL" in outcome.message


def test_a_manifest_from_an_earlier_run_is_none_of_this_run(tmp_path):
    project = own_template(tmp_path, ['country = "AT"', "parameters"], ["saved = country" + SAVE])
    assert run_country(project, "EL", warm=False).ok
    (tmp_path / "notebooks" / "country.ipynb").unlink()
    (tmp_path / "notebooks").rmdir()
    again = run_country(own_template(tmp_path, ['country = "AT"', "parameters"], ["1"]), "EL", warm=False)
    assert "is not from this run" in again.message


def test_one_thing_that_waits_is_said_as_one():
    delivery = {"columns": 3, "columns_matched": 2, "unreadable_answers": 1}
    assert _open({"deliveries": [delivery]}) == "open: 1 column, 1 answer"
    assert _open({"deliveries": [delivery, delivery]}) == "open: 2 columns, 2 answers"
