"""Which language headings are likely to be in, where no language of the questionnaire fits: a question to the analyst, never a reading.

The languages are the official ones of the European Union (Council Regulation No 1, of 1958, as amended). The words are a list of this
project's own and have no published source: dictionary words that questions to enterprises are made of, chosen so that they tell these
languages from each other. What it is worth was tried on the questionnaire's own 13 languages and on a few questions in the other 11
(`tests/test_guesses.py`), on nothing else: so the answer is a question to the analyst, and nothing is read by it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from babel import Locale

COMMON = dict(
    line.split(": ", 1)
    for line in """
bg: и на за от във в ли се са как какво колко кои кой вашето вашата вашите предприятие или през
cs: a v na je se jak jaký jaká jaké kolik které který vaše vašeho vaší podnik nebo pro jste jsou
da: og i er det en et af til hvor hvad hvilke hvilken mange deres din dit virksomhed eller har for på ikke
de: und der die das in ist wie was welche welcher viele ihr ihre ihrem ihres unternehmen oder für haben sind nicht
el: και το τα η ο οι της του των στην στο σας πόσοι πόσες ποια ποιο ποιες πώς είναι για επιχείρηση ή
en: and the of in is how what which many your enterprise or for have are does do you to
es: y el la los las de en es cómo qué cuál cuáles cuántas cuántos su sus empresa o para tiene son
et: ja on kas kui mis millised milline mitu palju teie ettevõte ettevõttes või ning kuidas millal ei
fi: ja on onko kuinka mikä mitkä mitä millainen montako monta yrityksenne yrityksessänne teidän tai ei miten milloin
fr: et le la les des de en est comment quel quelle quelles quels combien votre vos entreprise ou pour avez sont
ga: agus an na i is conas cad cén cé mhéad bhfuil do bhur fiontar nó ag ar le atá
hr: i u na je se kako koliko koji koja koje vaše vašeg vašem poduzeće poduzeću ili za su ste
hu: és a az van hogyan milyen mely melyik hány mennyi mikor önök vállalkozás vállalkozása vagy nem mi egy
it: e il la le gli di in è come che quale quali quanti quante vostra sua impresa o per sono ha
lt: ir yra ar kaip koks kokia kokie kiek kurie kuris jūsų įmonė įmonėje arba kokios kada ne
lv: un ir kā kāds kāda kādi cik kuri kurš jūsu uzņēmums uzņēmumā vai kādas kad ne
mt: u l-intrapriża hija huwa kif liema kemm x'inhu tiegħek tagħkom jew għal fil ta' għandek mhux
nl: en de het een van in is hoe wat welke hoeveel uw onderneming of voor heeft zijn niet
pl: i w na jest się jak jaki jaka jakie ile które który państwa przedsiębiorstwo przedsiębiorstwie lub dla czy są
pt: e o a os as de em é como que qual quais quantas quantos sua seu empresa ou para tem são não
ro: și în la de cu din pe mai al ale a o este cum ce care câte câți dumneavoastră întreprinderea întreprinderii sau pentru sunt aveți nu
sk: a v na je sa ako aký aká aké koľko ktoré ktorý vaše vášho vašej podnik alebo pre ste sú
sl: in v na je se kako koliko kateri katera katere vaše vašega vašem podjetje podjetju ali za so ste
sv: och i är det en ett av till hur vad vilka vilken många ert er ditt företag eller har för på inte
""".strip().splitlines()
)
WORDS = {language: frozenset(text.split()) for language, text in COMMON.items()}
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
ENOUGH = 5  # such words that must be there
AHEAD = 1.5  # times as many as of the next language


def likely_language(texts: Iterable[str]) -> str:
    """Code of the language that these texts are likely to be in, "" where that is not clear."""
    words = Counter(word for text in texts for word in WORD.findall(text.replace("’", "'").casefold()))
    found = {language: sum(count for word, count in words.items() if word in known) for language, known in WORDS.items()}
    (first, most), (_, next_) = Counter(found).most_common(2)
    return first if most >= ENOUGH and most >= AHEAD * next_ else ""


def name_of(language: str) -> str:
    """The language in English, as Unicode's CLDR names it: `fi` -> Finnish."""
    return Locale("en").languages.get(language, language)
