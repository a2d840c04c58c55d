"""The answers of one list, findable as tools and people write them: labels in any language, codes, several joined in one cell."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

from rapidfuzz import fuzz, process

from bwise.classifications import names_of_sections, sections
from bwise.matching.rules import Rule
from bwise.matching.words import OTHER, SAYS, yes_and_no
from bwise.questionnaire import Choice, Question, Questionnaire
from bwise.settings import Delivery
from bwise.text import answer_key, code_key

DECLARED_MISSING = ("no_answer", "dont_know", "refused", "not_applicable")
CUT_OFF = 50  # letters from which the beginning of one label only is that label: SPSS keeps 120 bytes of it
WITH_ID = re.compile(r"^(?P<label>.+?)\s*\((?P<id>[a-z0-9_]+)\)$")
ID_AT_END = re.compile(r"[?:.!*\s]*\([a-z0-9_]+\)(?=\s*(?:;|$))")  # with the final stop that is in no key of an answer
NUMBERED = re.compile(r"^(?P<code>\d+)\s*(?:[-.:=)]\s*|\()(?P<label>\D.*?)\)?$")  # `1 - Never`, `1. Never`, `1 (Never)`
OUT_OF = re.compile(r"^(\d+)\s*/\s*(\d+)$")
WHOLE = re.compile(r"^([+-]?\d+)(?:[.,]0+)?$")  # `3`, and `3.0` or `3,0` as programs write the codes of a column with empty cells


def declared_answers(delivery: Delivery, question: Question, questionnaire: Questionnaire) -> dict[str, str]:
    """What params say of the texts of a question: raw text -> code. Lines for its answer list hold where its own say nothing.

    A name that is a question's as well as a list's is the question's.
    """
    list_name = list_used(delivery, question)
    shared = {} if list_name in questionnaire.questions else delivery.answers.get(list_name, {})
    return shared | delivery.answers.get(question.name, {})


def list_used(delivery: Delivery, question: Question) -> str:
    """The answer list that this export used: the questionnaire's own unless params name another one."""
    return delivery.scales.get(question.name, question.list_name)


def whole_number(text: str) -> str:
    """The digits of a whole number, however many zeros stand behind its decimal sign; "" for anything else."""
    found = WHOLE.match(answer_key(text))
    return str(int(found[1])) if found else ""


class AnswerList:
    """The answers of one list, findable by label in any language and by code.

    Args:
        language: labels of this language win where two languages share a label.
        declared: raw text -> code, from params; believed before anything else.
        tool: LimeSurvey keeps five characters of an answer code, KoBo joins labels by spaces.
        version: of the list's classification in this export, where it has one. in_codes: whether a code in this export is the
            questionnaire's own, which is of the questionnaire's version.
    """

    def __init__(
        self,
        questionnaire: Questionnaire,
        list_name: str,
        language: str = "",
        declared: dict | None = None,
        tool: str = "",
        version: str = "",
        in_codes: bool = True,
    ):
        self.choices = questionnaire.lists[list_name]
        preferred: dict[str, str] = {}
        anywhere: dict[str, set[str]] = {}
        for choice in self.choices.values():
            for lang, label in choice.labels.items():
                key = answer_key(label)
                anywhere.setdefault(key, set()).add(choice.name)
                if lang == language:
                    preferred[key] = choice.name
        self.labels = {k: next(iter(v)) for k, v in anywhere.items() if len(v) == 1} | preferred
        told = {answer_key(raw): code for raw, code in (declared or {}).items()}
        self.declared = {key: code for key, code in told.items() if code in self.choices}
        self.set_aside = {key: reason for key, reason in told.items() if key not in self.declared and reason in DECLARED_MISSING}
        self.codes = self._short_codes() if tool == "LimeSurvey" else {}
        self.codes |= {answer_key(name): name for name in self.choices}
        self.refused: dict[str, tuple[str, str]] = {}  # text -> why it is no answer, and a proposal
        if version:
            self._classified(questionnaire, version, in_codes)
        self.joined_by_spaces = tool == "KoBoToolbox"
        self.codes_by_spaces = tool in ("KoBoToolbox", "ODK")
        known = self.codes | self.labels | self.declared | dict.fromkeys(self.set_aside, "")
        self.longest_first = {k: known[k] for k in sorted(known, key=len, reverse=True) if k}

    @cached_property
    def yes_and_no(self) -> tuple[str, str] | None:
        """The two answers that say yes and no, where exactly one says each by its code or by a label in any language."""
        found = [[c.name for c in self.choices.values() if not c.missing and _says(c, which)] for which in (0, 1)]
        return (found[0][0], found[1][0]) if len(found[0]) == len(found[1]) == 1 and found[0] != found[1] else None

    def _short_codes(self) -> dict[str, str]:
        cut: dict[str, list[str]] = {}
        for name in self.choices:
            cut.setdefault(code_key(name)[:5], []).append(name)
        other = {"-oth-": "other"} if "other" in self.choices else {}
        return {k: v[0] for k, v in cut.items() if len(v) == 1} | other

    def _classified(self, questionnaire: Questionnaire, version: str, in_codes: bool) -> None:
        """Sections of a classification are found as this export writes them; other answers of the list as ever."""
        classified = {c.name: c.classification for c in self.choices.values() if c.classification}
        own = next(iter(classified.values()))
        titles = {text: code for text, code in self.labels.items() if code in classified}
        names = names_of_sections(sections(questionnaire), titles, own, version, in_codes)
        self.labels = {t: c for t, c in self.labels.items() if c not in classified} | names.labels
        self.codes = {t: c for t, c in self.codes.items() if c not in classified} | names.codes
        self.refused = names.refused

    def find(self, raw: str) -> tuple[str, str]:
        """Code and rule for one text, or two empty strings. A label is believed before a code."""
        key = answer_key(raw)
        for known, rule in ((self.declared, Rule.DECLARED), (self.labels, Rule.LABEL), (self.codes, Rule.CODE)):
            if key in known:
                return known[key], rule
        if key in OTHER and "other" in self.choices:
            return "other", Rule.OTHER_WORD
        if (parts := WITH_ID.match(key)) and (label := answer_key(parts["label"])) in self.labels:  # EUSurvey's "assigned values"
            return self.labels[label], Rule.LABEL_WITH_ID
        if (numbered := NUMBERED.match(key)) and self.labels.get(answer_key(numbered["label"])) == numbered["code"]:
            return numbered["code"], f"{Rule.CODE}, with its label"
        if (rating := OUT_OF.match(key)) and rating[1] in self.choices and rating[2] == self._highest():
            return rating[1], f"{Rule.RATING}, out of {rating[2]}"
        if len(key) >= CUT_OFF and len(begun := {code for label, code in self.labels.items() if label.startswith(key)}) == 1:
            return begun.pop(), Rule.LABEL_CUT_OFF
        return "", ""

    def _highest(self) -> str:
        return max((name for name in self.choices if name.isdigit()), key=int, default="")

    def nearest(self, raw: str) -> tuple[str, float]:
        """The most similar answer and its score (0 to 100)."""
        found = process.extractOne(answer_key(raw), self.labels.keys(), scorer=fuzz.ratio)
        return (self.labels[found[0]], found[1]) if found else ("", 0.0)

    def split(self, raw: str) -> tuple[list[str], list[str]]:
        """Codes in a joined answer, and the parts that are no known answer. Parts that params set aside are neither."""
        known, left = self.parts(raw)
        return list(dict.fromkeys(code for _, code in known if code)), left

    def parts(self, raw: str) -> tuple[list[tuple[str, str]], list[str]]:
        """The known parts of a joined answer with their codes ("" for one set aside), and the parts that are no known answer.

        The text is cut by the known answers, longest first, not by its separators: answers hold commas and semicolons
        themselves. Codes joined by spaces (KoBo, ODK) are codes only if all of them are, and so are labels (KoBo)
        if there is only one way to tell them apart.
        """
        key = answer_key(raw)
        if key in self.declared:
            return [(key, self.declared[key])], []
        words = self.codes | self.declared | dict.fromkeys(self.set_aside, "")
        if key and all(word in words for word in key.split(" ")):
            return [(word, words[word]) for word in key.split(" ")], []
        if self.joined_by_spaces and (ways := self._cut_at_spaces(key)):
            return ([(code, code) for code in ways[0]], []) if len(ways) == 1 else ([], [key])
        known, left = self._cut(key)
        if left:
            bare = self._cut(ID_AT_END.sub("", key))
            known, left = bare if len(bare[1]) < len(left) else (known, left)
        if left == [key] and self.codes_by_spaces and any(word in words for word in key.split(" ")):
            known = [(word, words[word]) for word in key.split(" ") if word in words]
            left = [word for word in key.split(" ") if word not in words]
        return known, left

    def _cut_at_spaces(self, key: str) -> list[list[str]]:
        """Every set of answers that make up the whole text with nothing but spaces between them."""
        ways: dict[int, set[frozenset[str]]] = {len(key) + 1: {frozenset()}}
        for at in reversed([0, *(i + 1 for i, sign in enumerate(key) if sign == " ")]):
            ends = ((code, _end_of(known, key, at)) for known, code in self.longest_first.items() if key.startswith(known, at))
            ways[at] = {rest | {code} for code, end in ends for rest in ways.get(end + 1, ())}
        return [[name for name in self.choices if name in way] for way in ways[0]]

    def _cut(self, key: str) -> tuple[list[tuple[str, str]], list[str]]:
        found: list[tuple[str, str]] = []
        left: list[str] = []
        at = 0
        while at < len(key):
            if key[at] in ";, ":
                at += 1
                continue
            known = next((k for k in self.longest_first if key.startswith(k, at) and _ends(key, at + len(k))), "")
            end = at + len(known) if known else min((i for i in (key.find(sign, at) for sign in ";,") if i >= 0), default=len(key))
            if known:
                found.append((known, self.longest_first[known]))
            else:
                left.append(key[at:end].strip())
            at = end
        return found, left


@lru_cache(maxsize=256)
def plain_list(questionnaire: Questionnaire, name: str, language: str, tool: str) -> AnswerList:
    """An answer list of which params say nothing: made once for all its questions, and all readings of a file."""
    return AnswerList(questionnaire, name, language, tool=tool)


def _says(choice: Choice, which: int) -> bool:
    """Whether an answer says yes (0) or no (1); a code only in words, for 1 and 0 may number the answers."""
    told = any(language in SAYS and answer_key(label) in SAYS[language][which] for language, label in choice.labels.items())
    meant = yes_and_no([answer_key(choice.name)])[which] if not choice.name.isdigit() else ()
    return told or bool(meant)


def _end_of(known: str, text: str, at: int) -> int:
    """Where an answer that begins here ends, with the stops that `answer_key` takes from the end of a label."""
    return next((i for i in range(at + len(known), len(text)) if text[i] not in "?;:.!*"), len(text))


def _ends(text: str, at: int) -> bool:
    """Whether an answer may end here: at the end or before a separator."""
    rest = text[at : at + 2].lstrip()
    return not rest or rest[0] in ";,"
