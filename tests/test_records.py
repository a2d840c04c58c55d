"""A record that is not whole, proved and its own is left out and named; the others go on."""

import json
import shutil

import pytest

from bwise.hashes import sha256
from bwise.lineage import save
from bwise.pooling import load_pool
from bwise.privacy import KEY_FILE
from bwise.problems import ProblemsFound
from bwise.settings import RECORD, load_country
from bwise.staleness import why_stale
from bwise.status import standings
from bwise.verification import verify
from bwise.workflow import template
from tests.test_lineage import cleaned
from tests.test_pooling import two_countries

ANOTHER_KEY = "made with another key of the pseudonyms"


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """AT and BE, cleaned and proved; and the same two in a project of its own, under another key."""
    return two_countries(tmp_path_factory.mktemp("two")), two_countries(tmp_path_factory.mktemp("others"))


@pytest.fixture
def project(two, tmp_path):
    made, _ = two
    shutil.copytree(made.root, tmp_path / "project")
    return type(made)(tmp_path / "project")


def record(project, name, country="AT"):
    return project.processed(country) / name


def why_left_out(project):
    """Why AT is not in the pool; BE must be."""
    pool = load_pool(project)
    assert pool.countries == ["BE"] and list(pool.left_out) == ["AT"]
    return pool.left_out["AT"]


def changed(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize("name", [name for name in RECORD if name != "manifest.json"])
@pytest.mark.parametrize("how", [changed, lambda content: content[:-1], lambda content: b"", None], ids=["bit", "cut", "empty", "gone"])
def test_a_country_with_a_file_that_is_not_what_was_saved_is_left_out_and_the_file_is_named(project, name, how):
    path = record(project, name)
    path.write_bytes(how(path.read_bytes())) if how else path.unlink()
    assert why_left_out(project) == f"its record is damaged: {name} is not what was saved"


@pytest.mark.parametrize(
    ("how", "why"),
    [
        (lambda text: text[: len(text) // 2], "cannot be read"),
        (lambda text: "", "cannot be read"),
        (lambda text: "[" * 100_000, "cannot be read"),
        (lambda text: "[]", "is not what was saved"),
        (lambda text: "{}", "is not what was saved"),
        (lambda text: text.replace('"received": ', '"received": 1'), "is not what was saved"),
        (lambda text: text.replace('"outputs"', '"puts"'), "is not what was saved"),
    ],
)
def test_a_country_with_a_manifest_that_is_not_what_was_saved_is_left_out(project, how, why):
    path = record(project, "manifest.json")
    before = path.read_text(encoding="utf-8")
    path.write_text(how(before), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != before
    assert why_left_out(project) == f"its record is damaged: manifest.json {why}"
    with pytest.raises(ProblemsFound, match="AT: the record is not proved"):
        verify(project, load_country(project, "AT"))


def test_the_record_of_another_country_is_left_out(project):
    shutil.rmtree(project.processed("AT"))
    shutil.copytree(project.processed("BE"), project.processed("AT"))
    assert why_left_out(project) == "its record is that of another country"


def test_a_record_whose_run_was_stopped_before_its_proof_is_left_out(project):
    save(cleaned(project), project)
    assert why_left_out(project).startswith("its record was not proved")


def test_the_record_of_another_project_is_left_out(project, two):
    shutil.rmtree(project.processed("AT"))
    shutil.copytree(two[1].processed("AT"), project.processed("AT"))
    assert why_left_out(project) == f"its record was {ANOTHER_KEY}"


def test_one_who_changes_a_file_and_the_hash_that_speaks_of_it_is_found_out(project):
    path, other = record(project, "flags.csv"), record(project, "manifest.json")
    path.write_bytes(path.read_bytes() + b"\n")
    manifest = json.loads(other.read_text(encoding="utf-8"))
    manifest["outputs"]["flags.csv"] = sha256(path)
    other.write_text(json.dumps(manifest), encoding="utf-8")
    assert why_left_out(project) == "its record is damaged: manifest.json is not what was saved"


def test_under_another_key_verify_names_the_key_and_no_row(project):
    (project.root / KEY_FILE).write_text("0" * 64)
    with pytest.raises(ProblemsFound) as found:
        verify(project, load_country(project, "AT"))
    (problem,) = found.value.problems
    assert ANOTHER_KEY in problem.what and KEY_FILE in problem.remedy
    with pytest.raises(ProblemsFound, match=ANOTHER_KEY):
        load_pool(project)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"country": "AT"}', "[" * 100_000])
def test_a_damaged_manifest_or_note_stops_no_command_that_only_looks(project, text):
    for path in (record(project, "manifest.json"), project.root / "processed/AT.run.json", project.root / "reports/consolidation.json"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert [standing.country for standing in standings(project)] == ["BE", "AT"]
    assert why_stale(project, "AT", template(project, "AT")) and why_stale(project, "consolidation", template(project, "consolidation"))
