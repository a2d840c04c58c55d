"""Open answers: each text once with its count, its reason and the line that settles it."""

from __future__ import annotations

import pandas as pd

from bwise.matching.rules import Rule
from bwise.open_texts import FILE, as_params, by_text, to_do, told, write_list
from bwise.settings import CountrySettings, Project
from bwise.storage import read_csv


def waiting(*lines):
    """Open answers: question, raw text, its open parts, rule, proposal, count."""
    columns = ["question", "raw", "open", "rule", "proposal", "count"]
    return pd.DataFrame(lines, columns=columns).assign(delivery="AT-1", column=1)


SCALE = f"{Rule.OTHER_SCALE}, codes 0–4 where the list has 1–5"
LINES = waiting(
    ("q1", "0", "", SCALE, "scales: zero", 3),
    ("q1", "4", "", SCALE, "scales: zero", 2),
    ("share", "0.45", "", str(Rule.SHARES), "units: share", 1),
    ("sessions", "Git; Nonsense", "Nonsense", str(Rule.UNKNOWN_PART), "", 4),
    ("sessions", "Nonsense; Documentaton", "Nonsense;Documentaton", str(Rule.UNKNOWN_PART), ";docs (95)", 2),
    ("model", "ask anna@example.org", "", str(Rule.NO_SUCH_ANSWER), "", 1),
)


def test_a_part_is_named_once_with_the_answers_it_stands_in():
    texts = by_text(LINES).set_index(["question", "text"])["count"]
    assert texts["sessions", "Nonsense"] == 6 and texts["sessions", "Documentaton"] == 2
    assert len(texts) == 6


def test_numbers_that_wait_for_one_reason_are_one_line():
    lines = told(LINES, "AT")
    assert lines[0] == f"q1: {SCALE} (5 answers)  →  scales: zero"
    assert lines[2:4] == ["sessions: Documentaton (2×)  →  docs (95)", "sessions: Nonsense (6×)  →  like no answer"]
    assert len(lines) == 5 and "anna@example.org" not in "".join(lines)


def test_each_kind_of_open_text_has_a_next_step_and_a_line_of_params():
    assert [step.partition(",")[0] for step in to_do(LINES)] == ["under `scales:`", "under `units:`", "under `answers:`"]
    assert to_do(LINES.iloc[:0]) == []
    lines = as_params(LINES, "AT")
    assert lines["scales"] == {"q1": "zero"} and lines["units"] == {"share": "share"}
    assert lines["answers"] == {"sessions": {"Documentaton": ("docs", "docs (95)")}}


def test_the_list_holds_every_text_masked_and_goes_when_nothing_is_open(tmp_path):
    settings = CountrySettings(country="AT", questionnaire="q", deliveries=[{"partner": "AT-1", "file": "a.csv"}])
    path = write_list(Project(tmp_path), settings, [LINES, LINES.iloc[:0], pd.DataFrame()])
    found = read_csv(path)
    assert path == tmp_path / "processed" / "AT" / FILE
    assert found["answers"].astype(int).sum() == 3 + 2 + 1 + 6 + 2 + 1
    assert not found["text"].str.contains("example.org").any()
    write_list(Project(tmp_path), settings, [LINES.iloc[:0]])
    assert not path.exists()
