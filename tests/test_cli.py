import csv
import io
import shutil
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import pytest
from rich.table import Table

from bwise.cli import Terminal
from tests.conftest import as_xlsx, simulate_corrected, with_few_figures
from tests.said import Said

ROOT = Path(__file__).parents[1]


def contents(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_no_line_of_text_is_broken_and_tables_are_fitted_to_the_window():
    out = io.StringIO()
    console = Terminal(file=out, width=20)
    console.print("Now: bwise new FI --file raw/FI/answers.csv", end="\n")
    console.print(Table("a heading", "which is wider than twenty"))
    first, *rest = out.getvalue().splitlines()
    assert first == "Now: bwise new FI --file raw/FI/answers.csv" and max(map(len, rest)) <= 20


@pytest.fixture(scope="module")
def bwise(copy_of, demonstration, tmp_path_factory):
    """All calls of this file, side by side: name -> what was said."""
    at, si, hr, lv = copy_of("AT", "LV").root, copy_of("SI").root, copy_of("HR").root, copy_of("LV").root
    shutil.rmtree(at / "processed")
    with_few_figures(at, "models")
    (si / "raw/demo/SI/BWISE_DATA_LABELS_2022-04-29_1015.csv").write_bytes(b"")
    nowhere, nobody, empty, fresh = (tmp_path_factory.mktemp(name) for name in ("nowhere", "nobody", "empty", "fresh"))
    (nobody / "params").mkdir()
    shutil.copy(ROOT / "params" / "consolidation.yaml", nobody / "params")
    shutil.copytree(ROOT / "params", empty / "params")
    shutil.copytree(ROOT / "params", fresh / "params")
    (fresh / "raw/FI").mkdir(parents=True)
    (fresh / "raw/FI/answers.csv").write_text("model,founded,shoe size\nsocial,1990,41\n", encoding="utf-8")
    svar = [["model", "founded"], ["social", 1990]]
    (fresh / "raw/FI/answers.xlsx").write_bytes(as_xlsx({"Data": [["a", "b"], [1, 2]], "Svar": svar}))
    calls = {
        "run": (at, "run", "at", "--jobs", "2"),
        "run of one": (lv, "run", "LV", "--only"),
        "failing run": (si, "run", "SI", "--jobs", "1", "--project", si),
        "misspelt country": (hr, "run", "HR", "HRR", "--project", hr),
        "no country": (nobody, "run"),
        "help": (nowhere, "--help"),
        "version": (nowhere, "--version"),
        "no jobs": (nowhere, "run", "--jobs", "0"),
        "unknown command": (nowhere, "tabel"),
        "no question": (nowhere, "table"),
        "table": (demonstration.root, "table", "remuneration"),
        "csv": (demonstration.root, "table", "group", "--by", "country", "--csv", "--project", demonstration.root),
        "demo": (empty, "demo"),
        "check": (demonstration.root, "check", "ro"),
        "check of an empty file": (si, "check", "SI"),
        "new": (fresh, "new", "fi", "--file", fresh / "raw/FI/answers.csv"),
        "new of a sheet": (fresh, "new", "SE", "--file", "raw/FI/answers.xlsx", "--sheet", "Svar"),
        "new of a name": (fresh, "new", "Finland", "--file", "raw/FI/answers.csv"),
        "new without file": (fresh, "new", "EE", "--file", "raw/EE/missing.csv"),
        "check of another code": (fresh, "check", "ZAF"),
        "check of no params": (fresh, "check", "IR"),
        "new again": (hr, "new", "HR", "--file", next((hr / "raw/demo/HR").iterdir())),
    }
    places = {"run": at / "notebooks", "failing run": nowhere, "misspelt country": nowhere, "csv": nowhere}
    before = contents(hr)
    with ThreadPoolExecutor(2) as pool:
        running = {name: pool.submit(Said, *call, cwd=places.get(name)) for name, call in calls.items()}
    said = {name: future.result() for name, future in running.items()}
    said["misspelt country"].before = before
    return said


@pytest.fixture(scope="module")
def kept(questionnaire):
    return [p for p in simulate_corrected(questionnaire) if p.fate == "kept"]


def test_help_names_the_commands(bwise):
    assert bwise["help"].well()
    commands = ("run", "check", "accept", "verify", "resolve", "feedback", "new", "table", "trace", "diff", "demo")
    assert all(f" {command} " in bwise["help"].out for command in commands)


def test_the_version_is_that_of_the_package(bwise):
    assert bwise["version"].well() and bwise["version"].out == f"bwise {version('bwise')}\n"


def test_a_check_with_nothing_open_exits_with_zero(bwise):
    said = bwise["check"]
    assert said.well(), said.err
    assert said.out.count("Nothing is open. Run it: bwise run RO") == 4, "two partners, each with the survey and a focus group"


def test_a_check_exits_with_one_while_anything_is_open(bwise):
    said = bwise["check of an empty file"]
    assert (said.code, said.err) == (1, "")
    assert "cannot be read" in said.out and "0 bytes" in said.out


def test_a_new_country_gets_a_params_file_to_confirm(bwise):
    said = bwise["new"]
    assert said.well(), said.err
    assert "params/FI.yaml written; confirm the proposals in it, then bwise check FI" in said.out
    assert "raw/FI/answers.csv" in (said.root / "params/FI.yaml").read_text(encoding="utf-8")


def test_a_new_country_may_be_told_the_sheet(bwise):
    said = bwise["new of a sheet"]
    assert said.code == 0, said.err
    assert '    sheet: "Svar"\n' in (said.root / "params/SE.yaml").read_text(encoding="utf-8")


def test_what_is_no_code_of_a_country_is_refused_with_the_code_that_is_meant(bwise):
    bwise["new of a name"].refused("`Finland` is no code of a country", "did you mean `FI`?", "A region has no code of its own")
    bwise["check of another code"].refused("`ZAF` is no code of a country", "did you mean `ZA`?")
    bwise["check of no params"].refused("no file params/IR.yaml", "use one of: AT, BE", "bwise new IR --file raw/IR/NAME")


def test_a_file_that_is_not_there_is_named_by_its_path(bwise):
    bwise["new without file"].refused("the file does not exist", "raw/EE/missing.csv")


def test_a_country_that_has_params_is_not_made_new(bwise):
    bwise["new again"].refused("params/HR.yaml is there already")


def test_a_misspelt_country_is_refused_before_anything_runs(bwise):
    said = bwise["misspelt country"]
    said.refused("`HRR` is no code of a country", "did you mean `HR`?")
    assert contents(said.root) == said.before


def test_a_run_whose_tables_are_without_a_country_says_so_and_exits_with_three(bwise, demonstration):
    said = bwise["run"]
    assert (said.code, said.err) == (3, "")
    first, last = [line for line in said.out.splitlines() if line.strip()]
    assert first.split()[:2] == ["ok", "AT"] and "44 received, 3 excluded, 41 kept, 8 WISEs" in first
    assert last.split()[:2] == ["partly", "consolidation"]
    assert "of AT; left out: LV, focus group of LV (not cleaned yet, or its last run failed)" in last
    assert contents(said.root / "processed" / "AT") == contents(demonstration.processed("AT"))


def test_a_run_that_goes_well_says_so_and_exits_with_zero(bwise):
    said = bwise["run of one"]
    assert said.well(), said.err
    assert said.out.split()[:2] == ["ok", "LV"] and len(said.out.strip().splitlines()) == 1


def test_the_report_names_a_country_that_is_left_out(bwise):
    reports = bwise["run"].root / "reports"
    for path in (reports / "index.html", reports / "consolidation.ipynb"):
        assert "not cleaned yet, or its last run failed" in path.read_text(encoding="utf-8")
    with open(reports / "tables" / "models.csv", encoding="utf-8-sig") as file:
        assert {row["country"] for row in csv.DictReader(file)} == {"AT", "pooled"}, "of one country there is no mean"


def test_a_run_that_fails_says_why_and_exits_with_one(bwise):
    said = bwise["failing run"]
    assert said.code == 1
    assert "Traceback" not in said.out + said.err and str(said.root) not in said.out + said.err
    lines = [line.rstrip() for line in said.out.splitlines() if line.strip()]
    assert lines[0].split()[:2] == ["failed", "SI"]
    assert "   1. the file is empty (0 bytes)" in lines
    assert any("do:     ask the partner to export again" in line for line in lines)
    last = next(line for line in lines if line.split()[:2] == ["failed", "consolidation"])
    assert last.endswith("There is nothing to consolidate.")


def test_a_project_without_countries_is_refused_in_plain_words(bwise):
    bwise["no country"].refused("params/")


@pytest.mark.parametrize("name", ["no jobs", "unknown command", "no question"])
def test_a_wrong_use_of_a_command_exits_with_two(bwise, name):
    said = bwise[name]
    assert (said.code, said.out) == (2, "")
    assert said.err.strip() and "Traceback" not in said.err


def test_a_table_is_shown_with_counts_per_cent_and_base(bwise, kept):
    said = bwise["table"]
    assert said.well()
    answers = [p.values["remuneration"] for p in kept if p.values.get("remuneration")]
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in said.out.splitlines() if line.startswith("│")]
    minimum = [str(answers.count("minimum")), f"{100 * answers.count('minimum') / len(answers):.1f}", str(len(answers))]
    assert rows[[r[0] for r in rows].index("Statutory minimum wage")] == ["Statutory minimum wage", *minimum]
    words = " ".join(said.out.split())
    assert "Base: respondents who answered. Countries: AT, BE, BG, HR, FR, EL, IT, LV, NL, PL, RO, SI, ES." in words


def test_a_table_for_machines_is_tidy_csv(bwise, kept):
    said = bwise["csv"]
    assert said.well()
    rows = list(csv.DictReader(said.out.splitlines()))
    assert list(rows[0])[-7:] == ["statistic", "value", "n", "wises", "countries", "obs_status", "conf_status"]
    counts = {(r["country"], r["answer"]): float(r["value"]) for r in rows if r["statistic"] == "count" and r["country"] != "pooled"}
    expected = {}
    for person in kept:
        expected[person.partner.country, person.group] = expected.get((person.partner.country, person.group), 0) + 1
    assert counts == expected


def test_the_demonstration_is_written_again_as_the_same_bytes(bwise):
    said = bwise["demo"]
    assert said.well()
    assert said.out.startswith("32 demonstration exports") and said.out.endswith("in raw/demo/\n")
    assert contents(said.root / "raw" / "demo") == contents(ROOT / "raw" / "demo")
