"""Truth: Eurostat's country codes, and names of countries as dictionaries have them."""

import pytest

from bwise.countries import coded_country, country_code, named_country
from bwise.problems import ProblemsFound


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Germany", "DE"),
        ("Deutschland", "DE"),
        ("Grèce", "EL"),
        ("Ελλάδα", "EL"),
        ("Хърватия", "HR"),
        ("Spānija", "ES"),
        ("Włochy", "IT"),
        ("Österreich ", "AT"),
        ("United Kingdom of Great Britain and Northern Ireland", "UK"),
        ("Nizozemska", "NL"),
        ("Somewhere", ""),
    ],
)
def test_a_country_is_known_by_its_name_in_every_language_of_the_project(name, code):
    assert named_country(name) == code


@pytest.mark.parametrize(("text", "code"), [("GR", "EL"), ("GB", "UK"), ("AT", "AT"), ("AUT", "AT"), ("ZAF", "ZA"), ("no", ""), ("QQ", "")])
def test_capitals_are_codes_of_eurostat_or_iso(text, code):
    assert coded_country(text) == code


@pytest.mark.parametrize(("given", "code"), [("at", "AT"), ("el", "EL"), ("GR", "EL"), ("gb", "UK"), ("UK", "UK"), ("IR", "IR")])
def test_a_code_may_be_given_in_small_letters_or_as_iso_writes_it(given, code):
    assert country_code(given) == code


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("Finland", "`FI`"),
        ("Osterreich", "`AT`"),
        ("FRA", "`FR`"),
        ("ZAF", "`ZA`"),
        ("BEW", "`BE`"),
        ("X", "use one of: AT, BE"),
        ("", "AT, BE"),
    ],
)
def test_what_is_no_code_is_refused_with_the_code_that_may_be_meant(given, told):
    with pytest.raises(ProblemsFound) as found:
        country_code(given, ["AT", "BE"])
    assert f"`{given}` is no code of a country" in str(found.value)
    assert told in str(found.value) and "A region has no code of its own" in str(found.value)
