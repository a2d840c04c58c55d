"""What benchmarks write into a README."""

import pytest

from tests.benchmarks import ratios
from tests.benchmarks.ratios import BEGIN, END, Ratio

FOUND = [Ratio("ours / theirs, CPU time", 1.234, 2), Ratio("ours / theirs, wall time", 3, 2), Ratio("peak memory", 1.5, 4, " GiB")]


@pytest.fixture
def readmes(tmp_path, monkeypatch):
    for name in ("LONG", "SHORT"):
        path = tmp_path / name
        path.write_text(f"before\n{BEGIN}\nof last time\n{END}\nafter\n", encoding="utf-8")
        monkeypatch.setattr(ratios, name, path)
    return tmp_path


def test_a_table_of_ratios_takes_the_place_of_the_last_one(readmes):
    ratios.write(FOUND)
    assert (readmes / "LONG").read_text(encoding="utf-8").splitlines() == [
        "before",
        BEGIN,
        "| what | measured | bar |",
        "|---|--:|---|",
        "| ours / theirs, CPU time | 1.23 | ≤ 2 |",
        "| ours / theirs, wall time | 3 | ≤ 2 (not held) |",
        "| peak memory | 1.5 GiB | ≤ 4 GiB |",
        END,
        "after",
    ]
    short = (readmes / "SHORT").read_text(encoding="utf-8")
    assert "CPU time" in short and "peak memory" in short and "wall time" not in short and "of last time" not in short


def test_a_readme_without_the_marks_is_left_as_it_is(readmes):
    (readmes / "LONG").write_text("nothing\n", encoding="utf-8")
    with pytest.raises(ValueError, match="LONG has not the two marks"):
        ratios.write(FOUND)
    assert (readmes / "LONG").read_text(encoding="utf-8") == "nothing\n"
