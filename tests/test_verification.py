import pandas as pd
import pytest

from bwise.privacy import project_key, row_numbers
from bwise.problems import ProblemsFound
from bwise.settings import load_country
from bwise.storage import read_csv, write_csv
from bwise.verification import verify
from tests.test_cleaning import ENABLER, export, people, small_project
from tests.test_lineage import run


@pytest.fixture
def project(tmp_path):
    """Six records, one of them excluded, one with a text no answer fits, one that refuses, one who is no worker; cleaned."""
    records = people({}, {"comments": "call +43 512 345678"}, {"comments": "test"}, {"staff": "a dozen"}, {"barriers": "refused"})
    made = small_project(tmp_path, *records, ENABLER)
    run(made)
    return made


def proved(project):
    return verify(project, load_country(project, "AT"))


def said(project) -> str:
    with pytest.raises(ProblemsFound) as found:
        proved(project)
    return str(found.value)


def edit(project, name, **cells):
    """Change cells of a file in processed/: `staff=(record, value)`, records counted as the export has them."""
    path = project.processed("AT") / name
    frame = read_csv(path) if name.endswith("csv") else pd.read_parquet(path)
    order = range(len(frame)) if name == "mapping.csv" else row_numbers(frame, "AT", "", project_key(project.root)).argsort()
    for column, (record, value) in cells.items():
        frame[column] = [value if n == order[record] else old for n, old in enumerate(frame[column])]
    write_csv(path, frame) if name.endswith("csv") else frame.to_parquet(path, index=False)


def test_what_a_run_left_is_proved_again_from_its_files(project):
    proof = proved(project).set_index("identity")
    assert proof["left"].tolist() == proof["right"].tolist()
    assert proof.loc["rows received = kept + excluded", "left"] == 6


def test_a_raw_cell_changed_by_hand_is_named(project):
    rows = people(
        {}, {"comments": "call +43 512 345678", "staff": "11"}, {"comments": "test"}, {"staff": "a dozen"}, {"barriers": "refused"}
    )
    rows.append(ENABLER)
    export(project.root / "raw/AT/answers.csv", *rows)
    message = said(project)
    assert "changed since the country was cleaned" in message and "raw/AT/answers.csv" in message
    assert "staff: 1 answer is not what raw cells, mapping and changes say" in message
    assert "AT-1, rows 3, column 11" in message
    assert message.count("answer is not what") == 1


def test_a_saved_answer_changed_by_hand_is_named(project):
    edit(project, "answers.parquet", staff=(1, 99.0))
    message = said(project)
    assert "staff: 1 answer is not what raw cells" in message and "rows 3, column 11" in message


def test_a_saved_open_answer_that_shows_what_was_masked_is_named(project):
    edit(project, "answers.parquet", comments=(1, "call +43 512 345678"))
    assert "comments: 1 answer is not what raw cells" in said(project)


def test_an_answer_taken_out_of_the_file_without_a_reason_is_named(project):
    edit(project, "answers.parquet", s1=(0, None))
    assert "s1: 1 cells are neither an answer nor missing for a reason" in said(project)


@pytest.mark.parametrize(
    ("column", "row", "reason"),
    [
        ("s1", 4, "no_answer"),  # a page of the workers, which an enabler was not shown
        ("staff", 2, "no_answer"),  # "a dozen" cannot be read
        ("staff", 2, "dont_know"),
        ("barriers/time", 3, "no_answer"),  # refused
        ("comments", 0, "not_shown"),
        ("wise_code", 0, "no_answer"),  # withheld
    ],
)
def test_another_reason_for_a_missing_answer_written_in_by_hand_is_named(project, column, row, reason):
    edit(project, "missing.parquet", **{column: (row, reason)})
    message = said(project)
    assert f"{column}: 1 cell is missing for another reason than raw cells, mapping and changes say" in message
    assert message.count("another reason") == 1 and f"rows {(2, 3, 5, 6, 7)[row]}" in message


@pytest.mark.parametrize(("file", "cells"), [("mapping.csv", {"code": (2, "enabler")}), ("mapping.csv", {"count": (5, "17")})])
def test_a_mapping_that_says_otherwise_is_named(project, file, cells):
    edit(project, file, **cells)
    assert "mapping.csv does not say what raw answers are mapped to: AT-1, column" in said(project)


def test_a_change_that_is_taken_out_of_the_record_is_missed(project):
    changes = read_csv(project.processed("AT") / "changes.csv")
    assert changes["rule"].tolist() == ["mask"]
    write_csv(project.processed("AT") / "changes.csv", changes[:0])
    assert "comments: 1 answer is not what raw cells, mapping and changes say" in said(project)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ({"question": (0, "coments")}, "changes are recorded for `coments`, which is no question"),
        ({"new": (0, "call me")}, "comments: 1 answer is not what"),
        ({"question": (0, "staff")}, "staff: 1 answer is not what"),
        ({"row": (0, "99")}, "changes.csv"),
    ],
)
def test_a_change_edited_by_hand_is_named_and_never_a_traceback(project, cell, message):
    edit(project, "changes.csv", **cell)
    assert message in said(project)


def test_an_exclusion_that_is_taken_out_of_the_record_is_missed(project):
    path = project.processed("AT") / "exclusions.csv"
    write_csv(path, read_csv(path)[:0])
    assert "is not" in said(project)


def test_a_row_that_the_export_does_not_have_is_told(project):
    edit(project, "answers.parquet", row=(0, "77"))
    message = said(project)
    assert "1 rows are not in the exports" in message and "answers.parquet" in message


def test_a_record_that_was_never_finished_is_told(project):
    (project.processed("AT") / "manifest.json").unlink()
    assert "the run that wrote it did not end" in said(project) and "bwise run AT" in said(project)


def test_changed_params_are_told(project):
    path = project.params / "AT.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "minimum_answered: 0.3\n", encoding="utf-8")
    assert "params/AT.yaml" in said(project)
