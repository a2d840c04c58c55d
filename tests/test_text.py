from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bwise.text import answer_key, code_key, heading_key, tidy

# `&` and `<` may begin markup that hides further markup: `&amp;lt;` is `&lt;` and then `<`.
WITHOUT_MARKUP = st.text().filter(lambda text: not {"&", "<"} & set(normalize("NFKC", text)))


@settings(deadline=None)
@given(st.text())
def test_tidying_twice_is_tidying_once(text):
    assert tidy(tidy(text)) == tidy(text)


@settings(deadline=None)
@given(WITHOUT_MARKUP)
def test_the_key_of_an_answer_is_its_own_key(text):
    assert answer_key(answer_key(text)) == answer_key(text)


@settings(deadline=None)
@given(WITHOUT_MARKUP)
def test_the_key_of_a_heading_is_its_own_key(text):
    assert heading_key(heading_key(text)) == heading_key(text)


@settings(deadline=None)
@given(
    st.text(st.characters(categories=("Lu", "Ll", "Nd")), min_size=1),
    st.sampled_from(list("\ufeff\u200b\u00ad\u2060\u200e\u202a\u2067\ufe0f")),
)
def test_what_nobody_sees_changes_no_key(text, invisible):
    assert answer_key(invisible + text + invisible) == answer_key(text)
    assert heading_key(invisible.join(text)) == heading_key(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sehr\u00a0wichtig", "sehr wichtig"),
        ("Sehr  wichtig ", "sehr wichtig"),
        ("<b>Sehr</b> wichtig", "sehr wichtig"),
        ("L&rsquo;insertion", "l'insertion"),
        ("l’insertion", "l'insertion"),
        ("l`insertion", "l'insertion"),
        ("„ja“", '"ja"'),
        ("2015–2020", "2015-2020"),
        ("STRASSE", "straße"),
        ("Cafe\u0301", "café"),
        ("Ναι;", "ναι"),
        ("Yes.", "yes"),
    ],
)
def test_two_spellings_of_one_answer_share_a_key(one, other):
    assert answer_key(one) == answer_key(other)


@pytest.mark.parametrize(("one", "other"), [("l´insertion", "l'insertion"), ("e\u2011mail", "e-mail")])
def test_an_acute_accent_and_a_fixed_hyphen_are_a_quote_and_a_dash(one, other):
    assert answer_key(one) == answer_key(other)


@pytest.mark.parametrize(
    "heading",
    ["Digital skills [Browsing data]", "Digital skills: Browsing data", "Digital skills.Browsing data", "Digital skills - browsing data?"],
)
def test_a_row_of_a_battery_has_one_key_in_every_tool(heading):
    assert heading_key(heading) == "digitalskillsbrowsingdata"


@pytest.mark.parametrize(("one", "other"), [("C", "C++"), ("C", "C#"), ("< 18", "> 18"), ("18", "18 %"), ("a", "ä"), ("Да", "Не")])
def test_signs_and_letters_that_tell_headings_apart_stay(one, other):
    assert heading_key(one) != heading_key(other)


@pytest.mark.parametrize("code", ["digrel_d11", "digrel[d11]", "digrel/d11", "DIGRELD11"])
def test_a_code_has_one_key_in_every_tool(code):
    assert code_key(code) == "digreld11"
