"""Synthetic respondents with known truth. Nothing here is a finding about B-WISE: every number is drawn by chance.

A WISE has one enabler, one or two supporters and two or three workers with support needs. Only Python's own seeded
generator is used, so that the same seed gives the same people everywhere.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from bwise.questionnaire import Question, Questionnaire

SEED = 621509


@dataclass(frozen=True)
class Partner:
    """One delivery of the demonstration: who sends it, in which language and layout (`bwise.demo.layouts`), on how many WISEs."""

    country: str
    name: str
    language: str
    layout: str
    file: str
    wises: int = 0


PARTNERS = (
    Partner("AT", "AT-1", "de", "limesurvey_codes", "results-survey481516.csv", 8),
    Partner("BE", "BE-1", "nl", "google_forms_download", "B-WISE vragenlijst.csv.zip", 5),
    Partner("BE", "BE-2", "fr", "eusurvey_xml", "BWISE_demo.xml", 4),
    Partner("BG", "BG-1", "bg", "limesurvey_text_resaved", "results-survey230815_excel.csv", 7),
    Partner("HR", "HR-1", "hr", "eusurvey_ods", "Content_Export_BWISE_upitnik.ods", 5),
    Partner("HR", "HR-2", "hr", "surveymonkey", "B-WISE upitnik.csv", 4),
    Partner("FR", "FR-1", "fr", "limesurvey_xlsx", "results-survey162342.xlsx", 9),
    Partner("EL", "EL-1", "el", "microsoft_forms_resaved", "Ερωτηματολόγιο B-WISE(1-33).csv", 7),
    Partner("IT", "IT-1", "it", "indico", "Questionario B-WISE.csv", 9),
    Partner("LV", "LV-1", "lv", "odk", "B-WISE aptauja.csv.zip", 6),
    Partner("NL", "NL-1", "nl", "limesurvey_vv", "vvexport_998877.csv", 7),
    Partner("PL", "PL-1", "pl", "qualtrics", "Ankieta B-WISE_April 29, 2022_10.15.csv", 8),
    Partner("RO", "RO-1", "ro", "kobo_labels", "Chestionar B-WISE - all versions - Română (ro) - 2022-05-03-10-02-55.csv", 5),
    Partner("RO", "RO-2", "ro", "typeform", "responses.csv", 4),
    Partner("SI", "SI-1", "sl", "redcap_labels", "BWISE_DATA_LABELS_2022-04-29_1015.csv", 6),
    Partner("ES", "ES-1", "es", "spss", "B-WISE cuestionario.sav", 8),
)

# "an invented comment", "an invented answer": what open answers say, in each language
FICTION = {
    "de": ("Erfundene Bemerkung für die Vorführung", "erfundene Antwort"),
    "nl": ("Verzonnen opmerking voor de demonstratie", "verzonnen antwoord"),
    "fr": ("Remarque inventée pour la démonstration", "réponse inventée"),
    "bg": ("Измислена бележка за демонстрацията", "измислен отговор"),
    "hr": ("Izmišljena primjedba za pokaznu verziju", "izmišljeni odgovor"),
    "el": ("Φανταστικό σχόλιο για την επίδειξη", "φανταστική απάντηση"),
    "it": ("Osservazione inventata per la dimostrazione", "risposta inventata"),
    "lv": ("Izdomāta piezīme demonstrācijai", "izdomāta atbilde"),
    "pl": ("Zmyślona uwaga na potrzeby pokazu", "zmyślona odpowiedź"),
    "ro": ("Observație inventată pentru demonstrație", "răspuns inventat"),
    "sl": ("Izmišljena opomba za predstavitev", "izmišljen odgovor"),
    "es": ("Comentario inventado para la demostración", "respuesta inventada"),
}
TEST_WORD = {
    "de": "Test",
    "nl": "test",
    "fr": "essai",
    "bg": "тест",
    "hr": "test",
    "el": "δοκιμή",
    "it": "prova",
    "lv": "tests",
    "pl": "próba",
    "ro": "test",
    "sl": "test",
    "es": "prueba",
}

# Personal data planted to prove that none of it gets through; addresses and networks reserved for documentation.
CANARIES = {
    "mail": "kanarienvogel@example.org",
    "mail_in_comment": "canary.bird@example.com",
    "name": "Canaria Serinus",
    "ip": "192.0.2.77",
    "token": "cAnArYtOkEn7",
    "referrer": "https://canary.example.net/from",
    "device": "collect:CaNaRyDeViCe",
    "latitude": "48.30694123",
    "longitude": "14.28583456",
    "user": "canary_user",
    "link": "https://canary-link.example.org/me",
    "wise": "CANARYWISE",
}
PHONES = {
    "AT": "+43 732 24680",
    "BE": "+32 2 555 12 12",
    "BG": "+359 2 981 1234",
    "HR": "+385 1 4567 890",
    "FR": "+33 1 99 00 12 34",
    "EL": "+30 210 123 4567",
    "IT": "+39 06 1234 5678",
    "LV": "+371 67 123 456",
    "NL": "+31 20 123 4567",
    "PL": "+48 22 123 45 67",
    "RO": "+40 21 123 4567",
    "SI": "+386 1 234 5678",
    "ES": "+34 912 345 678",
}
SECTORS = ("C", "E", "F", "I", "N", "Q", "S", "A", "G", "P")


@dataclass
class Respondent:
    """One record as it was sent. `values`: column -> code, number, text or True/False; absent means none.

    `reasons`: column -> why there is none. `fate` is kept, or the rule that excludes the record. `flags` are those planted.
    `sent_values` is what stands in the export where it differs from the clean value (personal data, test words).
    """

    partner: Partner
    wise: str = ""
    group: str = ""
    values: dict[str, object] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    sent_values: dict[str, object] = field(default_factory=dict)
    fate: str = "kept"
    flags: set[str] = field(default_factory=set)
    submitted: bool = True

    def sent(self, column: str):
        return self.sent_values.get(column, self.values.get(column))


def simulate(questionnaire: Questionnaire, seed: int = SEED) -> list[Respondent]:
    """All records of all partners, in the order in which they stand in the exports."""
    people: list[Respondent] = []
    for partner in PARTNERS:
        people += _partner(partner, questionnaire, random.Random(f"{seed} {partner.name}"))
    return people


def _partner(partner: Partner, questionnaire: Questionnaire, rng: random.Random) -> list[Respondent]:
    people = []
    for number in range(1, partner.wises + 1):
        wise = f"{partner.name}-{number:02d}" if number > 1 else f"{CANARIES['wise']} {partner.name}"
        model = rng.choices(("productive", "social", "training", "mixed", "other"), (6, 5, 4, 3, 1))[0]
        for group in ["enabler", *["supporter"] * rng.randint(1, 2), *["wsn"] * rng.randint(2, 3)]:
            people.append(_respondent(Respondent(partner, wise, group), model, questionnaire, rng))
    _plant_dirt(people, partner, questionnaire, rng)
    return people


def _respondent(person: Respondent, model: str, questionnaire: Questionnaire, rng: random.Random) -> Respondent:
    ability = rng.gauss(0, 0.5)
    for question in questionnaire.questions.values():
        if not is_shown(question, person, questionnaire):
            leave(person, question, questionnaire, "not_shown")
        else:
            _answer(person, question, model, ability, questionnaire, rng)
    return person


def is_shown(question: Question, person: Respondent, questionnaire: Questionnaire) -> bool:
    """Skip logic by plain Python, independent of `bwise.logic`: the few forms this questionnaire uses."""
    for condition in question.relevant:
        if condition.startswith("selected") or " or selected" in condition:
            wanted = [part.strip()[len("selected(${") :].rstrip(")").replace("}, '", "/").rstrip("'") for part in condition.split(" or ")]
            if not any(person.values.get(w) is True for w in wanted):
                return False
        else:
            name, sign, value = condition.replace("${", "").replace("}", "").replace("'", "").split()
            equal = person.values.get(name, "") == value
            if equal != (sign == "="):
                return False
    return True


def leave(person: Respondent, question: Question, questionnaire: Questionnaire, reason: str) -> None:
    """No answer to this question, for this reason."""
    for column in questionnaire.columns(question.name):
        person.values.pop(column, None)
        person.sent_values.pop(column, None)
        person.reasons[column] = reason


def _answer(person: Respondent, question: Question, model: str, ability: float, questionnaire: Questionnaire, rng: random.Random) -> None:
    fixed = {"partner_code": person.partner.name, "group": person.group, "model": model}
    if question.name in fixed:
        person.values[question.name] = fixed[question.name]
    elif question.role == "wise":
        person.sent_values[question.name] = person.wise
        person.reasons[question.name] = "withheld"
    elif question.role == "income":
        _income(person, question, model, questionnaire, rng)
    elif question.kind == "text":
        _text(person, question, questionnaire, rng)
    elif rng.random() < 0.03 and question.name not in ("measures_enablers", "measures_supporters"):
        leave(person, question, questionnaire, "no_answer")
    elif question.kind == "select_multiple":
        _several(person, question, questionnaire, rng)
    elif question.is_number:
        low, high = {"founded": (1975, 2020), "staff": (4, 240), "reserved_share": (5, 80)}[question.name]
        person.values[question.name] = float(rng.randint(low, high))
    elif question.name == "main_sector":
        chosen = [c for c in SECTORS if person.values.get(f"sectors/{c}")]
        person.values[question.name] = rng.choice(chosen or SECTORS)
    else:
        _one(person, question, ability, questionnaire, rng)


def _one(person: Respondent, question: Question, ability: float, questionnaire: Questionnaire, rng: random.Random) -> None:
    choices = questionnaire.choices(question.name)
    if "dont_know" in choices and rng.random() < 0.04:
        person.reasons[question.name] = "dont_know"
    elif questionnaire.scale(question.name):
        leaning = random.Random(f"{question.concept} {person.group} {question.measure}").uniform(2.2, 4.4)  # the same for all people
        bonus = ability if question.measure == "endowment" else 0.0
        person.values[question.name] = str(min(5, max(1, round(rng.gauss(leaning + bonus, 0.9)))))
    else:
        names = [n for n, c in choices.items() if not c.missing and n != "other"]
        person.values[question.name] = rng.choice(names)


def _several(person: Respondent, question: Question, questionnaire: Questionnaire, rng: random.Random) -> None:
    choices = questionnaire.choices(question.name).values()
    names = [c.name for c in choices if not c.exclusive and not c.missing and c.name != "other"]
    tick_some(person, question, list(SECTORS) if question.role == "sectors" else names, questionnaire, rng)


def tick_some(person: Respondent, question: Question, names: list[str], questionnaire: Questionnaire, rng: random.Random) -> None:
    """One to three of these options, or an exclusive one alone; now and then "other" beside them, or a refusal."""
    choices = questionnaire.choices(question.name)
    if "refused" in choices and rng.random() < 0.06:
        for column in questionnaire.columns(question.name):
            person.reasons[column] = "refused"
        return
    alone = [n for n, c in choices.items() if c.exclusive and not c.missing]
    picked = [rng.choice(alone)] if alone and rng.random() < 0.15 else rng.sample(names, rng.randint(1, min(3, len(names))))
    if "other" in choices and picked != alone[:1] and rng.random() < 0.15:
        picked.append("other")
    for choice in choices:
        person.values[f"{question.name}/{choice}"] = choice in picked


def _income(person: Respondent, question: Question, model: str, questionnaire: Questionnaire, rng: random.Random) -> None:
    rows = [q.name for q in questionnaire.with_role("income")]
    if question.name != rows[0]:
        return
    if rng.random() < 0.08:
        for name in rows:
            person.reasons[name] = "no_answer"
        return
    weights = {"productive": (8, 3, 1, 1, 1, 1), "social": (3, 4, 4, 1, 1, 1), "training": (2, 2, 7, 1, 1, 1)}.get(
        model, (3, 3, 3, 1, 1, 1)
    )
    draws = [rng.gammavariate(w, 1) for w in weights]
    shares = [round(200 * d / sum(draws)) / 2 for d in draws]  # steps of 0.5
    shares[0] = 100 - sum(shares[1:])
    if rng.random() < 0.1:  # a slip of the pen: not 100
        shares[1] += 10
        person.flags.add("income_sum")
    person.values.update(zip(rows, shares, strict=True))


def _text(person: Respondent, question: Question, questionnaire: Questionnaire, rng: random.Random) -> None:
    comment, answer = FICTION[person.partner.language]
    if question.role == "other":
        person.values[question.name] = answer
    elif question.role == "comment":
        if rng.random() < 0.25:
            person.values[question.name] = comment
        else:
            person.reasons[question.name] = "no_answer"
    else:
        person.values[question.name] = f"{answer} {rng.choice('ABC')}"


def _plant_dirt(people: list[Respondent], partner: Partner, questionnaire: Questionnaire, rng: random.Random) -> None:
    """A test submission, a duplicate, partial answers, personal data in comments, contradictions, straightlining."""
    enablers = [p for p in people if p.group == "enabler"]
    workers = [p for p in people if p.group == "wsn"]
    phone = PHONES[partner.country]
    comment = FICTION[partner.language][0]
    for person, sent, clean in (
        (enablers[1], f"{comment}: {CANARIES['mail_in_comment']}, {phone}", f"{comment}: [e-mail], [telephone]"),
        (enablers[2], f"{comment} {CANARIES['link']}", f"{comment} [link]"),
    ):
        person.sent_values["comments"], person.values["comments"] = sent, clean
        person.reasons.pop("comments", None)
    enablers[3].values["barriers/none"] = enablers[3].values["barriers/cost"] = True
    for choice in questionnaire.choices("barriers"):
        enablers[3].values.setdefault(f"barriers/{choice}", False)
        enablers[3].reasons.pop(f"barriers/{choice}", None)
    enablers[3].flags.add("contradiction")
    _straighten(workers[0], questionnaire)
    if not any(tool in partner.layout for tool in ("forms", "indico", "typeform")):  # these only know submitted answers
        _stop_after(workers[1], questionnaire, "pdigrel", partial=True)
        few = _respondent(Respondent(partner, f"{partner.name}-02", "wsn"), "social", questionnaire, rng)
        _stop_after(few, questionnaire, "model", partial=False)
        people.insert(4, few)
    test = _respondent(Respondent(partner, f"{partner.name}-02", "supporter"), "social", questionnaire, rng)
    test.fate, test.flags = "test", set()
    test.sent_values["comments"] = TEST_WORD[partner.language]
    people.insert(0, test)
    twice = enablers[-1]
    people.append(
        Respondent(partner, twice.wise, twice.group, dict(twice.values), dict(twice.reasons), dict(twice.sent_values), "duplicate")
    )


def _straighten(person: Respondent, questionnaire: Questionnaire) -> None:
    for question in questionnaire.questions.values():
        if question.battery and question.kind == "select_one" and person.reasons.get(question.name) != "not_shown":
            person.values[question.name] = "3"
            person.reasons.pop(question.name, None)
    person.flags.add("straightlining")


def _stop_after(person: Respondent, questionnaire: Questionnaire, battery: str, partial: bool) -> None:
    """The respondent leaves before this question or battery (partial), or right after the first page."""
    leaving = False
    for question in questionnaire.questions.values():
        leaving = leaving or battery in (question.battery, question.name) or (partial and question.battery == "grnend")
        if leaving and person.reasons.get(questionnaire.columns(question.name)[0]) != "not_shown":
            leave(person, question, questionnaire, "no_answer")
    person.submitted = False
    if partial:
        person.flags.add("partial")
    else:
        person.fate = "too_few_answers"
