"""Words that survey tools and people write in the languages of the 13 countries, whatever the questionnaire.

Sources: interface translations of LimeSurvey and EUSurvey as far as seen in exports; plain dictionary words else.
"""

from bwise.text import answer_key


def _keys(words: str) -> frozenset[str]:
    return frozenset(answer_key(w) for w in words.split("|"))


YES = _keys("Yes|Y|1|1.0|true|x|Ja|J|Oui|Да|Da|Ναι|Sì|Si|Jā|Tak|Sí|Checked|Selected")
NO = _keys("No|N|0|0.0|false|Nein|Nee|Non|Не|Ne|Όχι|Nē|Nie|Nu|Unchecked|Not selected")
NOT_APPLICABLE = _keys("N/A|NA|n.a.|n.v.t.|s.o.|n/d|nicht zutreffend|sans objet|not applicable|nie dotyczy|nu se aplică")
BLANK = _keys("-|--|.|?|…|/|k. A.|keine Angabe")
OTHER = _keys(
    "Other|Sonstiges|Andere|Anders|Autre|Друго|Drugo|Ostalo|Άλλο|Altro|Cits|Cita|Inne|Inny|Altul|Alta|Altele|Otro|Otra|Otros|other"
)
"""How tools call the field for free text beside the options."""
TEST = _keys("test|test test|teste|testing|prova|prueba|essai|тест|δοκιμή|proba|próba|tests|probeweise|asdf|xxx|lorem ipsum")
"""What people type to try out a form; compared with whole answers, never with parts of them."""

LANGUAGES_OF = {
    "AT": "de",
    "BE": "nl fr de",
    "BG": "bg",
    "HR": "hr",
    "FR": "fr",
    "EL": "el",
    "IT": "it de",
    "LV": "lv",
    "NL": "nl",
    "PL": "pl",
    "RO": "ro",
    "SI": "sl",
    "ES": "es",
}
"""Languages a partner's answers may be written in where nothing in the file tells: official ones of the 13 countries."""
