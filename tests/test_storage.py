import errno
from pathlib import Path

import pandas as pd
import pytest

from bwise.problems import ProblemsFound
from bwise.storage import (
    PART,
    read_csv,
    read_table,
    remove,
    stack_tables,
    write_csv,
    write_json,
    write_parquet,
    write_text,
    write_whole,
    written_together,
)

FRAME = pd.DataFrame({"text": ["NA", "", "Größe; „ja“\nčšž", "Ελλάδα"], "number": [1, 2, 3, 4]})


def test_a_file_appears_whole_in_a_folder_made_for_it(tmp_path):
    write_text(tmp_path / "a/b/c.txt", "done\n")
    assert (tmp_path / "a/b/c.txt").read_bytes() == b"done\n"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    write_text(tmp_path / "c.txt", "old")

    def fails(path):
        path.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_whole(tmp_path / "c.txt", fails)
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"c.txt": "old"}


def test_a_write_that_fails_before_it_began_leaves_nothing(tmp_path):
    def fails(path):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_whole(tmp_path / "new/c.txt", fails)
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.parametrize(
    ("number", "what"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "your share of the disk is used up"),
        (errno.EROFS, "the folder can only be read"),
        (errno.EFBIG, "the file would be larger than this computer allows"),
        (errno.EACCES, "c.txt is open in another program, or protected"),
        (errno.EPERM, "c.txt is open in another program, or protected"),
    ],
)
def test_what_the_disk_refuses_is_told_in_words_and_the_old_file_stays(tmp_path, number, what):
    folder = tmp_path / "AT"
    write_text(folder / "c.txt", "old")

    def refused(path):
        path.write_text("half")
        raise OSError(number, "as the system says it", str(path))

    with pytest.raises(ProblemsFound) as found:
        write_whole(folder / "c.txt", refused)
    (problem,) = found.value.problems
    assert what in problem.what and problem.where == "AT/c.txt" and "run again" in problem.remedy
    with pytest.raises(ProblemsFound), written_together(folder, "c.txt") as beside:
        refused(beside / "c.txt")
    assert {p.name: p.read_text() for p in folder.iterdir()} == {"c.txt": "old"}
    assert str(tmp_path) not in str(found.value)


def test_a_file_that_cannot_be_deleted_is_told_in_words(tmp_path, monkeypatch):
    def locked(self, missing_ok=False):
        raise PermissionError(errno.EACCES, "as the system says it")

    monkeypatch.setattr(type(tmp_path), "unlink", locked)
    with pytest.raises(ProblemsFound, match="is open in another program"):
        remove(tmp_path / "c.txt")


def test_the_old_file_is_there_while_the_new_one_is_written(tmp_path):
    write_text(tmp_path / "c.txt", "old")

    def write(path):
        path.write_text("new")
        assert (tmp_path / "c.txt").read_text() == "old"

    write_whole(tmp_path / "c.txt", write)
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"c.txt": "new"}


def test_a_csv_comes_back_as_text_with_nothing_taken_for_missing(tmp_path):
    write_csv(tmp_path / "x.csv", FRAME)
    assert read_csv(tmp_path / "x.csv").to_dict("list") == {"text": FRAME["text"].tolist(), "number": ["1", "2", "3", "4"]}


def test_a_csv_opens_in_excel_with_all_its_letters_and_has_the_same_line_ends_everywhere(tmp_path):
    write_csv(tmp_path / "x.csv", FRAME)
    content = (tmp_path / "x.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbftext,number\n")
    assert b"\r" not in content


def test_json_keeps_letters_and_order(tmp_path):
    write_json(tmp_path / "x.json", {"z": "Größe", "a": [1]})
    assert (tmp_path / "x.json").read_text(encoding="utf-8") == '{\n "z": "Größe",\n "a": [\n  1\n ]\n}\n'


def test_parquet_keeps_types_and_missing_answers(tmp_path):
    frame = pd.DataFrame(
        {
            "choice": pd.Categorical(["a", None], categories=["b", "a"]),
            "ticked": pd.array([True, None], dtype="boolean"),
            "number": [1.5, None],
            "text": pd.Series(["x", None], dtype="str"),
        }
    )
    write_parquet(tmp_path / "x.parquet", frame)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "x.parquet"), frame)


ONE = {
    "choice": pd.Categorical(["a", None], categories=["b", "a"]),
    "ticked": pd.array([True, None], dtype="boolean"),
    "number": [1.5, None],
    "text": pd.Series(["x", None], dtype="str"),
}
OTHER = ONE | {"choice": pd.Categorical(["b", "a"], categories=["b", "a"]), "number": [None, 2.0]}


@pytest.mark.parametrize(
    "others",
    [
        [],
        [OTHER],
        [OTHER | {"choice": pd.Categorical(["c", "a"], categories=["a", "c"])}],
        [OTHER | {"choice": pd.Series(["a", "z"], dtype="str")}],
        [{"first": pd.Categorical(["n", None])} | OTHER, OTHER],
        [{name: values for name, values in OTHER.items() if name != "ticked"}],
        [{name: values[:0] for name, values in OTHER.items()}],
        [OTHER | {"number": [1, 2]}],
    ],
    ids=["alone", "alike", "other categories", "no categories", "a column more", "a column less", "without rows", "other numbers"],
)
def test_tables_stand_below_each_other_as_pandas_puts_them(tmp_path, others):
    paths = []
    for number, columns in enumerate([ONE, *others]):
        paths.append(tmp_path / f"{number}.parquet")
        write_parquet(paths[-1], pd.DataFrame(columns))
    expected = pd.concat([pd.read_parquet(path) for path in paths], ignore_index=True)
    pd.testing.assert_frame_equal(stack_tables([read_table(path) for path in paths]), expected)


@pytest.mark.parametrize(("write", "name"), [(write_csv, "x.csv"), (write_parquet, "x.parquet")])
def test_the_same_table_gives_the_same_bytes(tmp_path, write, name):
    write(tmp_path / "1" / name, FRAME)
    write(tmp_path / "2" / name, FRAME.copy())
    assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_files_that_belong_together_take_their_places_with_the_record_last_and_those_that_are_not_made_any_more_go(tmp_path, monkeypatch):
    for name in ("tables/a.csv", "tables/old.csv", "record.json", "README.md"):
        write_text(tmp_path / name, "old")
    placed, replace = [], Path.replace
    with written_together(tmp_path, "record.json", ("tables/*.csv",)) as beside:
        for name in ("record.json", "tables/a.csv", "countries/AT.html"):
            write_text(beside / name, "new")
        assert (tmp_path / "tables/a.csv").read_text() == "old"
        monkeypatch.setattr(Path, "replace", lambda self, to: (placed.append(to.name) if PART in str(self) else None, replace(self, to)))
    monkeypatch.undo()
    assert placed == ["AT.html", "a.csv", "record.json"]
    found = {path.relative_to(tmp_path).as_posix(): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"README.md": "old", "countries/AT.html": "new", "record.json": "new", "tables/a.csv": "new"}


def test_nothing_takes_its_place_while_another_program_holds_one_of_the_old_files(tmp_path, monkeypatch):
    for name in ("a.csv", "record.json"):
        write_text(tmp_path / name, "old")
    replace = Path.replace

    def as_on_windows(self, to):
        if to == tmp_path / "a.csv":
            raise PermissionError(errno.EACCES, "as the system says it", str(to))
        return replace(self, to)

    with pytest.raises(ProblemsFound, match=r"a\.csv is open in another program"), written_together(tmp_path, "record.json") as beside:
        for name in ("a.csv", "record.json"):
            write_text(beside / name, "new")
        monkeypatch.setattr(Path, "replace", as_on_windows)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.csv": "old", "record.json": "old"}
