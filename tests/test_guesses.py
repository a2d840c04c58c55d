"""Which language an export is likely to be in that fits no language of the questionnaire: asked, and only where it is clear."""

import pytest

from bwise.matching.guesses import WORDS, likely_language, name_of
from bwise.problems import ProblemsFound
from bwise.questionnaire import load_questionnaire
from tests.test_cleaning import gathered, small_project

TEXTS = {
    "cs": "Kolik lidí pracuje ve vašem podniku? Jaké technologie používáte? "
    "Které dovednosti jsou pro vás důležité? Jak je váš podnik financován?",
    "da": "Hvor mange arbejder i din virksomhed? Hvilke teknologier bruger I? "
    "Hvad er det, der holder jer tilbage? Hvilken støtte har I fået?",
    "et": "Kui palju inimesi töötab teie ettevõttes? "
    "Millised oskused on olulised? Mis on teie ettevõtte mudel? Kas teil on lepinguid või mitte?",
    "fi": "Kuinka monta ihmistä yrityksessänne on? Mitkä taidot ovat tärkeitä? Mikä on yrityksenne malli? Onko teillä sopimuksia vai ei?",
    "ga": "Cé mhéad duine atá ag obair i do fhiontar? Cad iad na scileanna is tábhachtaí? Conas atá an fiontar ag feidhmiú?",
    "hu": "Hány ember dolgozik a vállalkozásban? Milyen technológiát használ a cég? "
    "Mely készségek fontosak? Mikor alapították és hogyan működik?",
    "lt": "Kiek žmonių dirba jūsų įmonėje? Kokios technologijos yra naudojamos? "
    "Kurie įgūdžiai yra svarbūs? Kaip yra finansuojama jūsų įmonė?",
    "mt": "Kemm nies jaħdmu fil-intrapriża tiegħek? Liema ħiliet huma importanti għal tiegħek? "
    "Kif hija ffinanzjata l-intrapriża? Liema mudell huwa?",
    "pt": "Quantas pessoas trabalham na sua empresa? "
    "Quais são as competências mais importantes? Qual é o modelo da empresa? Que apoio tem?",
    "sk": "Koľko ľudí pracuje vo vašej firme? Aké technológie používate? "
    "Ktoré zručnosti sú pre vás dôležité? Ako je financovaný váš podnik?",
    "sv": "Hur många arbetar i ert företag? Vilka kunskaper är viktiga? "
    "Vad är det som hindrar er? Vilken typ av stöd har ni fått till det?",
}
"""Questions of nobody's questionnaire, in the languages that ours does not have."""


@pytest.mark.parametrize("language", TEXTS)
def test_a_few_questions_tell_their_language(language):
    assert likely_language([TEXTS[language]]) == language


def test_the_questionnaire_is_taken_for_what_it_is_in_each_of_its_languages(questionnaire):
    for language in questionnaire.languages:
        assert likely_language(q.labels.get(language, "") for q in questionnaire.questions.values()) == language


@pytest.mark.parametrize("texts", [[], ["staff", "model", "q1"], ["a i e o"], ["1 2 3", "2022-05-01"]])
def test_too_few_words_tell_nothing(texts):
    assert likely_language(texts) == ""


def test_all_official_languages_of_the_union_are_known_by_name():
    assert len(WORDS) == 24 and all(len(name_of(language)) > 3 for language in WORDS)


def test_an_export_in_another_language_is_refused_with_the_question_whether_it_is_that(tmp_path):
    project = small_project(tmp_path)
    heads = TEXTS["fi"].split("? ")
    (project.root / "raw/AT/answers.csv").write_text(";".join(heads) + "\n" + ";".join("1234") + "\n", encoding="utf-8")
    with pytest.raises(ProblemsFound) as found:
        gathered(project)
    assert "no language of the questionnaire fits; is it Finnish?" in str(found.value)
    assert "`bwise language fi` writes a workbook to translate it in" in str(found.value)
    assert "fi" not in load_questionnaire(project.params / "questionnaires/small").languages
