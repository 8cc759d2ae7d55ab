"""One row becomes one response, or every reason why it is none."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.imports import MappedResponse, RowError, columns, load_mapping, map_row

MAPPING = load_mapping(
    json.dumps(
        {
            "survey": "pulse",
            "source": "shop",
            "external_id": {"column": "id"},
            "answered": {"kind": "day-of-month", "column": "day", "month": "2014-09"},
            "unit": {
                "column": "gate",
                "ranges": [{"from": 1, "to": 12, "code": "A"}, {"from": 20, "to": 39, "code": "B"}],
            },
            "channel": {"column": "method", "codes": {"1": "in_person"}, "default": "web"},
            "language": {"constant": "en"},
            "weight": {"column": "w"},
            "attributes": [
                {"name": "peak", "column": "peak", "codes": {"1": "early"}, "missing": ["0"]},
                {"name": "purpose", "columns": ["p1", "p2"]},
            ],
            "questions": [
                {
                    "kind": "scale",
                    "question": "RATE",
                    "column": "rate",
                    "scale": [1, 5],
                    "missing": {"0": "blank", "Blank": "blank", "6": "not_applicable"},
                    "codes": {"Outstanding": 5},
                },
                {
                    "kind": "scale",
                    "question": "NPS",
                    "column": "nps",
                    "scale": [0, 10],
                    "missing": {"11": "blank"},
                },
                {"kind": "single", "question": "TROUBLE", "column": "trouble", "codes": {"1": 1, "2": 2}},
                {
                    "kind": "multiple",
                    "question": "WHAT",
                    "columns": ["c1", "c2", "c3"],
                    "codes": {"9": 1009, "7": 7},
                },
                {
                    "kind": "multiple",
                    "question": "HOW",
                    "columns": ["h1", "h2"],
                    "offset": 13000,
                    "missing": {"0": "blank"},
                },
                {"kind": "text", "question": "WHY", "column": "why", "missing": {"n/a": "not_applicable"}},
            ],
        }
    ).encode()
)
ROW = {
    "id": "0042", "day": "5", "gate": "12", "method": "1", "w": "0.5221167513", "peak": "1",
    "p1": "fun", "p2": "work", "rate": "4", "nps": "0", "trouble": "1",
    "c1": "9", "c2": "7", "c3": "9", "h1": "5", "h2": "0", "why": " slow\nline ",
}  # fmt: skip


def mapped(**changes):
    return map_row(MAPPING, {**ROW, **changes}, 7)


def test_it_understands_a_row():
    assert mapped() == MappedResponse(
        line=7,
        external_id="0042",
        answered_on=date(2014, 9, 5),
        answered_at=None,
        unit="A",
        channel="in_person",
        language="en",
        weight=0.5221167513,
        answers={"RATE": 4, "NPS": 0, "TROUBLE": 1, "WHAT": [1009, 7], "HOW": [13005], "WHY": "slow\nline"},
        missing={},
        attributes={"peak": "early", "purpose": ["fun", "work"]},
    )


@pytest.mark.parametrize(
    ("changes", "question", "answer", "missing"),
    [
        ({"rate": "0"}, "RATE", None, "blank"),
        ({"rate": "Blank"}, "RATE", None, "blank"),
        ({"rate": ""}, "RATE", None, "blank"),
        ({"rate": "  "}, "RATE", None, "blank"),
        ({"rate": "6"}, "RATE", None, "not_applicable"),
        ({"rate": " 5 "}, "RATE", 5, None),
        ({"rate": "5.0"}, "RATE", 5, None),
        ({"rate": "05"}, "RATE", 5, None),
        ({"rate": "Outstanding"}, "RATE", 5, None),
        ({"nps": "0"}, "NPS", 0, None),
        ({"nps": "10"}, "NPS", 10, None),
        ({"nps": "11"}, "NPS", None, "blank"),
        ({"trouble": ""}, "TROUBLE", None, "blank"),
        ({"c1": "", "c2": "", "c3": ""}, "WHAT", None, None),
        ({"h1": "0"}, "HOW", None, None),
        ({"why": "n/a"}, "WHY", None, "not_applicable"),
        ({"why": "=cmd|' /C calc'!A0"}, "WHY", "=cmd|' /C calc'!A0", None),
    ],
)
def test_it_tells_answers_from_what_is_missing(changes, question, answer, missing):
    result = mapped(**changes)
    assert (result.answers.get(question), result.missing.get(question)) == (answer, missing)


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"id": " "}, "id", "external-id-missing"),
        ({"id": "x" * 201}, "id", "external-id-too-long"),
        ({"day": "31"}, "day", "date-invalid"),
        ({"day": ""}, "day", "date-invalid"),
        ({"day": "5th"}, "day", "date-invalid"),
        ({"day": "٥"}, "day", "date-invalid"),
        ({"gate": "13"}, "gate", "unit-unknown"),
        ({"gate": ""}, "gate", "unit-unknown"),
        ({"gate": "B22"}, "gate", "unit-unknown"),
        ({"method": "2"}, "method", "channel-unknown"),
        ({"w": ""}, "w", "weight-invalid"),
        ({"w": "nan"}, "w", "weight-invalid"),
        ({"w": "inf"}, "w", "weight-invalid"),
        ({"w": "-1"}, "w", "weight-invalid"),
        ({"w": "1,5"}, "w", "weight-invalid"),
        ({"w": "1_0"}, "w", "weight-invalid"),
        ({"peak": "2"}, "peak", "code-unknown"),
        ({"rate": "7"}, "rate", "value-out-of-range"),
        ({"rate": "-1"}, "rate", "value-out-of-range"),
        ({"rate": "4.5"}, "rate", "value-not-a-number"),
        ({"rate": "outstanding"}, "rate", "value-not-a-number"),
        ({"rate": "४"}, "rate", "value-not-a-number"),
        ({"rate": "1_0"}, "rate", "value-not-a-number"),
        ({"rate": "9" * 5000}, "rate", "value-not-a-number"),
        ({"nps": "12"}, "nps", "value-out-of-range"),
        ({"trouble": "3"}, "trouble", "code-unknown"),
        ({"c2": "8"}, "c2", "code-unknown"),
        ({"h1": "x"}, "h1", "code-unknown"),
        ({"why": "x" * 10_001}, "why", "text-too-long"),
    ],
)
def test_it_refuses_what_it_does_not_know(changes, column, code):
    (error,) = mapped(**changes)
    assert (error.line, error.column, error.code) == (7, column, code)


def test_it_tells_everything_that_is_wrong_at_once():
    errors = mapped(id="", rate="7", nps="x", gate="99")
    assert [error.code for error in errors] == [
        "external-id-missing",
        "unit-unknown",
        "value-out-of-range",
        "value-not-a-number",
    ]


def test_an_empty_cell_takes_the_default_of_a_lookup():
    assert mapped(method="").channel == "web"


def test_an_attribute_that_is_missing_is_left_out():
    assert mapped(peak="0", p1="", p2="").attributes == {}


def test_a_row_the_reader_refused_is_handed_through():
    error = RowError(9, "", "row-ragged", "2 cells under 3 columns.")
    assert map_row(MAPPING, error, 9) == [error]


@pytest.mark.parametrize(
    ("rule", "cell", "on", "at"),
    [
        ({"kind": "date"}, "2017-05-03", date(2017, 5, 3), None),
        (
            {"kind": "date", "format": "%m/%d/%Y %I:%M:%S %p"},
            "05/11/2016 12:00:00 AM",
            date(2016, 5, 11),
            None,
        ),
        (
            {"kind": "timestamp", "zone": "America/Los_Angeles"},
            "2017-05-03T23:30:00",
            date(2017, 5, 3),
            datetime(2017, 5, 4, 6, 30, tzinfo=UTC),
        ),
        (
            {"kind": "timestamp", "zone": "Europe/Stockholm"},
            "2017-05-03T23:30:00Z",
            date(2017, 5, 4),
            datetime(2017, 5, 3, 23, 30, tzinfo=UTC),
        ),
        (
            {"kind": "timestamp", "zone": "Europe/Helsinki", "format": "%d.%m.%Y %H:%M"},
            "03.05.2017 08:00",
            date(2017, 5, 3),
            datetime(2017, 5, 3, 5, 0, tzinfo=UTC),
        ),
    ],
)
def test_it_reads_dates_by_the_rule_of_the_mapping(rule, cell, on, at):
    raw = json.dumps(
        {
            "survey": "s",
            "source": "s",
            "external_id": {"column": "id"},
            "answered": {"column": "at", **rule},
            "unit": {"constant": "u"},
            "channel": {"constant": "web"},
            "language": {"constant": "en"},
            "questions": [{"kind": "text", "question": "T", "column": "t"}],
        }
    )
    result = map_row(load_mapping(raw.encode()), {"id": "1", "at": cell, "t": ""}, 2)
    assert (result.answered_on, result.answered_at) == (on, at)


@given(st.fixed_dictionaries({name: st.text(max_size=200) for name in columns(MAPPING)}))
def test_no_cell_ever_breaks_it_and_no_message_shows_what_cannot_be_printed(row):
    result = map_row(MAPPING, row, 2)
    if isinstance(result, MappedResponse):
        assert set(result.answers) & set(result.missing) == set()
        assert 1 <= result.answers.get("RATE", 1) <= 5
        return
    assert result
    for error in result:
        assert error.detail.isprintable()
        assert len(error.detail) < 160
