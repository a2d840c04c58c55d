"""Recognising, reading and matching a large export, beside pandas with the label mapping written by hand: `make benchmark`.

Both run in turn in the same process, several times; what counts is the ratio of the medians, not the seconds.
"""

from __future__ import annotations

import statistics
import tempfile
import time
import tracemalloc
from pathlib import Path

import pandas as pd

from bwise.demo import PARTNERS, simulate
from bwise.demo.layouts import export
from bwise.matching import read_delivery
from bwise.questionnaire import Questionnaire, load_questionnaire
from bwise.settings import Delivery

ROWS, COLUMNS, TURNS = 100_000, 100, 3
QUESTIONNAIRE = Path(__file__).parents[2] / "params" / "questionnaires" / "skills_survey"


def large_export(questionnaire: Questionnaire, folder: Path, rows: int = ROWS) -> Path:
    """The demonstration export of NL (LimeSurvey, code and text, full answers), its first columns, many times over."""
    partner = next(p for p in PARTNERS if p.name == "NL-1")
    content = export("limesurvey_code_and_text", [p for p in simulate(questionnaire) if p.partner == partner], questionnaire)
    small = folder / "small.csv"
    small.write_bytes(content)
    frame = pd.read_csv(small, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig").iloc[:, :COLUMNS]
    times = -(-rows // len(frame))
    large = pd.concat([frame] * times, ignore_index=True).iloc[:rows]
    large.iloc[:, 0] = [str(i) for i in range(rows)]
    path = folder / "large.csv"
    large.to_csv(path, sep=";", index=False, encoding="utf-8-sig")
    return path


def by_hand(path: Path, questionnaire: Questionnaire) -> pd.DataFrame:
    """What an analyst writes: everything known beforehand, one dictionary of labels per column."""
    frame = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    labels = {c.labels["nl"]: c.name for answers in questionnaire.lists.values() for c in answers.values()}
    labels |= {"Ja": "1", "Nee": "0", "N/A": None, "": None}
    return frame.apply(lambda column: column.map(labels))


def main() -> None:
    questionnaire = load_questionnaire(QUESTIONNAIRE)
    with tempfile.TemporaryDirectory() as folder:
        path = large_export(questionnaire, Path(folder))
        seconds: dict[str, list[float]] = {"bwise": [], "by hand": []}
        for _ in range(TURNS):
            for name, run in (
                ("bwise", lambda: read_delivery(path, path.name, "NL-1", Delivery(partner="NL-1", file=path.name), questionnaire)),
                ("by hand", lambda: by_hand(path, questionnaire)),
            ):
                started = time.perf_counter()
                run()
                seconds[name].append(time.perf_counter() - started)
        tracemalloc.start()
        read = read_delivery(path, path.name, "NL-1", Delivery(partner="NL-1", file=path.name), questionnaire)
        peak = tracemalloc.get_traced_memory()[1] / 2**30
        tracemalloc.stop()
    ours, theirs = (statistics.median(seconds[name]) for name in ("bwise", "by hand"))
    print(f"{ROWS} rows x {COLUMNS} columns; {read.recognised.describe()}")
    print(f"by hand {theirs:.1f} s, bwise {ours:.1f} s: ratio {ours / theirs:.2f}; peak of traced memory {peak:.2f} GiB")


if __name__ == "__main__":
    main()
