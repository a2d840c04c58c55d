import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.text import Text

from bwise.drawing import DEMONSTRATION, PARTS, PEOPLE, POINTS, luminance
from bwise.figures import TILES, by_model, draw, gaps, heat_map, index, likert, proxies
from bwise.publication import write_figures
from bwise.settings import Project
from bwise.tables import european_tables
from bwise.text import rounded
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


def said(axis, what):
    """Texts of a panel, without line breaks: `name` of a row, `column`, `figure` in a cell."""
    return [t.get_text().replace("\n", " ") for t in axis.texts if t.get_gid() == what]


def labels(axis):
    """Names of the rows of a panel, from below."""
    return said(axis, "name")


def numbers(text):
    """Numbers in words for readers; those in names of skills are none."""
    return [float(n) for n in re.findall(r"−?\d+\.?\d*", re.sub("“.*?”", "", text))]


# ------------------------------------------------------------------ the demonstration


def test_the_demonstration_has_all_its_figures_each_beside_its_table(drawings, european):
    of_models = [f"skills_by_model_{part}" for part in ("digital", "green", "heat_map")]
    of_skills = ["skills_gaps", "skills_proxies", *of_models, "skills_by_country_heat_map"]
    assert list(drawings) == ["model_recognition", *BARS, "support_index", *LIKERT, *of_skills]
    tables = {"model_recognition", "support_index", "skills", "skills_by_model", "skills_by_country"}
    assert {d.table for d in drawings.values()} == {*BARS, *LIKERT, *tables} <= set(european)


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
    assert [a.get_title(loc="left").replace("\n", " ") for a in axes] == ["Enabler", "Supporter", "Worker with support needs"]
    for axis, group in zip(axes, ("enabler", "supporter", "wsn"), strict=True):
        dots = {c.get_label(): c.get_offsets() for c in axis.collections if c.get_label() in ("relevance", "endowment")}
        assert set(dots) == {"relevance", "endowment"}
        for statistic, offsets in dots.items():
            for (value, position), label in zip(offsets, labels(axes[0]), strict=True):
                (row,) = rows(table, worker_group=group, skill=skills[label], statistic=statistic, average=POOLED, answered_by="self")
                assert (value, labels(axes[0])[int(position)]) == (pytest.approx(row["value"]), label)


def test_the_heat_map_says_each_figure_and_its_flag(drawings, european):
    axis, table = drawings["skills_by_country_heat_map"].figure.axes[0], european["skills_by_country"]
    columns = said(axis, "column")
    assert columns == ["AT", "BE", "BG", "HR", "FR", "EL", "IT", "LV", "NL", "PL", "RO", "SI", "ES", "Pooled", "Mean of countries"]
    codes = {"Pooled": POOLED, "Mean of countries": MEAN}
    skills = {text: code for code, text in table.codes["skill"].items()}
    figures = iter(said(axis, "figure"))
    for skill in labels(axis)[::-1]:
        for column in columns:
            (row,) = rows(table, statistic="gap", worker_group="all", skill=skills[skill], country=codes.get(column, column))
            number, _, flag = next(figures).replace("\n", " ").partition(" ")
            assert float(number.replace("−", "-")) == pytest.approx(row["value"], abs=0.05 + 1e-9)
            assert flag == row["obs_status"]


def test_every_figure_of_the_demonstration_says_that_it_is_one(drawings):
    for drawing in drawings.values():
        assert drawing.figure.get_supxlabel() == DEMONSTRATION == "Demonstration data: synthetic, not a finding"


def test_a_figure_of_real_answers_does_not_say_so(european):
    """One of each kind."""
    of_kind = {table.about.figure.kind: table for table in reversed(european.values()) if table.about.figure}
    drawn = draw({table.id: table for table in of_kind.values()}, demonstration=False).values()
    assert len(drawn) >= len(of_kind) > 5 and {d.figure.get_supxlabel() for d in drawn} == {""}


@pytest.mark.parametrize("page", ["figure", "narrow"])
def test_every_text_ends_within_its_figure_and_can_be_read_on_a_telephone(drawings, page):
    """At 360 px the narrow one has 346 px for its 3.6 inches: a point is 1.33 px. DejaVu is a wide font."""
    for drawing in drawings.values():
        figure = getattr(drawing, page)
        FigureCanvasAgg(figure).draw()  # without a canvas that keeps its renderer, each text asked would draw on one of its own
        for text in figure.findobj(Text):
            if text.get_text() and text.get_visible() and text.get_figure() is not None:
                box = text.get_window_extent()
                assert box.x0 >= -1 and box.x1 <= figure.bbox.x1 + 1, (drawing.id, text.get_text())
                assert box.y0 >= -1 and box.y1 <= figure.bbox.y1 + 1, (drawing.id, text.get_text())
                assert text.get_fontsize() * 346 / 72 / 3.6 >= 9
        assert page == "figure" or figure.get_figwidth() == 3.6


def contrast(one, other="white"):
    """Of WCAG 2.2: 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_colour_stands_out_from_the_paper_and_has_a_shape_of_its_own():
    assert contrast("black") == pytest.approx(21) and contrast("#777777") == pytest.approx(4.48, abs=0.01)
    colours = [*POINTS, *(colour for parts in (PARTS, PEOPLE) for colour, _ in parts)]
    assert min(contrast(c) for c in colours) >= 3
    for parts in (PARTS, PEOPLE):
        assert len({shape for _, shape in parts}) == len(parts)


def test_figures_in_cells_can_be_read_on_their_colour(drawings):
    for name in ("skills_by_country_heat_map", "skills_by_model_heat_map"):
        for axis in drawings[name].figure.axes:
            (cells,) = [c for c in axis.collections if isinstance(c, PolyCollection)]
            texts = [t for t in axis.texts if t.get_gid() == "figure"]
            assert len(texts) == len(cells.get_facecolor()) > 0
            assert all(contrast(t.get_color(), face) >= 4.5 for t, face in zip(texts, cells.get_facecolor(), strict=True))


# ------------------------------------------------------------------ skills by model, others' views, the index, the map


def marks(axis, label):
    """Position from below -> value and whether it is hollow, of all marks of this kind in a panel."""
    found = {}
    for drawn in (c for c in axis.collections if c.get_label() == label):
        for (x, y), face in zip(np.ma.filled(drawn.get_offsets(), np.nan), drawn.get_facecolors(), strict=True):
            found[round(y)] = (x, bool((face[:3] == 1).all()))
    return found


@pytest.mark.parametrize("domain", ["digital", "green"])
def test_skills_by_model_stand_where_the_table_says_hollow_where_few_answered(drawings, european, domain):
    table, drawing = european["skills_by_model"], drawings[f"skills_by_model_{domain}"]
    skills = {text: code for code, text in table.codes["skill"].items()}
    names, hollow = labels(drawing.figure.axes[0]), set()
    for axis, (group, model) in zip(drawing.figure.axes, [(g, m) for g in GROUPS for m in MODELS], strict=True):
        for statistic in ("relevance", "endowment", "future"):
            for at, (value, few) in marks(axis, statistic).items():
                (row,) = rows(table, skill=skills[names[at]], worker_group=group, group=model, statistic=statistic)
                assert (value, few) == (pytest.approx(row["value"]), row["obs_status"] == "u")
                hollow.add(few)
        critical = [t.get_text() for t in axis.texts if t.get_text().endswith("%")]
        told = [rows(table, skill=skills[n], worker_group=group, group=model, statistic="critical gap")[0]["value"] for n in names]
        assert critical == [f"{rounded(v, 0)} %" for v in told]
    assert hollow == {True, False}


GROUPS, MODELS = ("enabler", "supporter", "wsn"), ("productive", "social", "training", "mixed_or_other")


def test_what_may_not_be_shown_is_said_not_to_be(european):
    table = without(european["skills_by_model"], group="social", worker_group="wsn")
    drawn = {d.id: d.figure for d in by_model(table, True)}
    assert [t.get_text() for t in drawn["skills_by_model_green"].axes[2 * 4 + 1].texts].count("not shown") == 5
    assert [said(axis, "figure").count(":") for axis in drawn["skills_by_model_heat_map"].axes] == [0, 0, 13]
    table = without(european["support_index"], group="social")
    texts = [[t.get_text() for t in axis.texts].count("not shown") for axis in index(table, True).figure.axes]
    assert texts == [0, 0, 13, 0, 0]


def test_the_views_of_workers_and_of_their_supporters_stand_beside_each_other(drawings, european):
    table, figure = european["skills"], drawings["skills_proxies"].figure
    skills, names = {text: code for code, text in table.codes["skill"].items()}, labels(figure.axes[0])
    assert [a.get_title(loc="left") for a in figure.axes] == ["Relevance", "Endowment", "Gap"]
    for axis, statistic in zip(figure.axes, ("relevance", "endowment", "gap"), strict=True):
        for by in ("self", "supporter"):
            for at, (value, _) in marks(axis, by).items():
                (row,) = rows(table, worker_group="wsn", answered_by=by, skill=skills[names[at]], statistic=statistic, average=POOLED)
                assert value == pytest.approx(row["value"])
    assert proxies(replace(table, data=table.data[table.data["answered_by"].eq("self")]), True) is None


def test_bars_of_the_index_are_as_long_as_the_table_says(drawings, european):
    table, figure = european["support_index"], drawings["support_index"].figure
    for axis, group in zip(figure.axes, ("all", *MODELS), strict=True):
        drawn = [patch.get_width() for patch in axis.patches]
        assert sorted(drawn) == pytest.approx(sorted(r["value"] for r in rows(table, group=group)))
        assert said(axis, None)[:13] == [rounded(v, 0) for v in drawn]


def test_the_map_has_a_tile_for_each_country_in_its_place(drawings, european):
    table, axes = european["model_recognition"], drawings["model_recognition"].figure.axes
    for axis, model in zip(axes, ("productive", "social", "training", "other"), strict=True):
        texts = [(t.get_text(), tuple(int(c) for c in t.get_position())) for t in axis.texts]
        for (country, place), (words, below) in zip(texts[::2], texts[1::2], strict=True):
            codes = dict.fromkeys(r["code"] for r in rows(table, country=country, model=model, statistic="recognised"))
            assert " ".join(words.split()) == (" ".join(" ".join(table.symbols[c]) for c in codes) or "–")
            assert place == below == TILES[country]
        assert {c for c, _ in texts[::2]} == set(TILES), "13 countries"


# ------------------------------------------------------------------ files


def files(drawings, folder):
    write_figures(list(drawings.values()), Project(folder))
    return {p.name: p.read_bytes() for p in (folder / "reports" / "figures").iterdir()}


def test_figures_drawn_twice_are_the_same_bytes(european, tmp_path):
    names = ("ratings_green_relevance", "skills", "skills_by_country")
    once, twice = (files(draw({n: european[n] for n in names}, True), tmp_path / folder) for folder in ("one", "two"))
    drawn = ("ratings_green_relevance", "skills_gaps", "skills_proxies", "skills_by_country_heat_map")
    assert sorted(once) == sorted(f"{name}.{kind}" for name in drawn for kind in ("narrow.svg", "png", "svg"))
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
    shown = [[text for text in said(d.figure.axes[0], "figure") if text != ":"] for d in (before, after)]
    assert len(shown[0]) - len(shown[1]) == 2 * 13
    assert after.alternative == before.alternative, "the pooled figures are the same"


@pytest.mark.parametrize("how", ["confidential", "missing"])
def test_the_heat_map_says_a_colon_where_there_is_no_figure_to_show(european, how):
    table, skill = european["skills_by_country"], "greencomp-2022/4.2"
    gone = table.data["country"].eq("SI") & table.data["skill"].eq(skill)
    table = without(table, country="SI", skill=skill) if how == "confidential" else replace(table, data=table.data[~gone])
    texts = said(heat_map(table, True).figure.axes[0], "figure")
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
    for marks in (c for c in axis.collections if isinstance(c, PathCollection)):
        part = next(code for code, label in table.codes[apart].items() if label == marks.get_label())
        drawn = sorted(round(float(x), 9) for x in np.ma.filled(marks.get_offsets()[:, 0], np.nan) if np.isfinite(x))
        known = [round(v, 9) for v in data.loc[data[apart].eq(part), "value"].dropna()]
        assert [v for v in drawn if v > 0] == sorted(v for v in known if v > 0)
