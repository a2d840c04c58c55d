"""Synthetic returns of the national focus groups, with known truth. Nothing here is a finding: every answer is drawn by chance.

Each partner's group fills one record per WISE model it discussed. What is true of the session (who took part, when, how income
is given) stands on each of its records.
"""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

from bwise.demo.layouts import export
from bwise.demo.simulation import CANARIES, FICTION, SECTORS, SEED, Partner, Respondent, is_shown, leave, tick_some
from bwise.demo.simulation import PARTNERS as PARTNERS_OF_THE_SURVEY
from bwise.questionnaire import Question, Questionnaire

LAYOUTS = {
    "AT-1": ("plain_workbook", "focus_group.xlsx"),
    "BE-1": ("plain_workbook_crosses", "focus_group_Vlaanderen.xlsx"),
    "BE-2": ("google_forms", "focus_group_Wallonie.csv"),
    "BG-1": ("plain_workbook", "focus_group.xlsx"),
    "HR-1": ("limesurvey_code_and_text", "focus_group_HR-1.csv"),
    "HR-2": ("plain_workbook", "focus_group_HR-2.xlsx"),
    "FR-1": ("plain_workbook_crosses", "focus_group.xlsx"),
    "EL-1": ("plain_workbook", "focus_group.xlsx"),
    "IT-1": ("plain_workbook", "focus_group.xlsx"),
    "LV-1": ("kobo_names", "focus_group.csv"),
    "NL-1": ("limesurvey_code_and_text", "focus_group.csv"),
    "PL-1": ("plain_csv", "focus_group.csv"),
    "RO-1": ("plain_workbook", "focus_group_RO-1.xlsx"),
    "RO-2": ("google_forms", "focus_group_RO-2.csv"),
    "SI-1": ("plain_workbook_crosses", "focus_group.xlsx"),
    "ES-1": ("google_forms", "focus_group.csv"),
}
PARTNERS = tuple(replace(p, layout=LAYOUTS[p.name][0], file=LAYOUTS[p.name][1], wises=0) for p in PARTNERS_OF_THE_SURVEY)
REGIONS = {"BE-1": "Vlaanderen", "BE-2": "Wallonie"}  # all other groups spoke of their whole country
MODELS = ("productive", "social", "training")
FURTHER_MODEL = "RO-1"  # this partner's group discussed one more, under a name of its own
SLIP, CANARY = "FR-1", "AT-1"  # whose shares do not sum to 100, who quotes an address


def exports(questionnaire: Questionnaire, seed: int = SEED) -> dict[Path, bytes]:
    """Path below `raw/demo/` -> content, for every partner's return."""
    records = simulate(questionnaire, seed)
    return {
        Path(partner.country) / partner.file: export(partner.layout, [r for r in records if r.partner == partner], questionnaire)
        for partner in PARTNERS
    }


def simulate(questionnaire: Questionnaire, seed: int = SEED) -> list[Respondent]:
    """All records of all partners, in the order in which they stand in the returns."""
    records: list[Respondent] = []
    for partner in PARTNERS:
        rng = random.Random(f"{seed} focus group {partner.name}")
        session = _session(partner, rng, random.Random(f"{seed} law {partner.country}"))
        models = [*MODELS, "other"] if partner.name == FURTHER_MODEL else MODELS
        records += [_record(Respondent(partner), session | {"model": model}, questionnaire, rng) for model in models]
    _plant(records, questionnaire)
    return records


def _session(partner: Partner, rng: random.Random, law: random.Random) -> dict[str, object]:
    """What all records of one focus group share: 6 to 20 people took part, and the law of the country is one."""
    return {
        "partner_code": partner.name,
        "session_code": f"{partner.name}-2022",
        "session_date": f"2022-04-{rng.randint(1, 29):02d}",
        "participants_wise": float(rng.randint(4, 10)),
        "participants_experts": float(rng.randint(1, 5)),
        "participants_stakeholders": float(rng.randint(1, 5)),
        "income_kind": "shares" if PARTNERS.index(partner) % 2 == 0 else "ranks",
        "reserved_legal": law.choice(("yes", "no")),
    } | ({"region": REGIONS[partner.name]} if partner.name in REGIONS else {})


def _record(record: Respondent, known: dict[str, object], questionnaire: Questionnaire, rng: random.Random) -> Respondent:
    known = known | _income(questionnaire, rng) | _priorities(questionnaire, rng) | _profiles(questionnaire, rng)
    for question in questionnaire.questions.values():
        if not is_shown(question, record, questionnaire):
            leave(record, question, questionnaire, "not_shown")
        elif question.name in known:
            record.values[question.name] = known[question.name]
        else:
            _answer(record, question, questionnaire, rng)
    return record


def _income(questionnaire: Questionnaire, rng: random.Random) -> dict[str, float]:
    """Shares in steps of five that sum to 100, and ranks; which of them is asked depends on how the group gave its income."""
    shares, ranks = ([q.name for q in questionnaire.with_role(role)] for role in ("income_share", "income_rank"))
    cuts = sorted(rng.choices(range(0, 101, 5), k=len(shares) - 1))
    parts = [float(high - low) for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]
    order = [float(n) for n in rng.sample(range(1, len(ranks) + 1), len(ranks))]
    return dict(zip(shares, parts, strict=True)) | dict(zip(ranks, order, strict=True))


def _priorities(questionnaire: Questionnaire, rng: random.Random) -> dict[str, str]:
    """Three different skills for each group of workers, now and in future; at times only two."""
    found: dict[str, str] = {}
    asked = questionnaire.with_role("priority")
    for first in range(0, len(asked), 3):
        ranks = asked[first : first + 3]
        skills = rng.sample([c for c in questionnaire.choices(ranks[0].name) if c != "none"], 3)
        found |= {q.name: skill for q, skill in zip(ranks, skills, strict=True)}
        if rng.random() < 0.2:
            found[ranks[-1].name] = "none"
    return found


def _profiles(questionnaire: Questionnaire, rng: random.Random) -> dict[str, str]:
    """Three different occupational profiles; at times only two."""
    asked = questionnaire.with_role("profile")
    profiles = rng.sample([c for c in questionnaire.choices(asked[0].name) if c != "none"], len(asked))
    found = {q.name: profile for q, profile in zip(asked, profiles, strict=True)}
    return found | ({asked[-1].name: "none"} if rng.random() < 0.3 else {})


def _answer(record: Respondent, question: Question, questionnaire: Questionnaire, rng: random.Random) -> None:
    if question.kind == "text":
        _text(record, question, questionnaire, rng)
    elif rng.random() < 0.03:
        leave(record, question, questionnaire, "no_answer")
    elif question.kind == "select_multiple":
        tick_some(record, question, _options(record, question, questionnaire), questionnaire, rng)
    elif question.is_number:
        record.values[question.name] = float(rng.randrange(5, 65, 5))
    else:
        choices = questionnaire.choices(question.name)
        if "dont_know" in choices and rng.random() < 0.04:
            record.reasons[question.name] = "dont_know"
        else:
            record.values[question.name] = rng.choice([c.name for c in choices.values() if not c.missing])


def _options(record: Respondent, question: Question, questionnaire: Questionnaire) -> list[str]:
    """What a group may tick: the national forms of its own country only."""
    if question.role == "national_form":
        return [c for c in questionnaire.choices(question.name) if c.startswith(f"{record.partner.country}_")]
    if question.role in ("main_sectors", "common_sectors"):
        return list(SECTORS)
    return [c.name for c in questionnaire.choices(question.name).values() if not c.exclusive]


def _text(record: Respondent, question: Question, questionnaire: Questionnaire, rng: random.Random) -> None:
    remark, answer = FICTION[record.partner.language]
    if question.role == "other":
        record.values[question.name] = answer
    elif question.sensitive == "open" and rng.random() < 0.6:
        record.values[question.name] = remark
    else:
        leave(record, question, questionnaire, "no_answer")


def _plant(records: list[Respondent], questionnaire: Questionnaire) -> None:
    """Shares that do not sum to 100, and an address in a quotation."""
    slip = next(r for r in records if r.partner.name == SLIP)
    smallest = min((q.name for q in questionnaire.with_role("income_share")), key=lambda name: slip.values[name])
    slip.values[smallest] += 10
    slip.flags.add("income_sum")
    quoting = next(r for r in records if r.partner.name == CANARY)
    remark = FICTION[quoting.partner.language][0]
    quoting.sent_values["quotations"], quoting.values["quotations"] = f"{remark}: {CANARIES['mail_in_comment']}", f"{remark}: [e-mail]"
    quoting.reasons.pop("quotations", None)
