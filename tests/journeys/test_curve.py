"""The experience curve: who is joined, what is written where. Values are the airport's of 2017 (journey map mockup)."""

import itertools

import pytest

from journeys.analytics.curve import curve
from journeys.analytics.curve_marks import Curve, CurvePoint, CurveStage

# (number, name, value, asks the same question, truth, pain rank), by stage
SFO = [
    [
        (1, "Getting to the airport", 4.21, False, False, None),
        (2, "Road signs", 4.01, True, False, None),
        (3, "Parking", 3.87, True, False, None),
        (6, "Rental car centre", 3.84, True, False, 3),
    ],
    [(7, "Signs inside", 4.09, True, True, None), (10, "Information booths", 3.90, True, False, None)],
    [(11, "Passing through security", 4.31, False, False, None), (12, "Feeling safe", 4.37, False, False, None)],
    [
        (13, "Restaurants", 3.62, True, True, 1),
        (14, "Shops", 3.64, True, False, 2),
        (15, "Art", 3.99, True, False, None),
        (16, "Wi-Fi", 4.08, True, False, None),
        (17, "Restrooms", 4.13, False, False, None),
        (18, "Cleanliness", 4.28, False, True, None),
    ],
    [(19, "Information screens", 4.12, True, False, None), (20, "Escalators", 4.15, True, False, None)],
]


def airport(**changes) -> list[CurveStage]:
    return [
        CurveStage(
            f"Stage {k}",
            [
                CurvePoint(
                    no,
                    name,
                    value,
                    value - 0.04,
                    value + 0.04,
                    is_same_question=same,
                    is_truth=truth,
                    pain_rank=rank,
                    expectation=4.0 if same else None,
                    **changes.get(f"p{no}", {}),
                )
                for no, name, value, same, truth, rank in stage
            ],
        )
        for k, stage in enumerate(SFO, start=1)
    ]


def joined(drawn: Curve) -> list[tuple[int, int]]:
    at = {dot.x: dot.point.number for dot in drawn.dots}
    return [(at[line.x1], at[line.x2]) for line in drawn.joins]


def test_it_joins_only_dots_of_the_same_question():
    numbers = set(itertools.chain.from_iterable(joined(curve(airport()))))
    assert numbers.isdisjoint({1, 11, 12, 17, 18})
    assert (16, 19) in joined(curve(airport()))  # squares between them do not break the line


def test_the_line_breaks_where_a_stage_has_no_comparable_point():
    assert (10, 13) not in joined(curve(airport()))


def test_stages_share_the_width_and_touchpoints_their_stage():
    dots = {d.point.number: d.x for d in curve(airport()).dots}
    assert dots[1] == "2.50%"  # first of four in the first fifth
    assert dots[11] == "45.00%"
    assert dots[20] == "95.00%"
    assert curve(airport()).borders == ("20.00%", "40.00%", "60.00%", "80.00%")


def test_what_is_not_measured_takes_no_place():
    stages = [CurveStage("One", [CurvePoint(1, "A", 4.0), CurvePoint(2, "B", None), CurvePoint(3, "C", 3.0)])]
    assert [(d.point.number, d.x) for d in curve(stages).dots] == [(1, "25.00%"), (3, "75.00%")]


def test_higher_values_stand_higher_and_inside_the_drawing():
    drawn = curve(airport())
    by_value = sorted(drawn.dots, key=lambda d: d.point.value)
    assert [d.y for d in by_value] == sorted((d.y for d in drawn.dots), reverse=True)
    assert all(20 < d.high_y < d.y < d.low_y < drawn.pain_y - 10 for d in drawn.dots)


def test_only_the_three_worst_pain_points_get_a_mark():
    drawn = curve(airport(), height=268)
    assert sorted(d.point.number for d in drawn.pains) == [6, 13, 14]
    crowd = [CurvePoint(i, f"T{i}", 3 + i / 10, pain_rank=i, expectation=4.5) for i in range(1, 6)]
    assert [d.point.number for d in curve([CurveStage("One", crowd)]).pains] == [1, 2, 3]


def test_words_for_pain_points_stay_in_their_stage_and_cover_no_mark():
    drawn = curve(airport())
    assert [c.point.name for c in drawn.calls if c.point.pain_rank < 3] == ["Restaurants", "Shops"]
    for call in drawn.calls:
        stage = next(k for k, s in enumerate(SFO) if call.point.number in {row[0] for row in s})
        left = float(call.x.rstrip("%")) / 100 * 1230
        wide = (len(call.point.name) + 6) * 6.7
        start, end = (left, left + wide) if call.anchor == "start" else (left - wide, left)
        assert stage * 246 <= start and end <= (stage + 1) * 246
        assert not any(start < d.px < end and call.y - 15 < d.y < call.y + 4 for d in drawn.dots)


def test_words_are_left_out_where_there_is_no_room():
    stages = [
        CurveStage(
            "Narrow",
            [CurvePoint(1, "A very long name of a touchpoint indeed " * 5, 3, 2.9, 3.1, pain_rank=1, expectation=4)],
        )
    ]
    drawn = curve(stages)
    assert drawn.calls == ()
    assert len(drawn.pains) == 1


def test_one_expectation_is_one_line_over_the_whole_journey():
    (expected,) = curve(airport()).expected
    assert (expected.value, expected.line.x1, expected.line.x2, expected.is_measured) == (
        4.0,
        "0.00%",
        "100.00%",
        False,
    )
    assert expected.label_y is not None


def test_different_expectations_are_stretches_and_say_which_is_measured():
    points = [
        CurvePoint(1, "A", 4.0, expectation=4.2),
        CurvePoint(2, "B", 4.1, expectation=4.2),
        CurvePoint(3, "C", 3.9, expectation=3.8, is_expectation_measured=True),
        CurvePoint(4, "D", 3.9),
    ]
    found = curve([CurveStage("One", points)]).expected
    assert [(e.value, e.is_measured, e.line.x1, e.line.x2) for e in found] == [
        (4.2, False, "0.00%", "50.00%"),
        (3.8, True, "50.00%", "75.00%"),
    ]


def test_no_value_is_struck_through_by_the_expectation():
    drawn = curve(airport())
    level = drawn.expected[0].line.y1
    clear = [d for d in drawn.dots if not d.label_y - 11 <= level <= d.label_y + 2]
    assert len(clear) >= len(drawn.dots) - 1  # Art stands on the line itself
    assert {d.point.number for d in drawn.dots if d not in clear} <= {15}


def test_in_print_positions_are_px_of_the_width():
    drawn = curve(airport(), width=672, height=176)
    assert drawn.borders == ("134.4", "268.8", "403.2", "537.6")
    assert all(0 < float(d.x) < 672 and 0 < d.y < 176 for d in drawn.dots)


def test_a_change_is_marked_only_when_it_is_clear():
    class Clear:
        mark = "better"

    class Noise:
        mark = "none"

    drawn = curve(airport(p11={"change": Clear()}, p12={"change": Noise()}))
    assert [d.point.number for d in drawn.changes] == [11]


def test_it_names_the_extremes_for_those_who_do_not_see():
    drawn = curve(airport())
    assert [p.name for p in drawn.lowest] == ["Restaurants", "Shops"]
    assert [p.name for p in drawn.highest] == ["Feeling safe"]


def test_nothing_measured_is_refused():
    with pytest.raises(ValueError, match="measured"):
        curve([CurveStage("One", [CurvePoint(1, "A", None)])])


@pytest.mark.parametrize("value", [4.0, 0.0, -3.5])
def test_a_single_value_has_a_scale(value: float):
    drawn = curve([CurveStage("One", [CurvePoint(1, "A", value)])])
    assert len(drawn.grid) >= 1
    assert 48 <= drawn.dots[0].y <= 196
