"""A mapping is strict: what it cannot mean is refused before any row is read."""

import json

import pytest

from feedback.imports import MappingError, columns, load_mapping, missing_columns

MINIMAL = {
    "survey": "pulse",
    "source": "shop",
    "external_id": {"column": "id"},
    "answered": {"kind": "date", "column": "day"},
    "unit": {"constant": "oslo"},
    "channel": {"constant": "web"},
    "language": {"column": "lang", "codes": {"1": "en"}, "default": "nb"},
    "questions": [{"kind": "scale", "question": "NPS", "column": "score", "scale": [0, 10]}],
}


def mapping(**changes):
    return load_mapping(json.dumps({**MINIMAL, **changes}).encode())


def test_it_reads_a_minimal_mapping_from_bytes_and_from_a_file(tmp_path):
    path = tmp_path / "pulse.json"
    path.write_text(json.dumps(MINIMAL))
    assert load_mapping(path) == mapping()
    assert (mapping().weight, mapping().attributes) == (None, [])


def test_it_lists_the_columns_it_needs_once_and_in_order():
    needed = mapping(
        weight={"column": "w"},
        attributes=[{"name": "lang", "column": "lang"}, {"name": "why", "columns": ["p1", "p2"]}],
        questions=[
            *MINIMAL["questions"],
            {"kind": "multiple", "question": "M", "columns": ["m1", "m2"]},
            {"kind": "text", "question": "T", "column": "text"},
        ],
    )
    assert columns(needed) == ["id", "day", "lang", "w", "p1", "p2", "score", "m1", "m2", "text"]
    assert missing_columns(needed, ["id", "lang", "m1", "score", "w", "p1", "text"]) == ["day", "p2", "m2"]
    assert missing_columns(mapping(), ["extra", "score", "lang", "day", "id"]) == []


def scale(**changes):
    return {"kind": "scale", "question": "Q", "column": "q", "scale": [1, 5], **changes}


REFUSED = [
    ("an unknown key", {"colour": "red"}, "unknown field `colour`"),
    ("an unknown key within", {"external_id": {"column": "id", "x": 1}}, "$.external_id"),
    ("a wrong type", {"survey": 7}, "$.survey"),
    ("no questions", {"questions": []}, "needs questions"),
    ("a question twice", {"questions": [scale(), scale(column="r")]}, "question Q is mapped twice"),
    (
        "an attribute twice",
        {"attributes": [{"name": "a", "column": "x"}] * 2},
        "attribute a is mapped twice",
    ),
    ("an unknown kind", {"questions": [scale(kind="guess")]}, "guess"),
    ("a scale upside down", {"questions": [scale(scale=[5, 1])]}, "from low to high"),
    ("a code outside the scale", {"questions": [scale(codes={"top": 6})]}, "outside the scale"),
    ("an unknown kind of missing", {"questions": [scale(missing={"6": "refused"})]}, "refused"),
    (
        "codes and an offset",
        {"questions": [{"kind": "multiple", "question": "M", "columns": ["m"], "codes": {"1": 1}, "offset": 5}]},
        "not both",
    ),
    ("no columns", {"questions": [{"kind": "multiple", "question": "M", "columns": []}]}, "needs columns"),
    ("a unit from nowhere", {"unit": {}}, "either a column or a constant"),
    ("a unit from two places", {"unit": {"column": "u", "constant": "x"}}, "either a column or a constant"),
    ("codes for a constant", {"unit": {"constant": "x", "codes": {"1": "x"}}}, "needs no codes"),
    (
        "overlapping ranges",
        {
            "unit": {
                "column": "g",
                "ranges": [{"from": 1, "to": 5, "code": "A"}, {"from": 5, "to": 9, "code": "B"}],
            }
        },
        "overlap",
    ),
    (
        "a range upside down",
        {"unit": {"column": "g", "ranges": [{"from": 9, "to": 1, "code": "A"}]}},
        "ends before it begins",
    ),
    ("an attribute without column", {"attributes": [{"name": "a"}]}, "either column or columns"),
    (
        "a month that is none",
        {"answered": {"kind": "day-of-month", "column": "d", "month": "2017-13"}},
        "$.answered",
    ),
    ("a month in words", {"answered": {"kind": "day-of-month", "column": "d", "month": "May"}}, "YYYY-MM"),
    (
        "a zone that is none",
        {"answered": {"kind": "timestamp", "column": "d", "zone": "Mars/Olympus"}},
        "no time zone",
    ),
    (
        "a zone that is a path",
        {"answered": {"kind": "timestamp", "column": "d", "zone": "../../etc/passwd"}},
        "$.answered",
    ),
]


@pytest.mark.parametrize(("changes", "why"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED])
def test_it_refuses_what_cannot_work_and_says_where(changes, why):
    with pytest.raises(MappingError) as caught:
        mapping(**changes)
    assert caught.value.code == "mapping-invalid"
    assert why in caught.value.detail


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff\xfe", b'{"survey": "x"}', b"[" * 100_000])
def test_it_refuses_what_is_no_mapping(raw):
    with pytest.raises(MappingError):
        load_mapping(raw)


def test_it_refuses_a_mapping_of_a_size_nobody_writes():
    with pytest.raises(MappingError) as caught:
        load_mapping(b" " * 1_000_001)
    assert caught.value.code == "mapping-too-large"


def test_the_example_in_the_documentation_is_a_mapping():
    from feedback.imports import mapping as module

    examples = [
        json.loads(line.strip().rstrip(",").replace("{…}", "{}"))
        for line in module.__doc__.splitlines()
        if line.strip().startswith('{"kind": "') and line.strip().endswith('"}')
    ]
    kinds = [example["kind"] for example in examples]
    assert kinds == ["day-of-month", "date", "timestamp", "text", "number", "date"]
    for example in examples[:3]:
        assert mapping(answered=example).answered.column == example["column"]
    assert mapping(questions=[examples[3]]).questions[0].question == "WHY"
