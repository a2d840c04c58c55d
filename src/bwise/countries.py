"""Countries: Eurostat's codes, and names in the languages of the project as Unicode's CLDR has them (through Babel).

Eurostat and ISO 3166-1 differ in two codes: EL for Greece (ISO: GR) and UK for the United Kingdom (ISO: GB).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from bwise.problems import Problem, did_you_mean, nearest, stop
from bwise.text import heading_key

EUROSTAT = {"GR": "EL", "GB": "UK"}  # ISO 3166-1 -> Eurostat, where they differ
ISO = {ours: theirs for theirs, ours in EUROSTAT.items()}
LANGUAGES = ("en", "de", "nl", "fr", "bg", "hr", "el", "it", "lv", "pl", "ro", "sl", "es")
NO_COUNTRIES = {"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB"}  # of CLDR: unions, and regions for tests
# ISO 3166-1 alpha-3, of the European Union, its neighbours and candidates, and the countries of the survey the tests use.
THREE_LETTERS = dict(
    pair.split("=")
    for pair in """
AUT=AT BEL=BE BGR=BG HRV=HR CYP=CY CZE=CZ DNK=DK EST=EE FIN=FI FRA=FR DEU=DE GRC=EL HUN=HU IRL=IE ITA=IT LVA=LV LTU=LT LUX=LU MLT=MT
NLD=NL POL=PL PRT=PT ROU=RO SVK=SK SVN=SI ESP=ES SWE=SE ISL=IS LIE=LI NOR=NO CHE=CH GBR=UK ALB=AL BIH=BA GEO=GE MDA=MD MKD=MK MNE=ME
SRB=RS TUR=TR UKR=UA XKX=XK USA=US CAN=CA ZAF=ZA NZL=NZ AUS=AU
""".strip().split()
)
# How questionnaires call them beside the names of CLDR: the long names of the United Nations, and parts that people answer with.
ALSO_CALLED = {
    "United Kingdom of Great Britain and Northern Ireland": "UK",
    "Great Britain": "UK",
    "England": "UK",
    "Scotland": "UK",
    "Wales": "UK",
    "Northern Ireland": "UK",
    "United States of America": "US",
    "USA": "US",
    "Czech Republic": "CZ",
    "Slovak Republic": "SK",
    "Republic of Moldova": "MD",
    "Russian Federation": "RU",
    "The Netherlands": "NL",
    "Holland": "NL",
    "Hellas": "EL",
    "Republic of Korea": "KR",
    "Iran (Islamic Republic of)": "IR",
    "Viet Nam": "VN",
}


@lru_cache(maxsize=1)
def names() -> dict[str, str]:
    """Name of a country as compared (`heading_key`) -> Eurostat's code."""
    from babel import Locale  # slow to import, and rarely needed

    found = {heading_key(name): code for name, code in ALSO_CALLED.items()}
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if re.fullmatch("[A-Z]{2}", code) and code not in NO_COUNTRIES:
                found.setdefault(heading_key(name), EUROSTAT.get(code, code))
    return found


@lru_cache(maxsize=1)
def codes() -> frozenset[str]:
    """All codes of two letters, as Eurostat writes them."""
    return frozenset(names().values())


def named_country(text: str) -> str:
    """Eurostat's code of the country that a text names in one of the languages, or "" when it names none."""
    return names().get(heading_key(text), "")


def coded_country(text: str) -> str:
    """Eurostat's code of the country for which a text of two or three capitals stands, or ""."""
    code = EUROSTAT.get(text, text)
    return code if code in codes() else THREE_LETTERS.get(text, "")


def official_languages(code: str) -> tuple[str, ...]:
    """Codes of the languages that are official in the whole of a country, by Eurostat's code, as CLDR has them."""
    from babel.languages import get_official_languages

    return tuple(get_official_languages(ISO.get(code, code)))


def name_in(code: str, language: str) -> str:
    """The name of a country in a language; its code where CLDR has none."""
    from babel import Locale

    return Locale(language).territories.get(ISO.get(code, code), code)


def language_name(language: str) -> str:
    """The name of a language in that language."""
    from babel import Locale

    return Locale(language).get_language_name() or language


def country_code(given: object, known: Iterable[str] = ()) -> str:
    """Eurostat's code for what somebody gave as the code of a country, in capitals or not.

    Args:
        known: codes to choose from, told where nothing better is known.

    Raises:
        ProblemsFound: no code of two letters; with the code that a name or a code of three letters stands for.
    """
    text = str(given).strip()
    code = EUROSTAT.get(text.upper(), text.upper())
    if code in codes():
        return code
    meant = named_country(text) or THREE_LETTERS.get(text.upper(), "")
    if not meant and len(text) > len("GRC"):
        meant = names().get(nearest(heading_key(text), names(), at_least=85), "")
    choice = f"did you mean `{meant}`?" if meant else did_you_mean(text, known) if known else "write the code of the country"
    stop(
        "There is no such country.",
        Problem(
            f"`{text}` is no code of a country",
            why="files and tables are named by Eurostat's code of two letters, such as AT, EL (not GR), UK",
            remedy=f"{choice} A region has no code of its own: it is a partner under `deliveries:` of its country (see params/README.md)",
        ),
    )
    return ""
