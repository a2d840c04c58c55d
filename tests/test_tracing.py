"""From each figure of the demonstration back to the cells that partners sent, and from these to the figure again, by plain loops."""

import csv
import io
import json
from collections import defaultdict

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from bwise import tracing
from bwise.cleaning import MISSING_REASONS
from bwise.exports.table import NOT_SHOWN
from bwise.ledger import MEAN_OF_COUNTRIES
from bwise.matching import read_deliveries
from bwise.problems import ProblemsFound
from bwise.settings import load_country
from bwise.storage import read_csv
from bwise.tracing import find, line, page, trace
from tests.test_lineage import in_order
from tests.test_tables import group_of_model
from tests.test_tables_focus_groups import SURVEY

SHARES = {"share", "active in the sector", "main sector"}
ITEM = {"models": "model", "sectors": "sector", "income": "source", "support": "extent"}
"""Table -> the dimension that says which answer a figure counts; `answer` in all others."""
OF_SKILLS = ("skills", "skills_by_country", "skills_by_enterprise", "skills_by_model", "priorities", "technology")
NO_MEANS = ("fieldwork", "comparability", "robustness", "model_recognition", "skill_names", "support_index")


def figures(table):
    return [(position, trace(table, position)) for position in table.data.index]


def is_mean(table):
    return table.id not in NO_MEANS and not table.id.endswith("_by_source")


# ------------------------------------------------------------------ raw exports alone, by plain loops


@pytest.fixture(scope="module")
def raw_answers(demonstration_pool):
    """(country, delivery, row) -> {question: codes}, from raw cells, mapping.csv and changes.csv."""
    pool, found = demonstration_pool, {}
    for country in pool.countries:
        folder = pool.project.processed(country)
        rules = {}
        for told in read_csv(folder / "mapping.csv").to_dict("records"):
            rules[told["delivery"], told["question"], told["raw"]] = told["code"]
        for read in read_deliveries(pool.project, load_country(pool.project, country), pool.questionnaire):
            columns = read.raw.cells.to_dict()
            for row in read.raw.cells.index:
                found[country, read.name, row] = answers = {}
                typed = set()  # questions with a text of "other"
                for match in read.recognised.matches:
                    if not match.target:
                        continue
                    raw = columns[match.column.position][row]
                    if pool.questionnaire[match.question].kind == "text":
                        if match.question.endswith("_other") and raw.strip(NOT_SHOWN + " "):
                            typed.add(match.question.removesuffix("_other"))
                        continue
                    code = rules[read.name, match.target, raw]
                    said = {match.target.partition("/")[2]} if "/" in match.target and code else set(code.split(";")) - {""}
                    answers.setdefault(match.question, set()).update(said)
                for question in typed:
                    if pool.questionnaire[question].kind == "select_multiple" or not answers[question]:
                        answers[question].add("other")
        for change in in_order(pool.project, country, "changes.csv").to_dict("records"):
            if change["rule"] != "mask":
                assert change["rule"].startswith("correction ")
                answers = found[country, change["delivery"], change["source_row"]]
                question, _, choice = change["question"].partition("/")
                if choice:
                    answers[question] = answers[question] - {choice} | ({choice} if change["new"] == "True" else set())
                else:
                    answers[question] = {change["new"]} - set(MISSING_REASONS)
    return found


def number(codes):
    """A rating or a number; "don't know" and the like are none."""
    (text,) = codes or {""}
    return float(text) if text.replace(".", "", 1).isdigit() else None


def added(table, row, questions):
    """What one respondent adds to a figure, from what her raw cells say: a function of her answers, and what tells it from others."""
    if table.id in OF_SKILLS:
        if row["statistic"] == "critical gap":
            relevance, endowment = questions
            return (questions, "critical"), lambda answers: 100.0 * (number(answers[relevance]) >= 4 and number(answers[endowment]) <= 2)
        if len(questions) == 1:
            return (questions, "rating"), lambda answers: number(answers[questions[0]])
        return (questions, "gap"), lambda answers: number(answers[questions[0]]) - number(answers[questions[1]])
    if table.id == "income":
        return (row["source"], "number"), lambda answers: number(answers[row["source"]]) or 0.0
    if table.id.startswith("models_validated"):
        outcome = row["suggested"]
        return (questions, outcome), lambda answers: 1.0 * (outcome in outcomes(answers))
    (question,) = questions
    item = row[ITEM.get(table.id, "answer")]
    return (question, item), lambda answers: 1.0 * (item in answers[question])


def outcomes(answers):
    """What the rules of the demonstration make of one respondent: the model they suggest, and whether it is the one that she named."""
    market, contracts, pathway = number(answers["income_market"]), number(answers["income_contracts"]), answers["pathway"]
    if market is None or contracts is None or not pathway or pathway & set(MISSING_REASONS):
        return {"not told"}
    by_pathway = {"transitional": "training", "permanent": "social"}.get(next(iter(pathway)), "mixed_or_other")
    suggested = "productive" if market + contracts >= 60 else by_pathway
    return {suggested} | ({"as named"} if suggested in map(group_of_model, answers["model"]) else set())


def middle(values, statistic):
    values = sorted(values)
    if statistic != "median":
        return sum(values) / len(values)
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def test_each_figure_is_what_the_raw_cells_of_its_respondents_add_up_to(european, raw_answers):
    wrong, checked = [], 0
    told = defaultdict(dict)  # what is added -> by whom -> how much: thousands of figures add up the same again, by other groups
    for table in filter(is_mean, european.values()):
        for position, found in figures(table):
            row, parts = found.figure, []
            people, wises = found.respondents, defaultdict(set)
            by_part = defaultdict(list)
            columns = (people[name].tolist() for name in ("part", "country", "delivery", "source_row", "wise", "adds"))
            for part, *who, wise, adds in zip(*columns, strict=True):
                by_part[part].append((tuple(who), adds))
                wises[part].add(wise)
            for part, given in by_part.items():
                what, says = added(table, row, found.parts[part - 1].evidence.questions)
                known = told[what]
                for who in {who for who, _ in given} - known.keys():
                    known[who] = says(raw_answers[who])
                adds = [known[who] for who, _ in given]
                if adds != [said for _, said in given]:
                    wrong.append((table.id, position, "adds"))
                parts.append(middle(adds, row["statistic"]) * (100 if row["statistic"] in SHARES else 1))
            checked += 1
            if row["conf_status"] == "C" or not parts:
                assert pd.isna(row["value"])
                continue
            value = sum(parts) / len(parts)
            persons, of = len(people), sum(map(len, wises.values()))
            of_countries = MEAN_OF_COUNTRIES in (row.get("average"), row.get("country"))  # rounded as it is shown
            near = 0.5 / 10 ** table.decimals_of.get(row["statistic"], table.decimals) if of_countries else 0
            if abs(value - row["value"]) > near + 1e-9 or (persons, of) != (row["n"], row["wises"]):
                wrong.append((table.id, position, value, row["value"], persons, row["n"], of, row["wises"]))
    assert wrong == []
    assert checked == sum(len(t.data) for t in european.values() if is_mean(t)) > 3000


def test_the_fieldwork_is_counted_from_the_records_behind_it(european, demonstration_pool):
    for _, found in figures(european["fieldwork"]):
        row, people = found.figure, found.respondents
        counts = {
            "WISEs": people["wise"].nunique(),
            "partners": found.deliveries["partner"].nunique() if row["statistic"] == "partners" else 0,
        }
        persons = len(people) + len(found.excluded)
        assert row["value"] == counts.get(row["statistic"], persons), (row["country"], row["statistic"])
    received = sum(m["rows"]["received"] for m in demonstration_pool.manifests.values())
    (position,) = find(european["fieldwork"], "pooled", "records received")
    assert len(trace(european["fieldwork"], position).respondents) + len(trace(european["fieldwork"], position).excluded) == received


def test_a_question_is_not_asked_where_no_column_of_the_deliveries_is_it(european):
    for position, found in figures(european["comparability"]):
        if position % 7 == 0:  # each is read from the same columns in the same way
            asked = len(found.columns) > 0
            assert asked == (found.figure["code"] not in ("not asked", "pending")), (found.figure["question"], found.figure["country"])
            assert set(found.columns["country"]) <= {found.figure["country"]}


def test_what_focus_groups_said_is_counted_from_their_records(european):
    for table in (t for t in european.values() if t.id.endswith("_by_source")):
        for _, found in figures(table):
            if found.figure["source"] == SURVEY:
                assert set(found.respondents["source"]) == {"survey"}
            elif found.figure["source"] == "focus groups":
                people = found.respondents
                assert set(people["source"]) <= {"focus_group"}
                if pd.isna(found.figure["value"]):
                    continue
                yes = people[people["adds"].gt(0)]
                value = yes["adds"].sum() if table.id == "priorities_by_source" else yes["country"].nunique()
                assert value == found.figure["value"], (table.id, found.figure)


def test_what_a_focus_group_judged_is_its_own_record(european, focus_groups):
    table = european["model_recognition"]
    for _, found in figures(table):
        (who,) = found.respondents["respondent"]
        record = focus_groups.answers.set_index("respondent").loc[who]
        assert (record["country"], record["model"]) == (found.figure["country"], found.figure["model"])
        if found.figure["statistic"] == "recognised" and found.figure["code"] != "dont_know":
            assert found.figure["code"] in set(found.cells["code"])


def in_the_file(project, delivery):
    """Every cell of an export as another program reads it: (row, column) from 1 -> text."""
    content = (project.root / delivery.file).read_bytes()
    if content.startswith(b"PK"):
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    else:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delivery_sign(content)))
    return {(r, c): cell for r, row in enumerate(rows, 1) for c, cell in enumerate(row, 1)}


def delivery_sign(content):
    first = content.decode("utf-8-sig").split("\n")[0]
    return max(";,\t", key=first.count)


@pytest.mark.parametrize("country", ["AT", "FR", "PL"])  # LimeSurvey CSV, LimeSurvey XLSX, Qualtrics
def test_the_raw_text_is_what_stands_in_that_cell_of_the_file(european, demonstration, country):
    delivery = load_country(demonstration, country).deliveries[0]
    file = in_the_file(demonstration, delivery)
    compared = 0
    for id_, row in (("models", country), ("skills_by_country", "gap")):
        table = european[id_]
        for position in find(table, row, country if id_ != "models" else "")[:6]:
            for cell in trace(table, position).cells.to_dict("records"):
                there = file[cell["source_row"], cell["column"]]
                assert cell["raw"] == (str(int(there)) if isinstance(there, float) else there)
                compared += cell["raw"] != ""
    assert compared > 10


def masked(mapping):
    mapping.loc[mapping["question"].eq("model"), "raw"] = "[e-mail]"


def headed_otherwise(mapping):
    mapping["heading"] += "?"


def of_the_next_column(mapping):
    mapping["column"] = (mapping["column"].astype(int) + 1).astype(str)


@pytest.mark.parametrize("change", [masked, headed_otherwise, of_the_next_column])
def test_what_the_record_does_not_tell_for_sure_is_read_and_matched_as_a_whole(european, monkeypatch, change):
    (position,) = find(european["models"], "AT", "training")
    as_recorded = trace(european["models"], position).cells
    whole, asked = tracing._read.__wrapped__, []

    def changed(path):
        found = read_csv(path)
        if path.name == "mapping.csv":
            change(found)
        return found

    monkeypatch.setattr(tracing, "read_csv", changed)
    monkeypatch.setattr(tracing, "_sources", tracing._sources.__wrapped__)  # nothing of it is kept for other tests
    monkeypatch.setattr(tracing, "_read", lambda pool, country: asked.append(country) or whole(pool, country))
    assert len(as_recorded) and trace(european["models"], position).cells.equals(as_recorded)
    assert set(asked) == {"AT"}


def test_a_record_that_tells_all_is_enough(european, monkeypatch):
    monkeypatch.setattr(tracing, "_read", lambda *_: pytest.fail("nothing need be matched again"))
    for id_, row in (("models", "AT"), ("remuneration", "minimum"), ("barriers", "")):
        assert len(trace(european[id_], find(european[id_], row)[0]).cells)


def test_a_trace_names_file_row_column_text_and_rule(european, demonstration):
    (position,) = find(european["models"], "AT", "training")
    found = trace(european["models"], position)
    at = load_country(demonstration, "AT").deliveries[0].file.as_posix()
    manifest = json.loads((demonstration.processed("AT") / "manifest.json").read_text(encoding="utf-8"))
    assert found.deliveries[["file", "sha256"]].to_numpy().tolist() == [[at, manifest["inputs"][at]]]
    text = page(found)
    assert at in text and "column 14 (model): 'train' → model = training (code)" in text
    assert found.table.formula in text and line(found) in text


def test_a_hidden_figure_is_traced_on_this_computer_and_shown_in_no_notebook(european):
    table = european["skills_by_country"]
    hidden = table.data.index[table.data["conf_status"].eq("C")]
    assert len(hidden)
    found = trace(table, hidden[0])
    assert len(found.respondents) and len(found.cells)
    assert "must not leave this computer" in page(found)
    assert found._repr_html_() == "<p>This figure is confidential: what it is made of is not shown in a notebook.</p>"


def test_a_notebook_shows_of_a_trace_no_respondent_and_no_answer(european):
    (position,) = find(european["models"], "AT", "training")
    found = trace(european["models"], position)
    shown = found._repr_html_()
    assert "Countries: AT" in shown
    assert not [who for who in found.respondents["respondent"] if who in shown] and "train" not in shown


def test_what_stands_behind_figures_is_not_published(european, demonstration):
    for id_ in european:
        assert "evidence" not in read_csv(demonstration.reports / "tables" / f"{id_}.csv")


def test_a_figure_is_found_by_label_or_code_in_any_case(european):
    table = european["sectors"]
    sector = table.data["sector"].iloc[0]
    by_code = find(table, sector.lower(), "main sector / productive / pooled")
    by_label = find(table, table.codes["sector"][sector], "Main sector / Productive model / Pooled")
    assert len(by_code) == 1 and by_code == by_label


def test_a_row_without_a_column_is_all_its_figures(european):
    assert len(find(european["models"], "AT")) == len(set(european["models"].data["model"]))


def test_a_label_nobody_knows_is_told_with_the_nearest(european):
    with pytest.raises(ProblemsFound, match="training"):
        find(european["models"], "AT", "trainig")
    with pytest.raises(ProblemsFound, match=r"do not meet|not in the table"):
        find(european["models"], "AT", "AT")
