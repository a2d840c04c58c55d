"""One enterprise is one, whichever partners surveyed it; two are two, whatever numbers partners give them."""

from __future__ import annotations

import pytest

from bwise.cleaning import exclude
from bwise.intake import page, states
from bwise.privacy import protect
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from bwise.settings import load_country
from bwise.wises import check_wises, shared_codes, wises
from tests.test_cleaning import WORKER, export, gathered, small_project, two_deliveries


def of(*codes: str) -> list[dict]:
    """Workers of enterprises with these codes, no two with the same answers."""
    return [WORKER | {"wise_code": code, "staff": str(10 + n)} for n, code in enumerate(codes)]


def sent(folder, first: list[str], second: list[str], params: str = "", partner: str = "AT-2"):
    """Codes of enterprises that two partners sent."""
    others = [row | {"staff": f"1{row['staff']}"} for row in of(*second)]
    return two_deliveries(folder, of(*first), others, params, partner)


@pytest.mark.parametrize("code", ["1", "2022", "A", "W-17", "Betrieb 1", "123456"])
def test_a_number_that_two_partners_gave_is_two_enterprises_and_named(tmp_path, code):
    country = sent(tmp_path, [code], [code])
    assert len(wises(country).drop_duplicates()) == 2
    assert shared_codes(country) == {("AT-1", "AT-2"): 1}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("AT-1-07", "at1 07"),  # of the first partner's numbering
        ("FN 123456a", "fn123456A"),  # registration numbers
        ("0412.345.678", "0412345678"),
        ("12345678", "12345678"),
    ],
)
def test_a_code_that_nobody_shares_by_chance_is_one_enterprise(tmp_path, one, two):
    country = sent(tmp_path, [one], [two])
    assert wises(country)["partner"].tolist() == ["AT-1", "AT-1"] and len(wises(country).drop_duplicates()) == 1
    assert shared_codes(country) == {}


def test_a_partner_called_by_one_letter_owns_no_codes(tmp_path):
    assert len(wises(sent(tmp_path, ["b17"], ["b17"], partner="B")).drop_duplicates()) == 2


def test_params_join_codes_of_two_partners_and_two_codes_of_one(tmp_path):
    params = 'wises:\n  - {AT-1: "017", AT-2: [A-17, A-17b]}\n  - {AT-1: [18, 19]}\n'
    country = sent(tmp_path, ["17", "017", "18", "19"], ["a 17", "A-17B", "18"], params)
    assert check_wises(country) == []
    named = wises(country).itertuples(index=False, name=None)
    assert list(named) == [
        ("AT-1", "17"), ("AT-1", "017"), ("AT-1", "18"), ("AT-1", "18"), ("AT-1", "017"), ("AT-1", "017"), ("AT-2", "18"),
    ]  # fmt: skip


def test_joined_enterprises_have_one_pseudonym_and_no_code_stays(tmp_path):
    country = sent(tmp_path, ["17", "18"], ["A-17", ""], 'wises:\n  - {AT-1: "17", AT-2: "A-17"}\n')
    country = exclude(country)
    country = protect(country, b"k" * 64)
    first, second, third, fourth = country.rows["wise"]
    assert first == third and len({first, second, fourth}) == 3 and fourth == ""
    assert country.values["wise_code"].isna().all()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{AT-1: "99", AT-2: "A-17"}', "`wises: AT-1: 99` matches no code"),
        ('{AT-1: 017, AT-2: "A-17"}', "`wises: AT-1: 17` matches no code"),  # YAML takes 017 for the number 17
        ('{AT-1: "017", AT-3: "A-17"}', "`wises:` names the partner `AT-3`"),
    ],
)
def test_a_line_that_joins_nothing_is_refused_and_check_names_it(tmp_path, line, said):
    country = sent(tmp_path, ["017"], ["A-17"], f"wises:\n  - {line}\n")
    with pytest.raises(ProblemsFound, match="cannot be joined") as refused:
        country = protect(country, b"k" * 64)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('  - {AT-1: "017"}\n', "a line joins two codes or more"),
        ('  - {AT-1: "1", AT-2: "2"}\n  - {AT-1: "1", AT-2: "3"}\n', "two lines name AT-1: 1"),
    ],
)
def test_lines_that_say_too_little_or_too_much_are_refused(tmp_path, lines, said):
    with pytest.raises(ProblemsFound, match=said):
        gathered(small_project(tmp_path, WORKER, params=f"wises:\n{lines}"))


def test_check_names_records_sent_twice_enterprises_alike_and_lines_that_join_nothing(tmp_path):
    more = '  - partner: AT-2\n    file: raw/AT/more.csv\nwises:\n  - {AT-1: "1", AT-2: "9"}\n'
    project = small_project(tmp_path, *of("1", "2", "3"), params=more)
    export(tmp_path / "raw/AT/more.csv", *of("1", "2"), WORKER | {"wise_code": "3", "staff": "99"})
    settings, small = load_country(project, "AT"), load_questionnaire(project.params / "questionnaires/small")
    first, second = states(project, settings, small)
    assert first.is_open and not second.is_open
    assert "`wises: AT-2: 9` matches no code" in page(first, small)
    told = page(second, small)
    assert "2 records came with AT-1, too (rows 2-3 are rows 2-3 of AT-1): 2 left out by the rule `duplicate`; AT-1 keeps its own" in told
    assert "1 code of organisations with AT-1 and AT-2 alike, counted as two each" in told
