"""Ranges, open classes and dates as people write them: never one number or one day more than what stands there."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bwise.matching.dates import date_order, parse_date
from bwise.matching.numbers import from_range, parse_range


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("10-15", (10, 15)),
        ("10 – 15", (10, 15)),
        ("7 to 8", (7, 8)),
        ("50-60%", (50, 60)),
        ("1 bis 5", (1, 5)),
        ("2,5 - 3,5", (2.5, 3.5)),
        ("5+", (5, None)),
        ("80% +", (80, None)),
        ("> 60", (60, None)),
        (">=60", (60, None)),
        (">50%", (50, None)),
        ("< 18", (None, 18)),
        ("≤ 18 %", (None, 18)),
        ("15-10", None),
        ("10", None),
        ("6hrs", None),
        ("It varies massively.", None),
        ("10-15-20", None),
        ("", None),
    ],
)
def test_ranges_and_open_classes_have_the_bounds_that_are_written(text, bounds):
    assert parse_range(text) == bounds


@pytest.mark.parametrize(
    ("bounds", "rule", "number"),
    [((10, 15), "midpoint", 12.5), ((10, 15), "lower", 10), ((10, 15), "upper", 15), ((5, None), "lower", 5), ((None, 18), "upper", 18)],
)
def test_a_rule_takes_one_number_from_a_range(bounds, rule, number):
    assert from_range(bounds, rule) == number


@pytest.mark.parametrize(("bounds", "rule"), [((5, None), "midpoint"), ((5, None), "upper"), ((None, 18), "lower")])
def test_a_class_without_the_bound_that_the_rule_wants_has_no_number(bounds, rule):
    assert from_range(bounds, rule) is None


@given(st.text(max_size=12))
def test_any_text_is_a_range_or_not_but_never_an_error(text):
    parse_range(text)
    parse_date(text, "day first")


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2018-09-03 12:28:46", "", date(2018, 9, 3)),
        ("2018-10-03 13:58:39.579949+00:00", "", date(2018, 10, 3)),
        ("2021-07-05T10:58:34.147+03:00", "", date(2021, 7, 5)),
        ("2022/07/28 09:43:43", "", date(2022, 7, 28)),
        ("2022. 04. 05. 9:24", "", date(2022, 4, 5)),
        ("8/20/2014 15:33:45", "month first", date(2014, 8, 20)),
        ("16/10/2024 16:56", "day first", date(2024, 10, 16)),
        ("5/10/18 4:01", "month first", date(2018, 5, 10)),
        ("5/10/18 4:01", "day first", date(2018, 10, 5)),
        ("5/10/18 4:01", "", None),
        ("5/5/2018", "", date(2018, 5, 5)),
        ("4.4.2022.", "", date(2022, 4, 4)),
        ("24.12.1998", "day first", date(1998, 12, 24)),
        ("45582.049", "", date(2024, 10, 17)),  # EUSurvey's export date, as Excel stores it
        ("44655", "", date(2022, 4, 4)),
        ("31/02/2022", "day first", None),
        ("20/13/2022", "month first", None),
        ("1990", "", None),
        ("soon", "day first", None),
        ("", "day first", None),
    ],
)
def test_a_date_is_the_day_that_is_written_or_none(text, order, day):
    assert parse_date(text, order) == day


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["5/10/2022", "16/10/2022"], "day first"),
        (["5/10/2022", "10/16/2022"], "month first"),
        (["5/10/2022", "7/8/2022"], ""),
        (["16/10/2022", "10/16/2022"], ""),
        (["5.10.2022"], "day first"),
        (["2022-10-16", ""], ""),
        ([], ""),
    ],
)
def test_the_column_tells_whether_days_or_months_come_first(texts, order):
    assert date_order(texts) == order
