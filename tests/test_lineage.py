import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

import bwise
from bwise.checks import flag
from bwise.cleaning import MISSING_REASONS, Country, exclude
from bwise.hashes import sha256
from bwise.identities import check_identities
from bwise.lineage import is_demonstration, save
from bwise.privacy import KEY_FILE, project_key, protect, row_numbers
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.settings import Project, load_country
from bwise.storage import read_csv, write_csv
from bwise.verification import prove_saved
from tests.conftest import simulate_corrected
from tests.test_cleaning import COUNTRIES, ENABLER, ROOT, WORKER, export, gathered, people, small_project

FILES = [
    "answers.parquet",
    "changes.csv",
    "exclusions.csv",
    "flags.csv",
    "manifest.json",
    "mapping.csv",
    "missing.parquet",
    "texts_to_read.csv",
]


def cleaned(project: Project, country: str = "AT") -> Country:
    """A country run up to where its identities are checked."""
    return protect(flag(exclude(gathered(project, country))), project_key(project.root))


def run(project: Project, country: str = "AT") -> dict:
    """A whole country run; its manifest."""
    found = cleaned(project, country)
    check_identities(found)
    manifest = save(found, project)
    prove_saved(found, project)
    return manifest


def demo_project(folder: Path) -> Project:
    shutil.copytree(ROOT / "params", folder / "params")
    shutil.copytree(ROOT / "raw/demo", folder / "raw/demo")
    return Project(folder)


def in_order(project: Project, country: str, name: str, part: str = "") -> pd.DataFrame:
    """A file of a run in the order of the exports, with the rows there as `source_row`, which takes the project's key."""
    path = project.processed(country, part) / name
    frame = pd.read_parquet(path) if name.endswith("parquet") else read_csv(path)
    frame.insert(0, "source_row", row_numbers(frame, country, part, project_key(project.root)))
    return frame.sort_values(["partner", "delivery", "source_row"], kind="stable", ignore_index=True)


def answers_of(project: Project, country: str) -> pd.DataFrame:
    return in_order(project, country, "answers.parquet")


@pytest.fixture(scope="module")
def everybody(questionnaire):
    return simulate_corrected(questionnaire)


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_clean_answer_is_the_true_one(demonstration, everybody, questionnaire, country):
    answers = answers_of(demonstration, country)
    truth = pd.DataFrame([p.values for p in everybody if p.partner.country == country and p.fate == "kept"])
    assert len(answers) == len(truth)
    wrong = {}
    for column in questionnaire.all_columns:
        clean = [None if pd.isna(v) else v for v in answers[column]]
        true = [None if pd.isna(v) else v for v in truth[column]] if column in truth else [None] * len(truth)
        wrong |= {column: (clean, true)} if clean != true else {}
    assert wrong == {}


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_answer_that_is_missing_is_so_for_the_true_reason(demonstration, everybody, questionnaire, country):
    missing = in_order(demonstration, country, "missing.parquet")
    kept = [p for p in everybody if p.partner.country == country and p.fate == "kept"]
    wrong = {}
    for column in questionnaire.all_columns:
        found, true = missing[column].tolist(), [p.reasons.get(column, "") for p in kept]
        wrong |= {column: (found, true)} if found != true else {}
    assert wrong == {}
    assert set(missing["wise_code"]) == {"withheld"}


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_country_leaves_its_seven_files_and_its_notebook_and_nothing_else(demonstration, country):
    folder = demonstration.processed(country)
    assert sorted(p.name for p in folder.iterdir()) == sorted([*FILES, "country.html", "country.ipynb", "focus_group"])
    assert sorted(p.name for p in (folder / "focus_group").iterdir()) == FILES


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_counts_of_the_manifest_add_up(demonstration, questionnaire, country):
    folder = demonstration.processed(country)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    answers, missing = pd.read_parquet(folder / "answers.parquet"), pd.read_parquet(folder / "missing.parquet")
    rows = manifest["rows"]
    assert rows["received"] == rows["kept"] + sum(rows["excluded"].values())
    assert rows["received"] == sum(d["records"] for d in manifest["deliveries"])
    assert rows["kept"] == sum(d["kept"] for d in manifest["deliveries"]) == len(answers) == len(missing)
    assert rows["excluded"] == read_csv(folder / "exclusions.csv")["rule"].value_counts().to_dict()
    held = int(answers[questionnaire.all_columns].notna().to_numpy().sum())
    assert held + sum(manifest["missing"].values()) == rows["kept"] * len(questionnaire.all_columns)
    assert set(manifest["missing"]) <= set(MISSING_REASONS)
    assert manifest["wises"] == answers["wise"].nunique()
    assert manifest["flags"] == read_csv(folder / "flags.csv").groupby("flag")["respondent"].nunique().to_dict()
    assert [d["columns"] for d in manifest["deliveries"]] == [d["columns_matched"] for d in manifest["deliveries"]]
    assert manifest["demonstration"] is True


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_manifest_names_the_hash_of_every_input(demonstration, country):
    stated = json.loads((demonstration.processed(country) / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    exports = [d.file.as_posix() for d in load_country(demonstration, country).deliveries]
    corrections = [f"params/{country}.corrections.csv"] if country == "BE" else []
    inputs = [f"params/{country}.yaml", *corrections, "params/questionnaires/skills_survey", *exports]
    assert sorted(stated) == sorted(inputs)
    assert stated == {name: sha256(demonstration.root / name) for name in inputs}


def test_the_manifest_names_version_and_commit_of_the_program(demonstration):
    manifest = json.loads((demonstration.processed("AT") / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["program"].startswith(f"{bwise.__version__}-")
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    assert manifest["commit"].removesuffix("-dirty") == (head.stdout.strip() if head.returncode == 0 else "")


def test_the_same_input_and_key_give_the_same_bytes_in_another_folder(demonstration, tmp_path):
    again = demo_project(tmp_path)
    shutil.copy(demonstration.root / KEY_FILE, tmp_path)
    for country in ("RO", "AT", "IT"):  # KoBo and two workbooks, LimeSurvey, Microsoft Forms
        run(again, country)
        for name in FILES:
            one, other = demonstration.processed(country) / name, again.processed(country) / name
            assert one.read_bytes() == other.read_bytes(), f"{country}/{name}"


def test_another_key_changes_the_pseudonyms_and_no_answer(demonstration, questionnaire, tmp_path):
    again = demo_project(tmp_path)
    run(again, "AT")
    one, other = answers_of(demonstration, "AT"), answers_of(again, "AT")
    assert not set(one["respondent"]) & set(other["respondent"])
    pd.testing.assert_frame_equal(one[questionnaire.all_columns], other[questionnaire.all_columns])


def test_a_run_that_is_accountable_is_saved_with_every_respondent_kept(tmp_path):
    project = small_project(tmp_path, *people({}, {"comments": "test"}, {}))
    manifest = run(project)
    assert manifest["rows"] == {"received": 3, "excluded": {"test": 1}, "kept": 2}
    assert manifest["demonstration"] is False
    assert answers_of(project, "AT")["source_row"].tolist() == [2, 4]
    assert in_order(project, "AT", "exclusions.csv")[["source_row", "rule"]].to_numpy().tolist() == [[3, "test"]]


def test_a_run_that_fails_while_it_writes_leaves_the_record_as_it_was_and_nothing_beside_it(tmp_path, monkeypatch):
    project = small_project(tmp_path, *people({}, {}))
    run(project)
    before = {p.name: p.read_bytes() for p in project.processed("AT").iterdir()}
    country = cleaned(project)

    def full(*_):
        raise OSError("disk full")

    monkeypatch.setattr("bwise.lineage.mapping_table", full)  # after the answers are written
    with pytest.raises(OSError, match="disk full"):
        save(country, project)
    assert {p.name: p.read_bytes() for p in project.processed("AT").iterdir()} == before


def test_what_a_killed_run_left_behind_is_gone_after_the_next_one(tmp_path):
    project = small_project(tmp_path, *people({}, {}))
    left = project.processed("AT") / ".part/answers.parquet"
    left.parent.mkdir(parents=True)
    left.write_text("half")
    run(project)
    assert sorted(p.name for p in project.processed("AT").iterdir()) == FILES


def test_a_record_that_cannot_take_its_place_leaves_no_answers(tmp_path):
    project = small_project(tmp_path, *people({}, {}))
    run(project)
    country = cleaned(project)
    in_the_way = project.processed("AT") / "mapping.csv"
    in_the_way.unlink()
    in_the_way.mkdir()  # no file can take its place
    with pytest.raises(OSError):
        save(country, project)
    assert [p.name for p in project.processed("AT").iterdir()] == ["mapping.csv"]


def test_a_record_that_its_files_do_not_prove_leaves_nothing(tmp_path):
    project = small_project(tmp_path, *people({}, {}))
    run(project)
    country = cleaned(project)
    write_csv(project.processed("AT") / "mapping.csv", read_csv(project.processed("AT") / "mapping.csv").iloc[1:])
    with pytest.raises(ProblemsFound, match="not proved"):
        prove_saved(country, project)
    assert list(project.processed("AT").iterdir()) == []


def test_the_mapping_tells_for_every_raw_answer_what_it_became_and_how_often(tmp_path):
    project = small_project(tmp_path, *people({}, {}, {"staff": "a dozen"}), ENABLER | {"s1": ""})
    run(project)
    mapping = read_csv(project.processed("AT") / "mapping.csv")
    staff = mapping[mapping["question"] == "staff"]
    assert staff[["raw", "code", "reason", "count"]].to_numpy().tolist() == [["10", "10.0", "", "3"], ["a dozen", "", "unreadable", "1"]]
    assert mapping.loc[mapping["question"] == "s1", ["raw", "code", "count"]].to_numpy().tolist() == [["1", "1", "3"], ["", "", "1"]]
    assert mapping.groupby("question")["count"].apply(lambda c: c.astype(int).sum()).eq(4).all()


def test_the_mapping_holds_no_open_answer_and_no_personal_data_typed_into_a_closed_one(tmp_path):
    project = small_project(tmp_path, *people({"comments": "my secret"}, {"staff": "ask a.b@example.org"}))
    run(project)
    mapping = (project.processed("AT") / "mapping.csv").read_text(encoding="utf-8-sig")
    assert "secret" not in mapping and "W1" not in mapping
    assert "a.b@example.org" not in mapping and "ask [e-mail]" in mapping


def test_choices_are_stored_as_categories_in_the_order_of_the_questionnaire(tmp_path):
    project = small_project(tmp_path, WORKER, ENABLER)
    run(project)
    assert answers_of(project, "AT")["group"].cat.categories.tolist() == ["enabler", "wsn"]


def test_the_hash_of_a_folder_changes_with_names_and_contents_and_not_with_its_place(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    (tmp_path / "a/x.csv").write_text("1")
    (tmp_path / "b/x.csv").write_text("1")
    (tmp_path / "c/y.csv").write_text("1")
    assert sha256(tmp_path / "a") == sha256(tmp_path / "b") != sha256(tmp_path / "c")
    assert sha256(tmp_path / "a/x.csv") == hashlib.sha256(b"1").hexdigest()
    (tmp_path / "b/x.csv").write_text("2")
    assert sha256(tmp_path / "a") != sha256(tmp_path / "b")


@pytest.mark.parametrize(("file", "expected"), [("raw/demo/AT/x.csv", True), ("raw/AT/x.csv", False), ("raw/demonstrated/x.csv", False)])
def test_an_export_is_synthetic_when_it_lies_below_raw_demo(file, expected):
    assert is_demonstration([Path("raw/AT/y.csv"), Path(file)]) is expected


def test_the_inputs_of_a_run_change_with_the_export(tmp_path):
    project = small_project(tmp_path, *people({}, {}))
    before = run(project)["inputs"]
    export(tmp_path / "raw/AT/answers.csv", *people({}, {"staff": "11"}))
    after = run(project)["inputs"]
    assert {k for k in before if before[k] != after[k]} == {"raw/AT/answers.csv"}
    assert load_questionnaire(project.params / "questionnaires/small").name == "small"
