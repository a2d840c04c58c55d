"""A real cleaning log of a KoBo survey, made with our corrections: the same records and cells as in the data its authors published."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from bwise.cleaning import gather
from bwise.corrections import COLUMNS, correct, load_corrections
from bwise.identities import check_identities
from bwise.matching import read_deliveries
from bwise.privacy import protect
from bwise.questionnaire import load_questionnaire
from bwise.settings import Project, load_country
from bwise.storage import read_csv
from bwise.text import tidy

pytestmark = pytest.mark.real

TYPES = ("select_one", "select_multiple", "integer", "decimal", "text", "date", "begin_group", "end_group")
KINDS = {"change_response": "set", "blank_response": "blank", "remove_survey": "exclude"}

LINES = {  # line of the log -> why it is no correction of its own
    13: "repeats line 11, word for word",
    14: "repeats line 12, word for word",
    680: "removes the record that line 667 has removed",
}
DIFFERENCES = {  # question, in the published data, in ours -> how many cells, and why
    ("spend_tap", "False", "0"): (8, "R took the column for true and false and wrote it so; the log has no line on it, so 0 stays 0"),
    ("treat_drink_water_how", "False", "no_answer"): (
        14,
        "lines 717 and 718 take the only option away from two records: nothing is ticked, which is `no answer` here and False in each of "
        "the seven options there; the log changes one of them, the other six were False before",
    ),
    ("primary_livelihood", "", "False"): (
        66,
        "raw data and published data are blank in the column of an option that joined the form later: not ticked, since others are",
    ),
}
JOINED = {  # column of joined codes that the authors left as it was -> why ours says otherwise
    "water_sources": (2, "lines 9 and 10 add the option `borehole`; the codes joined in one column still lack it"),
    "treat_drink_water_how": (2, "lines 717 and 718 take an option away; the codes joined in one column still have it"),
}


@pytest.fixture(scope="module")
def kobo(real):
    return {name: read_csv(real / "kobo" / f"{name}.csv") for name in ("raw_data", "clean_data", "cleaning_log", "survey", "choices")}


def as_number(text: str) -> str:
    """R wrote 250000.0 before and 250000 after: the same number."""
    try:
        return str(float(text))
    except ValueError:
        return tidy(text)


def corrections_of(log: pd.DataFrame, raw: pd.DataFrame, questions: set[str]) -> list[dict]:
    """The log as corrections: one line per record and question, the options of a multiple answer brought together.

    Few lines of the log tell the old answer: where they are silent, or say 0 of an option, the raw data is what is expected.
    """
    records = raw.set_index("X_uuid")
    ticked: dict[tuple, list[str]] = {}
    made: dict[tuple, dict] = {}
    for number, row in zip(log.index + 2, log.to_dict("records"), strict=True):
        if row["change_type"] not in KINDS or number in LINES:
            continue
        about = "" if row["change_type"] == "remove_survey" else row["questions"]
        record, (question, _, option) = records.loc[row["X_uuid"]], about.partition(".")
        line = {"kind": KINDS[row["change_type"]], "respondent": record["X_id"], "question": question, "new": row["new_value"]}
        line |= {"reason": row["reason"] or row["issue"] or "not told", "by": f"line {number}", "date": "2021-07-15"}
        if question:
            line["expected"] = record[question].replace(" ", ";") if option else record[question]
        if option:
            codes = ticked.setdefault((row["X_uuid"], question), record[question].split(" "))
            (codes.append if row["new_value"] == "1" else codes.remove)(option)
            line |= {"new": ";".join(codes), "kind": "set" if codes else "blank"}
        assert question in questions or not question
        made[row["X_uuid"], question] = line
    return list(made.values())


@pytest.fixture(scope="module")
def project(kobo, real, tmp_path_factory):
    """A project whose country sent the raw data, with the form it was collected with. Conditions are not needed here."""
    root = tmp_path_factory.mktemp("kobo")
    sheets = root / "params/questionnaires/water"
    sheets.mkdir(parents=True)
    survey = kobo["survey"][kobo["survey"]["type"].str.split().str[0].isin(TYPES)]
    survey[["type", "name", "label::English (en)"]].to_csv(sheets / "survey.csv", index=False)
    kobo["choices"][["list_name", "name", "label::English (en)"]].to_csv(sheets / "choices.csv", index=False)
    (sheets / "settings.csv").write_text("form_title\nWater\n")
    (root / "raw").mkdir()
    (root / "raw/raw_data.csv").write_bytes(Path(real / "kobo/raw_data.csv").read_bytes())
    (root / "params/AT.yaml").write_text(
        "country: AT\nquestionnaire: water\ndeliveries:\n  - partner: AT-1\n    file: raw/raw_data.csv\n    tool: KoBoToolbox\n"
    )
    return Project(root)


@pytest.fixture(scope="module")
def corrected(project, kobo):
    settings = load_country(project, "AT")
    questionnaire = load_questionnaire(project.params / "questionnaires/water")
    lines = corrections_of(kobo["cleaning_log"], kobo["raw_data"], set(questionnaire.questions))
    with (project.params / "AT.corrections.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(lines)
    country = gather(settings, questionnaire, read_deliveries(project, settings, questionnaire))
    uuids = dict(zip(kobo["raw_data"]["X_id"], kobo["raw_data"]["X_uuid"], strict=True))
    country.rows["uuid"] = country.rows["respondent_id"].map(uuids)
    return correct(country, load_corrections(project, settings, questionnaire))


def published(kobo) -> dict[tuple[str, str], tuple[str, str]]:
    """Record and column -> old and new text, where the published data differs from the raw data. Read without any code of ours."""
    before, after = (kobo[name].set_index("X_uuid") for name in ("raw_data", "clean_data"))
    before = before.loc[after.index]
    changed = [c for c in before.columns if not before[c].map(as_number).equals(after[c].map(as_number))]
    return {
        (uuid, column.replace(".", "/")): (before.at[uuid, column], after.at[uuid, column])
        for column in changed
        for uuid in after.index[before[column].map(as_number).ne(after[column].map(as_number))]
    }


def ours(country) -> dict[tuple[str, str], str]:
    """Record kept and column -> the answer after correction, "" or the reason where there is none."""
    changes = country.changes[country.changes["position"].map(country.kept).astype(bool)]
    return {(country.rows.at[c.position, "uuid"], c.question): c.new for c in changes.itertuples()}


def test_the_same_records_are_removed(corrected, kobo):
    kept = set(corrected.rows.loc[corrected.kept, "uuid"])
    assert kept == set(kobo["clean_data"]["X_uuid"]) and len(kept) == 578
    assert len(corrected.exclusions) == 54 == (kobo["cleaning_log"]["change_type"] == "remove_survey").sum() - 1


def test_every_line_of_the_log_that_changes_an_answer_is_a_correction_or_explained(corrected, kobo):
    log = kobo["cleaning_log"]
    acting = set(log.index[log["change_type"].isin(KINDS)] + 2)
    assert len(log) == 726 and len(acting) == 106 and set(LINES) < acting
    assert len(corrected.corrections) == len(acting) - len(LINES) == 103
    rules = set(corrected.changes["rule"])
    stated = corrected.corrections[corrected.corrections["kind"] != "exclude"]
    assert rules == {f"correction {line}" for line in stated.index}, "each changed at least one cell"


def test_the_same_cells_are_changed_to_the_same_answers(corrected, kobo):
    there, here = published(kobo), ours(corrected)
    assert len(there) == 55
    both = there.keys() & here.keys()
    assert {cell: as_number(here[cell]) for cell in both if there[cell][1]} == {
        cell: as_number(there[cell][1]) if here[cell] != "no_answer" else "no_answer" for cell in both if there[cell][1]
    }
    assert {here[cell] for cell in both if not there[cell][1]} == {"no_answer"}
    only_there, only_here = there.keys() - here.keys(), here.keys() - there.keys()
    assert {column for _, column in only_there} == {"spend_tap"} and len(only_there) == 8
    assert {column.partition("/")[0] for _, column in only_here} == {"treat_drink_water_how"} and len(only_here) == 12
    assert len(both) == 47


def test_all_answers_are_those_published_but_for_the_differences_explained(corrected, kobo):
    """Each column that was matched, of each record kept: the text in the published data against code, number, text or reason."""
    clean = kobo["clean_data"].set_index("X_uuid").loc[corrected.rows.loc[corrected.kept, "uuid"]]
    found: dict[tuple, int] = {}
    for match in corrected.deliveries[0].recognised.matches:
        column, text = match.target, match.column.heading
        if not column or column not in corrected.values:
            continue
        values, reasons = corrected.values.loc[corrected.kept, column], corrected.reasons.loc[corrected.kept, column]
        told = values.astype("object").where(reasons.eq(""), reasons).map(lambda v: as_number(str(v)))
        for there, here in zip(clean[text].map(as_number), told, strict=True):
            if there != here and not (there == "" and here == "no_answer") and here != "unreadable":
                key = (column.partition("/")[0], there, here)
                found[key] = found.get(key, 0) + 1
    assert {(q, as_number(a), as_number(b)): n for (q, a, b), (n, _) in DIFFERENCES.items()} == found


def test_the_joined_codes_beside_the_options_are_the_only_columns_not_compared(corrected, kobo):
    clean, raw = (kobo[name].set_index("X_uuid") for name in ("clean_data", "raw_data"))
    kept = corrected.rows.loc[corrected.kept, ["uuid"]]
    for name in [q.name for q in corrected.questionnaire.questions.values() if q.kind == "select_multiple" and q.name in clean]:
        ticked = corrected.values.loc[kept.index, corrected.questionnaire.columns(name)].fillna(False).astype(bool)
        codes = [{c.partition("/")[2] for c in ticked if ticked.at[i, c]} for i in kept.index]
        off = sum(set(text.split()) != now for text, now in zip(clean.loc[kept["uuid"], name], codes, strict=True))
        assert off == JOINED.get(name, (0,))[0], name
        assert clean[name].equals(raw.loc[clean.index, name])


def test_every_answer_after_correction_is_accounted_for(corrected):
    corrected = protect(corrected, b"k" * 32)
    proof = check_identities(corrected)
    assert (proof["left"] == proof["right"]).all()
