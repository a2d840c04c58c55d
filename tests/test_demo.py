"""The demonstration exports are what the simulator says, and are read back to what it sent."""

from __future__ import annotations

import pandas as pd
import pytest

from bwise.demo import PARTNERS, exports, focus_groups, simulate
from tests.test_matrix import STYLES

ENCODINGS = {"AT-1": "utf-8-sig", "BG-1": "cp1251", "EL-1": "cp1253", "IT-1": "utf-8-sig", "SI-1": "utf-8-sig", "ES-1": "UTF-8"}
NO_ENCODING = ("xlsx", "ods")
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
    assert read.raw.tool == STYLES[partner.layout][0]
    assert read.raw.grid.encoding == ("" if partner.file.endswith(NO_ENCODING) else ENCODINGS.get(partner.name, "utf-8"))
    # names as headings and codes as answers: nothing in the file is in a language
    assert read.recognised.language == ("" if partner.layout == "odk" else partner.language)


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
    """LimeSurvey's full answers tell "not shown" of multiple choice; its VV export of all but numbers, which it stores empty either way,
    and of every page an unsubmitted record never reached; all other tools leave a blank."""
    reasons = delivered[partner.name].answers.reasons
    told = {
        "limesurvey_vv": [q for q in questionnaire.questions.values() if not q.is_number],
        "limesurvey_codes": [],
    }.get(partner.layout, [q for q in questionnaire.questions.values() if q.kind == "select_multiple"] if "lime" in partner.layout else [])
    tells = {column for q in told for column in questionnaire.columns(q.name)}
    sent = [p for p in people if p.partner == partner]
    wrong = []
    for column in questionnaire.all_columns:
        hidden = "not_shown" if column in tells else "no_answer"
        for number, (reason, person) in enumerate(zip(reasons[column], sent, strict=True)):
            truth = person.reasons.get(column, "") if person.sent(column) is None else ""
            never_reached = partner.layout == "limesurvey_vv" and not person.submitted and truth == "no_answer"
            if reason != {"not_shown": hidden}.get(truth, truth) and not (never_reached and reason == "not_shown"):
                wrong.append((column, number, reason, truth))
    assert wrong == []


@by_partner
def test_an_answer_is_missing_exactly_where_a_reason_stands(partner, delivered):
    answers = delivered[partner.name].answers
    pd.testing.assert_frame_equal(answers.values.isna(), answers.reasons.ne(""))
