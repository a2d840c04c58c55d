"""Text made comparable. Only for matching: what a partner sent is kept as it was sent."""

from __future__ import annotations

import html
import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

# What takes no room in print (Unicode 15, category Cf and the variation selectors): byte order mark, zero-width characters, soft
# hyphen, marks and embeddings of direction, variation selectors, Mongolian vowel separator.
INVISIBLE = re.compile(
    "[\u00ad\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
ROMANIAN = {"ş": "ș", "ţ": "ț", "Ş": "Ș", "Ţ": "Ț"}  # with cedilla, as code pages before Unicode had them, for comma below
ALIKE = {"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "‑": "-"} | ROMANIAN
WRITTEN_OTHERWISE = re.compile(f"[{''.join(ALIKE)}]")
WORD = re.compile(r"[^\W_]+(?:(?<=\d)[.,/-](?=\d)[^\W_]+)*|[+#<>%=&$€]+")  # `1.5` and `1-5` are one word each
UNMARKED = {"ł": "l", "đ": "d", "ø": "o", "æ": "ae"}  # letters with a mark that Unicode does not take apart
NOT_IN_CODE = re.compile(r"[^0-9a-z]+")
NOT_IN_HEADING = re.compile(r"_|(?!(?<=\d)[.,/-]\d)[^\w+#<>%=&$€]")

# What Excel and LibreOffice take for a formula, in full width too (OWASP: CSV Injection); numbers are none.
FORMULA = re.compile(r"^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
PLAIN_NUMBER = re.compile(r"^[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?$")
CSV_RULE = "a text that begins with = + - @, a tab or a line break, and is no number, has an apostrophe more in front of it"
"""How texts stand in our CSV files, for manifests: `read_csv` takes the apostrophe away again."""
MARKUP = re.compile(r":(?=//)|[\\`*_\[\]~|#!$<>&]")  # signs of Markdown (CommonMark, tables, mathematics of Jupyter) and of HTML
# What a terminal obeys or shows in another order than it stands: control characters (Unicode category Cc, but for line feed and tab)
# and embeddings, overrides and isolates of direction.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def tidy(text: str) -> str:
    """The text without what nobody sees: BOM, zero-width characters, NBSP and runs of spaces."""
    return " ".join(INVISIBLE.sub("", str(text)).split())


def inert(text: str) -> str:
    """The text as a spreadsheet shows it and does not execute it: an apostrophe before what would be a formula."""
    return f"'{text}" if FORMULA.match(text) and not PLAIN_NUMBER.match(text) else text


def as_typed(text: str) -> str:
    """The text that `inert` was given."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def visible(text: str) -> str:
    """The text for a terminal: control characters as they are written in programs (`\\x1b`), never sent."""
    return OBEYED.sub(lambda sign: f"\\x{ord(sign[0]):02x}" if sign[0] < "\u0100" else f"\\u{ord(sign[0]):04x}", text)


def as_markdown(text: str) -> str:
    """Markdown that shows the text as it stands: no link, no picture, no tag, no formula."""
    return " ".join(MARKUP.sub(lambda sign: f"&#{ord(sign[0])};", text).split())


def half_up(value: float, decimals: int) -> Decimal:
    """Rounded as Excel does: halves away from zero; no minus zero."""
    return Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + 0


def rounded(value: float, decimals: int) -> str:
    """A number for readers: rounded half up, a true minus sign, thin spaces between thousands."""
    return f"{half_up(value, decimals):,}".replace(",", "\u202f").replace("-", "−")


@lru_cache(maxsize=100_000, typed=True)  # every reading of a file asks for the same texts again; 1 and True are two
def answer_key(text: str) -> str:
    """What two spellings of one answer share: no markup, one kind of quote and dash, no case, no final stop."""
    plain = unicodedata.normalize("NFKC", _alike(html.unescape(TAG.sub(" ", str(text)))))
    return tidy(_alike(plain)).casefold().rstrip("?;:.!* ")


@lru_cache(maxsize=100_000)
def words(text: str) -> tuple[str, ...]:
    """The words of a heading, in its order, with the signs that tell answers apart; no markup, no case."""
    return tuple(WORD.findall(answer_key(text)))


def without_marks(text: str) -> str:
    """As it is written where a keyboard has no accents: `Vânzări` as Vanzari, `größte` as grosste; Cyrillic й is a letter of its own."""
    plain = "".join(c if c in "йЙ" else unicodedata.normalize("NFD", c) for c in text.casefold())
    return "".join(UNMARKED.get(c, c) for c in plain if not unicodedata.combining(c))


def _alike(text: str) -> str:
    return WRITTEN_OTHERWISE.sub(lambda sign: ALIKE[sign[0]], text)


@lru_cache(maxsize=100_000)
def heading_key(text: str) -> str:
    """What the heading of one question shares across tools, whether they write `Q [row]`, `Q: row` or `Q.row`.

    Letters and digits of any script stay, and the signs that tell answers apart (`C`, `C++`, `C#`, `< 18`, `1.5`, `1-5`).
    """
    return NOT_IN_HEADING.sub("", answer_key(text))


@lru_cache(maxsize=100_000)
def code_key(code: str) -> str:
    """What one code shares across tools: `digrel_d11`, `digrel[d11]` and `group/digrel_d11` end alike."""
    return NOT_IN_CODE.sub("", str(code).casefold())


def counted(number: int, noun: str) -> str:
    """`1 column`, `2 columns`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
