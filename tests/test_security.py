"""What comes from outside is shown and never executed: one marked text in every place, looked for in every output."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bwise.pages import notebook_to_html, page_template
from bwise.problems import Problem, ProblemsFound
from bwise.storage import as_csv, read_csv, write_csv
from bwise.summaries import Heading
from bwise.text import as_markdown, as_typed, inert, visible

ROOT = Path(__file__).parents[1]
BROWSER = next((b for b in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if b), None)
FORMULAS = ("=1+1", "+49 1 234", "-oth-", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "'=1", "=cmd|' /C calc'!A0")
PLAIN = ("-3", "+3", "-3.5", "-3,5", "1e-5", "a=b", "'quoted'", "", "grün", "3-4")


# ------------------------------------------------------------------ CSV


@pytest.mark.parametrize("text", FORMULAS)
def test_what_excel_would_execute_has_an_apostrophe_in_front_and_comes_back_as_it_was(text, tmp_path):
    write_csv(tmp_path / "a.csv", pd.DataFrame({"text": [text, "x"]}))
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row[0] for row in csv.reader(file)] == ["text", "'" + text, "x"]
    assert read_csv(tmp_path / "a.csv")["text"].tolist() == [text, "x"]


@pytest.mark.parametrize("text", PLAIN)
def test_numbers_and_other_texts_stay_as_they_are(text):
    assert inert(text) == text == as_typed(text)


def test_numbers_of_a_table_stay_numbers():
    assert as_csv(pd.DataFrame({"value": [-3, -2.5]})) == "value\n-3.0\n-2.5\n"


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("='+-@\t\r\n\x00\x0b\x85\u2028;,\"aé3"), max_size=6))
def test_every_text_comes_back_from_our_csv_as_it_was(text):
    back = pd.read_csv(io.StringIO(as_csv(pd.DataFrame({"a": [text, "x"], "b": ["y", text]}))), dtype=str, keep_default_na=False)
    assert back.map(as_typed).to_numpy().tolist() == [[text, "y"], ["x", text]]


def test_no_csv_or_workbook_of_a_run_holds_a_formula(demonstration):
    written = [*demonstration.reports.rglob("*.csv"), *demonstration.root.glob("processed/**/*.csv")]
    assert written
    for path in written:
        with path.open(encoding="utf-8-sig", newline="") as file:
            cells = {cell for row in csv.reader(file) for cell in row}
        assert [cell for cell in cells if inert(cell) != cell and not cell.startswith("'")] == []
    for path in [*demonstration.reports.rglob("*.xlsx"), *demonstration.root.glob("processed/**/*.xlsx")]:
        with zipfile.ZipFile(path) as book:
            sheets = [book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/")]
        assert not any(re.search(rb"<f[ >]|<hyperlink [^>]*r:id", sheet) for sheet in sheets)


# ------------------------------------------------------------------ terminals, Markdown, HTML


def test_control_characters_are_shown_and_not_sent():
    text = "a\x1b[2Jb\x9b31m\x07\r\u202ec\tok\n"
    assert visible(text) == "a\\x1b[2Jb\\x9b31m\\x07\\x0d\\u202ec\tok\n"
    assert "\x1b" not in str(ProblemsFound("What\x1b]0;x\x07", [Problem("\x1b[31m", "\x1b[0m")]).problems[0])


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](http://x.example/a.png)", "**B** & `c` $x$ | # ~~d~~ <b>"]
)
def test_markdown_shows_a_text_as_it_stands(text, tmp_path):
    cell = nbformat.v4.new_code_cell(
        outputs=[nbformat.v4.new_output("display_data", {"text/markdown": Heading(text, "")._repr_markdown_()})]
    )
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "a.ipynb")
    notebook_to_html(tmp_path / "a.ipynb", text, demonstration=False)
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    body = page.partition("<body>")[2]
    assert not re.search(r"<(script|b|img|a|code|del|h1)\b", body.replace("<strong>", ""))
    assert as_markdown("B-WISE (Belgium), 2022.") == "B-WISE (Belgium), 2022."


def pages() -> list[str]:
    return [path.name for path in (ROOT / "src/bwise/templates").glob("*.html.j2") if path.name != "policy.html.j2"]


@pytest.mark.parametrize("name", pages())
def test_every_page_carries_the_policy_and_escapes_what_is_put_in(name):
    source = (ROOT / "src/bwise/templates" / name).read_text(encoding="utf-8")
    assert '{% include "policy.html.j2" %}' in source and "|safe" not in source.replace(" ", "") and "<script" not in source
    assert page_template(name).environment.autoescape is True


def test_under_the_policy_styles_and_pictures_work_and_scripts_do_not(tmp_path):
    if BROWSER is None:
        pytest.skip("no chromium or google-chrome on the PATH: a page cannot be looked at")
    page = page_template("notebook.html.j2").render(title="x", body=page_body(), demonstration=False, notes=[])
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-data-dir={tmp_path}/profile", "--dump-dom")
    done = subprocess.run([BROWSER, *flags, (tmp_path / "a.html").as_uri()], capture_output=True, timeout=90, check=True)
    dom = done.stdout.decode("utf-8")
    assert "before" in dom and "executed" not in dom


def page_body():
    from markupsafe import Markup

    return Markup(
        "<p id='p'>before</p><script>document.getElementById('p').textContent = 'exec' + 'uted'</script>"
        "<img src='x' onerror=\"document.getElementById('p').textContent = 'exec' + 'uted'\">"
    )


# ------------------------------------------------------------------ the project itself


def test_the_workflow_has_least_rights_and_its_actions_are_pinned_by_commit():
    text = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)", text)
    assert used and all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action) for action in used)
    assert "permissions: {}" in text and set(re.findall(r"^\s+(\w+): (read|write)$", text, re.MULTILINE)) == {("contents", "read")}
    assert text.count("persist-credentials: false") == text.count("actions/checkout@") and "pip-audit" in text


@pytest.mark.parametrize("line", ["!!python/object/apply:os.system ['touch owned']", "!!python/name:os.system", "&a [*a, *a]"])
def test_yaml_makes_no_objects(line, tmp_path):
    from bwise.settings import Project, load_country

    (tmp_path / "params").mkdir()
    (tmp_path / "params/AT.yaml").write_text(f"country: AT\nquestionnaire: {line}\ndeliveries: []\n", encoding="utf-8")
    with pytest.raises(ProblemsFound):
        load_country(Project(tmp_path), "AT")
    assert not (tmp_path / "owned").exists() and not Path("owned").exists()
