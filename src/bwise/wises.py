"""Which enterprise a record is about: one WISE stays one, whichever partners of a country surveyed it.

A partner's codes are its own numbering: the `17` of two partners are two enterprises. One and the same are codes that params join
(`wises:`), and equal codes that no two numberings share by chance: a registration number, or a code that begins with a partner's name.
"""

from __future__ import annotations

import re

import pandas as pd

from bwise.cleaning import Country
from bwise.problems import Problem, did_you_mean
from bwise.settings import CountrySettings
from bwise.text import answer_key

NAMED = 3  # letters and digits from which the name of a partner tells its numbering from others
REGISTERED = 8, 6  # letters and digits, and digits among them, from which a code is a registration number
SEPARATORS = re.compile(r"[\s_.-]+")


def wise_key(code: str) -> str:
    """A code without what spelling adds: case, spaces, hyphens."""
    return SEPARATORS.sub("", answer_key(code))


def wises(country: Country) -> pd.DataFrame:
    """The enterprise each record names.

    Returns:
        One row per record: `partner` and `code` of the enterprise in the numbering that stands for it, both empty where none is named.
    """
    typed = _typed(country)
    own = pd.DataFrame({"partner": country.rows["partner"].where(typed.ne(""), ""), "code": typed})
    distinct = own.drop_duplicates()
    places = list(distinct.itertuples(index=False, name=None))
    first = _first_of_equal(places, country.settings)
    first |= _first_of_joined(country.settings)
    known = {place: _followed(place, first) for place in places}
    found = [known[place] for place in own.itertuples(index=False, name=None)]
    return pd.DataFrame(found, columns=["partner", "code"], index=own.index)


def _typed(country: Country) -> pd.Series:
    """The code each record names, in its key; empty where there is none."""
    question = country.questionnaire.one("wise")
    if question is None:
        return pd.Series("", index=country.rows.index)
    codes = country.values[question.name].fillna("")
    return codes.map({code: wise_key(code) for code in codes.unique()})


def _followed(place: tuple[str, str], first: dict[tuple[str, str], tuple[str, str]]) -> tuple[str, str]:
    """The numbering that stands for an enterprise: params may join what equal codes joined already."""
    while first.get(place, place) != place:
        place = first[place]
    return place


def _first_of_equal(places: list[tuple[str, str]], settings: CountrySettings) -> dict[tuple[str, str], tuple[str, str]]:
    """(Partner, code) -> the first partner with the code, for codes that are the same enterprise wherever they stand."""
    partners = list(dict.fromkeys(d.partner for d in settings.deliveries))
    names = tuple(name for partner in partners if len(name := wise_key(partner)) >= NAMED)
    first: dict[str, str] = {}
    for partner in partners:
        first |= {code: partner for of, code in places if of == partner and code not in first}
    return {(partner, code): (first[code], code) for partner, code in places if code and _tells_itself(code, names)}


def _tells_itself(code: str, partners: tuple[str, ...]) -> bool:
    """Whether equal codes of two partners are one enterprise by themselves."""
    signs, digits = REGISTERED
    registered = len(code) >= signs and sum(sign.isdigit() for sign in code) >= digits
    return registered or any(code.startswith(name) and code != name for name in partners)


def _first_of_joined(settings: CountrySettings) -> dict[tuple[str, str], tuple[str, str]]:
    """(Partner, code) -> partner and code that stand first in its line of `wises:`."""
    lines = [[(partner, wise_key(code)) for partner, codes in line.items() for code in codes] for line in settings.wises]
    return {place: line[0] for line in lines for place in line}


def shared_codes(country: Country) -> dict[tuple[str, str], int]:
    """Pair of partners -> codes that both use though nothing says that they are one enterprise: they count as two."""
    named = wises(country)[country.kept].drop_duplicates()
    named = named[named["code"].ne("")]
    pairs = named.merge(named, on="code", suffixes=("", "_too")).query("partner < partner_too")
    return {pair: len(codes) for pair, codes in pairs.groupby(["partner", "partner_too"])}


def check_wises(country: Country) -> list[Problem]:
    """Lines of `wises:` that name a partner or a code which nobody of the country's deliveries has."""
    where, why = f"params/{country.settings.country}.yaml", "the line would do nothing, and what is one would count as two"
    codes = _typed(country).groupby(country.rows["partner"]).agg(set)
    partners = [delivery.partner for delivery in country.settings.deliveries]
    problems = []
    for line in country.settings.wises:
        for partner, named in line.items():
            if partner not in partners:
                problems.append(Problem(f"`wises:` names the partner `{partner}`", where, why, did_you_mean(partner, partners)))
            problems += [
                Problem(f"`wises: {partner}: {code}` matches no code", where, why, 'write the code as it was typed, in quotes: "017"')
                for code in named
                if partner in codes.index and wise_key(code) not in codes[partner]  # a delivery may be out of reach for now
            ]
    return problems
