"""Journeys as documents: what is written can be applied anywhere, again changes nothing, and nothing is lost."""

import copy
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxprogram.models import Program
from journeys.models import Finding, Journey, Stage, Touchpoint
from journeys.services import documents
from journeys.services.document_parts import canonical
from journeys.services.documents import DocumentError
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def program() -> Program:
    return factories.make_program()


@pytest.fixture
def journey(program: Program) -> Journey:
    """One with everything."""
    journey = factories.make_journey(program)
    first, second = journey.stages.all()
    point = factories.make_touchpoint(
        first, "desk", names={"sv": "Disken"}, channels=["counter"], promises={"en": "At once"}, truth="confirmed"
    )
    factories.make_touchpoint(second, "gate", opens=factories.make_journey(program, "boarding"))
    factories.make_expectation(point, 4.2, valid_from=date(2026, 1, 1))
    factories.make_knowledge(point)
    return journey


def outline(journey: Journey) -> list[tuple[str, list[str]]]:
    return [
        (stage["code"], [each["code"] for each in stage.get("touchpoints", [])])
        for stage in documents.dump(journey).get("stages", [])
    ]


def test_applied_again_it_changes_nothing(journey: Journey) -> None:
    document = documents.dump(journey)
    assert not documents.apply(journey, document, at=NOON)
    assert documents.dump(journey) == document
    journey.refresh_from_db()
    assert journey.revision == 0


def test_made_in_another_program_it_is_the_same_but_for_what_is_not_known_there(journey: Journey) -> None:
    document = documents.dump(journey)
    other = factories.make_program("other")
    made, changes = documents.create(other, document, at=NOON)
    kinds = {kind for kind, _code in changes.not_taken}
    assert kinds == {"persona", "stream", "journey", "study"}
    stripped = copy.deepcopy(document)
    stripped.pop("personas")
    for stage in stripped["stages"]:
        for point in stage["touchpoints"]:
            point.pop("streams", None), point.pop("opens", None)
    for finding in stripped["findings"]:
        finding.pop("study", None)
    assert documents.dump(made) == stripped


def test_what_it_does_not_name_is_taken_off_and_brought_back_by_its_code(journey: Journey) -> None:
    whole = documents.dump(journey)
    desk = Touchpoint.objects.get(code="desk")
    less = copy.deepcopy(whole)
    less["stages"], less["findings"] = less["stages"][1:], []
    changes = documents.apply(journey, less, at=NOON)
    assert changes.taken_off == [("touchpoint", "desk"), ("stage", "arrive")]
    assert outline(journey) == [("wait", ["gate"])]
    back = documents.apply(journey, whole, at=NOON)
    assert sorted(back.brought_back) == [("stage", "arrive"), ("touchpoint", "desk")]
    assert documents.dump(journey) == whole
    assert Touchpoint.objects.get(code="desk").pk == desk.pk


def test_findings_of_what_is_off_the_map_are_in_no_file_and_stay_where_they_are(journey: Journey) -> None:
    whole = documents.dump(journey)
    less = copy.deepcopy(whole)
    less["stages"], less["findings"] = less["stages"][1:], []
    documents.apply(journey, less, at=NOON)
    assert "findings" not in documents.dump(journey)
    assert not documents.apply(journey, documents.dump(journey), at=NOON)
    assert documents.dump_whole(journey)["findings"] == whole["findings"]
    documents.apply(journey, whole, at=NOON)
    assert documents.dump(journey) == whole
    assert Finding.objects.filter(journey=journey).count() == 1


def test_a_finding_of_a_touchpoint_is_written_without_its_stage_if_only_that_is_off_the_map(journey: Journey) -> None:
    less = documents.dump(journey)
    first, second = less["stages"]
    second["touchpoints"] += first["touchpoints"]
    less["stages"], less["findings"] = [second], [each | {"stage": ""} for each in less["findings"]]
    documents.apply(journey, less, at=NOON)
    (finding,) = documents.dump(journey)["findings"]
    assert ("stage" in finding, finding["touchpoint"]) == (False, "desk")
    assert Finding.objects.get(journey=journey).stage.code == "arrive"
    assert not documents.apply(journey, documents.dump(journey), at=NOON)


def test_a_kept_document_may_tell_of_what_is_off_the_map_or_gone(journey: Journey) -> None:
    off = {"kind": "need", "texts": {"en": "A seat"}, "stage": "gone", "touchpoint": "gone"}
    kept = documents.dump(journey)
    kept["findings"].append(off)
    with pytest.raises(DocumentError):
        documents.apply(journey, kept, at=NOON)
    changes = documents.apply(journey, kept, at=NOON, is_kept=True)
    assert (bool(changes), changes.not_taken) == (False, [("finding", "gone")])
    assert documents.differences(kept, kept) == []


def test_it_tells_what_was_added_changed_and_moved(journey: Journey) -> None:
    document = documents.dump(journey)
    first, second = document["stages"]
    first["name"] = "Coming"
    second["touchpoints"].insert(0, first["touchpoints"].pop())
    second["touchpoints"].append({"code": "lounge", "name": "Lounge"})
    changes = documents.apply(journey, document, at=NOON)
    assert changes.changed == [("stage", "arrive")]
    assert changes.moved == [("touchpoint", "desk"), ("touchpoint", "gate")]
    assert changes.added == [("touchpoint", "lounge")]
    assert outline(journey) == [("arrive", []), ("wait", ["desk", "gate", "lounge"])]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda d: d.update(colour="red"), "/"),
        (lambda d: d.update(version=2), ".format"),
        (lambda d: d.update(format="other"), ".format"),
        (lambda d: d.update(level="planet"), ".level"),
        (lambda d: d["stages"][0].update(name=""), ".stages[0].name"),
        (lambda d: d["stages"][0].update(code="a b"), ".stages[0].code"),
        (lambda d: d["stages"][0].update(name="a\x00b"), ".stages[0].name"),
        (lambda d: d["stages"][0].update(goals={"en": "a\x00b"}), ".stages[0].goals"),
        (lambda d: d["stages"].append(d["stages"][0]), ".stages[2].touchpoints[0].code"),
        (
            lambda d: d["stages"][1]["touchpoints"].append({"code": "desk", "name": "x"}),
            ".stages[1].touchpoints[1].code",
        ),
        (lambda d: d["stages"][0]["touchpoints"][0].update(channels=["smoke"]), ".stages[0].touchpoints[0].channels"),
        (lambda d: d["findings"][0].update(touchpoint="nowhere"), ".findings[0]"),
        (lambda d: d["findings"][0].update(value=6), ".findings[0].value"),
    ],
)
def test_what_is_no_journey_is_refused_with_its_place(journey: Journey, change: Any, path: str) -> None:
    before = documents.dump(journey)
    document = copy.deepcopy(before)
    change(document)
    with pytest.raises(DocumentError) as refused:
        documents.apply(journey, document, at=NOON)
    assert refused.value.extra["path"].startswith(path)
    assert documents.dump(journey) == before


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        (lambda d: d["stages"][0].pop("name"), ".stages[0]", "The field name is missing."),
        (lambda d: d["stages"][0].update(colour="red"), ".stages[0]", "A journey has no field colour here."),
        (lambda d: d.update(name=7), ".name", "Here belongs a text, not a whole number."),
        (
            lambda d: d["findings"][0].update(value="x"),
            ".findings[0].value",
            "Here belongs a whole number, not a text.",
        ),
        (lambda d: d["stages"][0].update(code=""), ".stages[0].code", "It is empty."),
        (lambda d: d.update(name="x" * 201), ".name", "The text is longer than 200 characters."),
        (lambda d: d.update(names={"klingon": "x"}), ".names", "The text is longer than 5 characters."),
        (lambda d: d.update(stages=d["stages"] * 200), ".stages", "The list holds more than 200 entries."),
        (
            lambda d: d["stages"][0].update(code="a b"),
            ".stages[0].code",
            "A code holds letters from a to z, digits, “-” and “_” only.",
        ),
        (lambda d: d["findings"][0].update(value=6), ".findings[0].value", "The number is higher than 5."),
        (
            lambda d: d["stages"][0]["touchpoints"][0].update(expectations=[{"value": 4, "valid_from": "May"}]),
            ".stages[0].touchpoints[0].expectations[0].valid_from",
            "This is no date; one is written like 2026-05-31.",
        ),
    ],
)
def test_why_it_is_no_journey_is_told_in_sentences(journey: Journey, change: Any, path: str, said: str) -> None:
    document = documents.dump(journey)
    change(document)
    with pytest.raises(DocumentError) as refused:
        documents.read(document)
    assert (refused.value.extra["path"], str(refused.value.detail)) == (path, said)


@pytest.mark.parametrize("document", [None, [], 7, "x", {}, {"stages": 1}])
def test_anything_else_is_refused_too(journey: Journey, document: Any) -> None:
    with pytest.raises(DocumentError):
        documents.read(document)


def test_a_journey_does_not_open_into_itself_by_way_of_others(program: Program, journey: Journey) -> None:
    boarding = Journey.objects.get(code="boarding")
    document = documents.dump(boarding)
    document["stages"][0]["touchpoints"] = [{"code": "again", "name": "Again", "opens": journey.code}]
    with pytest.raises(DocumentError) as refused:
        documents.apply(boarding, document, at=NOON)
    assert refused.value.code == "journey-loop"
    assert not Touchpoint.objects.filter(code="again").exists()


def test_a_touchpoint_of_another_journey_stays_there(program: Program, journey: Journey) -> None:
    other = factories.make_journey(program, "other")
    factories.make_touchpoint(other.stages.first(), "shop")
    document = documents.dump(journey)
    document["stages"][0]["touchpoints"].append({"code": "shop", "name": "Shop"})
    with pytest.raises(DocumentError) as refused:
        documents.apply(journey, document, at=NOON)
    assert refused.value.code == "touchpoint-elsewhere"


def test_differences_are_told_part_by_part(journey: Journey) -> None:
    before = documents.dump(journey)
    after = copy.deepcopy(before)
    after["stages"][0]["touchpoints"][0]["name"] = "Check-in"
    after["stages"][1]["touchpoints"].append({"code": "lounge", "name": "Lounge"})
    told = [(each.part, each.code, each.field, each.after) for each in documents.differences(before, after)]
    assert told == [("touchpoint", "desk", "name", "Check-in"), ("touchpoint", "lounge", "", "Lounge")]
    assert documents.differences(before, before) == []


# --- whatever the journey ---------------------------------------------------------------------
codes = st.text("abcdefgh", min_size=1, max_size=3)
words = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=20)
texts = st.dictionaries(st.sampled_from(["en", "sv", "fi"]), words, max_size=2)
points = st.fixed_dictionaries(
    {"code": codes, "name": words},
    optional={
        "names": texts, "promises": texts, "channels": st.lists(st.sampled_from(["web", "phone"]), unique=True),
        "problem_codes": st.lists(st.integers(0, 9)), "initiator": st.sampled_from(["organisation", "partner"]),
        "receiver": st.sampled_from(["customer", "organisation", "partner", "nobody"]), "receiver_name": words,
    },
)  # fmt: skip
stages = st.fixed_dictionaries(
    {"code": codes, "name": words, "touchpoints": st.lists(points, max_size=4)}, optional={"goals": texts}
)


findings = st.fixed_dictionaries(
    {"kind": st.sampled_from(["need", "pain_point"]), "texts": texts},
    optional={"value": st.integers(1, 5), "state": st.just("done")},
)


@st.composite
def journeys(draw: Any) -> dict[str, Any]:
    document = {"format": "cx-journey", "version": 1, "code": "j", "name": draw(words)}
    found = draw(st.lists(stages, max_size=4, unique_by=lambda stage: stage["code"]))
    seen: set[str] = set()
    for stage in found:
        stage["touchpoints"] = [p for p in stage["touchpoints"] if not (p["code"] in seen or seen.add(p["code"]))]
    places = [("", "")] + [(stage["code"], "") for stage in found]
    places += [(draw(st.sampled_from(["", stage["code"]])), p["code"]) for stage in found for p in stage["touchpoints"]]
    told = [
        draw(findings) | {"stage": stage, "touchpoint": point}
        for stage, point in draw(st.lists(st.sampled_from(places), max_size=4))
    ]
    return document | {"stages": found, "findings": told}


def sorted_findings(document: Any) -> Any:
    """The document as parts; findings have no order of their own."""
    part = documents.read(document)
    part.findings.sort(key=lambda each: canonical(msgspec.to_builtins(each)))
    return part


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(journeys(), min_size=2, max_size=4))
def test_whatever_came_before_the_journey_says_what_the_last_document_says(program: Program, many: list) -> None:
    Touchpoint.objects.filter(program=program).delete()
    Stage.objects.filter(journey__program=program).delete()
    Journey.objects.filter(program=program).delete()
    journey, _changes = documents.create(program, many[0], at=NOON)
    for document in many[1:]:
        documents.apply(journey, document, at=NOON)
        journey.refresh_from_db()
        assert sorted_findings(documents.dump(journey)) == sorted_findings(document)
        assert not documents.apply(journey, document, at=NOON)
        assert not documents.apply(journey, documents.dump(journey), at=NOON)


def test_a_question_that_is_not_asked_yet_is_kept_and_told(program: Program, journey: Journey) -> None:
    factories.make_question(program, "KNOWN")
    document = documents.dump(journey)
    document["stages"][0]["problem_question"] = "NOPE"
    document["stages"][0]["touchpoints"][0] |= {"question_code": "LATER", "expectation_question": "KNOWN"}
    changes = documents.apply(journey, document, at=NOON)
    assert changes.not_asked == [("stage", "NOPE"), ("touchpoint", "LATER")]
    assert documents.dump(journey) == document
    assert documents.apply(journey, document, at=NOON).not_asked == changes.not_asked, "as long as it is so"
