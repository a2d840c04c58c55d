"""Numbers as people write them: decimal signs, thousands, units, ranges."""

from __future__ import annotations

import re

from bwise.text import tidy

UNITS = {("months", "years"): 1 / 12, ("years", "months"): 12.0, ("weeks", "years"): 1 / 52, ("share", "%"): 100.0, ("%", "share"): 0.01}
"""Factors between units a params file may declare; anything else is refused."""
AMOUNTS = frozenset({"persons", "hours", *(unit for pair in UNITS for unit in pair)})
"""Units of which nobody has less than none; of money one may."""
GROUPED = re.compile(r"^[1-9]\d{0,2}(?P<sign>[ '’.,])\d{3}(?:(?P=sign)\d{3})*(?:(?P<decimal>[.,])(?P<part>\d+))?$")
DECIMAL = re.compile(r"^(?P<whole>\d*)(?P<sign>[.,])(?P<part>\d+)$")


def parse_number(text: str, decimal: str | None = None, whole: bool = False) -> float | None:
    """A number as people write it, or None when it is not one number beyond doubt.

    `1.234,5` and `1,234.5` are clear; `1,234` is a thousand where only whole numbers make sense (`whole`) and unclear
    else, unless `decimal` declares the decimal sign. A trailing % is dropped; ranges and words are not numbers.
    """
    bare = tidy(text).removesuffix("%").strip()
    sign = -1.0 if bare.startswith("-") else 1.0
    bare = bare.removeprefix("-" if sign < 0 else "+")
    if bare.isascii() and bare.isdigit():
        return sign * float(bare)
    grouped, simple = GROUPED.match(bare), DECIMAL.match(bare)
    if grouped and grouped["decimal"] == grouped["sign"]:
        grouped = None
    if grouped and simple and bare.count(grouped["sign"]) == 1 and not grouped["decimal"]:  # 1,234: a thousand or a decimal
        if decimal is None and not whole:
            return None
        grouped = None if decimal == grouped["sign"] else grouped
    if grouped:
        return sign * float(
            re.sub(r"\D", "", bare[: grouped.start("decimal")] if grouped["decimal"] else bare) + "." + (grouped["part"] or "0")
        )
    if not simple or decimal not in (None, simple["sign"]):
        return None
    return sign * float(f"{simple['whole'] or 0}.{simple['part']}")


TO = r"(?:-|–|—|to|bis|à|a|do|tot|līdz|până la|έως|до)"  # in English and the languages of the 13 countries
BETWEEN = re.compile(rf"^(?P<low>[\d., ]*\d)\s*%?\s*{TO}\s*(?P<high>\d[\d., ]*)\s*%?$", re.IGNORECASE)
FROM = re.compile(r"^(?:(?P<sign>>=?|≥|\+)\s*(?P<low>\d[\d.,]*)|(?P<plus>\d[\d.,]*)\s*%?\s*\+)\s*%?$")
UP_TO = re.compile(r"^(?:<=?|≤)\s*(?P<high>\d[\d.,]*)\s*%?$")


def parse_range(text: str, decimal: str | None = None, whole: bool = False) -> tuple[float | None, float | None] | None:
    """Bounds of a range (`10-15`, `7 to 8`) or of an open class (`5+`, `> 60`, `< 18`); None when it is neither.

    The bound that an open class does not have is None.
    """
    bare = tidy(text)
    if found := BETWEEN.match(bare):
        low, high = parse_number(found["low"], decimal, whole), parse_number(found["high"], decimal, whole)
        return (low, high) if low is not None and high is not None and low < high else None
    if found := FROM.match(bare):
        low = parse_number(found["low"] or found["plus"], decimal, whole)
        return None if low is None else (low, None)
    if found := UP_TO.match(bare):
        high = parse_number(found["high"], decimal, whole)
        return None if high is None else (None, high)
    return None


def from_range(bounds: tuple[float | None, float | None], rule: str) -> float | None:
    """The number that stands for a range by a declared rule (`lower`, `midpoint`, `upper`); None where the class has no such bound."""
    low, high = bounds
    if rule == "midpoint":
        return None if low is None or high is None else (low + high) / 2
    return low if rule == "lower" else high
