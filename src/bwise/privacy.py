"""Personal data stops here: pseudonyms for respondents and WISEs, masks in open answers (`bwise.masking`).

What tools add about a person never gets this far (`bwise.exports.table`). A pseudonym is an HMAC-SHA256 under a key that is
made on the first run, stays in the project folder and is never committed: without the key it cannot be recomputed.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

import pandas as pd

from bwise.cleaning import Country, record_change
from bwise.masking import mask
from bwise.problems import Problem, stop
from bwise.settings import KEY_FILE
from bwise.wises import check_wises, wises

MOST_ROWS = 1 << 20  # of a sheet of Excel; rows of an export are looked for up to here


def project_key(root: Path) -> bytes:
    """The project's secret key, made on the first call (readable by its owner only)."""
    path = root / KEY_FILE
    if not path.exists():
        beside = path.with_name(f"{KEY_FILE}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(secrets.token_hex(32).encode())
        try:
            os.link(beside, path)  # whole or absent, and the first of several processes wins
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    key = path.read_bytes()
    if len(key) < 32:
        stop(
            "The key of the pseudonyms cannot be used.",
            Problem(f"{KEY_FILE} is too short", why="pseudonyms could be guessed", remedy="delete it; a new one is made"),
        )
    return key


def pseudonym(key: bytes, *parts: str) -> str:
    """Sixteen hexadecimal digits that stand for these parts, the same on every run with the same key."""
    return hmac.new(key, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()[:16]


def row_ids(rows: pd.DataFrame, country: str, part: str, key: bytes) -> list[str]:
    """What stands in files for a row of an export: a pseudonym of delivery and `source_row`, which only the key resolves."""
    places = zip(rows["delivery"], rows["source_row"], strict=True)
    return [pseudonym(key, "row", part, country, delivery, str(number)) for delivery, number in places]


def row_numbers(found: pd.DataFrame, country: str, part: str, key: bytes) -> pd.Series:
    """The rows in the exports that `delivery` and `row` of a file stand for, found by counting; missing where there is none."""
    numbers = pd.Series(pd.NA, index=found.index, dtype="Int64")
    for delivery, ids in found["row"].groupby(found["delivery"].astype("str"), sort=False):
        wanted, known, number = set(ids), {}, 0
        while wanted and number < MOST_ROWS:
            number += 1
            if (row := pseudonym(key, "row", part, country, delivery, str(number))) in wanted:
                known[row] = number
                wanted.remove(row)
        numbers[ids.index] = ids.map(known).astype("Int64")
    return numbers


def protect(country: Country, key: bytes) -> Country:
    """The country with pseudonyms in place of identifiers and open answers masked.

    Afterwards `rows` has `respondent`, `wise` (empty where no WISE was named) and `row` (`row_ids`), and no longer the tool's identifier.
    """
    country, code = country.copied(), country.settings.country
    rows = country.rows
    identity = rows["respondent_id"].fillna("").where(lambda s: s.ne(""), "row " + rows["source_row"].astype(str))
    repeated = rows.assign(identity=identity).groupby(["delivery", "identity"]).cumcount().astype(str)
    who = country.settings.part or "respondent"  # row 2 of a focus group's return is not row 2 of the survey
    rows["respondent"] = [pseudonym(key, who, code, d, i, n) for d, i, n in zip(rows["delivery"], identity, repeated, strict=True)]
    stop("Enterprises cannot be joined as params say. Nothing was saved.", *check_wises(country))
    rows["wise"] = _wise(country, key)
    rows["row"] = row_ids(rows, code, country.settings.part, key)
    country.rows = rows.drop(columns=["respondent_id"])
    for question in country.questionnaire.questions.values():
        if question.kind == "text":
            _mask_column(country, question.name)
    return country


def _wise(country: Country, key: bytes) -> list[str]:
    """Pseudonym of the WISE that each record names (`bwise.wises`); the codes typed go."""
    question = country.questionnaire.one("wise")
    if question is None:
        return [""] * len(country.rows)
    named = wises(country)
    told = country.values[question.name].notna()
    country.values[question.name] = pd.Series(pd.NA, index=named.index, dtype="str")
    country.reasons[question.name] = country.reasons[question.name].where(~told, "withheld")
    code = country.settings.country
    stands_for = {place: pseudonym(key, "wise", code, *place) for place in named.drop_duplicates().itertuples(index=False, name=None)}
    return [stands_for[place] if place[1] else "" for place in named.itertuples(index=False, name=None)]


def _mask_column(country: Country, question: str) -> None:
    column = country.values[question]
    distinct = column.dropna().unique()
    masked = {text: mask(text, country.settings.country) for text in distinct}
    changed = column.map(lambda t: isinstance(t, str) and masked[t] != t)
    new = column.map(lambda t: masked.get(t, t))
    country.values[question] = new.astype("str")
    # The old text is not written down: it is what must not be.
    why = "address, number or date that leads to a person"
    record_change(country, column.index[changed], question, "(withheld)", new[changed].to_numpy(), "mask", why)
