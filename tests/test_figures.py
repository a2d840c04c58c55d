import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bwise.figures import DEMONSTRATION, draw, gaps, heat_map, likert
from bwise.publication import write_figures
from bwise.settings import Project
from bwise.tables import european_tables
from tests.conftest import ONE_SKILL

POOLED, MEAN = "pooled", "mean of countries"
LIKERT = [f"ratings_{d}_relevance" for d in ("digital", "green", "management", "accompaniment", "work")]
BARS = [
    "models",
    "sectors",
    "income",
    "technology",
    "barriers",
    "pathways",
    "contracts",
    "remuneration",
    "support",
    "reserved_contracts",
    "priorities",
    "profiles",
    "measures",
    "training_funding",
]
RATED_BY_ALL = ("digital", "green")


@pytest.fixture(scope="module")
def drawings(european):
    return draw(european, demonstration=True)


def rows(table, **where):
    """Records of the table with these values."""
    data = table.data
    for column, value in where.items():
        data = data[data[column] == value]
    return data.to_dict("records")


def without(table, **where):
    """The table, with the figures that `where` names made confidential."""
    data = table.data.copy()
    at = np.logical_and.reduce([data[k].isin(v if isinstance(v, list) else [v]) for k, v in where.items()])
    data.loc[at, ["value", "n", "wises"]] = pd.NA
    data.loc[at, "obs_status"], data.loc[at, "conf_status"] = "", "C"
    return replace(table, data=data)


def labels(axis):
    """Names on the axis of skills, without line breaks."""
    return [t.get_text().replace("\n", " ") for t in axis.get_yticklabels()]


def numbers(text):
    """Numbers in words for readers; those in names of skills are none."""
    return [float(n) for n in re.findall(r"−?\d+\.?\d*", re.sub("“.*?”", "", text))]


# ------------------------------------------------------------------ the demonstration


def test_the_demonstration_has_all_its_figures_each_beside_its_table(drawings, european):
    assert list(drawings) == [*BARS, *LIKERT, "skills_gaps", "skills_by_country_heat_map"]
    assert {d.table for d in drawings.values()} == {*BARS, *LIKERT, "skills", "skills_by_country"} <= set(european)


@pytest.mark.parametrize("name", LIKERT)
def test_the_words_of_stacked_bars_are_those_of_the_table(drawings, european, name):
    table, words = european[name], drawings[name].alternative
    top = {}
    for row in rows(table):
        if row["answer"] in ("4", "5"):
            top[row["skill"]] = top.get(row["skill"], 0) + row["value"]
    best, worst = max(top, key=top.get), min(top, key=top.get)
    assert re.findall("“(.*?)”", words) == [table.codes["skill"][best], table.codes["skill"][worst]]
    assert numbers(words) == [len(top), round(top[best]), round(top[worst])]


def test_the_words_of_the_gaps_are_those_of_the_table(drawings, european):
    table = european["skills"]
    found = {
        (r["worker_group"], r["skill"]): r["value"]
        for r in rows(table, statistic="gap", average=POOLED, answered_by="self")
        if r["domain"] in RATED_BY_ALL and r["worker_group"] != "all"
    }
    group, skill = max(found, key=found.get)
    words = drawings["skills_gaps"].alternative
    assert re.findall("“(.*?)”", words) == [table.codes["worker_group"][group], table.codes["skill"][skill]]
    assert numbers(words) == [len({s for _, s in found}), 3, round(found[group, skill], 2)]


def test_the_words_of_the_heat_map_are_those_of_the_table(drawings, european):
    table = european["skills_by_country"]
    found = {r["skill"]: r["value"] for r in rows(table, statistic="gap", country=POOLED, worker_group="all")}
    skill, words = max(found, key=found.get), drawings["skills_by_country_heat_map"].alternative
    assert re.findall("“(.*?)”", words) == [table.codes["skill"][skill]]
    assert numbers(words) == [len(found), 13, round(found[skill], 2)]


@pytest.mark.parametrize("name", LIKERT)
def test_stacked_bars_are_as_long_as_the_shares_and_meet_in_the_middle(drawings, european, name):
    axis, table = drawings[name].figure.axes[0], european[name]
    for position, label in enumerate(labels(axis)):
        bars = sorted((b for b in axis.patches if round(b.get_y() + b.get_height() / 2) == position), key=lambda b: b.get_x())
        skill = next(c for c, text in table.codes["skill"].items() if label.startswith(f"{text} (n"))
        shares = [r["value"] for r in sorted(rows(table, skill=skill), key=lambda r: r["answer"])]
        assert [b.get_width() for b in bars] == pytest.approx(shares)
        assert bars[2].get_x() + bars[2].get_width() / 2 == pytest.approx(0, abs=1e-9)
        assert label.endswith(f"(n\u00a0=\u00a0{rows(table, skill=skill)[0]['n']})")


def test_dots_stand_where_the_table_says(drawings, european):
    axes, table = drawings["skills_gaps"].figure.axes, european["skills"]
    skills = {text: code for code, text in table.codes["skill"].items()}
    assert [a.get_title(loc="left") for a in axes] == ["Enabler", "Supporter", "Worker with support needs"]
    for axis, group in zip(axes, ("enabler", "supporter", "wsn"), strict=True):
        dots = {c.get_label(): c.get_offsets() for c in axis.collections if c.get_label() in ("relevance", "endowment")}
        assert set(dots) == {"relevance", "endowment"}
        for statistic, offsets in dots.items():
            for (value, position), label in zip(offsets, labels(axes[0]), strict=True):
                (row,) = rows(table, worker_group=group, skill=skills[label], statistic=statistic, average=POOLED, answered_by="self")
                assert (value, labels(axes[0])[int(position)]) == (pytest.approx(row["value"]), label)


def test_the_heat_map_says_each_figure_and_its_flag(drawings, european):
    axis, table = drawings["skills_by_country_heat_map"].figure.axes[0], european["skills_by_country"]
    columns = [t.get_text().replace("\n", " ") for t in axis.get_xticklabels()]
    assert columns == ["AT", "BE", "BG", "HR", "FR", "EL", "IT", "LV", "NL", "PL", "RO", "SI", "ES", "Pooled", "Mean of countries"]
    codes = {"Pooled": POOLED, "Mean of countries": MEAN}
    skills = {text: code for code, text in table.codes["skill"].items()}
    said = iter(t.get_text() for t in axis.texts)
    for skill in labels(axis):
        for column in columns:
            (row,) = rows(table, statistic="gap", worker_group="all", skill=skills[skill], country=codes.get(column, column))
            number, _, flag = next(said).partition(" ")
            assert float(number.replace("−", "-")) == pytest.approx(row["value"], abs=0.05 + 1e-9)
            assert flag == row["obs_status"]


def test_every_figure_of_the_demonstration_says_that_it_is_one(drawings):
    for drawing in drawings.values():
        assert drawing.figure.get_supxlabel() == DEMONSTRATION == "Demonstration data: synthetic, not a finding"


def test_a_figure_of_real_answers_does_not_say_so(european):
    assert {d.figure.get_supxlabel() for d in draw(european, demonstration=False).values()} == {""}


@pytest.mark.parametrize("name", ["sectors", "technology", "ratings_work_relevance"])
def test_a_legend_ends_within_its_figure(drawings, name):
    drawing = drawings[name]
    assert drawing.pictures, "laid out"
    legend, page = drawing.figure.axes[0].get_legend().get_window_extent(), drawing.figure.bbox
    assert page.x0 <= legend.x0 and legend.x1 <= page.x1 and legend.y1 <= page.y1


# ------------------------------------------------------------------ files


def files(drawings, folder):
    write_figures(list(drawings.values()), Project(folder))
    return {p.name: p.read_bytes() for p in (folder / "reports" / "figures").iterdir()}


def test_figures_drawn_twice_are_the_same_bytes(european, tmp_path):
    names = ("ratings_green_relevance", "skills", "skills_by_country")  # a figure of each kind
    once, twice = (files(draw({n: european[n] for n in names}, True), tmp_path / folder) for folder in ("one", "two"))
    drawn = ("ratings_green_relevance", "skills_gaps", "skills_by_country_heat_map")
    assert sorted(once) == sorted(f"{name}.{kind}" for name in drawn for kind in ("png", "svg"))
    assert once == twice
    assert all(content.startswith(b"\x89PNG") for name, content in once.items() if name.endswith("png"))
    assert all(b"<svg" in content and b"<dc:date>" not in content for name, content in once.items() if name.endswith("svg"))


def test_a_figure_that_a_notebook_has_shown_is_published_as_the_same_bytes(european, tmp_path):
    unseen, seen = (gaps(european["skills"], True) for _ in range(2))
    assert seen._repr_html_().startswith('<img alt="Dot plot of relevance')
    assert files({"": seen}, tmp_path / "seen") == files({"": unseen}, tmp_path / "unseen")


# ------------------------------------------------------------------ confidential and missing cells


def test_stacked_bars_leave_out_a_confidential_skill_and_count_the_others(european):
    table = european["ratings_green_relevance"]
    drawing = likert(without(table, skill="greencomp-2022/4.2"), True)
    assert len(drawing.figure.axes[0].patches) == 4 * 5
    assert drawing.alternative.startswith("Diverging stacked bars of 4 skills")
    assert not any(table.codes["skill"]["greencomp-2022/4.2"] in text for text in labels(drawing.figure.axes[0]))


def test_dots_leave_a_gap_where_a_figure_is_confidential(european):
    table = without(european["skills"], skill="greencomp-2022/4.2", worker_group="wsn")
    axes = gaps(table, True).figure.axes
    dots = [c.get_offsets()[:, 0] for axis in axes for c in axis.collections if c.get_label() == "relevance"]
    shown = [int(np.isfinite(np.ma.filled(values, np.nan)).sum()) for values in dots]
    assert shown == [13, 13, 12]


def test_the_widest_gap_is_that_of_the_figures_shown(european):
    table = european["skills"]
    found = {
        (r["worker_group"], r["skill"]): r["value"]
        for r in rows(table, statistic="gap", average=POOLED, answered_by="self")
        if r["domain"] in RATED_BY_ALL and r["worker_group"] != "all"
    }
    first, second = sorted(found, key=found.get, reverse=True)[:2]
    words = gaps(without(table, worker_group=first[0], skill=first[1]), True).alternative
    assert numbers(words)[-1] == round(found[second], 2)


def test_the_heat_map_does_without_the_countries_that_are_confidential(european):
    table = european["skills_by_country"]
    before, after = (heat_map(t, True) for t in (table, without(table, country=["SI", "LV"])))
    said = [[t.get_text() for t in d.figure.axes[0].texts if t.get_text() != ":"] for d in (before, after)]
    assert len(said[0]) - len(said[1]) == 2 * 13
    assert after.alternative == before.alternative, "the pooled figures are the same"


@pytest.mark.parametrize("how", ["confidential", "missing"])
def test_the_heat_map_says_a_colon_where_there_is_no_figure_to_show(european, how):
    table, skill = european["skills_by_country"], "greencomp-2022/4.2"
    gone = table.data["country"].eq("SI") & table.data["skill"].eq(skill)
    table = without(table, country="SI", skill=skill) if how == "confidential" else replace(table, data=table.data[~gone])
    texts = [t.get_text() for t in heat_map(table, True).figure.axes[0].texts]
    assert len(texts) == 13 * 15
    assert texts.count(":") == 1


def test_only_the_figures_whose_tables_there_are_are_drawn(european):
    assert draw({"fieldwork": european["fieldwork"]}, True) == {}
    assert list(draw({"ratings_work_relevance": european["ratings_work_relevance"]}, True)) == ["ratings_work_relevance"]


SURVEY = (
    """type,name,label,role,concept,measure,subject
select_one group,group,Group,group,,,
"""
    + ONE_SKILL
)
CHOICES = "list_name,name,label\ngroup,enabler,Enabler\ngroup,wsn,Worker\n" + "".join(f"point,{i},Point {i}\n" for i in range(1, 6))
CONCEPTS = "concept,label,domain,domain_label,source\nc/reading,Reading,basic,Basic skills,none\n"


def of_persons(pool_of, number):
    people = [{"group": g, "r1": "4", "e1": "3"} for g in ("enabler", "wsn") for _ in range(number)]
    return draw(european_tables(pool_of(SURVEY, CHOICES, {"AT": people}, CONCEPTS)), False)


def test_one_country_with_one_skill_is_enough_for_the_figures(pool_of):
    found = of_persons(pool_of, 5)
    assert list(found) == ["ratings_basic_relevance", "skills_gaps", "skills_by_country_heat_map"]
    assert numbers(found["skills_gaps"].alternative) == [1, 2, 1.0]


def test_figures_whose_cells_are_all_confidential_do_not_stop_the_consolidation(pool_of):
    assert all("nan" not in d.alternative for d in of_persons(pool_of, 2).values())


@pytest.mark.parametrize(
    ("id_", "apart", "whole"),
    [("sectors", "model", "all"), ("measures", "subject", None), ("profiles", "measure", None), ("priorities", "worker_group", "all")],
)
def test_bars_and_marks_stand_where_the_table_says(drawings, european, id_, apart, whole):
    table, (axis,) = european[id_], drawings[id_].figure.axes
    data = table.data[table.data["statistic"].isin(["share", "active in the sector", "critical gap"])]
    data = data[data["average"].eq("pooled")] if "average" in data else data
    bars = sorted(round(patch.get_width(), 9) for patch in axis.patches if np.isfinite(patch.get_width()))
    assert (
        bars
        == sorted(round(v, 9) for v in data.loc[data[apart].eq(whole), "value"].dropna() if v > 0 or (id_ == "priorities" and v >= 0))[
            -len(bars) :
        ]
    )
    for marks in axis.collections:
        part = next(code for code, label in table.codes[apart].items() if label == marks.get_label())
        drawn = sorted(round(float(x), 9) for x in np.ma.filled(marks.get_offsets()[:, 0], np.nan) if np.isfinite(x))
        known = [round(v, 9) for v in data.loc[data[apart].eq(part), "value"].dropna()]
        assert [v for v in drawn if v > 0] == sorted(v for v in known if v > 0)
