"""What a country notebook shows of the first look: when records came in, how much was answered, in which band the answers lie."""

from types import SimpleNamespace

import pandas as pd
import pytest

from bwise.summaries import Summary, Verdict, _submitted


def delivery(*texts, dates=""):
    cells = pd.Series(texts) if texts else None
    return SimpleNamespace(raw=SimpleNamespace(about=lambda what: cells), delivery=SimpleNamespace(dates=dates))


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (["2022-04-04 10:00", "2022-04-05", "2022-04-19", ""], "2022-04-04 █·▅ 2022-04-19"),
        (["04.04.2022"], "2022-04-04 █ 2022-04-04"),
        (["2022-01-05", "2022-12-30"], "2022-01-05 █··········█ 2022-12-30"),
        (["tomorrow", ""], "not told"),
        ([], "not told"),
    ],
    ids=["by week", "one day", "by month, over many weeks", "no date", "no such column"],
)
def test_the_days_of_submission_are_drawn_in_a_line(texts, shown):
    assert _submitted(delivery(*texts)).replace("\u2011", "-").replace("\u00a0", " ") == shown


def test_days_and_months_that_may_be_either_are_read_as_params_say():
    assert "2022\u201104\u201105" in _submitted(delivery("5/4/2022", dates="day first"))
    assert _submitted(delivery("5/4/2022")) == "not told"


def test_the_first_of_two_names_is_said_once_for_its_rows_and_bars_are_drawn_where_there_are_any():
    frame = pd.DataFrame({"q": ["Which?", "Which?", "<b>"], "a": ["x", "y", "z"], "n": [3, 1, 2]}).set_index(["q", "a"])
    html = Summary(frame, bars=((0, 75), (0, 25), None), bars_show="share").table
    assert html.count("Which?") == 1 and 'rowspan="2"' in html
    assert "&lt;b&gt;" in html and "<b>" not in html
    assert html.count("width: ") - html.count("min-width: ") == 2 and "width: 75%" in html


def test_no_bar_tells_a_count_that_is_hidden(demonstration_country):
    table = demonstration_country
    assert None in table.bars and any(table.bars)
    for (_, row), bar in zip(table.frame.iterrows(), table.bars, strict=True):
        hidden = any(isinstance(cell, str) for cell in row)
        assert bar is None if hidden else bar == (0, pytest.approx(100 * row["answered"] / _asked(row)))


def _asked(row):
    return sum(count for reason, count in row.items() if reason not in ("not asked", "not shown"))


@pytest.fixture
def demonstration_country(demonstration):
    from bwise.checks import flag
    from bwise.cleaning import apply_skip_logic, exclude, gather
    from bwise.matching import read_parts
    from bwise.settings import load_country
    from bwise.summaries import missing

    part = read_parts(demonstration, load_country(demonstration, "AT"))[0]
    return missing(flag(exclude(apply_skip_logic(gather(*part)))), 5)


@pytest.mark.parametrize(
    ("matched", "told"),
    [
        (3, "Nothing needs you: every column belongs to a question, and every answer could be read."),
        (2, "in params/AT.yaml (`bwise check AT` says how), or in the workbook that `bwise resolve AT` writes."),
    ],
    ids=["settled", "open"],
)
def test_the_verdict_names_the_two_ways_to_settle_what_is_open(matched, told, monkeypatch):
    shown = []
    monkeypatch.setattr("bwise.summaries.display", lambda *_, **__: SimpleNamespace(update=shown.append))
    delivery = {"columns": 3, "columns_matched": matched, "unreadable_answers": 0}
    rows = {"received": 4, "excluded": {"test": 1}, "kept": 3}
    verdict = Verdict(SimpleNamespace(country="AT", deliveries=[]))
    verdict.tell([{"country": "AT", "part": "", "rows": rows, "deliveries": [delivery]}])
    assert told in str(shown[0]) and "4 received, 1 excluded, 3 kept" in str(shown[0])
