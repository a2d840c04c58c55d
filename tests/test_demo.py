"""The demonstration exports are what the simulator says, and are read back to what it sent."""

from __future__ import annotations

import pandas as pd
import pytest

from bwise.demo import PARTNERS, exports, focus_groups, simulate

TOOLS = {
    "limesurvey": "LimeSurvey",
    "eusurvey": "EUSurvey",
    "google": "Google Forms",
    "microsoft": "Microsoft Forms",
    "kobo": "KoBoToolbox",
}
ENCODINGS = {"AT-1": "utf-8-sig", "NL-1": "utf-8-sig", "BG-1": "cp1251", "EL-1": "cp1253", "PL-1": "cp1250", "SI-1": "cp1250"}
by_partner = pytest.mark.parametrize("partner", PARTNERS, ids=lambda p: p.name)


@pytest.fixture(scope="module")
def made(questionnaire, form):
    return exports(questionnaire) | focus_groups.exports(form)


@pytest.fixture(scope="module")
def people(questionnaire):
    return simulate(questionnaire)


def test_the_committed_files_are_what_the_simulator_makes_byte_for_byte(made, demo_folder):
    committed = {p.relative_to(demo_folder): p.read_bytes() for p in demo_folder.glob("[A-Z][A-Z]/*")}
    assert sorted(committed) == sorted(made)
    assert [p.as_posix() for p in made if made[p] != committed[p]] == []


def test_the_demonstration_stays_small(made):
    assert sum(map(len, made.values())) < 3 * 2**20


def test_another_seed_gives_other_people(questionnaire, people):
    other = simulate(questionnaire, seed=1)
    assert [p.values for p in other] != [p.values for p in people]


@by_partner
def test_tool_encoding_and_language_are_recognised(partner, delivered):
    read = delivered[partner.name]
    assert read.raw.tool == TOOLS[partner.layout.split("_")[0]]
    assert read.raw.grid.encoding == ("" if partner.file.endswith("xlsx") else ENCODINGS.get(partner.name, "utf-8"))
    # names as headings and codes as answers: nothing in the file is in a language
    assert read.recognised.language == ("" if partner.layout == "kobo_names" else partner.language)


@by_partner
def test_every_column_is_matched_and_every_answer_can_be_read(partner, delivered):
    read = delivered[partner.name]
    assert [m.column.heading for m in read.recognised.matches if not m.settled] == []
    assert read.recognised.readable == 1


@by_partner
def test_every_answer_is_the_one_that_was_sent(partner, delivered, people, questionnaire):
    values = delivered[partner.name].answers.values
    sent = [p for p in people if p.partner == partner]
    assert len(values) == len(sent)
    read = values.astype(object).where(values.notna(), None)
    wrong = [
        (column, number, cell, person.sent(column))
        for column in questionnaire.all_columns
        for number, (cell, person) in enumerate(zip(read[column], sent, strict=True))
        if cell != person.sent(column)
    ]
    assert wrong == []


@by_partner
def test_the_reason_for_a_missing_answer_is_right_where_the_export_can_tell(partner, delivered, people, questionnaire):
    """Only LimeSurvey's full answers tell "not shown", and only for multiple choice; all other tools leave a blank."""
    reasons = delivered[partner.name].answers.reasons
    tells_hidden = partner.layout.startswith("limesurvey") and partner.layout != "limesurvey_codes"
    several = {c for q in questionnaire.questions.values() if q.kind == "select_multiple" for c in questionnaire.columns(q.name)}
    wrong = []
    for column in questionnaire.all_columns:
        hidden = "not_shown" if tells_hidden and column in several else "no_answer"
        for number, (reason, person) in enumerate(zip(reasons[column], [p for p in people if p.partner == partner], strict=True)):
            truth = person.reasons.get(column, "") if person.sent(column) is None else ""
            if reason != {"not_shown": hidden}.get(truth, truth):
                wrong.append((column, number, reason, truth))
    assert wrong == []


@by_partner
def test_an_answer_is_missing_exactly_where_a_reason_stands(partner, delivered):
    answers = delivered[partner.name].answers
    pd.testing.assert_frame_equal(answers.values.isna(), answers.reasons.ne(""))
