"""Use cases: what data are for, and that nothing is collected for nothing."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cxprogram.choices import Role
from journeys.insight.use_cases import build_catalogue, quick_wins
from journeys.models import DataStream, TouchpointStream, UseCase, UseCaseStream
from journeys.services import streams, use_cases
from journeys.services.streams import StreamError
from journeys.services.use_cases import UseCaseError
from tests import factories
from tests.factories import NOON, House
from tests.journeys.pages import Airport, answer_two_waves, make_airport

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return factories.make_house()


@pytest.fixture
def airport() -> Airport:
    """Food is rated lowest, then the shops: both are pain points."""
    airport = make_airport()
    answer_two_waves(airport)
    return airport


def need(case: UseCase, *needed: DataStream) -> None:
    for stream in needed:
        UseCaseStream.objects.create(use_case=case, stream=stream)


def as_(people, role: str) -> Client:
    client = Client()
    client.force_login(people[role])
    return client


def test_a_stream_takes_data_in_only_for_an_active_use_case(house: House) -> None:
    stream = factories.make_stream(house.program, status="draft")
    with pytest.raises(StreamError) as told:
        streams.activate(stream)
    assert told.value.code == "stream-without-use-case"
    case = factories.make_use_case(house.program, status="proposed")
    need(case, stream)
    with pytest.raises(StreamError):
        streams.activate(stream)
    use_cases.activate(case)
    assert streams.activate(stream).status == "active"
    assert streams.activate(stream).status == "active", "twice changes nothing"
    bare = factories.make_stream(house.program, "bare", status="draft", purpose="")
    need(case, bare)
    with pytest.raises(StreamError) as told:
        streams.activate(bare)
    assert told.value.code == "stream-without-purpose"


def test_the_admin_refuses_to_activate_a_stream_without_a_use_case(house: House) -> None:
    stream = factories.make_stream(house.program, status="draft")
    url = f"/admin/journeys/datastream/{stream.pk}/change/"
    body = {
        "code": "orders", "name": "Orders", "kind": "transaction", "purpose": "x", "legal_basis": "contract",
        "status": "active", "names_sv": "",
    }  # fmt: skip
    page = as_(house.people, Role.OWNER).post(url, body).content.decode()
    stream.refresh_from_db()
    assert "No active use case needs it" in page and stream.status == "draft"
    need(factories.make_use_case(house.program), stream)
    stream.status = "active"
    stream.clean()


def test_a_use_case_does_not_end_while_a_stream_is_collected_for_it_alone(house: House) -> None:
    stream, other = factories.make_stream(house.program, "one"), factories.make_stream(house.program, "two")
    case, second = factories.make_use_case(house.program), factories.make_use_case(house.program, "second")
    need(case, stream, other)
    need(second, other)
    with pytest.raises(UseCaseError) as told:
        use_cases.retire(case)
    assert told.value.code == "use-case-needed" and "One" in str(told.value.detail)
    assert "Two" not in str(told.value.detail)
    case.status = "retired"
    with pytest.raises(ValidationError):
        case.clean()
    streams.stop(stream)
    assert use_cases.retire(case).status == "retired"


def test_a_use_case_without_a_decision_does_not_run(house: House) -> None:
    case = factories.make_use_case(house.program, status="proposed", decisions={})
    with pytest.raises(UseCaseError) as told:
        use_cases.activate(case)
    assert told.value.code == "use-case-without-decision"


def test_the_catalogue_names_what_is_collected_for_nothing(house: House) -> None:
    idle, draft, used = (
        factories.make_stream(house.program, code, status=status)
        for code, status in (("idle", "active"), ("draft", "draft"), ("used", "active"))
    )
    need(factories.make_use_case(house.program), used)
    need(factories.make_use_case(house.program, "retired", status="retired"), idle)
    found = build_catalogue(house.program, user=house.people["owner"])
    assert found.unused == (idle, draft) and found.collected_for_nothing == (idle,)
    assert [(row.case.code, [s.code for s in row.streams]) for row in found.rows] == [
        ("call-back", ["used"]), ("retired", ["idle"]),
    ]  # fmt: skip
    page = as_(house.people, Role.EXECUTIVE).get("/use-cases/").content.decode()
    assert "1 data stream is collected without a use case" in page and "Stop it" not in page


def test_the_catalogue_takes_as_many_queries_for_many_use_cases_as_for_one(house: House) -> None:
    owner = house.people["owner"]
    need(factories.make_use_case(house.program), factories.make_stream(house.program))
    build_catalogue(house.program, user=owner)
    with CaptureQueriesContext(connection) as few:
        build_catalogue(house.program, user=owner)
    for number in range(4):
        need(factories.make_use_case(house.program, f"u{number}"), factories.make_stream(house.program, f"s{number}"))
    with CaptureQueriesContext(connection) as many:
        assert len(build_catalogue(house.program, user=owner).rows) == 5
    assert len(many) == len(few)


def test_quick_wins_are_the_pain_points_that_no_use_case_serves(airport: Airport) -> None:
    owner = airport.people["owner"]
    food, shops = airport.touchpoints["food"], airport.touchpoints["shops"]
    wins = quick_wins(airport.journey, user=owner, today=NOON.date())
    assert [(win.pain.touchpoint, win.is_quick) for win in wins] == [(food, False), (shops, False)]

    stream = factories.make_stream(airport.program)
    TouchpointStream.objects.create(touchpoint=shops, stream=stream)
    factories.make_finding(food, "Build a hall", kind="opportunity", value=5, effort=5)
    wins = quick_wins(airport.journey, user=owner, today=NOON.date())
    assert [(win.pain.touchpoint, win.is_quick) for win in wins] == [(shops, True), (food, False)]

    factories.make_finding(food, "Show menus", kind="opportunity", value=4, effort=1)
    factories.make_finding(food, "Ban food", kind="opportunity", value=5, effort=1, state="dropped")
    wins = quick_wins(airport.journey, user=owner, today=NOON.date())
    assert [(win.pain.touchpoint, win.is_quick) for win in wins] == [(food, True), (shops, True)]
    assert wins[0].opportunity is not None and wins[0].opportunity.text == "Show menus"

    factories.make_use_case(airport.program, touchpoint=food, status="proposed")
    factories.make_use_case(airport.program, "old", touchpoint=shops, status="retired")
    assert [win.pain.touchpoint for win in quick_wins(airport.journey, user=owner, today=NOON.date())] == [shops]


def test_a_quick_win_becomes_a_use_case_in_the_page_and_runs(airport: Airport) -> None:
    client, shops = as_(airport.people, Role.ANALYST), airport.touchpoints["shops"]
    stream = factories.make_stream(airport.program)
    TouchpointStream.objects.create(touchpoint=shops, stream=stream)
    factories.make_finding(shops, "Open at five", kind="opportunity")
    assert "Make it a use case" in client.get("/use-cases/").content.decode()
    assert client.post("/use-cases/", {"do": "adopt", "number": shops.pk}).status_code == 303
    case = UseCase.objects.get()
    assert (case.touchpoint, case.status, case.is_quick_win, case.decision) == (shops, "proposed", True, "Open at five")
    assert list(case.streams.all()) == [stream]
    assert client.post("/use-cases/", {"do": "adopt", "number": shops.pk}).status_code == 404, "it is served now"
    client.post("/use-cases/", {"do": "activate", "number": case.pk})
    case.refresh_from_db()
    assert case.status == "active"
    client.post("/use-cases/", {"do": "retire", "number": case.pk})
    case.refresh_from_db()
    assert case.status == "active", "its stream is collected for it alone"
    client.post("/use-cases/", {"do": "stop", "number": stream.pk})
    client.post("/use-cases/", {"do": "retire", "number": case.pk})
    case.refresh_from_db()
    assert case.status == "retired"
