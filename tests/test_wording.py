"""Similar is not the same: what a heading is to the question its code names, with the truth known from the words."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from bwise.exports.table import FREE_TEXT
from bwise.matching.columns import OTHER_HEADINGS
from bwise.matching.headings import heading_index
from bwise.matching.wording import CONTRADICTED, REWORDED, SAME, UNLIKE, judge, spelling
from bwise.questionnaire import load_questionnaire
from bwise.text import heading_key

ROOT = Path(__file__).parents[1]
LANGUAGES = ("en", "de", "nl", "fr", "bg", "hr", "el", "it", "lv", "pl", "ro", "sl", "es")


@pytest.fixture
def asked(tmp_path):
    """`asked("Do you work here?", "Another", …)` -> an index of a questionnaire of these questions, q1, q2, …; option labels after `|`."""

    def asked(*texts, language="en"):
        survey, choices = [f"type,name,label::Any ({language})"], [f"list_name,name,label::Any ({language})"]
        for n, text in enumerate(texts, 1):
            question, *options = text.split("|")
            survey.append(f'{f"select_multiple l{n}" if options else "text"},q{n},"{question}"')
            choices += [f'l{n},o{m},"{option}"' for m, option in enumerate(options, 1)]
        for name, lines in {"survey": survey, "choices": choices, "settings": ["form_title", "Any"]}.items():
            (tmp_path / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
        return heading_index(load_questionnaire(tmp_path))

    return asked


def verdict(index, heading, target="q1"):
    return judge(heading, target, index).verdict


NEGATED = {
    "en": ("Are you satisfied with your work?", "Are you not satisfied with your work?"),
    "de": ("Sind Sie mit Ihrer Arbeit zufrieden?", "Sind Sie mit Ihrer Arbeit nicht zufrieden?"),
    "nl": ("Bent u tevreden met uw werk?", "Bent u niet tevreden met uw werk?"),
    "fr": ("Recevez-vous une aide publique ?", "Ne recevez-vous pas une aide publique ?"),
    "bg": ("Доволни ли сте от работата си?", "Не сте ли доволни от работата си?"),
    "hr": ("Imate li podršku na poslu?", "Nemate li podršku na poslu?"),
    "el": ("Είστε ικανοποιημένοι από την εργασία σας;", "Δεν είστε ικανοποιημένοι από την εργασία σας;"),
    "it": ("Siete soddisfatti del vostro lavoro?", "Non siete soddisfatti del vostro lavoro?"),
    "lv": ("Vai esat apmierināti ar savu darbu?", "Vai neesat apmierināti ar savu darbu?"),
    "pl": ("Czy są Państwo zadowoleni z pracy?", "Czy nie są Państwo zadowoleni z pracy?"),
    "ro": ("Sunteți mulțumit de munca dumneavoastră?", "Nu sunteți mulțumit de munca dumneavoastră?"),
    "sl": ("Ali ste zadovoljni s svojim delom?", "Ali niste zadovoljni s svojim delom?"),
    "es": ("¿Está satisfecho con su trabajo?", "¿No está satisfecho con su trabajo?"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dropped", [True, False])
def test_a_negation_that_comes_or_goes_contradicts_the_code_in_every_language(asked, language, dropped):
    question, heading = NEGATED[language][::-1] if dropped else NEGATED[language]
    assert verdict(asked(question, language=language), heading) == CONTRADICTED


@pytest.mark.parametrize(
    ("language", "question", "heading"),
    [
        ("en", "Workers with support needs", "Workers without support needs"),
        ("en", "Would you recommend your enterprise?", "Would you not recommend your enterprise?"),
        ("en", "NL-RSE members you have met", "UK-RSE members you have met"),
        ("en", "Sales to private customers", "Sales to public customers"),
        ("en", "Contracts of 12 months", "Contracts of 24 months"),
        ("en", "Contracts of 15 months", "Contracts of 1.5 months"),
        ("de", "Verträge über 15 Jahre", "Verträge über 1-5 Jahre"),
        ("fr", "Contrats de 12 mois", "Contrats de 1/2 mois"),
        ("nl", "Contracten van 25 jaar", "Contracten van 2,5 jaar"),
        ("pl", "Umowy na 202122 lata", "Umowy na 2021-22 lata"),
        ("en", "Workers older than 50", "Workers younger than 50"),
        ("en", "How reliable is the funding you get?", "How unreliable is the funding you get?"),
        ("en", "Duration of the contract in years", "Duration of the contract in months"),
        ("en", "Staff who left before the pandemic", "Staff who left after the pandemic"),
        ("en", "People < 18", "People > 18"),
        ("en", "How satisfied is your employer?", "How satisfied was your client?"),
        ("de", "Beschäftigte mit Unterstützungsbedarf", "Beschäftigte ohne Unterstützungsbedarf"),
        ("de", "Öffentliche Aufträge", "Private Aufträge"),
        ("de", "Wie viele Frauen beschäftigt Ihr Unternehmen?", "Wie viele Männer beschäftigt Ihr Unternehmen?"),
        ("fr", "Contrats à durée déterminée", "Contrats à durée indéterminée"),
        ("fr", "Combien de salariés avec un handicap avez-vous ?", "Combien de salariés sans handicap avez-vous ?"),
        ("hr", "Koliko ste zadovoljni svojim poslom?", "Koliko ste nezadovoljni svojim poslom?"),
        ("pl", "Klienci prywatni przedsiębiorstwa", "Klienci publiczni przedsiębiorstwa"),
        ("lv", "Darbinieki ar atbalsta vajadzībām", "Darbinieki bez atbalsta vajadzībām"),
        ("el", "Εργαζόμενοι με ανάγκες υποστήριξης", "Εργαζόμενοι χωρίς ανάγκες υποστήριξης"),
        ("bg", "Работници с потребност от подкрепа", "Работници без потребност от подкрепа"),
        ("ro", "Lucrători cu nevoi de sprijin", "Lucrători fără nevoi de sprijin"),
        ("sl", "Delavci s potrebami po podpori", "Delavci brez potreb po podpori"),
        ("it", "Quanti lavoratori assumete ogni anno?", "Quanti lavoratori licenziate ogni anno?"),
        ("es", "Ingresos antes de impuestos", "Ingresos después de impuestos"),
        ("nl", "Medewerkers met een vast contract", "Medewerkers zonder een vast contract"),
    ],
)
def test_an_opposite_a_number_a_name_or_a_unit_contradicts_the_code(asked, language, question, heading):
    for index, said in ((asked(question, language=language), heading), (asked(heading, language=language), question)):
        assert verdict(index, said) == CONTRADICTED


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("Which organisations support your enterprise?", "Which organizations support your enterprise?"),
        ("Which qualifications do your workers have?", "Which qualfications do your workers have?"),
        ("Vânzări către clienți privați", "Vanzari catre clienti privati"),
        ("Für wie viele Beschäftigte gilt das?", "Fuer wie viele Beschaeftigte gilt das?"),
        ("Για ποιους εργαζόμενους ισχύει;", "ΓΙΑ ΠΟΙΟΥΣ ΕΡΓΑΖΟΜΕΝΟΥΣ ΙΣΧΥΕΙ"),
        ("How many people does your enterprise employ?", "3. How many people does your enterprise employ?"),
        ("How many people does your enterprise employ?", "Q12) <b>How many people</b> does your enterprise employ? *"),
        ("How many people does your enterprise employ?", "How many people does your enterpri"),
        ("Use of e-invoicing in the enterprise", "Use of e invoicing in the enterprise"),
        ("How many people does your enterprise employ?", "How many peop.. [employ]"),
    ],
)
def test_marks_slips_numbering_and_cuts_are_spelling(asked, question, heading):
    assert spelling(heading, "q1", asked(question)) > 0


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("How many employees work here?", "How many employers work here?"),
        ("¿Cuántos trabajadores tiene?", "¿Cuántas trabajadoras tiene?"),
        ("Wie viele Personen beschäftigen Sie?", "Wie viele Personen beschäftigten Sie?"),
        ("Wie beurteilen Sie die Leistung?", "Wie beurteilen Sie die Leitung?"),
        ("Do you work with people who need support?", "Do you work with people"),
        ("Typical ways of working in the enterprise", "Atypical ways of working in the enterprise"),
        ("How satisfied are you with your pay without the bonus?", "How satisfied are you with your pay"),
        ("Wie werden Sie gefördert?", "Wie werden Sie gefordert? Für wie viele?"),
    ],
)
def test_one_letter_at_the_end_or_beginning_of_a_word_or_a_shorter_text_is_more_than_spelling(asked, question, heading):
    assert verdict(asked(question), heading) != SAME


def test_a_slip_that_leads_to_another_word_of_the_questionnaire_is_none(asked):
    assert verdict(asked("Which complements do you pay?", "Which compliments do you pay?"), "Which compliments do you pay?") != SAME


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("In which year was your enterprise founded?", "In what year was your enterprise founded?"),
        ("How many software projects are you currently involved with?", "How many software projects are you currently involved in?"),
        ("Which model describes your enterprise best?", "Which model describes your enterprise the best?"),
        ("What is the highest qualification you have obtained?", "What is the highest degree/qualification you have obtained?"),
        ("What is the bus factor of your project?", "What is the bus factor of your project? (how many people may leave)"),
    ],
)
def test_small_words_and_explanations_are_another_wording(asked, question, heading):
    assert verdict(asked(question), heading) == REWORDED


@pytest.mark.parametrize("heading", ["What is your favourite colour?", "When was the firm set up?"])
def test_another_text_is_unlike_and_contradicts_nothing(asked, heading):
    assert verdict(asked("In which year was your enterprise founded?"), heading) == UNLIKE


@pytest.mark.parametrize(
    ("target", "own"), [("q1/o2", "Open source"), ("q1/o3", "Not applicable"), ("q1/o4", "Sponsorship"), ("q1/o1", "Grants and gifts")]
)
def test_other_words_in_a_short_option_contradict_its_code(asked, target, own):
    index = asked("Which sources pay for your work?|Grants|Open core|Venture capital|Membership")
    assert verdict(index, f"Which sources pay for your work? [{own}]", target) == CONTRADICTED


def test_a_heading_as_near_to_a_sibling_contradicts_its_code(asked):
    index = asked("How often do you train your new staff?", "How often do you train your whole staff?")
    judged = judge("How often do you train your whole new staff?", "q1", index)
    assert (judged.verdict, judged.why) == (CONTRADICTED, "it is as near to q2")


# ------------------------------------------------------------------ the project's own questionnaires


@pytest.mark.parametrize("name", ["skills_survey", "focus_group", "rse2017"])
def test_no_heading_of_a_sibling_is_taken_for_its_codes_question(name):
    """Every pair of rows of a battery, options of a question, and questions of one answer list, in every language."""
    params = ROOT / "tests/rse2017/params" if name == "rse2017" else ROOT / "params"
    questionnaire = load_questionnaire(params / "questionnaires" / name)
    index = heading_index(questionnaire)
    families = {}
    for question in questionnaire.questions.values():
        for family in (question.battery, question.list_name):
            families.setdefault(family, []).append(question.name)
        families[question.name, "options"] = questionnaire.columns(question.name)
    texts = {
        t: [w for w in index.wordings[t].values() if heading_key(w.own.removesuffix(FREE_TEXT)) not in OTHER_HEADINGS]
        for t in index.wordings
    }
    pairs = {pair for names in families.values() for pair in combinations(dict.fromkeys(names), 2)}
    assert len(pairs) > 50
    taken = [
        (target, wording.text)
        for pair in pairs
        for target, other in (pair, pair[::-1])
        for wording in texts[other]
        if heading_key(wording.frame + wording.own) not in index.wordings[target] and spelling(wording.text, target, index)
    ]
    assert taken == []
