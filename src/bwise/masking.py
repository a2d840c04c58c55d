"""What machines can find of a person in a typed text, replaced by a word in square brackets. Names of people are not among it.

Every pattern reads a text once, however long it is. Numbers are judged by their check digits (python-stdnum) and numbering plans
(phonenumbers) of all countries of the project, whatever country the text is from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from importlib import import_module
from ipaddress import ip_address

import phonenumbers

from bwise.text import INVISIBLE

Findings = Iterator[tuple[int, int, str]]  # from, to, what it is
FULL_WIDTH = {sign: sign - 0xFEE0 for sign in range(0xFF01, 0xFF5F)}  # East Asian keyboards, to ASCII one for one
FULL_WIDTH |= {0x3002: ".", 0xFF61: ".", 0xFE52: ".", 0xFE6B: "@", 0x3000: " "}
CLOSING = ".,:;!?'\"»”“’)]}>…"  # signs that end a sentence, not an address


def mask(text: str, country: str) -> str:
    """The text without what would lead to a person; each piece is replaced by what it was, in square brackets.

    Found are e-mail addresses (also `name (at) example punkt org`), links with and without scheme, handles, IP addresses,
    coordinates, dates of birth after a word for them, bank accounts, cards, national identity numbers, and telephone numbers with
    an international prefix or of any country of the project. Years, dates, amounts, percentages, postal codes and codes of
    classifications stay. `country`: where the text is from; numbers written like an amount count only as numbers of that country.
    """
    plain = masked = INVISIBLE.sub("", text).translate(FULL_WIDTH)
    for find in [*OF_SIGNS, *(OF_DIGITS if DIGITS.search(plain) else ())]:
        pieces, end = [], 0
        for start, stop, what in find(masked, country):
            if start >= end:
                pieces += [masked[end:start], f"[{what}]"]
            end = max(end, stop)
        masked = "".join([*pieces, masked[end:]])
    return text if masked == plain else masked


def _each(pattern: re.Pattern, what: str, part: int | str = 0) -> Callable[[str, str], Findings]:
    return lambda text, country: ((*found.span(part), what) for found in pattern.finditer(text))


# ------------------------------------------------------------------ addresses

AT_WORDS = "at|ät|arroba|arobase|chiocciola|małpa|malpa|apenstaartje|afna|παπάκι|кльомба|маймунка"
DOT_WORDS = "dot|punkt|punkts|punt|punto|point|punct|ponto|kropka|pika|točka|tocka|τελεία|точка"
SPACE = r"[^\S\n]"
SPELLED_AT = re.compile(
    rf"{SPACE}?[(\[{{<]{SPACE}?(?:{AT_WORDS}|a|@){SPACE}?[)\]}}>]{SPACE}?|{SPACE}(?:{AT_WORDS}|@){SPACE}|{SPACE}@|@{SPACE}", re.IGNORECASE
)
SPELLED_DOT = (
    rf"(?:{SPACE}?[(\[{{<]{SPACE}?(?:{DOT_WORDS}|\.){SPACE}?[)\]}}>]{SPACE}?|{SPACE}(?:{DOT_WORDS}){SPACE}|{SPACE}?\.{SPACE}?(?<!\w\.\s))"
)
ADDRESS = re.compile(r"(?<![^\s@<>,;()])[^\s@<>,;()]++@(?=(?P<host>[^\s@<>,;()]++))")
LOCAL_PART = re.compile(rf"(?:[\w+-]{{1,64}}{SPELLED_DOT})?[\w.+-]{{1,64}}\Z", re.IGNORECASE)
LONGEST_LOCAL_PART = 80
SPELLED_HOST = re.compile(rf"[\w-]{{1,63}}(?:{SPELLED_DOT}[\w-]{{1,63}}){{1,5}}", re.IGNORECASE)
DOT = re.compile(SPELLED_DOT, re.IGNORECASE)
SCHEME = re.compile(r"(?:\b(?:https?|ftp|mailto|tel|file):/{0,2}|\bwww\d?\.)\S*[^\s.,:;!?'\"»”’)\]}>…]", re.IGNORECASE)
HOST = re.compile(r"(?<![\w@-])(?P<host>\w[\w-]*+(?:\.\w[\w-]*+)++)(?::\d{1,5})?(?P<path>[/?#]\S*)?")
HANDLE = re.compile(r"(?<![\w@./\]])@[^\W\d]\w++(?:[.-]\w++)*+")
SMALL_HOST = re.compile(r"[a-z\d.-]+")
TOP_LEVEL = frozenset(
    """ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg ch ci
    ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp
    gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li
    lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om
    pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc
    td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw бг ευ ελ ею рф срб укр
    com org net edu gov int mil info biz name pro aero coop museum travel jobs mobi cat asia tel post xxx
    academy africa agency amsterdam app art associates bank bar barcelona berlin bio blog brussels bzh business cafe care center
    charity city cloud club community company consulting cooking corsica design dev digital directory earth eco education email
    energy engineering events expert farm finance fit foundation fund gal garden gent gift global gmbh green group guide guru
    hamburg haus health help hosting house immo industries ink institute international jetzt kaufen kitchen koeln land law life
    link live london love ltd madrid management market marketing media network news ngo one ong online organic page paris
    partners photo photography pizza place plus press productions promo pub recipes repair report rest restaurant review reviews
    ruhr sale school science services shop show site social software solutions space store studio style support swiss systems
    team tech technology tips tirol today tools tours town training tube university vegas versicherung video vlaanderen voto
    voyage wien wiki win work works world xyz zone""".split()  # noqa: SIM905
)  # of IANA's root zone: all of countries, and those of others that people in this field use


def _addresses(text: str, country: str) -> Findings:
    """From the word before the sign to the end of the host, which must have a dot."""
    for found in ADDRESS.finditer(text):
        if "." in found["host"].rstrip(CLOSING):
            yield found.start(), found.end() + len(found["host"].rstrip(CLOSING)), "e-mail"


def _spelled_addresses(text: str, country: str) -> Findings:
    """Where sign or dots are words, stand in brackets or among spaces."""
    done = 0
    for sign in SPELLED_AT.finditer(text):
        host = SPELLED_HOST.match(text, sign.end())
        local = LOCAL_PART.search(text, max(done, sign.start() - LONGEST_LOCAL_PART), sign.start()) if host else None
        if local and _is_spelled_host(host[0], sign[0].strip().lower()):
            done = host.end()
            yield local.start(), done, "e-mail"


def _is_spelled_host(host: str, sign: str) -> bool:
    """Whether what follows a sign can be nothing but a host; `at` alone is a word (`at this point in time`)."""
    labels, dots = DOT.split(host), [dot.strip().lower() for dot in DOT.findall(host)]
    last = labels[-1].lower()
    if not (last.isalpha() and 2 <= len(last) <= 24):
        return False
    told = sign[0] in "([{<" or "." not in dots or sign == "@"
    return (told or last in TOP_LEVEL) and not (sign == "at" and dots[-1] == "point")


def _hosts(text: str, country: str) -> Findings:
    for found in HOST.finditer(text):
        if _is_host(found["host"], bool(found["path"])):
            yield found.start(), found.start() + len(found[0].rstrip(CLOSING)), "link"


def _is_host(host: str, has_path: bool) -> bool:
    """Names with a known ending; with any other, where a path, a digit, a hyphen or a third part tells that it is a host.

    A sentence that begins without a space (`gut.Aber`) has a capital after the stop; abbreviations (`p.es`) have parts of one letter.
    """
    *before, name, last = host.split(".")
    alike = last.islower() or (last.isupper() and name.isupper())
    if not (alike and last.isalpha() and 2 <= len(last) <= 24 and len(name) > 1 and not name.isdigit()):
        return False
    if last.lower() in TOP_LEVEL:
        return True
    telling = has_path or "-" in name or any(c.isdigit() for c in name) or (before and all(len(b) > 2 for b in before))
    return bool(telling) and len(name) > 2 and SMALL_HOST.fullmatch(host) is not None


IP = re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}+(?:(?:\.\d{1,3}){3})?)(?![\w:]|\.\d)")


def _ip_addresses(text: str, country: str) -> Findings:
    """Version 4 with a part of two digits (`§ 1.2.3.4` is none), version 6 with a digit."""
    for found in IP.finditer(text):
        try:
            ip_address(found[0])
        except ValueError:
            continue
        if max(map(len, found[0].split("."))) > 1 and any(c.isdigit() for c in found[0]):
            yield *found.span(), "IP address"


# ------------------------------------------------------------------ places and days

FINE = r"\d{1,3}[.,]\d{4,15}+°?"  # four decimals are ten metres; decimal numbers that stand alone stay
COORDINATES = re.compile(
    rf"(?:[-+]|(?<![\d.,+-])){FINE}\s?[NS]?(?:\s?[,;/]\s?|\s)[-+]?{FINE}(?:\s?[EWO]\b)?"
    r"|(?<![\d.,])\d{1,3}\s?°\s?\d{1,2}(?:[.,]\d{1,9})?\s?['′’](?:\s?\d{1,2}(?:[.,]\d{1,9})?\s?(?:[\"″”]|''))?(?:\s?[NSEWO]\b)?",
    re.IGNORECASE,
)
BORN = re.compile(
    r"(?:\b(?:born|birth(?:day|date)?|d\.?o\.?b|geb|geboren|geburtsdatum|geburtstag|geboortedatum|geboortedag|née?|né\(e\)|naissance"
    r"|роден[аи]?|раждане|рожден|rođen[ai]?|rođenj\w{1,3}|γεννήθηκα|γεννημέν\w{1,3}|γέννησης?|nat[oa]|nascita|dzimis|dzimusi|dzimšanas"
    r"|urodzon[yae]|urodzenia|urodzi[łl][ae]?m|ur|născut\w{0,2}|nascut\w{0,2}|na[șs]teri\w{1,2}|rojen[ai]?|rojstva|nacid[oa]|nací"
    r"|nacimiento)(?!\w)[^\d\n]{0,25}|\*)\Z",
    re.IGNORECASE,
)
DAY_OF_LIFE = re.compile(
    r"(?<!\d)(?:\d{1,2}\s?[./ -]\s?\d{1,2}\s?[./ -]\s?\d{2,4}\b|\d{4}[./-]\d{1,2}[./-]\d{1,2}\b"
    r"|\d{1,2}(?:\.|er|st|nd|rd|th|º)?\s(?:de\s|di\s|of\s)?[^\W\d]{3,12}\.?,?\s(?:de\s|del\s)?\d{4}\b)",
    re.IGNORECASE,
)


def _births(text: str, country: str) -> Findings:
    """Dates before which, not far away, stands a word for birth in a language of the project."""
    for found in DAY_OF_LIFE.finditer(text):
        if BORN.search(text[max(0, found.start() - 45) : found.start()]):
            yield *found.span(), "date of birth"


# ------------------------------------------------------------------ numbers

IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ -]?[\dA-Z]){11,30}", re.IGNORECASE)
WITH_LETTERS = re.compile(
    r"(?<!\w)(?:[A-Z]{6}[\dL-NP-V]{2}[A-Z][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]"
    r"|(?:\d{8}|\d{1,2}\.\d{3}\.\d{3})[ -]?[A-Z]|[XYZ][ -]?\d{7}[ -]?[A-Z]"
    r"|[12] ?\d\d ?\d\d ?2[AB] ?\d{3} ?\d{3}(?: ?\d\d)?)(?!\w)",
    re.IGNORECASE,
)  # codice fiscale; DNI, NIE; NIR of Corsica
MONEY = r"(?:[€$£]|\b(?:EUR|USD|GBP|PLN|RON|BGN|HRK|CHF)\b)"
AMOUNT = r"(?:\d{1,3}(?:[ \u00a0.,']\d{3})+|\d++)(?:[.,]\d{1,2})?(?!\d)"
DAY, MONTH, YEAR, AFTER = "(?:0?[1-9]|[12]\\d|3[01])", "(?:0?[1-9]|1[0-2])", "(?:19|20)\\d\\d", r"(?!\d|[./]\d|-\d{3}[ .]\d\d)"
STAYS = re.compile(
    rf"(?<![\d./-]){DAY}\.{MONTH}\.(?:{YEAR}|\d\d)?{AFTER}|(?<![\d./-]){DAY}[/-]{MONTH}[/-](?:{YEAR}|\d\d){AFTER}"
    rf"|(?<![\d+])(?<!\d[ ./-])(?:{YEAR}-[01]\d-[0-3]\d|{YEAR}[01]\d[0-3]\d|{YEAR}(?:\s?[-/–]\s?{YEAR})++)(?!\d)"
    r"|(?<!\d)[0-2]?\d[.:][0-5]\d\s?[-–]\s?[0-2]?\d[.:][0-5]\d(?!\d)|(?<![\d.,])0[.,]\d++"
    rf"|{MONEY}\s?{AMOUNT}"
    rf"|(?<![\d.,+(]){AMOUNT}(?=\s?(?:[€$£%‰]|{MONEY}|(?:euros?|ευρώ|евро|eiro|evr\w{{1,3}}|lei|лв|zł|złotych|kn|kuna|Mio|mln)\b))"
)  # dates, compact dates, spans of years and of hours, decimal numbers, money, percentages
RUN = re.compile(r"(?<![\d+])(?:(?<!\w)\(?|(?=[+0]))\+?\(?\d(?:[ \u00a0()./–-]{0,3}+\d)*+")
DIGITS = re.compile(r"\d+")
WITH_POINTS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")  # an amount, if not a number of the country itself
ROUND = re.compile(r"[1-9]\d{0,2}(?:[ \u00a0]\d{3})*[ \u00a0]000")
LIKE_YEARS = re.compile(rf"{YEAR}(?:\D+{YEAR})*")
FEWEST, MOST, MOST_GROUPS = 7, 24, 9  # digits of a number, groups it may be written in
LONG_RUN = 1000  # signs; nobody writes so many numbers without a word or a comma between them
ONE_SIGN_APART = re.compile(r"\d+(?:[ \u00a0./-]\d+)*")
AS_ISO = {"EL": "GR", "UK": "GB"}  # phonenumbers and python-stdnum speak ISO 3166-1
IDENTITY_NUMBERS = {
    "AT": ("at.vnr",),
    "BE": ("be.nn", "be.bis"),
    "BG": ("bg.egn", "bg.pnf"),
    "HR": ("hr.oib",),
    "FR": ("fr.nir", "fr.nif"),
    "GR": ("gr.amka", "gr.vat"),
    "IT": ("it.codicefiscale",),
    "LV": ("lv.pvn",),
    "NL": ("nl.bsn",),
    "PL": ("pl.pesel",),
    "RO": ("ro.cnp",),
    "SI": ("si.emso",),
    "ES": ("es.dni", "es.nie"),
}
"""Country of the project -> the modules of python-stdnum for numbers of persons (some of them number enterprises, too)."""


@cache
def _identity_checks(region: str) -> tuple[Callable[[str], bool], ...]:
    """Loaded when a number of such a length is first met: most texts have none."""
    return tuple(import_module(f"stdnum.{name}").is_valid for name in IDENTITY_NUMBERS.get(region, ()))


def _accounts(text: str, country: str) -> Findings:
    """The longest beginning of what looks like an international account number whose check digits hold (ISO 13616)."""
    for found in IBAN.finditer(text):
        signs = [i for i, c in enumerate(found[0]) if c.isalnum()]
        compact = "".join(found[0][i] for i in signs).upper()
        length = next((n for n in range(len(signs), 14, -1) if _is_account(compact[:n])), 0)
        if length:
            yield found.start(), found.start() + signs[length - 1] + 1, "account"


@lru_cache(maxsize=4096)
def _is_account(number: str) -> bool:
    digits = "".join(str(int(c, 36)) for c in number[4:] + number[:4])
    return int(digits) % 97 == 1 and import_module("stdnum.iban").is_valid(number, check_country=False)


def _identities_with_letters(text: str, country: str) -> Findings:
    for found in WITH_LETTERS.finditer(text):
        number = re.sub(r"[ .-]", "", found[0]).upper()
        if any(is_valid(number) for region in ("IT", "ES", "FR") for is_valid in _identity_checks(region)):
            yield *found.span(), "identity number"


def _numbers(text: str, country: str) -> Findings:
    """Telephones, cards and identity numbers in runs of digits; several may stand one after the other."""
    home = AS_ISO.get(country, country)
    for found in RUN.finditer(text):
        if len(found[0]) > LONG_RUN:
            yield *found.span(), "number"
        elif len(found[0]) >= FEWEST:
            for run in RUN.finditer(_without_what_stays(text, *found.span())):
                for begin, end, kind in _within(run[0], home):
                    yield found.start() + run.start() + begin, found.start() + run.start() + end, kind


def _without_what_stays(text: str, start: int, end: int) -> str:
    """A run of digits with `~` for dates, amounts and the like in it, which what stands around the run may tell."""
    run = text[start:end]
    for found in STAYS.finditer(text, max(0, start - 5), end + 12):
        low, high = max(found.start(), start), min(found.end(), end)
        run = run[: low - start] + "~" * (high - low) + run[high - start :] if low < high else run
    return run


def _within(run: str, home: str) -> Findings:
    groups = [m.span() for m in DIGITS.finditer(run)]
    first = 0
    while first < len(groups):
        begin = groups[first][0] if first else 0
        last, kind = _longest(run, groups, first, begin, home)
        if kind:
            yield begin, groups[last][1], kind
        first = last + 1


def _longest(run: str, groups: list[tuple[int, int]], first: int, begin: int, home: str) -> tuple[int, str]:
    """The last group of the longest number that begins with this group, and what it is; the group itself and nothing where none does."""
    digits, ends = 0, []
    for last in range(first, min(first + MOST_GROUPS, len(groups))):
        digits += groups[last][1] - groups[last][0]
        if FEWEST <= digits <= MOST:
            ends.append(last)
    for last in reversed(ends):
        if kind := _kind(run[begin : groups[last][1]], home):
            return last, kind
    return first, ""


@lru_cache(maxsize=1 << 16)
def _kind(written: str, home: str) -> str:
    """What a number is: identity number, card, telephone, or nothing that is known."""
    parts = DIGITS.findall(written)
    digits = "".join(parts)
    if LIKE_YEARS.fullmatch(written) or ROUND.fullmatch(written) or (len(parts) > 2 and max(map(len, parts)) == 1):
        return ""
    if written.lstrip("(").startswith(("+", "00")):
        return "telephone" if _is_international(written) else ""
    if not (written.lstrip("(").startswith("0") or ONE_SIGN_APART.fullmatch(written)):
        return ""
    if _is_telephone(written, digits, home):
        return "telephone"
    regions = (home,) if WITH_POINTS.fullmatch(written) else tuple(IDENTITY_NUMBERS)
    if 9 <= len(digits) <= 15 and any(is_valid(digits) for region in regions for is_valid in _identity_checks(region)):
        return "identity number"
    if 13 <= len(digits) <= 19 and digits[0] in "23456" and _luhn(digits):
        return "card"
    return "telephone" if any(_is_telephone(written, digits, region) for region in regions) else ""


def _luhn(digits: str) -> bool:
    """Check digit of ISO/IEC 7812-1, annex B."""
    doubled = [int(d) * (1 + at % 2) for at, d in enumerate(reversed(digits))]
    return sum(d - 9 * (d > 9) for d in doubled) % 10 == 0


def _is_international(written: str) -> bool:
    """With a plus sign, whatever could be a number; with 00, which begins other numbers, too, valid ones only."""
    number = _parsed(re.sub(r"^\(?00", "+", written), None)
    return number is not None and ("+" in written or phonenumbers.is_valid_number(number))


def _parsed(written: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None


@cache
def _plan(region: str) -> tuple[re.Pattern, str]:
    """National numbers of a region, and the prefix they are dialled with at home."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    if metadata is None:
        return re.compile("(?!)"), ""
    return re.compile(metadata.general_desc.national_number_pattern), metadata.national_prefix or ""


def _is_telephone(written: str, digits: str, region: str) -> bool:
    """Valid in the numbering plan; where a 0 is dialled first, a number without it is none."""
    pattern, prefix = _plan(region)
    if prefix == "0":
        if not digits.startswith("0"):
            return False
        digits = digits.removeprefix("0")
    number = _parsed(written, region) if pattern.fullmatch(digits) else None
    return number is not None and phonenumbers.is_valid_number(number)


OF_SIGNS: tuple[Callable[[str, str], Findings], ...] = (
    _addresses,
    _spelled_addresses,
    _each(SCHEME, "link"),
    _ip_addresses,
    _hosts,
    _each(HANDLE, "handle"),
)
OF_DIGITS: tuple[Callable[[str, str], Findings], ...] = (
    _births,
    _each(COORDINATES, "coordinates"),
    _accounts,
    _identities_with_letters,
    _numbers,
)
