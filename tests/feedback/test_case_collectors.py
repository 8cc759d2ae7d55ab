"""First contacts and complaints, held to tables worked by hand."""

from datetime import UTC, datetime, timedelta

import pgtrigger
import pytest

from feedback.models import SupportCase
from tests import factories
from tests.journeys.kpis.events import World, define, fill, happen, make_world, reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def case(world: World, customer: int | None, day: str, *, closed: str = "", unit: str = "A", **fields: str) -> None:
    def moment(text: str) -> datetime:
        return datetime.fromisoformat(f"{text} 20:00").replace(tzinfo=UTC)

    SupportCase.objects.create(
        program=world.program, source="desk", external_id=f"c-{SupportCase.objects.count()}", body_hash=b"",
        at=moment(day), closed_at=moment(closed) if closed else None, customer_id=customer, unit=world.units[unit],
        subject="Late", **fields,
    )  # fmt: skip


def test_a_first_contact_was_enough_if_the_case_is_closed_and_no_other_followed(world: World) -> None:
    kpi = define(world, "first_contact_resolution", "share", parameters={"within_days": 7})
    people = [factories.make_customer(world.program).pk for _n in range(5)]
    case(world, people[0], "2026-01-05", closed="2026-01-06")  # enough
    case(world, people[1], "2026-01-05", closed="2026-01-06")  # came back
    case(world, people[1], "2026-01-10", closed="2026-01-10")  # enough
    case(world, people[2], "2026-01-05")  # still open
    case(world, people[3], "2026-01-05", closed="2026-01-20")  # closed too late
    case(world, people[4], "2026-01-28", closed="2026-01-29")  # known in February
    case(world, None, "2026-01-05", closed="2026-01-05")  # whose? left out
    fill(world)
    assert (reading(world, kpi).value, reading(world, kpi).n) == (2 / 5, 5)
    assert (reading(world, kpi, "2026-02").value, reading(world, kpi, "2026-02").n) == (1.0, 1)


def test_a_case_that_its_source_changes_counts_its_month_again(world: World) -> None:
    kpi = define(world, "first_contact_resolution", "share", parameters={"within_days": 7})
    person = factories.make_customer(world.program).pk
    case(world, person, "2026-01-05")
    fill(world)
    assert reading(world, kpi).value == 0.0
    SupportCase.objects.update(closed_at=datetime(2026, 1, 6, tzinfo=UTC))
    fill(world)
    assert reading(world, kpi).value == 1.0


def test_a_case_that_its_state_calls_over_counts_by_the_last_time_known(world: World) -> None:
    kpi = define(world, "first_contact_resolution", "share", parameters={"within_days": 7})
    people = [factories.make_customer(world.program).pk for _n in range(5)]
    case(world, people[0], "2026-01-05", status=" Solved ")  # met as over: as old as the case
    case(world, people[1], "2026-01-05", status="LÖST")
    case(world, people[2], "2026-01-05", status="pending")
    case(world, people[3], "2026-01-05", closed="2026-01-20", status="closed")  # the time that is told counts
    case(world, people[4], "2026-01-05", status="open")
    fill(world)
    assert (reading(world, kpi).value, reading(world, kpi).n) == (2 / 5, 5)
    # One that we knew as open was over when we heard of it: that is today, long after its seven days.
    SupportCase.objects.filter(customer=people[4]).update(status="closed")
    fill(world)
    assert reading(world, kpi).value == 2 / 5
    # Had we heard of it in time, it would count.
    events = SupportCase.events.field.model.objects.filter(customer=people[4], status="closed")
    with pgtrigger.ignore("feedback.SupportCaseEvent:append_only"):
        events.update(pgh_created_at=datetime(2026, 1, 7, tzinfo=UTC))
    fill(world, rebuild=True)
    assert reading(world, kpi).value == 3 / 5


def test_complaints_are_told_for_each_customer_of_the_month(world: World) -> None:
    kpi = define(world, "complaint_rate", "rate", parameters={"channels": ["phone"]})
    people = [factories.make_customer(world.program).pk for _n in range(4)]
    happen(world, [(person, "A", f"2026-01-0{day}", "visit") for person in people for day in (5, 6)])
    case(world, people[0], "2026-01-05", channel="phone")
    case(world, people[0], "2026-01-06", channel="mail")
    case(world, None, "2026-01-06", channel="phone", unit="G")
    fill(world)
    assert reading(world, kpi, unit="A").value == 1 / 4
    assert reading(world, kpi).value == 2 / 4
    assert reading(world, kpi, unit="G").value is None  # nobody was seen there


def test_tickets_may_be_the_complaints(world: World) -> None:
    kpi = define(world, "complaint_rate", "rate", parameters={"from": "tickets"})
    people = [factories.make_customer(world.program).pk for _n in range(4)]
    happen(world, [(person, "A", "2017-05-05", "visit") for person in people])
    survey = factories.make_survey(world.program)
    ticket = factories.make_ticket(survey, world.units["A"])
    fill(world, at=ticket.opened_at + timedelta(days=1))
    assert reading(world, kpi, "2017-05").value == 1 / 4
