"""Texts that people typed: each by an id, masked, to be read by a person before it leaves `processed/`.

Machines find addresses and numbers in a text (`bwise.masking`), not names of people. So no text is published unless somebody has
read it and says so: `released_texts:` in `params/<CC>.yaml` names it by its id, and by a mark that is another one once the text changes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from bwise.cleaning import Country
from bwise.masking import mask
from bwise.matching import DeliveryRead
from bwise.privacy import pseudonym
from bwise.problems import Problem, did_you_mean, stop

FILE = "texts_to_read.csv"
COLUMNS = ["id", "mark", "released", "partner", "delivery", "row", "question", "kind", "text"]
OPEN, OTHER, UNREADABLE = "open answer", "other", "unreadable answer"
WHO = ("respondent", "wise", "partner", "session")  # roles of questions whose texts are codes that say who answers
YES, NO = "yes", "no"


def texts_of(country: Country, key: bytes) -> pd.DataFrame:
    """Every text of the records kept, after `bwise.privacy.protect`: columns `COLUMNS`; none is released yet."""
    found = [*_open(country), *_unreadable(country)]
    texts = pd.DataFrame(found, columns=["position", "question", "kind", "text"])
    who = country.rows.loc[texts["position"].astype(int), ["partner", "delivery", "row"]].reset_index(drop=True)
    texts = pd.concat([who, texts.drop(columns="position")], axis=1).drop_duplicates()
    texts["id"] = texts["row"] + "/" + texts["question"]
    nth = texts.groupby("id").cumcount()
    texts["id"] = [f"{id_}/{n + 1}" if n else id_ for id_, n in zip(texts["id"], nth, strict=True)]  # several texts of one answer
    texts["mark"] = ["t" + pseudonym(key, "text", *told)[:8] for told in texts[["id", "text"]].itertuples(index=False)]
    return texts.assign(released=NO)[COLUMNS].sort_values(["question", "id"], kind="stable")


def _open(country: Country) -> list[tuple[int, str, str, str]]:
    """Texts of open questions: they stand among the answers, masked."""
    found = []
    for question in country.questionnaire.questions.values():
        if question.kind == "text" and question.role not in WHO:
            told = country.values.loc[country.kept, question.name].dropna()
            kind = OTHER if question.role == OTHER else OPEN
            found += [(position, question.name, kind, text) for position, text in told.items() if text]
    return found


def _unreadable(country: Country) -> list[tuple[int, str, str, str]]:
    """Answers to closed questions that were not understood: what stands in the cell, masked."""
    found = []
    for read in country.deliveries:
        mine = np.flatnonzero(country.rows["delivery"].eq(read.name))
        for target, column, texts in _lost(read):
            name = target.partition("/")[0]
            lost = country.kept & country.reasons[country.questionnaire.columns(name)].eq("unreadable").any(axis=1)
            cells = read.raw.cells[column - 1].to_numpy()
            for place in np.flatnonzero(lost.to_numpy()[mine] & np.isin(cells, list(texts))):
                found.append((int(mine[place]), name, UNREADABLE, mask(cells[place], country.settings.country)))
    return found


def _lost(read: DeliveryRead) -> list[tuple[str, int, set[str]]]:
    """Question, column (from 1) and the texts of it that mean nothing yet."""
    mapping = read.answers.mapping
    lines = mapping[mapping["reason"].eq("unreadable")].groupby(["question", "column"], sort=False)
    return [(question, column, set(found["raw"])) for (question, column), found in lines]


def released(texts: pd.DataFrame, country: Country) -> pd.DataFrame:
    """The texts, with `released` as the params say.

    Raises:
        ProblemsFound: with every text that does not exist, or is not the one that was read. Nothing may be saved then.
    """
    wanted, where = country.settings.released_texts, f"params/{country.settings.country}.yaml, released_texts"
    marks, problems = dict(zip(texts["id"], texts["mark"], strict=True)), []
    for id_, mark_ in wanted.items():
        if id_ not in marks:
            problems.append(
                Problem(f"there is no text `{id_}`", where, "nobody can have read it", did_you_mean(id_, marks) if marks else "")
            )
        elif marks[id_] != mark_:
            why = "somebody may be named in it now"
            problems.append(
                Problem(f"the text `{id_}` is not the one that was read", where, why, f"read it again; its mark is {marks[id_]} now")
            )
    stop("Some texts cannot be released. Nothing was saved.", *problems)
    return texts.assign(released=texts["id"].isin(wanted).map({True: YES, False: NO}))


def published_texts(listed: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The texts that may be published, of country -> its texts: columns country, question, text, in no order that tells whose they are."""
    found = [pd.DataFrame(columns=["country", "question", "text"])]
    for country, texts in listed.items():
        found.append(texts[texts["released"].eq(YES)].assign(country=country)[list(found[0])].sort_values(["question", "text"]))
    return pd.concat(found, ignore_index=True)
