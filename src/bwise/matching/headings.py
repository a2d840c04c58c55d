"""Every heading that a questionnaire's columns could get: its codes, and its texts in all languages."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice, takewhile

from bwise.exports.table import FREE_TEXT
from bwise.matching.words import OTHER
from bwise.questionnaire import Question, Questionnaire
from bwise.text import code_key, heading_key, words

COMMON = 0.05  # share of the questionnaire's texts in which a word stands that tells none of them apart
COMMON_FROM = 4  # and texts: in a questionnaire of ten questions, no word of one of them is common


@dataclass(frozen=True)
class Wording:
    """One text of a target in one language: `frame` is the question of an option or the title of a row's battery, `own` the rest."""

    language: str
    frame: str
    own: str

    @property
    def text(self) -> str:
        return f"{self.frame} [{self.own}]" if self.frame else self.own


@dataclass(frozen=True, eq=False)
class HeadingIndex:
    """Every heading the questionnaire could get: text key -> {target: languages}, code key -> targets.

    `options`: label of an option of a multiple answer -> its targets, in the questionnaire's order. `wordings`: target -> text
    key -> the text as it is written.
    """

    texts: dict[str, dict[str, frozenset[str]]]
    codes: dict[str, frozenset[str]]
    options: dict[str, tuple[str, ...]]
    wordings: dict[str, dict[str, Wording]]

    @cached_property
    def in_order(self) -> list[str]:
        """The text keys, sorted."""
        return sorted(self.texts)

    def beginning_with(self, start: str) -> list[str]:
        """The text keys that begin so."""
        first = bisect_left(self.in_order, start)
        return list(takewhile(lambda key: key.startswith(start), islice(self.in_order, first, None)))

    @cached_property
    def rivals(self) -> dict[str, dict[str, tuple[frozenset[str], frozenset[str]]]]:
        """Language -> text key -> the targets that a heading with this text may be, and the words of the text."""
        found: dict[str, dict[str, tuple[frozenset[str], frozenset[str]]]] = defaultdict(dict)
        for texts in self.wordings.values():
            for key, wording in texts.items():
                targets = frozenset(t for t, languages in self.texts[key].items() if wording.language in languages)
                found[wording.language][key] = (targets, frozenset(words(wording.text)))
        return found

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word of the questionnaire, in all languages."""
        return frozenset(word for texts in self.wordings.values() for wording in texts.values() for word in words(wording.text))

    @cached_property
    def common(self) -> dict[str, frozenset[str]]:
        """Language -> words that stand in so many of its texts that they tell none of them apart."""
        parts: dict[str, set[str]] = defaultdict(set)
        for texts in self.wordings.values():
            for wording in texts.values():
                parts[wording.language] |= {wording.frame, wording.own}
        counts = {language: Counter(w for text in found for w in set(words(text))) for language, found in parts.items()}
        least = {language: max(COMMON_FROM, COMMON * len(found)) for language, found in parts.items()}
        return {language: frozenset(w for w, n in found.items() if n >= least[language]) for language, found in counts.items()}


@lru_cache(maxsize=4)
def heading_index(questionnaire: Questionnaire) -> HeadingIndex:
    """Built once per questionnaire."""
    texts: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    wordings: dict[str, dict[str, Wording]] = defaultdict(dict)
    codes: dict[str, set[str]] = defaultdict(set)
    options: dict[str, dict[str, None]] = defaultdict(dict)

    def add(target: str, language: str, own: str, frame: str = "") -> None:
        # hundreds of options share one question: their keys are put together, but where letters meet that mean something together
        apart = frame[-1:].isalpha() or frame[-1:] in ("?", ":")
        key = heading_key(frame) + heading_key(own) if apart and own[:1].isalpha() else heading_key(frame + own)
        if key:
            texts[key][target].add(language)
            wordings[target].setdefault(key, Wording(language, frame, own))

    for question in questionnaire.questions.values():
        codes[code_key(question.name)].add(question.name)
        for language, label in question.labels.items():
            add(question.name, language, label)
            if question.battery:
                add(question.name, language, label, question.battery_labels.get(language, ""))
        parent = _parent_of_other(question, questionnaire)
        for language, label in (parent.labels if parent else {}).items():
            for word in OTHER:
                add(question.name, language, word, label)
            for word in (*OTHER, *_labels_of_other(parent, questionnaire, language)):
                add(question.name, language, word + FREE_TEXT, label)
        if question.kind == "select_multiple":
            for choice in questionnaire.choices(question.name).values():
                target = f"{question.name}/{choice.name}"
                codes[code_key(question.name + choice.name)].add(target)
                for label in choice.labels.values():
                    options[heading_key(label)][target] = None
                if choice.name == "other":
                    for word in OTHER:
                        options[heading_key(word)][target] = None
                for language, label in question.labels.items():
                    for word in {choice.labels.get(language, choice.name): None} | dict.fromkeys(OTHER if choice.name == "other" else ()):
                        add(target, language, word, label)
    return HeadingIndex(
        {k: {t: frozenset(ls) for t, ls in v.items()} for k, v in texts.items()},
        {k: frozenset(v) for k, v in codes.items()},
        {k: tuple(v) for k, v in options.items()},
        dict(wordings),
    )


def _parent_of_other(question: Question, questionnaire: Questionnaire) -> Question | None:
    """The question whose "other" this text belongs to: the one its condition names."""
    if question.role != "other":
        return None
    named = re.findall(r"\$\{(\w+)\}", " ".join(question.relevant))
    return next((questionnaire.questions[n] for n in reversed(named) if n in questionnaire.questions), None)


def _labels_of_other(question: Question, questionnaire: Questionnaire, language: str) -> list[str]:
    other = questionnaire.choices(question.name).get("other")
    return [other.labels[language]] if other and language in other.labels else []
