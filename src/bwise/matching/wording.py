"""Whether a heading asks what its code's question asks, judged by the words that differ and not by how alike the whole is.

Headings of one questionnaire are alike: `Sales to private customers` and `Sales to public customers` share four words of five, and
`with` becomes `without` by three letters. So the heading is laid beside the question's own text, word by word, and what was lost and
what is new decides. Only what spelling explains is the same. All else is another wording, to be accepted by somebody who has seen
both texts; and a negation, a number, a name, another word in the place of one that tells the question from its siblings, or a
sibling that is as near, contradict the code.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, Levenshtein, Postfix, Prefix

from bwise.matching.function_words import NEGATING, NEGATING_ENDS, NEGATIONS, QUANTITIES, SMALL
from bwise.matching.headings import HeadingIndex, Wording
from bwise.text import heading_key, without_marks, words

SAME, REWORDED, UNLIKE, CONTRADICTED = "same", "reworded", "unlike", "contradicted"
LITTLE = 0.25  # weight of a word that carries little, beside 1
SPELT = 70  # rapidfuzz ratio below which no two spellings of a text are
KEPT = 0.7  # share of the words, by weight, from which a heading is a wording of its question
FRAME = 0.5  # from which another word stands in the place of one, and it is not just another text
MARGIN = 0.1  # by which a heading must be nearer to its own question than to any other
FEW, SHORT = 4, 3  # words by weight: of so few, each tells an option or a row from its siblings, or a question that is a mere label
LONG_WORD, BEGINNING, END = 9, 4, 3  # letters: a slip is inside a long word, where no prefix, person, tense or gender is told
SLIPS = 2  # letters mistyped in one heading
CUT = 20  # letters of a heading from which its code makes it the beginning of a text that was cut off
LIMIT = 100  # letters from which a beginning was cut by the tool even where a word ends: SPSS keeps 256 bytes of a label
EXPLAINED = 4  # words after the end of a question that explain it
NUMBERING = re.compile(r"^\s*(?:[A-Za-z]{1,2} ?)?\d+(?:\.\d+)*[a-z]?[.):]\s+(?=\S)")
TITLE_AND_ROW = re.compile(r"(.+?)\s*\[([^\]]+)\]\s*", re.DOTALL)  # of a battery, whose title may have been cut off
ELLIPSIS = re.compile(r"(?:\.{2,}|…)(?=[\s_)\]]|$)")  # LimeSurvey's abbreviated headings: `How relevant ar..  [Searching data.. ]`
AFTER_END = re.compile(r"[?.:!(\[]")
NAME = re.compile(r"\b[^\W\d_]{2,5}\b")  # where it is in capitals


@dataclass(frozen=True)
class Judgement:
    """What a heading is to the question its code names.

    `verdict`: same; reworded (may be accepted); unlike (another text: the code alone speaks for it); contradicted. `wording`: the
    questionnaire's text that is nearest to it, `why`: what contradicts, for the analyst. `score`: likeness, 0 to 100. `shared`:
    whether a word that carries something stands in both.
    """

    verdict: str
    score: float
    wording: Wording
    why: str = ""
    shared: bool = False


def cut_off(text: str) -> re.Pattern | None:
    """What the key of the whole text looks like, where a heading says by an ellipsis that parts of its text were cut off."""
    parts = [heading_key(part) for part in ELLIPSIS.split(text)]
    return re.compile(".*".join(map(re.escape, parts))) if len(parts) > 1 and parts[0] else None


@lru_cache(maxsize=50_000)
def spelling(heading: str, target: str, index: HeadingIndex) -> float:
    """How alike (0 to 100) a heading is to its target's text if they differ in spelling only: in marks that are lost, numbering,
    slips, or because it was cut off. 0 where they differ in more."""
    if _is_cut_off(heading, target, index):
        return 100.0
    wording, score = _nearest(heading, target, index)
    if score < SPELT:
        return 0.0
    asked = words(wording.text)
    for text in dict.fromkeys((heading, NUMBERING.sub("", heading))):
        if _spelt_alike(words(text), asked, index):
            return score
    return 0.0


def _nearest(heading: str, target: str, index: HeadingIndex) -> tuple[Wording, float]:
    texts = index.wordings[target]
    key, score, _ = process.extractOne(heading_key(heading), texts.keys(), scorer=fuzz.ratio)
    return texts[key], score


def _is_cut_off(heading: str, target: str, index: HeadingIndex) -> bool:
    """Beginning of the target's text: by an ellipsis, in the midst of a word, or at the length at which tools cut. A shorter one
    that ends with a word is a shorter text."""
    texts = index.wordings[target]
    if cut := cut_off(heading):
        return any(cut.fullmatch(key) for key in texts)
    key, said = heading_key(heading), words(heading)
    if len(key) >= LIMIT and (parts := TITLE_AND_ROW.fullmatch(heading)):
        title, row = map(heading_key, parts.groups())
        return any(heading_key(w.own) == row and heading_key(w.frame).startswith(title) for w in texts.values() if w.frame)
    if len(key) < CUT or (len(key) < LIMIT and said[-1] in index.vocabulary):
        return False
    return any(text.startswith(key) for text in texts)


def _spelt_alike(said: tuple[str, ...], asked: tuple[str, ...], index: HeadingIndex) -> bool:
    whole = "".join(said)
    if whole in ("".join(asked), *_without_marks(asked)):
        return True
    slips = 0
    for tag, i1, i2, j1, j2 in Levenshtein.opcodes(asked, said):
        if tag == "equal" or "".join(asked[i1:i2]) == "".join(said[j1:j2]):
            continue
        if i2 - i1 != j2 - j1 or not all(_is_slip(*pair, index) for pair in zip(asked[i1:i2], said[j1:j2], strict=True)):
            return False
        slips += i2 - i1
    return slips <= SLIPS


def _without_marks(asked: tuple[str, ...]) -> tuple[str, str]:
    """A text as it is written without any mark: `für` as fur, or as German has it, fuer."""
    whole = "".join(asked)
    return without_marks(whole), without_marks(whole.translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue"}))


def _is_slip(asked: str, said: str, index: HeadingIndex) -> bool:
    """One letter mistyped inside a long word, or two swapped, by which it does not become another word of the questionnaire."""
    if min(len(asked), len(said)) < LONG_WORD or OSA.distance(asked, said) != 1 or said in index.vocabulary:
        return False
    return Prefix.similarity(asked, said) >= BEGINNING and Postfix.similarity(asked, said) >= END


@lru_cache(maxsize=50_000)
def judge(heading: str, target: str, index: HeadingIndex) -> Judgement:
    """What a heading is to the target that its code names."""
    if score := spelling(heading, target, index):
        return Judgement(SAME, score, _nearest(heading, target, index)[0])
    wording, score = _nearest(heading, target, index)
    text = heading if NUMBERING.match(wording.text) else NUMBERING.sub("", heading)
    change = _Change(text, target, wording, index)
    verdict, why = change.verdict()
    return Judgement(verdict, score, wording, why, change.shared)


class _Change:
    """What was lost of a question's text, and what is new, word by word."""

    def __init__(self, heading: str, target: str, wording: Wording, index: HeadingIndex):
        self.heading, self.target, self.wording, self.index = heading, target, wording, index
        self.said, self.asked = words(heading), words(wording.text)
        frame = len(words(wording.frame))
        part_of_others = "/" in target or bool(wording.frame) or self._is_row()
        self.blocks = [
            (self.asked[i1:i2], self.said[j1:j2], i1 >= frame and part_of_others)
            for tag, i1, i2, j1, j2 in Levenshtein.opcodes(self.asked, self.said)
            if tag != "equal" and "".join(self.asked[i1:i2]) != "".join(self.said[j1:j2])
        ]
        lost = Counter(w for old, _, _ in self.blocks for w in old)
        new = Counter(w for _, now, _ in self.blocks for w in now)
        self.lost, self.new = lost - new, new - lost  # a word that only stands elsewhere is neither
        self.own = self.asked[frame:]

    def _is_row(self) -> bool:
        """Whether another text of the target has this one inside a frame: the tool writes the row without its battery."""
        return any(other.frame and other.own == self.wording.own for other in self.index.wordings[self.target].values())

    @property
    def shared(self) -> bool:
        return any(self._weight(w) == 1 and any(_inflected(w, other) or w == other for other in self.said) for w in self.asked)

    def verdict(self) -> tuple[str, str]:
        if self._explained():
            return REWORDED, ""
        if why := self._decisive() or self._replaced() or self._nearer():
            return CONTRADICTED, why
        return (REWORDED if self._kept() >= KEPT else UNLIKE), ""

    def _weight(self, word: str) -> float:
        return LITTLE if without_marks(word) in SMALL.get(self.wording.language, SMALL[""]) else 1.0

    def _kept(self) -> float:
        """Share of the words of both, by weight, that stand in both."""
        lost, new = _without_inflections([*self.lost.elements()], [*self.new.elements()])
        asked = sum(map(self._weight, self.asked))
        return (asked - sum(map(self._weight, lost))) / (asked + sum(map(self._weight, new))) if asked else 0.0

    def _explained(self) -> bool:
        """The whole question stands there, and an explanation after it that excepts nothing."""
        many = len(self.asked)
        rest = self.said[many:]
        if self.said[:many] != self.asked or len(rest) < EXPLAINED or set(map(without_marks, rest)) & self._among(NEGATIONS):
            return False
        spoken = re.search(r"\W+".join(map(re.escape, self.asked)) + r"(\W*)", self.heading.casefold())
        return bool(spoken and AFTER_END.search(spoken[1]))

    def _among(self, lists: dict[str, frozenset[str]]) -> frozenset[str]:
        return lists.get(self.wording.language, lists[""])

    def _decisive(self) -> str:
        """A negation, a number, a quantity, a sign or a name came, went or changed."""
        decisive = self._among(NEGATIONS) | self._among(QUANTITIES)
        names = _names(self.heading) ^ _names(self.wording.text)
        for found, where in ((self.new, "its text says"), (self.lost, "the question says")):
            for word in found:
                if without_marks(word) in decisive or word in names or not word.isalpha():
                    return f"{where} `{word}`"
        turned = [(old, now) for old in self.lost for now in self.new if _turned_round(old, now)]
        return _says(*turned[0]) if turned else ""

    def _replaced(self) -> str:
        """Another word in the place of one that carries something; in a short option or row, any that is lost or new."""
        weight = sum(map(self._weight, self.own))
        gone, come = _without_inflections([*self.lost], [*self.new])
        for old, now, own in self.blocks:
            lost, new = ([w for w in words if w in found and self._carries(w)] for words, found in ((old, gone), (now, come)))
            if own and weight <= FEW and (lost or new):
                return _says(" ".join(lost), " ".join(new))
            framed = self._kept() >= FRAME or (self.shared and weight <= SHORT)
            if lost and new and framed and not self._only_common(lost, new):
                return _says(" ".join(lost), " ".join(new))
        return ""

    def _carries(self, word: str) -> bool:
        return self._weight(word) == 1

    def _only_common(self, lost: list[str], new: list[str]) -> bool:
        """`your company` for `your enterprise`: the word lost tells no question apart, and the new one stands in none."""
        common = self.index.common.get(self.wording.language, frozenset())
        return set(lost) <= common and not set(new) & self.index.vocabulary

    def _nearer(self) -> str:
        """A text of another question that is as near, or nearly."""
        mine, said = self.index.texts[heading_key(self.wording.frame + self.wording.own)], set(self.said)
        kept = self._likeness(said, set(self.asked))
        for targets, text in self.index.rivals.get(self.wording.language, {}).values():
            if self.target in targets or targets & mine.keys() or any(related(self.target, other) for other in targets):
                continue
            if (near := self._likeness(said, text)) >= FRAME and near > kept - MARGIN:
                return f"it is as near to {' or '.join(sorted(targets))}"
        return ""

    def _likeness(self, said: set[str], other: set[str]) -> float:
        both, either = sum(map(self._weight, said & other)), sum(map(self._weight, said | other))
        return both / either if either else 0.0


def _names(text: str) -> set[str]:
    """Names and abbreviations: short words in capitals, in a text that is not in capitals altogether."""
    return set() if text.isupper() else {w.casefold() for w in NAME.findall(text) if w.isupper()}


def _says(old: str, new: str) -> str:
    if old and new:
        return f"its text says `{new}` where the question says `{old}`"
    return f"its text says `{new}`" if new else f"its text leaves out `{old}`"


def related(one: str, other: str) -> bool:
    """Whether two targets are one, or a question and one of its options or the text of its "other"."""
    same = one.partition("/")[0].removesuffix("_other") == other.partition("/")[0].removesuffix("_other")
    return one == other or (same and not ("/" in one and "/" in other))


def _turned_round(one: str, other: str) -> bool:
    """Whether one of two words is the other with a beginning or end that denies it."""
    short, long = sorted(map(without_marks, (one, other)), key=len)
    if len(short) < BEGINNING or short == long:
        return False
    return any(long == beginning + short for beginning in NEGATING) or any(long == short + end for end in NEGATING_ENDS)


def _inflected(one: str, other: str) -> bool:
    """Two forms of one word: `conference` and `conferences`."""
    beginning = Prefix.similarity(one, other)
    return beginning >= BEGINNING and max(len(one), len(other)) - beginning <= END and not _turned_round(one, other)


def _without_inflections(lost: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    pairs = [(old, now) for old in lost for now in new if _inflected(old, now)]
    return [w for w in lost if w not in {old for old, _ in pairs}], [w for w in new if w not in {now for _, now in pairs}]
