"""Every tool x language x encoding x heading style x answer style, recovered exactly from the simulator's truth with no params.

By default each layout is met, each tool with each family of encodings, and each language with each of its encodings;
`make test-long` runs all of them.
"""

from __future__ import annotations

import itertools
import random
from functools import lru_cache
from pathlib import Path

import pytest

from bwise.demo.layouts import LAYOUTS, export
from bwise.demo.simulation import Partner, _partner
from bwise.exports import READERS
from bwise.matching import read_delivery
from bwise.settings import Delivery

COUNTRIES = {"de": "AT", "nl": "NL", "fr": "FR", "bg": "BG", "hr": "HR", "el": "EL"}
COUNTRIES |= {"it": "IT", "lv": "LV", "pl": "PL", "ro": "RO", "sl": "SI", "es": "ES"}
LANGUAGES = tuple(COUNTRIES)
CODES, BOTH, TEXT = "code", "code and text", "text"
STYLES = {
    "limesurvey_codes": ("LimeSurvey", CODES, "codes"),
    "limesurvey_codes_null": ("LimeSurvey", CODES, "codes"),
    "limesurvey_code_and_text": ("LimeSurvey", BOTH, "labels"),
    "limesurvey_comma": ("LimeSurvey", BOTH, "labels"),
    "limesurvey_tab": ("LimeSurvey", BOTH, "labels"),
    "limesurvey_abbreviated_codetext": ("LimeSurvey", BOTH, "labels"),
    "limesurvey_text_codes": ("LimeSurvey", TEXT, "codes"),
    "limesurvey_r": ("LimeSurvey", TEXT, "codes"),
    "limesurvey_vv": ("LimeSurvey", BOTH, "codes"),
    "limesurvey_text_resaved": ("LimeSurvey", TEXT, "labels"),
    "limesurvey_code_and_text_resaved": ("LimeSurvey", BOTH, "labels"),
    "limesurvey_xlsx": ("LimeSurvey", TEXT, "labels"),
    "eusurvey": ("EUSurvey", TEXT, "labels"),
    "eusurvey_assigned": ("EUSurvey", BOTH, "labels with ids"),
    "eusurvey_split": ("EUSurvey", TEXT, "labels"),
    "eusurvey_continued": ("EUSurvey", TEXT, "labels"),
    "eusurvey_ods": ("EUSurvey", TEXT, "labels"),
    "eusurvey_resaved": ("EUSurvey", TEXT, "labels"),
    "eusurvey_resaved_pandas": ("EUSurvey", TEXT, "labels"),
    "eusurvey_xml": ("EUSurvey XML", TEXT, "labels"),
    "kobo_names": ("KoBoToolbox", CODES, "codes"),
    "kobo_labels": ("KoBoToolbox", TEXT, "labels"),
    "kobo_summary": ("KoBoToolbox", CODES, "codes"),
    "kobo_summary_labels": ("KoBoToolbox", TEXT, "labels"),
    "kobo_details": ("KoBoToolbox", CODES, "codes"),
    "kobo_hxl": ("KoBoToolbox", CODES, "codes"),
    "kobo_xlsx": ("KoBoToolbox", TEXT, "labels"),
    "odk": ("ODK", CODES, "codes"),
    "odk_split": ("ODK", CODES, "codes"),
    "redcap_raw": ("REDCap", CODES, "codes"),
    "redcap_labels": ("REDCap", TEXT, "labels"),
    "google_forms": ("Google Forms", TEXT, "labels"),
    "google_forms_resaved": ("Google Forms", TEXT, "labels"),
    "google_forms_xlsx": ("Google Forms", TEXT, "labels"),
    "google_forms_download": ("Google Forms", TEXT, "labels"),
    "microsoft_forms": ("Microsoft Forms", TEXT, "labels"),
    "microsoft_forms_resaved": ("Microsoft Forms", TEXT, "labels"),
    "qualtrics": ("Qualtrics", BOTH, "labels"),
    "qualtrics_split": ("Qualtrics", BOTH, "labels"),
    "qualtrics_legacy": ("Qualtrics", BOTH, "labels"),
    "qualtrics_tsv": ("Qualtrics", BOTH, "labels"),
    "surveymonkey": ("SurveyMonkey", TEXT, "labels"),
    "surveymonkey_condensed": ("SurveyMonkey", TEXT, "labels"),
    "spss": ("SPSS", BOTH, "labels"),
    "indico": ("Indico", TEXT, "labels"),
    "typeform": ("Typeform", TEXT, "labels"),
    "typeform_newer": ("Typeform", TEXT, "labels"),
    "plain_workbook": ("plain table", TEXT, "labels"),
    "plain_workbook_crosses": ("plain table", TEXT, "labels"),
    "plain_csv": ("plain table", TEXT, "labels"),
}
"""Layout -> tool, heading style, answer style."""
AS_WRITTEN, TWICE = "as written", "utf-8 twice"
OTHER_PAGES = {
    "de": ("cp1252", "mac_roman"),
    "nl": ("cp1252",),
    "fr": ("cp1252",),
    "bg": ("cp1251", "iso8859_5", "mac_cyrillic"),
    "hr": ("cp1250", "iso8859_2", "mac_croatian"),
    "el": ("cp1253", "iso8859_7", "mac_greek"),
    "it": ("cp1252",),
    "lv": ("cp1257", "iso8859_13"),
    "pl": ("cp1250", "iso8859_2", "mac_latin2"),
    "ro": ("mac_romanian",),
    "sl": ("cp1250", "iso8859_2"),
    "es": ("cp1252", "mac_roman"),
}
"""Encodings, beside Unicode, that have all letters of the questionnaire in the language."""
NO_TEXT_FILE = ("xlsx", "ods", "xml", "download", "spss", "tsv", "resaved", "eusurvey", "microsoft_forms", "plain")
"""Layouts whose bytes are no text in UTF-8, or that are written in a code page already, by part of their name."""


def is_text(layout: str) -> bool:
    return layout != "odk" and not any(part in layout for part in NO_TEXT_FILE)


def only_codes(layout: str) -> bool:
    _, headings, answers = STYLES[layout]
    return headings != TEXT and answers == "codes"


def cases() -> list[tuple[str, str, str]]:
    """All of layout x language x encoding that there is."""
    found = []
    for layout, language in itertools.product(STYLES, LANGUAGES):
        unicode = (AS_WRITTEN, "utf-16") if is_text(layout) else (AS_WRITTEN,)
        # where answers and headings are codes, a code page shows in few letters: told by the alphabet, or refused (test_exports.py)
        pages = (*unicode, TWICE, *OTHER_PAGES[language]) if is_text(layout) and not only_codes(layout) else unicode
        found += [(layout, language, page) for page in pages]
    return found


FAMILIES = ("cp125", "iso8859", "mac", TWICE, "utf-16", AS_WRITTEN)


def met_by(case: tuple[str, str, str]) -> set[tuple[str, ...]]:
    """What a case stands for among the few that are run by default."""
    layout, language, page = case
    family = next(f for f in FAMILIES if f in page)
    return {("layout", layout), ("tool", STYLES[layout][0], family), ("language", language, page)}


@lru_cache
def chosen() -> list[tuple[str, str, str]]:
    """Few cases that meet all that any case meets: each time the one that meets most that is new."""
    left = {case: met_by(case) for case in cases()}
    found, met = [], set()
    while left:
        best = max(left, key=lambda case: len(left[case] - met))
        if not left[best] - met:
            return found
        met |= left.pop(best)
        found.append(best)
        left = {case: new for case, meets in left.items() if (new := meets - met)}
    return found


def twice(text: str) -> bytes:
    """UTF-8 read as Windows' Western page and saved as UTF-8: bytes that the page leaves undefined go through as they are."""
    return "".join(bytes([b]).decode("cp1252", errors="replace").replace("\ufffd", chr(b)) for b in text.encode()).encode()


@lru_cache(maxsize=64)
def sent(layout: str, language: str, questionnaire):
    """A small partner's records in this layout and language, and the file that the tool would write."""
    partner = Partner(COUNTRIES[language], "XX-1", language, layout, "answers", 4)
    people = _partner(partner, questionnaire, random.Random("matrix"))
    return people, export(layout, people, questionnaire)


def recover(case, questionnaire, folder: Path) -> None:
    layout, language, page = case
    people, content = sent(layout, language, questionnaire)
    if page != AS_WRITTEN:
        text = content.decode("utf-8-sig")
        content = twice(text) if page == TWICE else text.encode(page)
    path = folder / "answers"
    path.write_bytes(content)
    read = read_delivery(path, "answers", "XX-1", Delivery(partner="XX-1", file="answers"), questionnaire, COUNTRIES[language])
    assert read.raw.tool == STYLES[layout][0]
    assert [m.column.heading for m in read.recognised.matches if not m.settled] == []
    assert len(read.answers.values) == len(people)
    found = read.answers.values.astype(object).where(read.answers.values.notna(), None)
    cedillas = language == "ro" and (
        "resaved" in layout or layout == "plain_csv"
    )  # all that the code page has, and open answers keep what was sent
    wrong = [
        (column, number, cell, person.sent(column))
        for column in questionnaire.all_columns
        for number, (cell, person) in enumerate(zip(found[column], people, strict=True))
        if cell != person.sent(column) and not (cedillas and questionnaire[column.partition("/")[0]].kind == "text")
    ]
    assert wrong == []


def name(case):
    return "-".join(case)


@pytest.mark.parametrize("case", chosen(), ids=name)
def test_a_good_export_is_recovered_exactly_with_no_params(case, questionnaire, tmp_path):
    recover(case, questionnaire, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("case", cases(), ids=name)
def test_the_whole_matrix_is_recovered_exactly(case, questionnaire, tmp_path):
    recover(case, questionnaire, tmp_path)


def test_every_layout_and_every_reader_is_in_the_matrix():
    assert set(STYLES) == set(LAYOUTS)
    assert {tool for tool, _, _ in STYLES.values()} == {reader.NAME for reader in READERS}


def test_the_chosen_cases_meet_every_layout_every_family_of_each_tool_and_every_encoding_of_each_language():
    met = set().union(*map(met_by, chosen()))
    assert met == set().union(*map(met_by, cases()))
    assert len(chosen()) < len(cases()) / 12
