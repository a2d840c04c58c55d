"""Texts of a short questionnaire in three languages that the questionnaires of the project do not have.

The wording is a placeholder like that of the questionnaire itself: by hand, read by no native speaker.
"""

SHORT = (
    "partner_code",
    "wise_code",
    "group",
    "model",
    "model_other",
    "founded",
    "staff",
    "pathway",
    "digrel",
    "digrel_d11",
    "digrel_d24",
    "digrel_d42",
    "digend",
    "digend_d11",
    "digend_d24",
    "digend_d42",
    "barriers",
    "barriers_other",
    "comments",
)
"""Rows of `skills_survey/survey.csv` that it asks; groups end where theirs do."""

TEXTS = {
    "Code of the partner organisation that invited you": (
        "Teidät kutsuneen kumppaniorganisaation tunnus",
        "Código da organização parceira que o convidou",
        "Az Önt meghívó partnerszervezet kódja",
    ),
    "Code of your work integration social enterprise (WISE)": (
        "Työintegraatioyrityksenne tunnus",
        "Código da sua empresa social de inserção",
        "Az Ön munkaintegrációs társadalmi vállalkozásának kódja",
    ),
    "Which group of workers do you belong to?": (
        "Mihin työntekijäryhmään kuulutte?",
        "A que grupo de trabalhadores pertence?",
        "A munkavállalók melyik csoportjába tartozik Ön?",
    ),
    "Enabler (management, human resources, finance, coordination, ICT)": (
        "Mahdollistaja (johto, henkilöstö, talous, koordinointi, tietotekniikka)",
        "Facilitador (direção, recursos humanos, finanças, coordenação, TIC)",
        "Támogató háttérmunkatárs (vezetés, humán erőforrás, pénzügy, koordináció, informatika)",
    ),
    "Supporter (job coach, tutor, mentor)": (
        "Tukihenkilö (työvalmentaja, ohjaaja, mentori)",
        "Acompanhante (técnico de inserção, tutor, mentor)",
        "Segítő (munkahelyi mentor, oktató, tutor)",
    ),
    "Worker with support needs": ("Tuettu työntekijä", "Trabalhador com necessidades de apoio", "Támogatásra szoruló munkavállaló"),
    "Which model describes your enterprise best?": (
        "Mikä malli kuvaa yritystänne parhaiten?",
        "Que modelo descreve melhor a sua empresa?",
        "Melyik modell írja le legjobban az Ön vállalkozását?",
    ),
    "Productive model": ("Tuotannollinen malli", "Modelo produtivo", "Termelő modell"),
    "Social model": ("Sosiaalinen malli", "Modelo social", "Szociális modell"),
    "Training model": ("Koulutusmalli", "Modelo formativo", "Képzési modell"),
    "Mixed model": ("Sekamalli", "Modelo misto", "Vegyes modell"),
    "Another model": ("Muu malli", "Outro modelo", "Más modell"),
    "Please describe the other model": ("Kuvailkaa muuta mallia", "Descreva o outro modelo", "Kérjük, írja le a másik modellt"),
    "In which year was your enterprise founded?": (
        "Minä vuonna yrityksenne on perustettu?",
        "Em que ano foi fundada a sua empresa?",
        "Melyik évben alapították az Ön vállalkozását?",
    ),
    "How many people does your enterprise employ?": (
        "Kuinka monta henkilöä yrityksenne työllistää?",
        "Quantas pessoas emprega a sua empresa?",
        "Hány embert foglalkoztat az Ön vállalkozása?",
    ),
    "Which integration pathway does your enterprise offer?": (
        "Minkä työllistymispolun yrityksenne tarjoaa?",
        "Que percurso de inserção oferece a sua empresa?",
        "Milyen integrációs utat kínál az Ön vállalkozása?",
    ),
    "Permanent jobs inside the enterprise": (
        "Pysyviä työpaikkoja yrityksessä",
        "Empregos permanentes na empresa",
        "Állandó munkahelyek a vállalkozáson belül",
    ),
    "Transitional jobs on the way to another employer": (
        "Siirtymätyöpaikkoja matkalla toiselle työnantajalle",
        "Empregos de transição para outro empregador",
        "Átmeneti munkahelyek egy másik munkáltató felé",
    ),
    "Both permanent and transitional jobs": (
        "Sekä pysyviä että siirtymätyöpaikkoja",
        "Empregos permanentes e de transição",
        "Állandó és átmeneti munkahelyek egyaránt",
    ),
    "How relevant are these digital skills for your own work today?": (
        "Kuinka tärkeitä nämä digitaidot ovat omassa työssänne tänään?",
        "Qual é hoje a relevância destas competências digitais para o seu próprio trabalho?",
        "Mennyire fontosak ma ezek a digitális készségek az Ön saját munkájában?",
    ),
    "How well developed are these digital skills in your own case?": (
        "Kuinka hyvin kehittyneitä nämä digitaidot ovat omalla kohdallanne?",
        "Em que medida estão desenvolvidas estas competências digitais no seu próprio caso?",
        "Mennyire fejlettek ezek a digitális készségek az Ön saját esetében?",
    ),
    "Browsing, searching and filtering data, information and digital content": (
        "Datan, tiedon ja digitaalisen sisällön selaaminen, haku ja suodatus",
        "Navegar, procurar e filtrar dados, informação e conteúdos digitais",
        "Adatok, információk és digitális tartalmak böngészése, keresése és szűrése",
    ),
    "Collaborating through digital technologies": (
        "Yhteistyö digitaaliteknologioiden avulla",
        "Colaborar através de tecnologias digitais",
        "Együttműködés digitális technológiák segítségével",
    ),
    "Protecting personal data and privacy": (
        "Henkilötietojen ja yksityisyyden suojaaminen",
        "Proteger dados pessoais e privacidade",
        "A személyes adatok és a magánélet védelme",
    ),
    "Not relevant": ("Ei tärkeä", "Nada relevante", "Nem fontos"),
    "Slightly relevant": ("Hieman tärkeä", "Pouco relevante", "Kissé fontos"),
    "Moderately relevant": ("Kohtalaisen tärkeä", "Moderadamente relevante", "Közepesen fontos"),
    "Relevant": ("Tärkeä", "Relevante", "Fontos"),
    "Very relevant": ("Erittäin tärkeä", "Muito relevante", "Nagyon fontos"),
    "Don't know": ("En osaa sanoa", "Não sei", "Nem tudom"),
    "Not developed at all": ("Ei lainkaan kehittynyt", "Nada desenvolvida", "Egyáltalán nem fejlett"),
    "Slightly developed": ("Hieman kehittynyt", "Pouco desenvolvida", "Kissé fejlett"),
    "Moderately developed": ("Kohtalaisen kehittynyt", "Moderadamente desenvolvida", "Közepesen fejlett"),
    "Well developed": ("Hyvin kehittynyt", "Bem desenvolvida", "Jól fejlett"),
    "Very well developed": ("Erittäin hyvin kehittynyt", "Muito bem desenvolvida", "Nagyon jól fejlett"),
    "What keeps your enterprise from using more technology?": (
        "Mikä estää yritystänne käyttämästä enemmän teknologiaa?",
        "O que impede a sua empresa de utilizar mais tecnologia?",
        "Mi akadályozza az Ön vállalkozását abban, hogy több technológiát használjon?",
    ),
    "High cost and insufficient funding": (
        "Korkeat kustannukset ja riittämätön rahoitus",
        "Custos elevados e financiamento insuficiente",
        "Magas költségek és elégtelen finanszírozás",
    ),
    "Lack of information on technologies": (
        "Tiedon puute teknologioista",
        "Falta de informação sobre tecnologias",
        "A technológiákkal kapcsolatos információk hiánya",
    ),
    "Lack of knowledge and skills to use devices": (
        "Laitteiden käyttöön tarvittavien tietojen ja taitojen puute",
        "Falta de conhecimentos e competências para usar os dispositivos",
        "Az eszközök használatához szükséges ismeretek és készségek hiánya",
    ),
    "Insufficient training adapted to the sector": (
        "Riittämätön alalle sovitettu koulutus",
        "Formação insuficiente adaptada ao setor",
        "Az ágazathoz igazított képzés elégtelensége",
    ),
    "No barriers": ("Ei esteitä", "Nenhum obstáculo", "Nincsenek akadályok"),
    "Other barriers": ("Muita esteitä", "Outros obstáculos", "Egyéb akadályok"),
    "Please describe the other barriers": (
        "Kuvailkaa muita esteitä",
        "Descreva os outros obstáculos",
        "Kérjük, írja le az egyéb akadályokat",
    ),
    "Is there anything else you would like to tell us?": (
        "Haluatteko kertoa meille vielä jotain muuta?",
        "Há mais alguma coisa que nos queira dizer?",
        "Van még valami, amit szeretne elmondani nekünk?",
    ),
}
LANGUAGES = ("fi", "pt", "hu")


def said(text: str, language: str) -> str:
    return TEXTS[text][LANGUAGES.index(language)]
