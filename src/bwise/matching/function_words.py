"""Function words in the languages of the 13 countries and English: those that carry little, and those that turn a sentence round.

Plain dictionary words, compared without marks (`né` and `ne` alike): a mark lost must not hide a negation.
"""

import re

from bwise.text import without_marks


def _by_language(lines: str) -> dict[str, frozenset[str]]:
    """`en: not no` -> {"en": {"not", "no"}}; a line may go on in the next one. Without a language: the words of all."""
    blocks = re.findall(r"(?m)^(\w\w): (.*(?:\n +.*)*)", lines)
    words = {language: frozenset(without_marks(word) for word in text.split()) for language, text in blocks}
    return words | {"": frozenset().union(*words.values())}


NEGATIONS = _by_language("""
en: no not none never without nor neither nobody nothing except excluding cannot t only
de: nicht kein keine keinen keiner keinem keines nie niemals ohne weder niemand nichts außer ausgenommen nur
nl: niet geen nooit zonder noch niemand niets behalve uitgezonderd alleen enkel slechts
fr: ne n pas jamais sans ni rien aucun aucune sauf hors excepté seulement uniquement
bg: не няма нито без никога никой нищо никакъв никаква освен само
hr: ne nije nisu nisam nismo nema nemaju bez nikad nikada nitko ništa nijedan nijedna osim samo niti neće
el: δεν μη μην όχι χωρίς δίχως ούτε κανείς κανένας καμία κανένα ποτέ τίποτα εκτός μόνο
it: non nessun nessuno nessuna senza né mai niente nulla tranne eccetto escluso solo soltanto
lv: nē nav bez nekad neviens neviena nekas izņemot tikai
pl: nie bez nigdy ani nikt nic żaden żadna żadne oprócz poza tylko brak
ro: nu fără niciodată nici nimeni nimic niciun nicio excepția doar numai
sl: ni niso nisem nismo nima nimajo brez nikoli nihče nič noben nobena razen le niti
es: no sin nunca jamás nadie nada ningún ninguna ninguno excepto salvo sólo solamente
""")
"""Negations and exceptions."""

QUANTITIES = _by_language("""
en: less fewer more most least before after under over above below minimum maximum all every each any some
    first last half twice double one two three four five six seven eight nine ten
de: weniger mehr meisten wenigsten mindestens höchstens vor nach unter über alle jede jeder jedes erste
    letzte halb doppelt zwei drei vier fünf
nl: minder meer meeste minste minstens hoogstens na onder boven elke eerste laatste twee drie vier vijf
fr: moins plus avant après sous tous toutes chaque premier dernier deux trois quatre cinq
bg: малко повече преди след под над всички всеки всяка първи последен
hr: manje više najviše najmanje prije poslije nakon ispod iznad svi sve svaki prvi zadnji posljednji
el: λιγότερο λιγότερα περισσότερο περισσότερα πριν μετά κάτω πάνω όλοι όλες όλα κάθε πρώτος τελευταίος
it: meno più prima dopo sotto sopra tutti tutte ogni primo ultimo due tre quattro cinque
lv: mazāk vairāk pirms pēc zem virs visi visas katrs pirmais pēdējais
pl: mniej więcej przed nad wszyscy wszystkie każdy pierwszy ostatni
ro: mai puțin mult înainte după sub peste toți toate fiecare primul ultimul
sl: manj več največ najmanj pred po pod nad vsi vse vsak zadnji
es: menos más antes después bajo sobre todos todas cada primero último dos tres cuatro cinco
""")
"""More and less, all and some, before and after: as negations, they make another question of a question."""

SMALL = _by_language("""
en: a an the of in on at to for from by with and or as is are was were be been do does did have has had you
    your yours we our i my me it its this that these those which what who whom how when where there can
    could would will please if about into than so such
de: der die das den dem des ein eine einen einer einem eines und oder in im an am auf für von vom zu zum zur
    mit bei aus um durch ist sind war waren wird werden wurde haben hat hatte sie ihr ihre ihren ihrem ihrer
    ich mein meine es diese dieser dieses diesen welche welcher welches welchem wie was wer wo wann bitte
    als auch dass
nl: de het een en of in op aan te van voor met bij uit door om is zijn was waren wordt worden heeft hebben
    had u uw je jouw ik mijn het dit dat deze die welke welk wat wie hoe waar wanneer als ook er
fr: le la les l un une des du de d et ou en dans à au aux pour par avec sur chez est sont était été a ont
    avez vous votre vos je mon ma mes il elle ce cette ces quel quelle quels quelles que qui qu comment où
    quand y se s si
bg: и или в във на за от до с със при по е са беше били има имат ви вие вашето вашата вашите вашия аз моето
    това тази тези този кои кой коя кое какво какъв каква как къде кога да се си ли
hr: i ili u na za od do s sa iz pri po je su bio bila bilo ima imaju vi vaš vaša vaše vašeg vašem vašu ja
    moj moje ovo ova ove ovaj koji koja koje kojem koju što tko kako gdje kada da se li
el: ο η το οι τα του της των τον την τους τις ένα μια ένας και ή σε στο στη στην στις στους στα για από με
    ως είναι ήταν έχει έχουν εσείς σας μου αυτό αυτή αυτές αυτά αυτοί ποιο ποια ποιες ποιοι τι πώς πόσο που
    πού πότε να θα
it: il lo la i gli le l un uno una di del dello della dei degli delle d da dal dalla in nel nella nei nelle
    a al alla ai alle per con su sul è sono era ha hanno lei suo sua suoi sue io mio questo questa queste
    questi quale quali che chi come dove quando e o si vi
lv: un vai no uz ar par pie pēc ir bija jūs jūsu es mans šis šī šie šīs kurš kura kuri kuras kas kā kur kad
    lai ka
pl: i lub w we na do z ze od dla przez przy po jest są był była było ma mają państwo państwa pan pani ja mój
    moje to ten ta te tego tych który która które których jaki jaka jakie co kto jak gdzie kiedy czy się o
ro: și sau în din de la pe pentru cu prin este sunt era a au are aveți dumneavoastră dvs dv eu meu acest
    această aceste acestea care ce cine cum unde când un o al ai ale să se vă
sl: in ali v na za od do z s iz pri je so bil bila bilo ima imajo vi vaš vaša vaše vašega vašem jaz moj moje
    to ta te ti kateri katera katero katere kaj kdo kako kje kdaj da se
es: el la los las un una unos unas de del en a al por para con y o u es son era ha han tiene tienen usted su
    sus yo mi este esta estos estas esto que qué cuál cuáles quién cómo dónde cuándo se si le
""")
"""Articles, prepositions, pronouns, forms of be and have: a question may lose or gain one of them and stay the same question."""

NEGATING = without_marks(
    "un in im il ir non dis anti ohn miss nicht niet on mal més dés s ne nie не без bez brez α αν μη a an nav ni"
).split()
"""Beginnings that turn a word round: `reliable` and `unreliable`, `zadovoljan` and `nezadovoljan`."""

NEGATING_ENDS = ("less", "los", "lose", "loser", "losen", "loos", "loze", "free", "frei")
