"""Dates as people and tools write them, in the order that the whole column shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from bwise.text import tidy

PARTS = re.compile(r"^(\d{1,4})(?P<sign>[-./])\s?(\d{1,2})(?P=sign)\s?(\d{1,4})\.?(?=$|[ T,])")
SERIAL = re.compile(r"^[1-9]\d{4}(\.\d+)?$")  # days since 1899-12-30, as Excel stores dates: 1927 to 2173
EXCEL_EPOCH = date(1899, 12, 30)
ORDERS = ("day first", "month first")
PIVOT = 50  # a year of two digits: 00-49 is 2000-2049, 50-99 is 1950-1999


def date_order(texts: Iterable[str]) -> str:
    """Whether a column writes days or months first; "" when its dates leave it open or contradict each other.

    A number above 12 can only be a day. Dates with dots are written with the day first wherever they are written.
    """
    found = set()
    for text in texts:
        if (parts := PARTS.match(tidy(text))) and len(parts[1]) < 3:
            first, second = int(parts[1]), int(parts[3])
            if parts["sign"] == "." or first > 12 >= second:
                found.add("day first")
            elif second > 12 >= first:
                found.add("month first")
    return found.pop() if len(found) == 1 else ""


def parse_date(text: str, order: str = "") -> date | None:
    """The day of a date, or None when it is not one day beyond doubt. A time and a zone are left aside: the day is as written.

    Args:
        order: `day first` or `month first`, for dates such as 5/10/2022; where day and month are equal it does not matter.
    """
    text = tidy(text)
    if SERIAL.match(text):
        return EXCEL_EPOCH + timedelta(days=int(float(text)))
    parts = PARTS.match(text)
    if not parts:
        return None
    one, two, three = parts[1], parts[3], parts[4]
    if len(one) == 4:
        year, month, day = int(one), int(two), int(three)
    elif len(one) < 3 and len(three) in (2, 4) and (order or one == two):
        day, month = (int(one), int(two)) if order == "day first" else (int(two), int(one))
        year = int(three) if len(three) == 4 else int(three) + (2000 if int(three) < PIVOT else 1900)
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
