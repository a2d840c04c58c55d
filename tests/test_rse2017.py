"""From raw exports to tables on a real survey of three countries, compared with the tables that the survey itself published.

`rse2017/published.csv` lists every published table: which questions it counts, how it is read, and whether the public data hold
what it counts. Labels are compared by a reading of their own here, not by the project's.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import sys
from collections import Counter
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from bwise.ledger import Items, Ledger
from bwise.matching import read_delivery
from bwise.matching.columns import WORDING
from bwise.pooling import POOLED, load_pool
from bwise.settings import Project, load_country
from bwise.storage import read_csv
from bwise.tables import frequencies
from bwise.tables.cells import numeric, own_answer, shares_given

pytestmark = pytest.mark.real

HERE = Path(__file__).parent / "rse2017"
COUNTRIES = {"UK": 253, "DE": 325, "US": 164}
"""Country -> records of its public data; the order is that of the consolidation."""
MISSING = ""

with (HERE / "published.csv").open(encoding="utf-8", newline="") as file:
    TABLES = list(csv.DictReader(file))
for table in TABLES:
    table["questions"] = [q for q in table["question"].split("+") if q]

SPELLED = {
    ("DE", "ukrse2", "uk rse association (http://rse.ac.uk/)"): "uk_rse_association",
    ("US", "currentEmp13", "history of art, architecture & design,"): "history_of_art_architecture_and_design",
    ("DE", "currentEmp10", "other"): "other",
    ("US", "currentEmp10", "other"): "other",
}
"""Labels that are neither in the questionnaire's list nor under `answers:` in params -> their code."""

PERCENT_EMPTY = {("DE", "open1can.csv"), ("DE", "socio3.csv"), ("US", "open1can.csv"), ("US", "open3can.csv")}
"""Percentages that the survey published with every cell empty, its counts of the same question being filled."""
PERCENT_OF_REFUSALS_TOO = {("DE", "socio2.csv")}
"""Percentages of all who ticked anything. Elsewhere the base is those who answered, for us without "Prefer not to say"."""

OUTLIERS = {
    ("DE", "currentEmp11.csv"): lambda years: years == -1 or years >= 99,
    ("US", "train2.csv"): lambda times: times in (100, 1000, 1250),
}
"""Published lists of values that leave some answers out -> which. We keep all of them and flag those out of range."""


def tables(**wanted):
    """Published tables with these properties, as parameters of a test."""
    found = [t for t in TABLES if all(t[k] == v for k, v in wanted.items())]
    return pytest.mark.parametrize("published", found, ids=[f"{t['country']}-{t['file'].removesuffix('.csv')}" for t in found])


def bwise(*arguments):
    """The command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "bwise.cli", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", "COLUMNS": "200"},
        check=False,
    )


@pytest.fixture(scope="session")
def done(real, tmp_path_factory):
    """A project with the three exports, and how `bwise run` ended in it."""
    root = tmp_path_factory.mktemp("rse2017")
    shutil.copytree(HERE / "params", root / "params")
    for country in COUNTRIES:
        (root / "raw" / country).mkdir(parents=True)
        shutil.copyfile(real / "rse2017" / country.lower() / "public_data.csv", root / "raw" / country / "public_data.csv")
    return Project(root), bwise("run", "--project", root, "--jobs", 2)


@pytest.fixture(scope="session")
def pool(done):
    project, ended = done
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return load_pool(project)


@pytest.fixture(scope="session")
def counts(pool):
    """`counts(country, question)`: code -> persons, with a row for each kind of non-answer that the answer list has."""

    @lru_cache
    def by_country(question):
        data = frequencies(pool, question, by="country").data
        return data[data["statistic"].eq("count")].set_index(["country", "answer"])["value"]

    def counts(country, question):
        found = Counter({code: int(n) for code, n in by_country(question)[country].items()})
        here = pool.missing["country"] == country
        rows = {c.missing: c.name for c in pool.questionnaire.choices(question).values() if c.missing}
        for code in rows.values():
            # Two persons in the UK and one in the US ticked N/A and also a way to meet others. They answered, so they have no reason
            # for a missing answer, and their N/A is kept among the answers: the ticks published are these and the reasons together.
            column = f"{question}/{code}"
            found[code] = int(pool.answers.loc[here, column].sum()) if column in pool.answers else 0
        for reason, n in pool.missing.loc[here, pool.questionnaire.columns(question)[0]].value_counts().items():
            if reason:
                found[rows.get(reason, MISSING)] += int(n)
        return +found

    return counts


@pytest.fixture(scope="session")
def code(pool):
    """`code(country, question, label)`: the code that a published label stands for."""

    def code(country, question, label):
        key = plain(label)
        delivery = load_country(pool.project, country).deliveries[0]
        known = {plain(c.labels["en"]): c.name for c in pool.questionnaire.choices(question, delivery.scales.get(question, "")).values()}
        known |= {plain(raw): name for raw, name in delivery.answers.get(question, {}).items()}
        return known.get(key) or SPELLED.get((country, question, key)) or f"unknown label: {label}"

    return code


def plain(label):
    return " ".join(label.replace("\ufeff", "").removesuffix("[PERCENTAGE]").split()).casefold()


def read(folder, published, percent=False):
    """Question -> {label: figure as text}; the row of missing answers has an empty label, an empty cell is none or 0."""
    name = published["file"].replace(".csv", "[PERC].csv") if percent else published["file"]
    with (folder / "rse2017" / published["country"].lower() / "published" / name).open(encoding="utf-8", newline="") as file:
        heading, *rows = list(csv.reader(file))
    if "Transposed" in published["note"]:
        rows = list(zip(heading, *rows, strict=True))[1:]
    columns = list(zip(*rows, strict=True))
    labels, figures = columns[0], columns[1:]
    assert len(set(labels)) == len(labels) and len(figures) == len(published["questions"])
    return {q: dict(zip(labels, column, strict=True)) for q, column in zip(published["questions"], figures, strict=True)}


def values(folder, published):
    """The numbers of a published list of values, outliers that it leaves blank left out."""
    with (folder / "rse2017" / published["country"].lower() / "published" / published["file"]).open(encoding="utf-8", newline="") as file:
        return [float(cell) for _, cell in list(csv.reader(file))[1:] if cell]


def test_all_countries_and_the_consolidation_run_without_a_problem(done):
    project, ended = done
    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = [line.split() for line in ended.stdout.splitlines() if line.strip()]
    assert [line[:2] for line in lines] == [["ok", name] for name in (*COUNTRIES, "consolidation")]
    for line, (country, records) in zip(lines, COUNTRIES.items(), strict=False):
        assert f"{records} received, 0 excluded, {records} kept" in " ".join(line)
        assert (project.reports / "countries" / f"{country}.html").is_file()
    assert (project.reports / "index.html").is_file()


@pytest.mark.parametrize("country", COUNTRIES)
def test_at_least_95_percent_of_the_columns_match_or_wait_as_reworded_without_a_line_in_params(country, done, pool):
    project, _ = done
    helped = load_country(project, country).deliveries[0]
    alone = helped.model_copy(update={"columns": {}, "answers": {}, "wording": {}})  # of a column left open, lines would fit nothing
    found = read_delivery(project.root / alone.file, "public_data.csv", country, alone, pool.questionnaire).recognised
    reworded = sum(m.how == WORDING for m in found.matches)
    assert (found.columns + reworded) / found.of_columns >= 0.95, [m.column.heading for m in found.matches if not m.settled]


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_table_the_survey_published_is_on_the_list(country, real):
    files = {p.name for p in (real / "rse2017" / country.lower() / "published").glob("*.csv") if "[PERC]" not in p.name}
    assert files == {t["file"] for t in TABLES if t["country"] == country}


@tables(reproducible="yes")
def test_published_counts_are_reproduced_one_by_one(published, real, counts, code):
    country = published["country"]
    for question, column in read(real, published).items():
        expected = +Counter({code(country, question, label) if label else MISSING: int(float(n or 0)) for label, n in column.items()})
        assert sum(int(float(n or 0)) for n in column.values()) == sum(expected.values())  # no two labels with one code
        ours = counts(country, question)
        if MISSING not in column:
            del ours[MISSING]
        assert ours == expected, question


@tables(reproducible="yes", kind="single")
def test_published_percentages_of_single_questions_agree(published, real, pool, counts, code):
    country, [question], table = published["country"], published["questions"], (published["country"], published["file"])
    labels = read(real, published, percent=True)[question]
    if table in PERCENT_EMPTY:
        assert set(labels.values()) == {""}
        return
    expected = {code(country, question, label): float(percent or 0) for label, percent in labels.items()}
    if table in PERCENT_OF_REFUSALS_TOO:
        ticked = {c: n for c, n in counts(country, question).items() if c != MISSING}
        shares = {c: 100 * n / sum(ticked.values()) for c, n in ticked.items()}
    else:
        data = frequencies(pool, question, by="country").data
        data = data[data["country"].eq(country) & data["statistic"].eq("share")]
        shares = dict(zip(data["answer"], data["value"], strict=True))
    assert {c: v for c, v in shares.items() if v} == pytest.approx({c: v for c, v in expected.items() if v}, abs=1e-6)


@tables(reproducible="no")
def test_tables_that_cannot_be_reproduced_say_why(published):
    assert published["kind"] in ("values", "not_public") and published["note"]


@tables(kind="not_public")
def test_columns_said_not_to_be_public_are_not_in_the_public_data(published, real):
    with (real / "rse2017" / published["country"].lower() / "public_data.csv").open(encoding="utf-8-sig", newline="") as file:
        codes = {heading.partition(".")[0].partition("[")[0] for heading in next(csv.reader(file))}
    assert published["file"].removesuffix(".csv") not in codes


def units(pool, country):
    return pool.manifests[country]["settings"]["deliveries"][0]["units"]


@tables(kind="values")
def test_published_lists_of_values_hold_the_numbers_we_kept(published, real, pool):
    country, [question] = published["country"], published["questions"]
    ours = pool.answers.loc[pool.answers["country"] == country, question].dropna()
    if pool.status(question, country) == "recoded":
        assert (question, units(pool, country)[question]) == ("currentEmp11", "months")
        ours = ours * 12  # the list is in months, as asked there
    left_out = OUTLIERS.get((country, published["file"]))
    kept = [v for v in ours if not (left_out and left_out(v))]
    assert bool(left_out) == (len(kept) < len(ours))
    assert sorted(kept) == pytest.approx(sorted(values(real, published)))


def test_only_the_contract_length_of_the_uk_is_converted(pool):
    assert {c: units(pool, c) for c in pool.countries} == {"UK": {"currentEmp11": "months"}, "DE": {}, "US": {}}


def test_a_10_point_scale_is_never_pooled_with_a_5_point_scale(pool):
    assert [pool.status("turnOver1", c) for c in COUNTRIES] == ["identical", "different scale", "identical"]
    assert pool.comparable("turnOver1") == ["UK", "US"]
    answered = pool.answers["turnOver1"].notna().groupby(pool.answers["country"], observed=True).sum()
    together = frequencies(pool, "turnOver1")
    assert together.countries == ("UK", "US")
    assert set(together.data["n"]) == {answered["UK"] + answered["US"]}
    assert together.data.loc[together.data["statistic"] == "count", "value"].sum() == answered["UK"] + answered["US"]
    assert set(frequencies(pool, "turnOver1", by="country").data["country"]) == set(COUNTRIES)  # side by side, not added up


def test_the_command_line_gives_the_published_counts_as_csv(done, pool, real, code):
    project, _ = done
    ended = bwise("table", "edu1", "--by", "country", "--project", project.root, "--csv")
    assert (ended.returncode, ended.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(ended.stdout)))
    for published in [t for t in TABLES if t["questions"] == ["edu1"]]:
        country = published["country"]
        expected = {code(country, "edu1", label): int(n) for label, n in read(real, published)["edu1"].items() if label}
        ours = {r["answer"]: float(r["value"]) for r in rows if (r["country"], r["statistic"]) == (country, "count")}
        assert {c: n for c, n in ours.items() if n} == expected
    assert {r["country"] for r in rows} == {*COUNTRIES, "pooled"}


DESCRIBED = {"education": "edu1", "organisation": "currentEmp1", "testing": "proj4can"}
"""Tables of tests/rse2017/params/tables.yaml -> the question each counts."""


@pytest.mark.parametrize("id_", DESCRIBED)
def test_tables_that_params_describe_come_out_of_the_notebooks_as_they_were_published(id_, done, pool, real, code):
    project, _ = done
    rows = read_csv(project.reports / "tables" / f"{id_}.csv")
    compared = 0
    for published in [t for t in TABLES if t["questions"] == [DESCRIBED[id_]] and t["reproducible"] == "yes"]:
        country, question = published["country"], DESCRIBED[id_]
        missing = {c.name for c in pool.questionnaire.choices(question).values() if c.missing}
        counted = {code(country, question, label): int(float(n or 0)) for label, n in read(real, published)[question].items() if label}
        expected = {c: n for c, n in counted.items() if n and c not in missing}
        here = rows[rows["country"].eq(country) & rows["value"].ne("")].to_dict("records")
        ours = {r["answer"]: round(float(r["value"]) * int(r["n"]) / 100) for r in here}
        assert {c: n for c, n in ours.items() if n} == expected
        compared += len(expected)
    assert compared > 5


# ------------------------------------------------------------------ tables of several columns, and tables by group

PERCENT_ROUNDED = {("DE", f"{name}.csv") for name in ("satisgen1_2", "paper1_2_3_4_5", "rse1_4de", "ukrse12de_3de")}
PERCENT_ROUNDED |= {("US", "paper1_2_3_4_5.csv")}
"""Percentages that the survey published as whole numbers."""


def with_percentages(*kinds):
    """Published tables of these kinds, as parameters of a test."""
    found = [t for t in TABLES if t["kind"] in kinds]
    return pytest.mark.parametrize("published", found, ids=[f"{t['country']}-{t['file'].removesuffix('.csv')}" for t in found])


def figures_of(ledger, items, by):
    """The figures of these items by this grouping, each group that somebody answered in."""
    ledger.enter(items, by)
    ledger.close()
    cells = ledger.figures(items, by)
    return cells[cells["n"].gt(0)]


def points_of(ledger, question, countries):
    """The points of a rating, as what each respondent adds."""
    points = numeric(ledger.pool, ledger.pool.questionnaire[question])
    base = ledger.base(~np.isnan(points), [question], countries)
    return Items(base, np.where(base.who, points, 0)[:, None], ("item",), ((question,),), ((question,),))


@tables(kind="battery")
def test_a_battery_is_one_table_of_ours_with_a_column_for_each_question(published, real, pool, code):
    country, questions = published["country"], published["questions"]
    ledger = Ledger(pool)
    items = [i for q in questions for i in shares_given(ledger, pool.questionnaire[q], "answer", [country], question=q)]
    cells = figures_of(ledger, items, ledger.everybody)
    ours = {(r["question"], r["answer"]): (round(r["value"] * r["n"] / 100), r["n"]) for r in cells.to_dict("records") if r["value"]}
    expected = {}
    for question, column in read(real, published).items():
        missing = {c.name for c in pool.questionnaire.choices(question).values() if c.missing}
        rows = {code(country, question, label): int(float(n or 0)) for label, n in column.items() if label}
        given_ = {name: n for name, n in rows.items() if n and name not in missing}
        expected |= {(question, name): (n, sum(given_.values())) for name, n in given_.items()}
    assert ours == expected


@with_percentages("battery", "multiple")
def test_published_percentages_of_several_columns_are_shares_of_a_row_or_of_mentions(published, real, counts, code):
    """The survey's percentages of a battery compare the questions, those of several answers count mentions; ours count respondents."""
    country, table = published["country"], (published["country"], published["file"])
    if not percentages(real, published).is_file():
        pytest.skip("the survey published no percentages of this table")
    columns = read(real, published, percent=True)
    ours = {(q, label): counts(country, q)[code(country, q, label)] for q, column in columns.items() for label in column if label}
    by_question = published["kind"] == "multiple" or "Transposed" in published["note"]
    whole = Counter()
    for (question, label), n in ours.items():
        whole[question if by_question else label] += n
    expected = {(q, label): float(p or 0) for q, column in columns.items() for label, p in column.items() if label}
    found = {(q, label): 100 * n / (whole[q if by_question else label] or 1) for (q, label), n in ours.items()}
    assert found == pytest.approx(expected, abs=0.5 if table in PERCENT_ROUNDED else 1e-6)


def percentages(folder, published):
    return folder / "rse2017" / published["country"].lower() / "published" / published["file"].replace(".csv", "[PERC].csv")


@tables(kind="battery")
def test_means_on_a_scale_are_those_of_the_published_counts(published, real, pool, code):
    country = published["country"]
    for question, column in read(real, published).items():
        points = pool.questionnaire.scale(question)
        if not points or pool.status(question, country) not in POOLED:
            continue
        counted = {points[code(country, question, label)]: int(float(n or 0)) for label, n in column.items() if label}
        ledger = Ledger(pool)
        ours = figures_of(ledger, [points_of(ledger, question, [country])], ledger.everybody)
        assert ours["n"].item() == sum(counted.values())
        assert ours["value"].item() == pytest.approx(sum(p * n for p, n in counted.items()) / sum(counted.values()))


def raw_answers(folder, country, question):
    """The cells of a question in the public data, in the order of respondents."""
    with (folder / "rse2017" / country.lower() / "public_data.csv").open(encoding="utf-8-sig", newline="") as file:
        heading, *rows = list(csv.reader(file))
    codes = [text.partition(".")[0] for text in heading]  # `edu1`, `stability1[SQ001]`, or the row of a battery: `likert2[affSat1]`
    [place] = [i for i, code in enumerate(codes) if code.partition("[")[0] == question or f"[{question}]" in code]
    return [row[place] for row in rows]


GROUPS = ["fund1", "edu1", "rse1"]
BY_GROUP = [
    pytest.param(question, by, marks=() if number % len(GROUPS) == place else pytest.mark.long)
    for number, question in enumerate(["affSat1", "affRec3", "turnOver5", "stability1", "currentEmp10"])
    for place, by in enumerate(GROUPS)
]
"""Question and grouping: each question by one of them in `make test`, so that each is met, and all in `make test-long`."""


@pytest.mark.parametrize(("question", "by"), BY_GROUP)
def test_tables_by_group_are_those_counted_in_the_public_data(question, by, real, pool, code):
    """The survey published no table by group: a plain count of its data stands in for one."""
    missing = {q: {c.name for c in pool.questionnaire.choices(q).values() if c.missing} for q in (question, by)}
    expected, scores = Counter(), {}
    for country in pool.comparable(question):
        for pair in zip(raw_answers(real, country, by), raw_answers(real, country, question), strict=True):
            if all(pair):
                group, answer = (code(country, q, label) for q, label in zip((by, question), pair, strict=True))
                if group not in missing[by] and answer not in missing[question]:
                    expected[group, answer] += 1
                    scores.setdefault(group, []).append(pool.questionnaire.scale(question).get(answer))
    data = frequencies(pool, question, by).data.query("statistic == 'count'")
    shown = {(r[by], r["answer"]): int(r["value"]) for r in data.to_dict("records") if r["conf_status"] == "" and r["value"]}
    hidden = set(data.loc[data["conf_status"].ne(""), by])
    assert shown == {k: n for k, n in expected.items() if k[0] not in hidden}
    assert sum(shown.values()) > 100, "or this proves too little"
    if pool.questionnaire.scale(question):
        ledger = Ledger(pool)
        points = points_of(ledger, question, pool.comparable(question))
        ours = figures_of(ledger, [points], own_answer(ledger, pool.questionnaire[by])).set_index("group")
        assert ours["n"].to_dict() == {g: len(s) for g, s in scores.items()}
        assert ours["value"].to_dict() == pytest.approx({g: sum(s) / len(s) for g, s in scores.items()})
