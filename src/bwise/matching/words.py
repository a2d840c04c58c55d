"""Words that survey tools and people write in the languages of Europe, whatever the questionnaire.

Sources: interface translations of LimeSurvey and EUSurvey as far as seen in exports; the local names of TRUE and FALSE in
Excel and LibreOffice; plain dictionary words else.
"""

from __future__ import annotations

from collections.abc import Iterable

from bwise.text import answer_key


def _keys(words: str) -> frozenset[str]:
    return frozenset(answer_key(w) for w in words.split("|"))


TICKS = _keys("1|1.0|1,0|x|✓|✔|☑|☒|●|◉|■|✅|y|true"), _keys("0|0.0|0,0|☐|○|□|❌|n|false")
"""Signs and words of tools for a tick and for none, whatever the language of the form."""

SAYS = {
    language: (_keys(yes), _keys(no))
    for language, yes, no in (
        ("en", "Yes|T|Checked|Ticked|Selected", "No|F|Unchecked|Not checked|Not ticked|Not selected"),
        ("de", "Ja|J|Wahr|W|Angekreuzt|Ausgewählt", "Nein|Falsch|F|Nicht angekreuzt|Nicht ausgewählt"),
        ("nl", "Ja|J|Waar|Aangevinkt|Geselecteerd", "Nee|Neen|Onwaar|Niet aangevinkt|Niet geselecteerd"),
        ("fr", "Oui|O|Vrai|V|Coché|Cochée|Sélectionné", "Non|Faux|F|Non coché|Non cochée|Non sélectionné"),
        ("bg", "Да|Д|Истина|Вярно|Избрано", "Не|Н|Лъжа|Невярно|Не е избрано"),
        ("hr", "Da|D|Istina|Točno|Odabrano|Označeno", "Ne|Neistina|Laž|Netočno|Nije odabrano|Neoznačeno"),
        ("el", "Ναι|ΝΑΙ|Ν|Nai|Ne|Αληθές|ΑΛΗΘΕΣ|Αληθής|ΑΛΗΘΗΣ|Σωστό", "Όχι|ΟΧΙ|Ο|Ochi|Oxi|Ψευδές|ΨΕΥΔΕΣ|Ψευδής|ΨΕΥΔΗΣ|Λάθος"),
        ("it", "Sì|Si|S|Vero|V|Selezionato", "No|Falso|F|Non selezionato"),
        ("lv", "Jā|Ja|J|Patiess|Patiesība|Taisnība|Atzīmēts|Izvēlēts", "Nē|Ne|Aplams|Nepatiess|Nav atzīmēts|Nav izvēlēts"),
        ("pl", "Tak|T|Prawda|P|Zaznaczone|Zaznaczono|Wybrano", "Nie|Fałsz|F|Niezaznaczone|Nie zaznaczono|Nie wybrano"),
        ("ro", "Da|D|Adevărat|Bifat|Selectat", "Nu|Fals|F|Nebifat|Neselectat"),
        ("sl", "Da|D|Res|Resnično|Drži|Izbrano|Označeno", "Ne|Ni res|Neresnično|Ne drži|Ni izbrano|Neoznačeno"),
        ("es", "Sí|Si|S|Verdadero|V|Cierto|Marcado|Seleccionado", "No|Falso|F|No marcado|No seleccionado"),
        ("ca", "Sí|Si|S|Cert|Vertader|Verdader", "No|Fals|F"),
        ("pt", "Sim|S|Verdadeiro|V|Marcado|Selecionado", "Não|Nao|Falso|F|Não marcado|Não selecionado"),
        ("cs", "Ano|A|Pravda", "Ne|Nepravda"),
        ("sk", "Áno|A|Pravda", "Nie|Nepravda"),
        ("hu", "Igen|I|Igaz", "Nem|Hamis|H"),
        ("fi", "Kyllä|K|Tosi", "Ei|E|Epätosi"),
        ("sv", "Ja|J|Sant", "Nej|Falskt"),
        ("da", "Ja|J|Sand|Sandt", "Nej|Falsk"),
        ("nb", "Ja|J|Sann|Sant", "Nei|Usann|Usant"),
        ("et", "Jah|J|Tõene", "Ei|E|Väär"),
        ("lt", "Taip|T|Tiesa|Teisinga", "Ne|Netiesa|Klaidinga"),
        ("mt", "Iva|Veru", "Le|Falz"),
        ("ru", "Да|Д|Истина|Правда", "Нет|Н|Ложь"),
        ("uk", "Так|Т|Істина|Правда", "Ні|Н|Хибність|Неправда"),
        ("sr", "Da|Да|Tačno|Тачно", "Ne|Не|Netačno|Нетачно"),
        ("mk", "Да|Точно", "Не|Неточно"),
        ("sq", "Po|E vërtetë", "Jo|E gabuar|E pavërtetë"),
        ("tr", "Evet|E|Doğru", "Hayır|H|Yanlış"),
    )
}
"""Language -> how people and tools say yes or true in it, and how no or false. A word of one may be another's opposite: `ne` is
no in eight languages and, in Latin letters, yes in Greek."""

YES = TICKS[0] | frozenset(word for yes, _ in SAYS.values() for word in yes if len(word) > 1 or word == "j")
NO = TICKS[1] | frozenset(word for _, no in SAYS.values() for word in no if len(word) > 1)


def yes_and_no(words: Iterable[str], language: str = "") -> tuple[frozenset[str], frozenset[str]]:
    """Which of the words that stand together in one question say yes, and which no.

    They are read in the one language that has all of them; that of the delivery comes first. Where none has, each word is read
    by itself, single letters are not. A word that says yes in one of the languages that are left and no in another is neither.

    Args:
        words: as `answer_key` makes them; others than yes and no may be among them.
    """
    found = frozenset(words)
    told = [found & signs for signs in TICKS]
    spoken = {w for w in found - TICKS[0] - TICKS[1] if any(w in yes or w in no for yes, no in SAYS.values())}
    speakers = [name for name, (yes, no) in SAYS.items() if spoken <= yes | no]
    together = bool(speakers)
    if language in speakers:
        speakers = [language]
    for word in spoken if together else {w for w in spoken if len(w) > 1}:
        own = language in SAYS and word in SAYS[language][0] | SAYS[language][1]
        asked = [language] if own and not together else speakers or list(SAYS)
        meanings = {which for name in asked for which in (0, 1) if word in SAYS[name][which]}
        if len(meanings) == 1:
            which = meanings.pop()
            told[which] |= {word}
    if language not in speakers and max(map(len, spoken), default=0) == 1 and not (told[0] and told[1]):
        return found & TICKS[0], found & TICKS[1]  # `o` alone is yes in French and a circle elsewhere
    return told[0], told[1]


NOT_APPLICABLE = _keys(
    "N/A|NA|n.a.|n.v.t.|nvt|niet van toepassing|s.o.|n/d|nicht zutreffend|entfällt|sans objet|not applicable|nie dotyczy|nu se aplică"
)
BLANK = _keys("-|--|---|_|.|?|…|/|//|\\|*|k. A.|k.A.|keine Angabe|null|#NULL!|nan|<NA>|NaT|(blank)|(leer)|(vide)")
"""Signs that people and programs write where there is nothing to say; SPSS writes #NULL! for an empty number."""
NOTHING = BLANK | NOT_APPLICABLE
"""In a field for text, both say that nothing was typed."""
NONE = (NO - TICKS[1]) | _keys(
    "none|nothing|keine|keiner|keines|kein|nichts|geen|niets|aucun|aucune|rien|néant|няма|нищо|никакви|nema|ništa|nikakve|καμία|κανένα|"
    "κανένας|τίποτα|nessuno|nessuna|niente|nulla|nav|nekas|nekā|brak|żadne|żaden|nic|niciunul|niciuna|nimic|nobena|noben|nič|nima|"
    "ninguno|ninguna|nada"
)
"""Who writes one of these words under "other" has no other answer."""
ERRORS = _keys("#N/A|#NV|#N/D|#REF!|#BEZUG!|#VALUE!|#WERT!|#VALEUR!|#¡VALOR!|#VALORE!|#DIV/0!|#NAME?|#NUM!|#SPILL!|#CALC!|Err:502")
"""What cells of a workbook show whose formula failed: there was an answer, and it is lost."""


def nothing_typed(role: str) -> frozenset[str]:
    """What stands in an open question of this role where nothing was said."""
    return NOTHING | NONE if role == "other" else NOTHING


OTHER = _keys(
    "Other|Sonstiges|Andere|Anders|Autre|Друго|Drugo|Ostalo|Άλλο|Altro|Cits|Cita|Inne|Inny|Altul|Alta|Altele|Otro|Otra|Otros|other"
)
"""How tools call the field for free text beside the options."""
TEST = _keys(
    "test|test test|teste|testing|prova|prueba|essai|тест|δοκιμή|proba|próba|tests|probeweise|asdf|xxx|lorem ipsum|"
    "testi|teszt|katse|bandymas|testas|zkouška|skúška|prøve|provsvar|tástáil"
)
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
