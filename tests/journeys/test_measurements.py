"""The measurement plan: its holes are found, and its lines are written by those who define the program."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cxprogram.choices import Role
from cxprogram.periods import parse
from feedback.models import Question
from journeys.insight.map import build_map
from journeys.insight.measurements import Dry, HoleKind, MeasurementPlan, build_plan
from journeys.models import Interaction, Journey, Measurement, Segment
from journeys.services import interactions, measurements
from journeys.services.interactions import Happening
from journeys.services.measurements import MeasurementError
from tests import factories
from tests.factories import NOON, House

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return factories.make_house()


@pytest.fixture
def journey(house: House) -> Journey:
    """Four touchpoints: `asked` by a question, `desk` and `till` by nobody, `gate` a moment of truth by nobody."""
    journey = factories.make_journey(house.program, "walk")
    first, second = journey.stages.all()
    factories.make_touchpoint(first, "asked", question_code="NETPRO", aspect="quality")
    factories.make_touchpoint(first, "desk", channels=["counter", "phone"])
    factories.make_touchpoint(second, "till")
    factories.make_touchpoint(second, "gate", truth="proposed")
    return journey


def point(journey: Journey, code: str):
    return journey.stages.get(touchpoints__code=code).touchpoints.get(code=code)


def line(journey: Journey, code: str, **facts) -> Measurement:
    defaults = {"touchpoint": point(journey, code), "whats": {"en": f"{code} line"}, "method": "survey"}
    return Measurement.objects.create(program=journey.program, **(defaults | facts))


def plan_of(house: House, journey: Journey) -> MeasurementPlan:
    return build_plan(journey, user=house.people[Role.ANALYST], at=NOON)


def found(plan: MeasurementPlan, kind: HoleKind) -> list[str]:
    return [
        hole.line.what if hole.line else hole.segment.code if hole.segment
        else f"{hole.touchpoint.code} {hole.channel}".strip()  # type: ignore[union-attr]
        for hole in plan.holes if hole.kind == kind
    ]  # fmt: skip


def as_(house: House, role: str) -> Client:
    client = Client()
    client.force_login(house.people[role])
    return client


def test_what_nobody_measures_is_told_apart_by_how_grave_it_is(house: House, journey: Journey) -> None:
    plan = plan_of(house, journey)
    assert found(plan, HoleKind.TRUTH) == ["gate"]
    assert found(plan, HoleKind.TOUCHPOINT) == ["desk", "till"]
    assert found(plan, HoleKind.PURPOSE) == ["asked"]
    assert [hole.kind for hole in plan.holes] == sorted((hole.kind for hole in plan.holes), key=list(HoleKind).index)
    assert plan.count(HoleKind.TRUTH, HoleKind.TOUCHPOINT) == 3

    line(journey, "gate", state="running", kpi_code="nps")
    line(journey, "till", state="planned", kpi_code="nps")
    line(journey, "asked")
    plan = plan_of(house, journey)
    assert found(plan, HoleKind.TRUTH) == [], "a running line measures it"
    assert found(plan, HoleKind.TOUCHPOINT) == ["desk", "till"], "a planned line measures nothing yet"
    assert found(plan, HoleKind.PURPOSE) == []


def test_a_channel_is_a_hole_unless_a_running_line_covers_it(house: House, journey: Journey) -> None:
    phone = line(journey, "desk", state="running", kpi_code="nps", channels=["phone"])
    assert found(plan_of(house, journey), HoleKind.CHANNEL) == ["desk counter"]
    phone.channels = []
    phone.save()
    assert found(plan_of(house, journey), HoleKind.CHANNEL) == [], "no channel named means all of them"


def test_a_segment_is_a_hole_unless_a_running_line_or_a_kpi_looks_at_it(house: House, journey: Journey) -> None:
    for code in ("families", "business", "crews"):
        Segment.objects.create(program=house.program, code=code, name=code, definition={})
    line(journey, "desk", state="running", kpi_code="nps", segment=Segment.objects.get(code="families"))
    line(journey, "desk", state="stopped", segment=Segment.objects.get(code="crews"))
    factories.make_kpi(house.program, "nps-crews", collector="nps", population=Segment.objects.get(code="crews"))
    assert found(plan_of(house, journey), HoleKind.SEGMENT) == ["business"]


@pytest.mark.parametrize(
    ("state", "days", "is_late"),
    [
        ("planned", -1, True),
        ("planned", 30, True),
        ("planned", 31, False),
        ("running", -1, False),
        ("stopped", 0, True),
        ("stopped", -1, False),
    ],
)
def test_a_decision_is_without_measurement_when_its_line_does_not_run_in_time(
    house: House, journey: Journey, state: str, days: int, is_late: bool
) -> None:
    line(journey, "desk", state=state, kpi_code="nps", needed_on=date(2017, 5, 15) + timedelta(days=days))
    assert (found(plan_of(house, journey), HoleKind.LATE) == ["desk line"]) is is_late


def test_a_running_line_is_dry_when_nothing_comes_out_of_its_source(house: House, journey: Journey) -> None:
    program = house.program
    fresh, silent = factories.make_stream(program, "fresh"), factories.make_stream(program, "silent")
    draft = factories.make_stream(program, "draft", status="draft")
    door = interactions.door(program)
    for stream, hours in ((fresh, 2), (silent, 200)):
        at = NOON - timedelta(hours=hours)
        said = Happening(stream.code, "test", stream.code, at, "visit")
        interactions.record_many(door, [interactions.prepare(door, said, at=at)], at=at)
        Interaction.objects.filter(stream=stream).update(received_at=at)
    factories.make_scores(house.survey, "NETPRO", {9: 20}, at=NOON)
    lines = {
        "fresh": line(journey, "desk", state="running", stream=fresh),
        "silent": line(journey, "desk", state="running", stream=silent),
        "draft": line(journey, "desk", state="running", stream=draft),
        "answered": line(journey, "till", state="running", kpi_code="nps"),
        "unanswered": line(journey, "till", state="running", kpi_code="mean"),
        "gone": line(journey, "till", state="running", kpi_code="no-such"),
        "planned": line(journey, "till", kpi_code="no-such"),
    }
    names = {row.pk: name for name, row in lines.items()}
    dry = {
        names[hole.line.pk]: (hole.source.dry, hole.source.since)  # type: ignore[union-attr]
        for hole in plan_of(house, journey).holes if hole.kind == HoleKind.DRY
    }  # fmt: skip
    assert dry == {
        "silent": (Dry.SILENT, (NOON - timedelta(hours=200)).date()),
        "draft": (Dry.DRAFT, None),
        "unanswered": (Dry.UNANSWERED, None),
        "gone": (Dry.NO_KPI, None),
    }


def test_the_plan_takes_as_many_queries_for_many_lines_as_for_one(house: House, journey: Journey) -> None:
    line(journey, "desk", state="running", kpi_code="nps")
    with CaptureQueriesContext(
        connection,
    ) as few:
        plan_of(house, journey)
    for code in ("desk", "till", "gate"):
        for _time in range(4):
            line(
                journey,
                code,
                state="running",
                kpi_code="mean",
                stream=factories.make_stream(house.program, f"{code}{_time}"),
            )
    with CaptureQueriesContext(connection) as many:
        plan_of(house, journey)
    assert len(many) <= len(few) + 1, "one query more for the streams, however many there are"


def test_a_line_is_added_changed_and_stopped_in_the_page(house: House, journey: Journey) -> None:
    client, url = as_(house, Role.ANALYST), "/measurements/?journey=walk"
    body = {
        "do": "save", "touchpoint": point(journey, "desk").pk, "what": "Waiting time", "method": "operation",
        "channels": ["counter"], "decision": "How many counters to open", "needed_on": "2017-09-01",
        "kpi_code": "nps", "state": "running",
    }  # fmt: skip
    assert client.post(url, body).status_code == 303
    row = Measurement.objects.get(touchpoint__code="desk")
    assert (row.what, row.decision, row.needed_on) == ("Waiting time", "How many counters to open", date(2017, 9, 1))
    row.whats["sv"] = "Väntetid"
    row.save()

    changed = body | {"what": "Time in line", "decision": ""}
    assert client.post(f"{url}&line={row.pk}", changed).status_code == 303
    row.refresh_from_db()
    assert (row.whats, row.decisions) == ({"en": "Time in line", "sv": "Väntetid"}, {}), "other languages stay"
    assert "Time in line" in client.get(url).content.decode()

    assert client.post(url, {"do": "stop", "line": row.pk}).status_code == 303
    row.refresh_from_db()
    assert row.state == "stopped"


def test_a_running_line_without_a_source_is_refused_and_what_was_typed_stays(house: House, journey: Journey) -> None:
    client, url = as_(house, Role.OWNER), "/measurements/?journey=walk"
    body = {"do": "save", "touchpoint": point(journey, "desk").pk, "what": "Waiting", "method": "survey"}
    reply = client.post(url, body | {"state": "running"})
    assert reply.status_code == 422
    assert "names the KPI or the data stream" in reply.content.decode()
    assert 'value="Waiting"' in reply.content.decode()
    assert not Measurement.objects.filter(touchpoint__code="desk").exists()


def test_each_rule_of_a_line_is_told_by_its_code(house: House, journey: Journey) -> None:
    other = factories.make_journey(house.people["stranger"].membership_set.get().program, "elsewhere")
    theirs = factories.make_touchpoint(other.stages.first(), "theirs")  # type: ignore[arg-type]
    draft = factories.make_stream(house.program, "draft", status="draft")
    good = {"touchpoint": point(journey, "desk"), "whats": {"en": "x"}, "method": "survey", "state": "planned"}
    table = [
        ({"whats": {"en": ""}}, "measurement-without-text"),
        ({"touchpoint": theirs}, "measurement-of-others"),
        ({"kpi_code": "no-such"}, "measurement-kpi-unknown"),
        ({"state": "running"}, "measurement-without-source"),
        ({"state": "running", "stream": draft}, "measurement-stream-draft"),
    ]
    for facts, code in table:
        with pytest.raises(MeasurementError) as told:
            measurements.add(house.program, **(good | facts))
        assert told.value.code == code
    assert Measurement.objects.filter(touchpoint__code="desk").count() == 0
    assert measurements.add(house.program, **(good | {"stream": draft})).state == "planned"


def test_readers_see_the_plan_and_no_way_to_write_it(house: House, journey: Journey) -> None:
    row = line(journey, "desk", state="running", kpi_code="nps")
    client = as_(house, Role.EXECUTIVE)
    text = client.get("/measurements/?journey=walk").content.decode()
    assert "desk line" in text and 'name="what"' not in text and "Stop" not in text
    assert client.post("/measurements/?journey=walk", {"do": "stop", "line": row.pk}).status_code == 404
    row.refresh_from_db()
    assert row.state == "running"


def test_a_question_stands_by_its_label_with_the_code_behind(house: House, journey: Journey) -> None:
    line(journey, "desk", kpi_code="nps", question_code="NETPRO", state="planned")
    line(journey, "till", question_code="UNKNOWN", state="planned")
    label = "Would recommend us"
    Question.objects.filter(program=house.program, code="NETPRO").update(name=label)
    page = as_(house, Role.OWNER).get("/measurements/?journey=walk").content.decode()
    assert f"The question {label} (NETPRO) measures it" in page and f"· {label} (NETPRO)</span>" in page
    assert "UNKNOWN</span>" in page
    assert '<div class="cx-columns"><label for="id_channels_0">' in page, "sixteen channels stand in columns"
    edited = as_(house, Role.OWNER).get("/map/edit/?journey=walk").content.decode()
    assert f'<span class="cx-small">{label} (NETPRO)' in edited


@pytest.mark.parametrize("code", ["NOPE", "COMMENT"])
def test_what_the_map_does_not_show_as_measured_is_a_hole_of_the_plan(
    house: House, journey: Journey, code: str
) -> None:
    for each in ("desk", "gate"):
        journey.stages.get(touchpoints__code=each).touchpoints.filter(code=each).update(question_code=code)
    plan = plan_of(house, journey)
    view = build_map(
        house.program, house.root, parse("2017"), user=house.people[Role.OWNER], journey="walk", today=NOON.date()
    )
    on_map = {each.touchpoint.code: not each.is_hole for each in view.touchpoints}
    assert {each.touchpoint.code: each.is_measured for each in plan.points} == on_map
    assert on_map == {"asked": True, "desk": False, "till": False, "gate": False}
    assert found(plan, HoleKind.TRUTH) == ["gate"]
    assert found(plan, HoleKind.TOUCHPOINT) == ["desk", "till"]
    assert found(plan, HoleKind.PURPOSE) == ["asked"]
    line(journey, "desk", state="running", kpi_code="nps")
    assert found(plan_of(house, journey), HoleKind.TOUCHPOINT) == ["till"], "a running line measures it"
