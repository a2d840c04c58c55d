"""Official classifications behind answers: lists in `params/` that users edit, and how a questionnaire's answers stand to them.

NACE is the one that needs care: from K on, a bare letter means another section in Rev. 2.1 than in Rev. 2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bwise.questionnaire import Questionnaire
from bwise.sheets import read_sheet
from bwise.text import answer_key

BETWEEN = (" ", " - ", "- ", ": ", ". ", ") ")  # letter and title: `K Financial …`, `K - Financial …`
LETTER_ALONE = "a letter alone, which the versions of the classification use for different sections"
CUT_OTHERWISE = "not one section in the questionnaire's version of the classification"


@dataclass(frozen=True)
class Section:
    """One section of one version. `others`: its sections in the other version; `alone`: nothing else goes there, and all of it does."""

    code: str
    title: str
    others: tuple[str, ...]
    alone: bool


@dataclass(frozen=True)
class Names:
    """How the sections of an answer list may be written: text -> code, by label or by code, and text -> (why not, proposal)."""

    labels: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    refused: dict[str, tuple[str, str]] = field(default_factory=dict)


def sections(questionnaire: Questionnaire) -> dict[str, dict[str, Section]]:
    """Classification with its version (`NACE Rev. 2`) -> code -> section. From `params/nace.csv`; empty without that file."""
    found: dict[str, dict[str, Section]] = {}
    for row in _rows(questionnaire, "nace"):
        section = Section(row["section"], row["title"], tuple(row["other_version_sections"].split()), row["one_to_one"] == "yes")
        found.setdefault(f"NACE {row['version']}", {})[section.code] = section
    return found


def names_of_sections(versions: dict[str, dict[str, Section]], labels: dict[str, str], own: str, used: str, in_codes: bool) -> Names:
    """How an export that used one version names the sections of a list in another, or the same.

    Args:
        versions: as `sections` gives them. labels: text -> section of the list's own version, in all languages.
        own: the version of the list. used: that of the export. in_codes: whether a letter in it is the questionnaire's own code.
    """
    titles: dict[str, list[str]] = {}
    for title, code in labels.items():
        titles.setdefault(code, []).append(title)
    if used == own:
        return _in_own_version(versions, titles, own, in_codes)
    names = Names()
    for section in versions.get(used, {}).values():
        code = section.others[0]
        known = {answer_key(section.title), *(titles.get(code, ()) if section.alone else ())}
        texts = [*known, *_with_letter(section.code, known)]
        letter = answer_key(section.code)
        if section.alone and code in titles:
            names.labels.update(dict.fromkeys(texts, code))
            names.codes[letter] = code
        else:
            proposal = f"{' or '.join(section.others)} of {own}: {used} cuts {section.code}, “{section.title}”, otherwise"
            names.refused.update(dict.fromkeys([letter, *texts], (CUT_OTHERWISE, proposal)))
    return names


def _in_own_version(versions: dict[str, dict[str, Section]], titles: dict[str, list[str]], own: str, in_codes: bool) -> Names:
    """A title says which section is meant, whichever version the letter before it is from; a letter alone does not."""
    names = Names(codes={answer_key(code): code for code in titles})
    there = {version: known for version, known in versions.items() if version != own}
    for code, texts in titles.items():
        letters = {code, *(s.code for known in there.values() for s in known.values() if s.alone and s.others == (code,))}
        names.labels.update(dict.fromkeys([*texts, *(t for letter in letters for t in _with_letter(letter, texts))], code))
    for version, known in {} if in_codes else there.items():
        for section in known.values():
            if section.others != (section.code,):
                here = f"{section.code} of {own}, or " if section.code in titles else ""
                proposal = f"{here}{' or '.join(section.others)} where it is a letter of {version}; say so under `classifications`"
                names.refused[answer_key(section.code)] = LETTER_ALONE, proposal
                names.codes.pop(answer_key(section.code), None)
    return names


def _with_letter(letter: str, titles) -> list[str]:
    return [f"{answer_key(letter)}{between}{title}" for title in titles for between in BETWEEN]


def occupations(questionnaire: Questionnaire) -> dict[str, str]:
    """Profile -> its group in ISCO-08, of the profiles that have one in `params/profiles.csv`."""
    return {row["profile"]: row["isco08"] for row in _rows(questionnaire, "profiles") if row["isco08"]}


def competences(questionnaire: Questionnaire) -> dict[str, dict[str, dict[str, str]]]:
    """Framework with its version (`DigComp 3.0`) -> number of the competence -> its row in `params/skills.csv`."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for row in _rows(questionnaire, "skills"):
        found.setdefault(f"{row['framework']} {row['version']}", {})[row["code"]] = row
    return found


def _rows(questionnaire: Questionnaire, name: str) -> list[dict[str, str]]:
    """Rows of a list in `params/`, two folders above the questionnaire; none where there is no such list."""
    path = Path(questionnaire.folder).parents[1] / f"{name}.csv"
    return read_sheet(path).to_dict("records") if path.is_file() else []
