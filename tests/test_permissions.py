"""Who finds which door: the table tried role by role. The doors come from the URLconf and the admin; a door without a
row fails. A refused call changes nothing in the database: that is looked at for every refused POST.
"""

import copy
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from unittest import mock

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, models, transaction
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLResolver
from django.utils import timezone
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from actions.models import EffectStudy
from cxprogram import pdf
from cxprogram.choices import Role
from cxprogram.models import ImportRun, OutgoingMail
from feedback.models import (
    Conversation,
    EmployeeRemark,
    FeatureRequest,
    ImportMapping,
    Mention,
    StudyRun,
    SupportCase,
    TicketStep,
)
from journeys.models import KpiValue
from tests import factories
from tests.customer_base import furnish_customers
from tests.factories import House
from tests.permission_calls import call
from tests.permission_desks import DESKS
from tests.permission_table import ANONYMOUS, OTHER, ROLES, ROWS, STAFF, STRANGER, Row

# The second mark makes the database where this file runs alone.
pytestmark = [pytest.mark.xdist_group("permissions"), pytest.mark.django_db]

# --- the world --------------------------------------------------------------------------------
CANARY_WHOLE, CANARY_A = "canary-of-the-program", "canary-of-area-a"


def _furnish_schedules() -> None:
    interval = IntervalSchedule.objects.create(every=1, period="days")
    CrontabSchedule.objects.create()
    SolarSchedule.objects.create(event="sunrise", latitude=0, longitude=0)
    ClockedSchedule.objects.create(clocked_time=factories.NOON)
    PeriodicTask.objects.create(name="x", task="x", interval=interval)


def furnish(house: House) -> House:
    """What the admin lists beside the house's own rows; and words by which a leak is found."""
    program, root, owner = house.program, house.root, house.people[Role.OWNER]
    factories.make_token(house.people[Role.INTEGRATION], program)
    OutgoingMail.objects.create(program=program, key="x", to="a@example.org", subject=CANARY_WHOLE, body="x")
    ImportRun.objects.create(
        program=program, kind="responses", mapping="x", file_name=CANARY_WHOLE, started_at=timezone.now()
    )
    for said in (Mention, SupportCase, FeatureRequest, Conversation, EmployeeRemark):
        said.objects.create(
            program=program, source="x", external_id="1", body_hash=b"x", at=factories.NOON, text=CANARY_WHOLE
        )
    StudyRun.objects.create(
        program=program, period="2017", outcome="Q7ALL", drivers=["Q7FOOD"], by=owner, asked_at=factories.NOON
    )
    version = house.survey.versions.get()
    ImportMapping.objects.create(program=program, slug="wave", survey_version=version, definition={})
    KpiValue.objects.create(
        program=program, kpi=house.kpis["nps"], unit=root, period="2017", method="t", computed_at=factories.NOON
    )
    EffectStudy.objects.create(
        project=house.projects[""], method="before_after", kpi_code="mean", question_code="Q7FOOD",
        before_period="2015", after_period="2017", before_value=1, before_n=9, after_value=2, after_n=9,
        difference=1, low=0, high=2, p_value=0.5, computed_at=factories.NOON,
    )  # fmt: skip
    _furnish_schedules()
    factories.make_doors(house.survey)
    factories.make_stream(program, "visits")
    furnish_customers(program, root, house.touchpoint.code)
    factories.make_knowledge(house.touchpoint)
    factories.make_asking(program)
    factories.make_scores(house.survey, "NETPRO", {9: 20, 3: 5}, unit=house.units["G"])
    factories.fold(program)
    for project in house.projects.values():
        project.problem = CANARY_WHOLE
        project.save()
    for code, ticket in house.tickets.items():
        canary = CANARY_A if code == OTHER else CANARY_WHOLE
        type(ticket.customer).objects.filter(pk=ticket.customer_id).update(name=canary, email=f"{canary}@example.org")
        TicketStep.objects.create(ticket=ticket, at=factories.NOON, by=owner, act="noted", text=canary)
    return house


@pytest.fixture(scope="module")
def house(django_db_setup: Any, django_db_blocker: Any) -> Iterator[House]:
    """One house for the whole table. Each call is undone after it; the module leaves nothing behind."""
    yield from furnished(django_db_blocker)


def furnished(django_db_blocker: Any) -> Iterator[House]:
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        house = furnish(factories.make_house())
        connection.check_constraints()
        yield house
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)


@pytest.fixture(scope="module")
def clients(house: House) -> dict[str, Client]:
    found = {ANONYMOUS: Client()}
    for role in ROLES[1:]:
        found[role] = Client()
        found[role].force_login(house.people[role])
    return found


def unrendered() -> AbstractContextManager[Any]:
    """Whether the door opens is asked here; what stands behind it, in the tests of the admin."""
    return mock.patch.object(SimpleTemplateResponse, "rendered_content", "")


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are drawn in their own tests."""
    monkeypatch.setattr(pdf, "make_pdf", lambda html: html.encode())
    monkeypatch.setattr(pdf, "make_sheet", lambda documents: next(iter(documents)).encode())


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# A session and a context of the audit are no changes of the program.
PASSING = {"django_session", "pghistory_context", "cx_cache"}


def written() -> list[tuple[str, int]]:
    """How many rows of each table this transaction has written so far."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT relname, rows FROM pg_class, LATERAL (SELECT pg_stat_get_xact_tuples_inserted(oid)
                   + pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid) AS rows) AS written
               WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND rows > 0 ORDER BY 1"""
        )
        return [row for row in cursor.fetchall() if row[0] not in PASSING]


def is_refused(status: int) -> bool:
    return status >= 400 or status == 302


@pytest.mark.parametrize("row", ROWS, ids=[each.title for each in ROWS])
def test_each_role_finds_each_door_as_the_table_says(house: House, clients: dict[str, Client], row: Row):
    found = {}
    for role in ROLES:
        with undone():
            before = written() if row.method == "POST" else []
            client = copy.deepcopy(clients[role])
            reply = call(house, client, row)
            found[role] = reply.status_code
            said = reply.getvalue() if reply.streaming else reply.content
            if role == STRANGER:
                assert CANARY_WHOLE.encode() not in said and CANARY_A.encode() not in said
            if role in (Role.UNIT_MANAGER, Role.FRONTLINE):
                assert CANARY_A.encode() not in said
            if row.method == "POST" and is_refused(reply.status_code) and row.door not in MOVING:
                assert written() == before, f"{role} wrote something"
    assert found == row.expected


# These answer 302 when they have done what was asked.
MOVING = {"account_logout", "set_language", "governance:charter-sign"}


# --- the admin --------------------------------------------------------------------------------
def desk_url(model: type[models.Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("label", DESKS)
def test_each_role_finds_each_model_in_the_admin_as_the_table_says(
    house: House, clients: dict[str, Client], label: str
):
    desk, model = DESKS[label], apps.get_model(label)
    theirs = model._default_manager.order_by("pk").first()
    assert theirs is not None, f"the house has no {label}"

    def expected(page: str, role: str) -> int:
        if role not in STAFF.split():
            return 302
        if page == "delete":
            return dict(zip(STAFF.split(), desk.delete, strict=True))[role]
        if role == STRANGER and desk.is_of_a_program and page in ("change", "history", "act"):
            return 404
        if role != STRANGER and role not in desk.who.split():
            return 404 if page in ("history", "act") else 403
        if page == "act":
            return 404  # there is no such action
        return 200 if page != "add" or desk.may_add else 403

    found, wanted = {}, {}
    for page in ("changelist", "add", "change", "history", "delete", "act"):
        args = {"changelist": (), "add": (), "act": (theirs.pk, "nothing")}.get(page, (theirs.pk,))
        if page == "act" and not has_door(desk_name(model, "act")):
            continue
        # One wall keeps everyone out who is no staff: it is tried where the most is to be had.
        for role in ROLES if page == "change" else STAFF.split():
            with undone():
                client = copy.deepcopy(clients[role])
                url = desk_url(model, page, *args)
                with nullcontext() if role == STRANGER else unrendered():
                    reply = client.post(url) if page == "act" else client.get(url)
                found[page, role], wanted[page, role] = reply.status_code, expected(page, role)
                if role == STRANGER:
                    assert CANARY_WHOLE.encode() not in reply.content
                    assert CANARY_A.encode() not in reply.content
    assert {key: status for key, status in found.items() if status != wanted[key]} == {}


# --- every door has a row ---------------------------------------------------------------------
def doors(resolver: Any = None, namespace: str = "") -> Iterator[str]:
    """The names of all doors. A pattern without a name is a redirect of the admin, or has no business to be."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from doors(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        else:
            yield f"{namespace}{pattern.name or '?'}"


def has_door(name: str) -> bool:
    return name in set(doors())


def desk_name(model: type[models.Model], page: str) -> str:
    return f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"


def test_every_door_has_a_row():
    rows = {each.door for each in ROWS}
    of_desks = {
        desk_name(apps.get_model(label), page)
        for label in DESKS
        for page in ("changelist", "add", "change", "history", "delete", "act")
    }
    found = set(doors())
    assert found - rows - of_desks - {"admin:?"} == set(), "doors without a row"
    assert rows - found == set(), "rows without a door"


def test_every_model_of_the_admin_has_a_row():
    assert {model._meta.label for model in admin.site._registry} == set(DESKS)


def test_every_role_has_a_column():
    assert set(ROLES) == {*Role.values, ANONYMOUS, STRANGER}
    assert all(each.expected.keys() == set(ROLES) for each in ROWS)
