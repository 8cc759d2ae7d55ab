"""Charts: what they say, what they draw, and that the same chart is the same bytes."""

import itertools
import json
import re
from dataclasses import replace

import pytest
from django.utils import translation

from cxprogram import charts, drawing
from cxprogram.charts import DriverRow, TrendPoint, UnitRow
from cxprogram.figures import Change

# Airport as a whole, mean by wave, and NPS by boarding area 2017: the mockups' figures.
WAVES = [
    TrendPoint("2013", 3.982, 3.956, 4.009, 3334),
    TrendPoint("2014", 3.996, 3.970, 4.024, 2677, Change("none")),
    TrendPoint("2015", 4.048, 4.022, 4.075, 2810, Change("better", 0.052, "2014")),
    TrendPoint("2016", 4.038, 4.012, 4.064, 2919, Change("none")),
    TrendPoint("2017", 4.064, 4.038, 4.091, 2688, Change("none")),
]
AREAS = [
    UnitRow("Area A", 39.9, 34.6, 44.9, 724),
    UnitRow("Area C", 46.9, 37.3, 55.3, 226),
    UnitRow("Area G", 33.0, 27.3, 38.3, 625, Change("worse", text="below the rest")),
    UnitRow("Area H", None, n=2, is_hidden=True),
]
DRIVERS = [
    DriverRow("Shops", 0.132, 0.11, 0.158),
    DriverRow("Restaurants", 0.171, 0.143, 0.202, lmg=0.095),
    DriverRow("Queue", 0.2, 0.15, 0.25, sign=-1),
]


def overall(**options):
    return charts.trend(WAVES, title="Airport as a whole, mean", scale=(1, 5), comparisons=4, **options)


def areas():
    return charts.units(AREAS, title="Net promoter score by area", whole=39.84, comparisons=7)


def shares():
    return charts.drivers(DRIVERS, title="Drivers 2017", n=1575, r2=0.557, resamples=500)


ALL = [overall, areas, shares]


@pytest.mark.parametrize("make", ALL)
def test_no_spec_names_a_colour(make):
    assert not re.search(r"#[0-9a-fA-F]{3,6}\b|rgb\(", json.dumps(make().spec).replace("schema/vega-lite", ""))


@pytest.mark.parametrize("make", ALL)
def test_every_mark_style_is_one_of_the_theme(make):
    named = {layer["mark"]["style"] for layer in make().spec["layer"]}
    for theme in charts.themes().values():
        assert named <= set(theme["style"])


def test_the_theme_has_the_colours_of_the_stylesheet():
    light, ink = charts.themes()["light"]["style"], drawing.tokens()
    pairs = [("cx-value", "data"), ("cx-interval", "band"), ("cx-better", "better"), ("cx-worse", "worse")]
    assert {style: light[style]["color"] for style, _token in pairs} == {style: ink[token] for style, token in pairs}
    assert charts.themes()["print"]["style"]["cx-expectation"]["color"] == ink["expect"]


def test_a_trend_tells_every_value_and_the_one_clear_step():
    told = overall().description
    assert told == (
        "Airport as a whole, mean: 3.98 in 2013, 4.00 in 2014, 4.05 in 2015, 4.04 in 2016, 4.06 in 2017. "
        "Clear steps: +0.05 in 2015."
    )
    assert "4 steps compared" in overall().caption


def test_a_cut_axis_is_stated_with_the_full_scale_and_a_whole_one_is_not():
    assert "of a scale from 1 to 5" in overall().caption
    wide = [TrendPoint("a", 1.2, 1, 1.4, 9), TrendPoint("b", 4.8, 4.6, 5, 9)]
    assert "scale from" not in charts.trend(wide, title="T", scale=(1, 5)).caption


def test_a_trend_shows_n_under_each_point():
    assert [row["n_text"] for row in overall().spec["data"]["values"]][:2] == ["n 3,334", "n 2,677"]


def test_a_changed_wording_and_a_hidden_point_break_the_line():
    points = [
        TrendPoint("2013", 4.0, n=10),
        TrendPoint("2014", 4.1, n=10),
        TrendPoint("2015", 4.2, n=10, definition="2"),
        TrendPoint("2016", None, n=3, is_hidden=True),
        TrendPoint("2017", 4.1, n=10, definition="2"),
    ]
    chart = charts.trend(points, title="T")
    runs = [row["run"] for row in chart.spec["data"]["values"]]
    assert runs[0] == runs[1] != runs[2]
    assert runs[4] not in runs[:4:2]
    assert "wording changed" in chart.caption


def test_a_hidden_value_is_in_no_part_of_a_chart():
    chart = charts.trend(
        [TrendPoint("2016", 4.0, n=10), TrendPoint("2017", 3.3333, 3.1, 3.5, 4, is_hidden=True)], title="T"
    )
    everything = json.dumps(chart.spec) + chart.description + chart.caption + repr(chart.table)
    assert "3.3" not in everything and "3.1" not in everything
    assert chart.table.rows[0] == ("2017", "hidden", "", "hidden", "")
    assert [cell.is_hidden for cell in chart.table.cells()[0]] == [False, False, False, True, False]
    assert chart.spec["data"]["values"][1]["n_text"] == "n hidden"


def test_a_value_hidden_only_to_protect_another_is_not_called_small():
    chart = charts.units([*AREAS[:2], replace(AREAS[2], is_hidden=True)], title="T", least=10)
    assert chart.table.rows[-1][3] == "hidden"
    assert chart.caption.endswith("Fewer than 10 are hidden, and so is whatever would reveal them.")
    assert "hidden" not in charts.units(AREAS[:2], title="T", least=10).caption


def test_units_stand_best_first_and_hidden_ones_last():
    assert [row["label"] for row in areas().spec["data"]["values"]] == ["Area C", "Area A", "Area G", "Area H"]
    assert "Clearly different: Area G: below the rest." in areas().description


def test_drivers_stand_by_share_and_other_signs_apart():
    chart = shares()
    assert [row["label"] for row in chart.spec["data"]["values"]] == ["Restaurants", "Shops", "Queue"]
    assert "Association, not proof of cause." in chart.caption
    assert "Goes with a lower rating: Queue." in chart.caption
    assert [row[-1] for row in chart.table.rows] == ["higher", "higher", "lower"]
    assert chart.table.rows[0][1:4] == ("17.1\u00a0%", "14.3–20.2", "0.095")


def test_at_most_five_grid_lines():
    for spec in (overall().spec, areas().spec, shares().spec):
        axes = [
            e["axis"]["values"]
            for layer in spec["layer"]
            for e in layer["encoding"].values()
            if "values" in (e.get("axis") or {})
        ]
        assert axes
        assert all(2 <= len(values) <= 6 for values in axes)


def test_numbers_follow_the_language():
    with translation.override("sv"):
        chart = overall()
    assert chart.spec["config"]["locale"]["number"]["decimal"] == ","
    assert chart.table.rows[0][1] == "4,06"
    assert chart.table.rows[0][3] == "2\u00a0688"


@pytest.mark.parametrize("bad", [[], [TrendPoint("2017", None, n=2, is_hidden=True)]])
def test_a_trend_without_values_is_refused(bad):
    with pytest.raises(ValueError, match="value"):
        charts.trend(bad, title="T")


def test_a_label_may_not_stand_twice():
    with pytest.raises(ValueError, match="unique"):
        charts.trend([WAVES[0], WAVES[0]], title="T")


# --- drawn by vl-convert ------------------------------------------------------------------------


@pytest.mark.parametrize("make", ALL)
def test_the_same_chart_is_the_same_bytes_whatever_was_drawn_before(make):
    first = charts.chart_svg(make(), width=325)
    charts.chart_svg(overall(height=300), width=500)
    assert charts.chart_svg(make(), width=325) == first


def test_two_charts_in_one_document_share_no_id():
    one, two = charts.chart_svg(overall()), charts.chart_svg(overall(height=300))
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (one, two)]
    assert ids[0].isdisjoint(ids[1])
    for svg, own in zip((one, two), ids, strict=True):
        assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= own


def test_a_drawing_has_its_size_a_title_and_our_font_alone():
    svg = charts.chart_svg(overall(), width=325, height=262)
    root = re.match(r"<svg [^>]*>", svg)[0]
    assert 'width="325"' in root and 'height="262"' in root
    assert f"<title>{overall().description}</title>" in svg
    assert set(re.findall(r'font-family="([^"]+)"', svg)) == {"Inter"}


def test_a_name_cannot_break_out_of_the_drawing():
    rows = [UnitRow('<script>alert("1")</script>', 10, 5, 15, 9), UnitRow("B & C", 9, 5, 15, 9)]
    svg = charts.chart_svg(charts.units(rows, title="A <b>"))
    assert "<script" not in svg and "<b>" not in svg


def test_values_and_marks_are_in_the_drawing():
    svg = charts.chart_svg(overall(), theme="light", width=676)
    assert [t for t in ("3.98", "4.06", "+0.05", "n 3,334") if f">{t}<" not in svg] == []
    assert drawing.tokens()["better"] in svg


@pytest.mark.parametrize("n", [2688, 12_688, 1_234_567])
@pytest.mark.parametrize("periods", [1, 5, 7, 13, 25])
@pytest.mark.parametrize("width", [200, 310, 640, 1100])
def test_the_numbers_of_answers_never_touch_and_the_newest_is_always_there(n, periods, width):
    points = [TrendPoint(f"{2000 + k}", 4.0 + k / 100, n=n) for k in range(periods)]
    drawn = charts.chart_svg(charts.trend(points, title="T"), width=width)
    notes = re.findall(r'aria-label="label: \d+" [^>]*translate\(([\d.]+),[^>]*opacity="(\d)">([^<]+)</text>', drawn)
    shown = [(float(x), len(words)) for x, opacity, words in notes if opacity == "1"]
    assert len(notes) == periods and shown[-1][0] == float(notes[-1][0])
    for (left, a), (right, b) in itertools.pairwise(shown):
        assert right - left > (a + b) / 2 * 11 * 0.62, "half the width of each, in Inter at 11 px"
