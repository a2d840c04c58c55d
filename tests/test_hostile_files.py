"""Files made to bring a reader down: refused in plain words, within ten seconds of work and 512 MiB."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bwise import apart
from bwise.exports.containers import UNENDED, grids
from bwise.exports.microsoft_forms import fewer_than_named
from bwise.lineage import save
from bwise.matching import read_delivery
from bwise.problems import ProblemsFound
from bwise.settings import Delivery, load_country
from bwise.storage import read_csv, write_csv
from bwise.verification import prove_saved, verify
from tests.conftest import as_csv
from tests.hostile import HOSTILE, ROOT, rows, xlsx, zipped
from tests.test_cleaning import people, small_project
from tests.test_lineage import cleaned

CASES = ROOT.parent / "shared" / "cases" / "files"
SECONDS, MEMORY = 10, 512 * 1024**2


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Name of each hostile file -> what a process that reads all of them says of it."""
    if sys.platform != "linux":
        pytest.skip("only Linux tells what a process used, and limits it from within")
    folder = tmp_path_factory.mktemp("hostile")
    for name, make in HOSTILE.items():
        (folder / name).write_bytes(make())
    done = subprocess.run([sys.executable, "-m", "tests.hostile", str(folder)], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_within_ten_seconds_of_work(name, told):
    assert told[name]["said"] and "Traceback" not in told[name]["said"]
    assert told[name]["seconds"] < SECONDS


def test_all_hostile_files_together_are_read_within_512_mib(told):
    assert told["memory"] < MEMORY


def test_a_million_formatted_rows_are_read_or_refused(tmp_path):
    styled = b"".join(b'<row r="%d" s="1" customFormat="1"><c r="A%d" s="1"/></row>' % (n, n) for n in range(2, 300_000))
    (tmp_path / "a.xlsx").write_bytes(rows(styled))
    (grid,) = grids(tmp_path / "a.xlsx", "a.xlsx")
    assert grid.cells.to_numpy().tolist() == [["wise_code", "staff"]]


@pytest.mark.parametrize("limit", [("SECONDS", 0), ("MEMORY", 1), ("MEMORY", 12_000_000), ("OUTPUT", 10)], ids=str)
def test_each_limit_of_the_process_refuses_in_plain_words(limit, tmp_path, monkeypatch):
    if sys.platform != "linux" and limit[0] != "OUTPUT":
        pytest.skip("only Linux limits memory and time of a process from within")
    monkeypatch.setattr(apart, *limit)
    monkeypatch.setattr(apart, "WAIT", 60 if limit[0] != "SECONDS" else 1)
    (tmp_path / "a.xlsx").write_bytes(xlsx())
    with pytest.raises(ProblemsFound, match="more time or memory than any export"):
        list(grids(tmp_path / "a.xlsx", "a.xlsx"))


def test_a_process_that_hangs_is_killed(monkeypatch):
    """On systems without limits of their own, too."""
    monkeypatch.setattr(apart, "SECONDS", 0.05)
    monkeypatch.setattr(apart.Timer, "start", lambda timer: timer.function())
    with pytest.raises(apart.TooMuch):
        apart.opened(apart.WORKBOOK, xlsx())


def test_what_the_process_gives_is_json_and_never_a_pickle():
    folder = ROOT / "src/bwise/apart"
    assert [path.name for path in folder.glob("*.py") if "pickle" in path.read_text(encoding="utf-8").replace("never a\npickle", "")] == []


# ------------------------------------------------------------------ letters and signs

TABLE = [["wise_code", "staff", "comments"], ["W1", "3", "grün, žal"], ["W2", "4", "Ω"]]


@pytest.mark.parametrize("page", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_every_form_of_unicode_is_read(page, tmp_path):
    (tmp_path / "a.csv").write_bytes(as_csv(TABLE, ";", page))
    assert next(iter(grids(tmp_path / "a.csv", "a.csv"))).cells.to_numpy().tolist() == TABLE


@pytest.mark.parametrize("page", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_in_greek_is_read(page, tmp_path):
    table = [["Ερώτηση", "Απάντηση"], ["Ναι", "Όχι"], ["Ίσως", "Ποτέ"]]
    (tmp_path / "a.csv").write_bytes(as_csv(table, ";", page))
    assert next(iter(grids(tmp_path / "a.csv", "a.csv"))).cells.to_numpy().tolist() == table


@pytest.mark.parametrize("page", ["utf-8", "iso-8859-1", "windows-1252", "utf-16", "utf-16-le", "utf-32"])
def test_xml_is_read_in_the_encoding_that_it_declares(page, tmp_path):
    declared = "utf-16" if page == "utf-16-le" else page
    text = f'<?xml version="1.0" encoding="{declared}"?><Results><Survey alias="Grün"></Survey></Results>'
    (tmp_path / "a.xml").write_bytes(text.encode(page))
    (grid,) = grids(tmp_path / "a.xml", "a.xml")
    assert grid.container == "xml" and grid.cells.iat[0, 0] == text


def test_xml_in_an_encoding_that_nobody_knows_is_refused(tmp_path):
    (tmp_path / "a.xml").write_bytes(b'<?xml version="1.0" encoding="x-unknown"?><Results></Results>')
    with pytest.raises(ProblemsFound, match="x-unknown"):
        list(grids(tmp_path / "a.xml", "a.xml"))


def test_an_export_in_an_archive_is_read(tmp_path):
    (tmp_path / "a.zip").write_bytes(zipped({"answers.csv": as_csv(TABLE, ";", "utf-8")}))
    assert next(iter(grids(tmp_path / "a.zip", "a.zip"))).cells.to_numpy().tolist() == TABLE


# ------------------------------------------------------------------ cut files


def test_a_file_that_ends_within_its_last_line_says_so(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"wise_code;staff\r\nW1;12\r\nW2;1")
    (tmp_path / "b.csv").write_bytes(b"wise_code;staff\r\nW1;12\r\nW2;12\r\n")
    (tmp_path / "c.csv").write_bytes(b'"wise_code";"staff"\r\n"W1";"12"\r\n"W2";')  # before the last cell
    assert [next(iter(grids(tmp_path / name, name))).notes for name in ("a.csv", "b.csv", "c.csv")] == [(UNENDED,), (), (UNENDED,)]


@pytest.mark.parametrize(
    ("file", "records", "said"), [("B-WISE(1-33).xlsx", 20, True), ("B-WISE(1-33).xlsx", 33, False), ("a.csv", 1, False)]
)
def test_fewer_responses_than_microsoft_forms_wrote_into_the_name_are_told(file, records, said):
    assert bool(fewer_than_named(file, records)) == said


# ------------------------------------------------------------------ ../shared/cases/files


@pytest.fixture
def case():
    """The folder of the cases."""
    if not CASES.is_dir():
        pytest.skip("the cases are not here (../shared/cases/files): this test reads them")
    return CASES


def test_the_cut_export_is_refused_with_its_last_row(case, questionnaire):
    with pytest.raises(ProblemsFound, match="cut off in its last row: row 27 has 94 cells of 224"):
        read_case("results-survey481516.csv", case, questionnaire)


def test_the_damaged_old_workbook_is_refused_in_plain_words(case, questionnaire):
    with pytest.raises(ProblemsFound, match="old or password-protected Office file, or a damaged one"):
        read_case("xls_1.xls", case, questionnaire)


def test_the_workbook_with_a_far_cell_is_refused(case, questionnaire):
    with pytest.raises(ProblemsFound, match="reaches over 17,179,869,184 cells"):
        read_case("xlsx_far_ref.xlsx", case, questionnaire)


def test_three_error_cells_are_unreadable_with_their_text(case):
    (grid,) = grids(case / "xlsx_error_cells.xlsx", "a.xlsx")
    assert grid.cells.eq("#N/A").sum().sum() == 3


def test_the_lone_carriage_return_is_read_recorded_and_comes_back(case, tmp_path):
    found = next(iter(grids(case / "lone_cr.csv", "a.csv"))).cells
    assert found.map(lambda cell: "\r" in cell.replace("\r\n", "")).any(axis=None)
    write_csv(tmp_path / "back.csv", found.set_axis([f"c{n}" for n in found], axis=1))
    assert read_csv(tmp_path / "back.csv").to_numpy().tolist() == found.to_numpy().tolist()


def read_case(name, folder, questionnaire):
    return read_delivery(folder / name, name, "AT-1", Delivery(partner="AT-1", file=Path(name)), questionnaire, "AT")


# ------------------------------------------------------------------ signs nobody types, through the whole of a run


@pytest.mark.parametrize("text", ["a\rb", "a\x0bb", "a\x85b", "a\x00b", "\x1b[31m", "=1+1", "'=1", "\t@x", "<b>x</b>", "a\u2028b"])
@pytest.mark.parametrize("column", ["comments", "group", "staff"])
def test_any_sign_in_a_cell_is_recorded_so_that_the_proof_holds(column, text, tmp_path):
    project = small_project(tmp_path, *people({}, {column: text}, {}))
    country = cleaned(project)
    save(country, project)
    prove_saved(country, project)
    proof = verify(project, load_country(project, "AT"))
    assert (proof["left"] == proof["right"]).all()
