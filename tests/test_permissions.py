"""THE table: role × door → status. The doors come from the URLconf and the admin; a door without a row fails.

To add a door, add one line to ROWS: its URL name, the statuses by role, and, if it leads to one object, whose it is
(`OWN` lies in area G, where manager and frontline work; `OTHER` in area A; `WHOLE` at the root). Doors that need more
than that in their address stand in PLACES, those that need a body in BODIES. The stranger owns another program.
A refused call changes nothing in the database: that is looked at for every refused POST.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
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
    Invitation,
    Mention,
    Placement,
    SamplingPlan,
    StudyRun,
    SupportCase,
    TicketStep,
)
from feedback.services import invitations
from journeys.models import KpiValue, Segment, UseCase
from tests import factories
from tests.customer_base import furnish_customers
from tests.factories import House

# The second mark makes the database where this file runs alone.
pytestmark = [pytest.mark.xdist_group("permissions"), pytest.mark.django_db]

ANONYMOUS, STRANGER = "anonymous", "stranger"
ROLES = (ANONYMOUS, *(role.value for role in Role), STRANGER)
REST = "*"  # everyone whom the row does not name
OWN, OTHER, WHOLE = "G", "A", ""

DEFINERS = "owner analyst"
WORKERS = "owner analyst unit_manager frontline integration"
WORKERS_OF_A = "owner analyst integration"
SENDERS = "owner analyst integration"
STAFF = "owner analyst stranger"
STEPS = ("people", "journey", "survey", "channel")
BEYOND = "unit_manager frontline stranger"  # who has the right, but not there
PROJECTS = "owner analyst executive steering unit_manager project_lead integration"
SCORES = "owner analyst executive steering unit_manager frontline project_lead integration"
SCORES_OF_A = "owner analyst executive steering project_lead integration"
DRIVERS = "owner analyst executive steering unit_manager project_lead integration"
SCORECARD = "owner analyst executive steering unit_manager auditor advisor integration"
REPORTS = "owner analyst executive steering auditor advisor integration"


@dataclass(frozen=True)
class Row:
    door: str
    expected: dict[str, int]
    where: str | None = None
    method: str = "GET"
    query: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.query.items())
        parts = (self.method, self.door, f"of {self.where or 'the whole'}" if self.where is not None else "", query)
        return " ".join(filter(None, parts))


def row(door: str, statuses: dict[int, str], where: str | None = None, *, method: str = "GET", **query: str) -> Row:
    """`statuses` names the roles by status; REST stands for everyone else."""
    by_role = {role: status for status, roles in statuses.items() for role in roles.split() if role != REST}
    (rest,) = [status for status, roles in statuses.items() if REST in roles.split()] or [None]
    expected = {role: by_role.get(role, rest) for role in ROLES}
    assert None not in expected.values() and by_role.keys() <= set(ROLES), (door, statuses)
    return Row(door, expected, where, method, query)  # type: ignore[arg-type]


def post(door: str, statuses: dict[int, str], where: str | None = None, **query: str) -> Row:
    return row(door, statuses, where, method="POST", **query)


# --- THE table --------------------------------------------------------------------------------
SAID_KINDS = ("mention", "support-case", "feature-request", "conversation", "employee-remark")
ROWS: list[Row] = [
    # For everyone
    row("feedback:survey", {200: REST}, WHOLE),
    post("feedback:survey", {303: REST}, WHOLE),
    row("feedback:survey-done", {200: REST}, WHOLE),
    row("feedback:embed", {200: REST}, WHOLE),
    row("feedback:brand-style", {200: REST}, WHOLE),
    row("feedback:brand-logo", {200: REST}, WHOLE),
    row("feedback:invited", {200: REST}, WHOLE),
    post("feedback:invited", {303: REST}, WHOLE),
    row("feedback:invited-score", {200: REST}, WHOLE),
    post("feedback:invited-score", {303: REST}, WHOLE),
    row("feedback:unsubscribe", {200: REST}, WHOLE),
    post("feedback:unsubscribe", {200: REST}, WHOLE),
    row("api:schema", {200: REST}),
    row("api:docs", {200: REST}),
    row("set_language", {302: REST}),
    post("set_language", {302: REST}),
    # The log-in
    row("account_login", {200: ANONYMOUS, 302: REST}),
    row("account_signup", {200: ANONYMOUS, 302: REST}),
    row("account_logout", {302: ANONYMOUS, 200: REST}),
    post("account_logout", {302: REST}),
    row("account_inactive", {200: REST}),
    row("account_reauthenticate", {302: ANONYMOUS, 200: REST}),
    row("account_email", {302: ANONYMOUS, 200: REST}),
    row("account_email_verification_sent", {200: REST}),
    row("account_confirm_email", {200: REST}, WHOLE),
    row("account_change_password", {302: ANONYMOUS, 200: REST}),
    row("account_set_password", {302: REST}),
    row("account_reset_password", {200: REST}),
    row("account_reset_password_done", {200: REST}),
    row("account_reset_password_from_key", {200: REST}, WHOLE),
    row("account_reset_password_from_key_done", {200: REST}),
    row("account_confirm_login_code", {302: REST}),
    # Pages
    row("home", {302: ANONYMOUS, 200: REST}),
    row("more", {302: ANONYMOUS, 200: REST}),
    post("more", {302: ANONYMOUS, 200: REST}),
    row("journeys:map", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    row("journeys:map", {302: ANONYMOUS, 200: SCORES, 404: REST}, unit=OWN),
    row("journeys:map", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, unit=OTHER),
    row("journeys:journey-list", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    row("journeys:journey-list", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, unit=OTHER),
    row("journeys:map-pdf", {302: ANONYMOUS, 200: SCORES, 404: REST}, period="2017"),
    row("journeys:map-pdf", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, unit=OTHER),
    row("journeys:touchpoint-detail", {302: ANONYMOUS, 200: SCORES, 404: REST}, WHOLE),
    row("journeys:touchpoint-detail", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, WHOLE, unit=OTHER),
    row("journeys:map-edit", {302: ANONYMOUS, 200: "owner analyst", 404: REST}),
    row("journeys:map-versions", {302: ANONYMOUS, 200: "owner analyst", 404: REST}),
    row("journeys:map-export", {302: ANONYMOUS, 200: SCORES, 404: REST}, journey="departure"),
    row("journeys:map-import", {302: ANONYMOUS, 200: STAFF, 404: REST}),
    row("journeys:map-new", {302: ANONYMOUS, 200: STAFF, 404: REST}),
    row("journeys:target-list", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    row("journeys:target-list", {302: ANONYMOUS, 200: SCORES, 404: REST}, unit=OWN),
    row("journeys:target-list", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, unit=OTHER),
    row("journeys:target-list", {302: ANONYMOUS, 200: STAFF, 404: REST}, kpi="nps", period="2018"),
    post("journeys:target-list", {302: ANONYMOUS, 303: STAFF, 404: REST}, kpi="nps", period="2018"),
    row("journeys:use-case-list", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    post("journeys:use-case-list", {302: ANONYMOUS, 303: DEFINERS, 404: REST}),
    row("journeys:measurement-plan", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    post("journeys:measurement-plan", {302: ANONYMOUS, 303: DEFINERS, 404: REST}),
    row("journeys:path-study", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    row("journeys:path-study", {302: ANONYMOUS, 200: SCORES, 404: REST}, unit=OWN),
    row("journeys:path-study", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, unit=OTHER),
    row("journeys:funnel-list", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    row("journeys:funnel-list", {302: ANONYMOUS, 200: SCORES, 404: REST}, unit=OWN),
    row("journeys:funnel-list", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, unit=OTHER),
    row("journeys:competitor-list", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    row("journeys:competitor-list", {302: ANONYMOUS, 200: SCORES, 404: REST}, unit=OWN),
    row("journeys:competitor-list", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, unit=OTHER),
    row("journeys:kpi-list", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    row("journeys:kpi-list", {302: ANONYMOUS, 200: SCORES, 404: REST}, unit=OWN),
    row("journeys:kpi-list", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, unit=OTHER),
    row("journeys:kpi-csv", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    row("journeys:kpi-csv", {302: ANONYMOUS, 200: SCORES, 404: REST}, unit=OWN),
    row("journeys:kpi-csv", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, unit=OTHER),
    row("feedback:voice-list", {302: ANONYMOUS, 200: f"{WORKERS} stranger", 404: REST}),
    row("feedback:survey-list", {302: ANONYMOUS, 200: f"{DEFINERS} stranger", 404: REST}),
    post("feedback:survey-new", {302: ANONYMOUS, 303: f"{DEFINERS} stranger", 404: REST}),
    row("feedback:survey-edit", {302: ANONYMOUS, 200: DEFINERS, 404: REST}, WHOLE),
    post("feedback:survey-edit", {302: ANONYMOUS, 303: DEFINERS, 404: REST}, WHOLE),
    row("feedback:survey-preview", {302: ANONYMOUS, 200: DEFINERS, 404: REST}, WHOLE),
    row("feedback:poster", {302: ANONYMOUS, 200: REST, 404: STRANGER}, WHOLE),
    row("feedback:poster-pdf", {302: ANONYMOUS, 200: REST, 404: STRANGER}, WHOLE),
    row("journeys:customer-list", {302: ANONYMOUS, 200: f"{WORKERS} stranger", 404: REST}),
    row("journeys:customer-list", {302: ANONYMOUS, 200: f"{WORKERS} stranger", 404: REST}, q="canary"),
    row("journeys:customer-detail", {302: ANONYMOUS, 200: WORKERS, 404: REST}, OWN),
    row("journeys:customer-detail", {302: ANONYMOUS, 200: WORKERS_OF_A, 404: REST}, OTHER),
    row("journeys:customer-detail", {302: ANONYMOUS, 200: WORKERS_OF_A, 404: REST}, WHOLE),
    post("journeys:customer-export", {302: ANONYMOUS, 200: "owner", 404: REST}, OWN),
    post("journeys:customer-erase", {302: ANONYMOUS, 303: "owner", 404: REST}, OWN),
    row("journeys:segment-list", {302: ANONYMOUS, 200: STAFF, 404: REST}),
    row("journeys:segment-new", {302: ANONYMOUS, 200: STAFF, 404: REST}),
    post("journeys:segment-new", {302: ANONYMOUS, 303: STAFF, 404: REST}),
    row("journeys:segment-edit", {302: ANONYMOUS, 200: DEFINERS, 404: REST}, WHOLE),
    post("journeys:segment-edit", {302: ANONYMOUS, 303: DEFINERS, 404: REST}, WHOLE),
    row("journeys:stream-list", {302: ANONYMOUS, 200: STAFF, 404: REST}),
    row("feedback:audit", {302: ANONYMOUS, 200: f"{DRIVERS} stranger", 404: REST}),
    row("feedback:drivers", {302: ANONYMOUS, 200: f"{DRIVERS} stranger", 404: REST}),
    row("feedback:study-new", {302: ANONYMOUS, 200: STAFF, 404: REST}),
    post("feedback:study-new", {302: ANONYMOUS, 303: STAFF, 404: REST}),
    row("feedback:import-list", {302: ANONYMOUS, 200: STAFF, 404: REST}),
    post("feedback:import-list", {302: ANONYMOUS, 400: STAFF, 404: REST}),
    row("feedback:import-detail", {302: ANONYMOUS, 200: DEFINERS, 404: REST}, WHOLE),
    post("feedback:import-start", {302: ANONYMOUS, 303: DEFINERS, 404: REST}, WHOLE),
    post("feedback:import-discard", {302: ANONYMOUS, 303: DEFINERS, 404: REST}, WHOLE),
    row("feedback:ticket-list", {302: ANONYMOUS, 200: f"{WORKERS} stranger", 404: REST}),
    row("feedback:ticket-list", {302: ANONYMOUS, 200: WORKERS, 404: REST}, unit=OWN),
    row("feedback:ticket-list", {302: ANONYMOUS, 200: WORKERS_OF_A, 404: REST}, unit=OTHER),
    row("feedback:ticket-detail", {302: ANONYMOUS, 200: WORKERS, 404: REST}, OWN),
    row("feedback:ticket-detail", {302: ANONYMOUS, 200: WORKERS_OF_A, 404: REST}, OTHER),
    row("feedback:ticket-detail", {302: ANONYMOUS, 200: WORKERS_OF_A, 404: REST}, WHOLE),
    post("feedback:ticket-take", {302: ANONYMOUS, 303: WORKERS, 404: REST}, OWN),
    post("feedback:ticket-take", {302: ANONYMOUS, 303: WORKERS_OF_A, 404: REST}, OTHER),
    post("feedback:ticket-note", {302: ANONYMOUS, 303: WORKERS, 404: REST}, OWN),
    post("feedback:ticket-note", {302: ANONYMOUS, 303: WORKERS_OF_A, 404: REST}, OTHER),
    post("feedback:ticket-close", {302: ANONYMOUS, 303: WORKERS, 404: REST}, OWN),
    post("feedback:ticket-close", {302: ANONYMOUS, 303: WORKERS_OF_A, 404: REST}, OTHER),
    row("feedback:plan-list", {302: ANONYMOUS, 200: STAFF, 404: REST}),
    row("feedback:decision-list", {302: ANONYMOUS, 200: STAFF, 404: REST}),
    row("feedback:plan-detail", {302: ANONYMOUS, 200: DEFINERS, 404: REST}, WHOLE),
    post("feedback:plan-start", {302: ANONYMOUS, 303: DEFINERS, 404: REST}, WHOLE),
    post("feedback:plan-people", {302: ANONYMOUS, 303: DEFINERS, 404: REST}, WHOLE),
    row("actions:project-list", {302: ANONYMOUS, 200: f"{PROJECTS} stranger", 404: REST}),
    row("actions:project-detail", {302: ANONYMOUS, 200: PROJECTS, 404: REST}, OWN),
    row("actions:project-detail", {302: ANONYMOUS, 200: PROJECTS, 404: REST}, OTHER),
    post(
        "actions:project-decide",
        {
            302: ANONYMOUS,
            303: "owner executive steering",
            403: "analyst unit_manager project_lead integration",
            404: REST,
        },
        OWN,
    ),
    row("governance:start", {302: f"anonymous {STAFF}", 404: REST}),
    post("governance:start", {302: f"anonymous {STAFF}", 404: REST}),  # leads on as the page does, and makes nothing
    *(row(f"governance:start-{step}", {302: ANONYMOUS, 200: STAFF, 404: REST}) for step in STEPS),
    *(post(f"governance:start-{step}", {302: ANONYMOUS, 303: STAFF, 404: REST}) for step in STEPS[:-1]),
    post("governance:start-channel", {302: ANONYMOUS, 303: DEFINERS, 404: REST, 422: STRANGER}),  # names our unit
    row("governance:charter", {302: ANONYMOUS, 200: REST}),
    post("governance:charter-sign", {302: "anonymous owner executive", 403: REST, 404: STRANGER}),
    row("governance:scorecard", {302: ANONYMOUS, 200: f"{SCORECARD} stranger", 404: REST}),
    row("governance:statement-list", {302: ANONYMOUS, 200: REST}),
    row("governance:statement-detail", {302: ANONYMOUS, 200: "owner auditor unit_manager", 404: REST}, OWN),
    row("governance:statement-detail", {302: ANONYMOUS, 200: "owner auditor", 404: REST}, OTHER),
    row("governance:report-list", {302: ANONYMOUS, 200: f"{REPORTS} stranger", 404: REST}),
    row("governance:report-inputs", {302: ANONYMOUS, 200: REPORTS, 404: REST}, OWN),
    row("governance:report-inputs", {302: ANONYMOUS, 200: REPORTS, 404: REST}, OTHER),
    row("governance:report-pdf", {302: ANONYMOUS, 200: REPORTS, 404: REST}, OWN),
    row("governance:report-pdf", {302: ANONYMOUS, 200: REPORTS, 404: REST}, OTHER),
    row("governance:report-pdf", {302: ANONYMOUS, 200: REPORTS, 404: REST}, WHOLE),
    post("governance:report-make", {302: ANONYMOUS, 400: STAFF, 404: REST}),
    # API
    row("api:kpi-value", {401: ANONYMOUS, 200: f"{SCORES} stranger", 403: REST}, kpi="nps"),
    row("api:kpi-value", {401: ANONYMOUS, 200: SCORES, 403: REST, 404: STRANGER}, kpi="nps", unit=OWN),
    row(
        "api:kpi-value",
        {401: ANONYMOUS, 200: SCORES_OF_A, 404: "unit_manager frontline stranger", 403: REST},
        kpi="nps",
        unit=OTHER,
    ),
    row("api:paths", {401: ANONYMOUS, 200: SCORES, 403: REST, 404: STRANGER}),
    row("api:paths", {401: ANONYMOUS, 200: SCORES, 403: REST, 404: STRANGER}, unit=OWN),
    row(
        "api:paths",
        {401: ANONYMOUS, 200: SCORES_OF_A, 404: "unit_manager frontline stranger", 403: REST},
        unit=OTHER,
    ),
    row("api:funnels", {401: ANONYMOUS, 200: SCORES, 403: REST, 404: STRANGER}),
    row("api:funnels", {401: ANONYMOUS, 200: SCORES, 403: REST, 404: STRANGER}, unit=OWN),
    row(
        "api:funnels",
        {401: ANONYMOUS, 200: SCORES_OF_A, 404: "unit_manager frontline stranger", 403: REST},
        unit=OTHER,
    ),
    row("api:driver-study", {401: ANONYMOUS, 200: DRIVERS, 403: REST, 404: STRANGER}),
    post("api:driver-study", {401: ANONYMOUS, 202: f"{DEFINERS} stranger", 403: REST}),
    row("api:driver-study-run", {401: ANONYMOUS, 200: DEFINERS, 403: REST, 404: STRANGER}, WHOLE),
    row("api:ticket-list", {401: ANONYMOUS, 200: f"{WORKERS} stranger", 403: REST}),
    row("api:ticket-list", {401: ANONYMOUS, 200: WORKERS, 403: REST, 404: STRANGER}, unit=OWN),
    row(
        "api:ticket-list",
        {401: ANONYMOUS, 200: WORKERS_OF_A, 403: REST, 404: "unit_manager frontline stranger"},
        unit=OTHER,
    ),
    row("api:ticket-detail", {401: ANONYMOUS, 200: WORKERS, 403: REST, 404: STRANGER}, OWN),
    row("api:ticket-detail", {401: ANONYMOUS, 200: WORKERS_OF_A, 403: REST, 404: BEYOND}, OTHER),
    row("api:ticket-detail", {401: ANONYMOUS, 200: WORKERS_OF_A, 403: REST, 404: BEYOND}, WHOLE),
    post("api:ticket-take", {401: ANONYMOUS, 200: WORKERS, 403: REST, 404: STRANGER}, OWN),
    post("api:ticket-take", {401: ANONYMOUS, 200: WORKERS_OF_A, 403: REST, 404: BEYOND}, OTHER),
    post("api:ticket-note", {401: ANONYMOUS, 200: WORKERS, 403: REST, 404: STRANGER}, OWN),
    post("api:ticket-note", {401: ANONYMOUS, 200: WORKERS_OF_A, 403: REST, 404: BEYOND}, OTHER),
    post("api:ticket-close", {401: ANONYMOUS, 200: WORKERS, 403: REST, 404: STRANGER}, OWN),
    post("api:ticket-close", {401: ANONYMOUS, 200: WORKERS_OF_A, 403: REST, 404: BEYOND}, OTHER),
    post("api:response-create", {401: ANONYMOUS, 201: SENDERS, 403: REST, 404: STRANGER}),
    post("api:response-bulk", {401: ANONYMOUS, 200: f"{SENDERS} stranger", 403: REST}),
    row("api:response-export", {401: ANONYMOUS, 200: f"{DEFINERS} stranger", 403: REST}),
    row("api:response-export", {401: ANONYMOUS, 200: DEFINERS, 403: REST, 404: STRANGER}, program="sfo"),
    row("api:contact-decision-list", {401: ANONYMOUS, 200: f"{WORKERS} stranger", 403: REST}),
    row("api:not-drawn-list", {401: ANONYMOUS, 400: f"{WORKERS} stranger", 403: REST}),
    post("api:bounce-create", {401: ANONYMOUS, 200: f"{SENDERS} stranger", 403: REST}),
    *(
        post(f"api:{kind}-{door}", {401: ANONYMOUS, status: f"{SENDERS} stranger", 403: REST})
        for kind in SAID_KINDS
        for door, status in (("create", 201), ("bulk", 200))
    ),
    # Tracking clients come with a key, never with a log-in.
    *(
        post(f"api:segment-{kind}", {401: REST})
        for kind in ("track", "identify", "page", "screen", "group", "alias", "batch", "import")
    ),
    row("api:customer-list", {401: ANONYMOUS, 200: f"{WORKERS} stranger", 403: REST}),
    row("api:customer-list", {401: ANONYMOUS, 200: WORKERS, 403: REST, 404: STRANGER}, program="sfo"),
    post("api:customer-list", {401: ANONYMOUS, 201: f"{SENDERS} stranger", 403: REST}),
    post("api:customer-bulk", {401: ANONYMOUS, 200: f"{SENDERS} stranger", 403: REST}),
    row("api:journey-list", {401: ANONYMOUS, 200: f"{SCORES} stranger", 403: REST}),
    row("api:journey", {401: ANONYMOUS, 200: SCORES, 404: STRANGER, 403: REST}, WHOLE),
    post("api:competitor-rating-create", {401: ANONYMOUS, 201: f"{SENDERS} stranger", 403: REST}),
    post("api:competitor-rating-bulk", {401: ANONYMOUS, 200: f"{SENDERS} stranger", 403: REST}),
    post("api:interaction-create", {401: ANONYMOUS, 201: SENDERS, 403: REST, 422: STRANGER}),
    post("api:interaction-bulk", {401: ANONYMOUS, 200: f"{SENDERS} stranger", 403: REST}),
    row("api:project-list", {401: ANONYMOUS, 200: f"{PROJECTS} stranger", 403: REST}),
    row("api:report-list", {401: ANONYMOUS, 200: f"{REPORTS} stranger", 403: REST}),
    row("api:report-pdf", {401: ANONYMOUS, 200: REPORTS, 403: REST, 404: STRANGER}, OWN),
    row("api:report-pdf", {401: ANONYMOUS, 200: REPORTS, 403: REST, 404: STRANGER}, OTHER),
    row("api:report-pdf", {401: ANONYMOUS, 200: REPORTS, 403: REST, 404: STRANGER}, WHOLE),
    row("api:statement-list", {401: ANONYMOUS, 200: REST}),
    row("api:unknown", {401: ANONYMOUS, 404: REST}),
    post("api:unknown", {401: ANONYMOUS, 404: REST}),
    # The admin's own pages
    row("admin:index", {200: STAFF, 302: REST}),
    row("admin:search", {200: STAFF, 302: REST}),
    row("admin:jsi18n", {200: STAFF, 302: REST}),
    row("admin:autocomplete", {403: STAFF, 302: REST}),
    row("admin:app_list", {200: STAFF, 302: REST}, WHOLE),
    row("admin:view_on_site", {404: STAFF, 302: REST}, WHOLE),
    row("admin:password_change", {200: STAFF, 302: REST}),
    row("admin:password_change_done", {200: STAFF, 302: REST}),
    row("admin:login", {302: f"{STAFF} anonymous", 403: REST}),
    row("admin:logout", {405: STAFF, 302: REST}),
    post("admin:logout", {200: STAFF, 302: REST}),
    row("admin:auth_user_password_change", {200: DEFINERS, 404: STRANGER, 302: REST}, OWN),
    row("admin:auth_user_password_change", {200: "owner", 403: "analyst", 404: STRANGER, 302: REST}, WHOLE),
]


NEVER, LOCKED = (403, 403, 403), (403, 403, 404)


@dataclass(frozen=True)
class Desk:
    """One model in the admin: who works with it, whether rows may be added, and what owner, analyst and stranger are
    answered who would remove the house's first row (`NEVER`: nobody may any row; `LOCKED`: not this one)."""

    who: str = DEFINERS
    may_add: bool = True
    delete: tuple[int, int, int] = (200, 200, 404)
    is_of_a_program: bool = True


FREE, KEPT = Desk(), Desk(may_add=False, delete=NEVER)
SCHEDULE = Desk(may_add=False, delete=NEVER, is_of_a_program=False)
DESKS: dict[str, Desk] = {
    "actions.EffectStudy": KEPT,
    "actions.Gate": FREE,
    "actions.ImprovementProject": FREE,
    "cxprogram.ApiToken": Desk(delete=NEVER),
    "cxprogram.ImportRun": KEPT,
    "cxprogram.Membership": Desk(delete=(200, 403, 404)),
    "cxprogram.OrgUnit": FREE,
    "cxprogram.OutgoingMail": KEPT,
    "cxprogram.Program": KEPT,
    "cxprogram.Responsibility": FREE,
    "cxprogram.User": Desk(delete=NEVER),
    "django_celery_beat.ClockedSchedule": SCHEDULE,
    "django_celery_beat.CrontabSchedule": SCHEDULE,
    "django_celery_beat.IntervalSchedule": SCHEDULE,
    "django_celery_beat.PeriodicTask": SCHEDULE,
    "django_celery_beat.SolarSchedule": SCHEDULE,
    "feedback.ContactDecision": KEPT,
    "feedback.ContactGroup": FREE,
    "feedback.ContactRule": FREE,
    "feedback.Branding": FREE,
    "feedback.DriverStudy": KEPT,
    "feedback.EmailClick": KEPT,
    "feedback.EventCursor": KEPT,
    "feedback.NotDrawn": KEPT,
    "feedback.Invitation": KEPT,
    "feedback.Placement": FREE,
    "feedback.QuestionRevision": KEPT,
    "feedback.PlannedAsk": KEPT,
    "feedback.Conversation": KEPT,
    "feedback.EmployeeRemark": KEPT,
    "feedback.FeatureRequest": KEPT,
    "feedback.FoldState": KEPT,
    "feedback.ImportMapping": FREE,
    "feedback.Mention": KEPT,
    "feedback.Question": Desk(delete=LOCKED),
    "feedback.Response": KEPT,
    "feedback.RootCause": FREE,
    "feedback.SamplingPlan": Desk(delete=LOCKED),
    "feedback.ScoreCell": KEPT,
    "feedback.ScoreMonth": KEPT,
    "feedback.StoppedAddress": KEPT,
    "feedback.StudyRun": KEPT,
    "feedback.SupportCase": KEPT,
    "feedback.Survey": FREE,
    "feedback.SurveyDraft": KEPT,
    "feedback.SurveyItem": Desk(may_add=False, delete=LOCKED),
    "feedback.SurveyVersion": Desk(delete=LOCKED),
    "feedback.Ticket": KEPT,
    "feedback.TicketRule": FREE,
    "feedback.TicketStep": KEPT,
    "feedback.Wave": KEPT,
    "governance.Charter": Desk(delete=NEVER),
    "governance.CompensationScheme": Desk(who="owner", delete=LOCKED),
    "governance.CompensationStatement": Desk(who="owner", may_add=False, delete=NEVER),
    "governance.Report": KEPT,
    "governance.SchemeComponent": Desk(who="owner", may_add=False, delete=NEVER),
    "governance.SignOff": Desk(delete=LOCKED),
    "journeys.Competitor": Desk(delete=LOCKED),
    "journeys.CompetitorRating": KEPT,
    "journeys.Consent": KEPT,
    "journeys.ConsentText": Desk(delete=LOCKED),
    "journeys.Customer": Desk(delete=NEVER),
    "journeys.CustomerAttribute": FREE,
    "journeys.CustomerIdentity": KEPT,
    "journeys.CustomerMerge": KEPT,
    "journeys.DataStream": FREE,
    "journeys.Episode": KEPT,
    "journeys.ErasureRecord": KEPT,
    "journeys.Expectation": FREE,
    "journeys.Finding": FREE,
    "journeys.Interaction": KEPT,
    "journeys.InteractionKey": KEPT,
    "journeys.Journey": FREE,
    "journeys.JourneyPersona": FREE,
    "journeys.JourneyVersion": KEPT,
    "journeys.Kpi": FREE,
    "journeys.KpiCell": KEPT,
    "journeys.KpiFill": KEPT,
    "journeys.KpiTarget": FREE,
    "journeys.KpiValue": KEPT,
    "journeys.Measurement": FREE,
    "journeys.Persona": FREE,
    "journeys.Segment": FREE,
    "journeys.Stage": FREE,
    "journeys.Study": FREE,
    "journeys.Touchpoint": FREE,
    "journeys.TouchpointStream": FREE,
    "journeys.UseCase": FREE,
    "journeys.UseCaseStream": FREE,
}


def token(house: House) -> str:
    return invitations.token_for(Invitation.objects.get(survey=house.survey))


# --- addresses and bodies ---------------------------------------------------------------------
PLACES: dict[str, Callable[[House, str], dict[str, Any]]] = {
    "ticket": lambda house, where: {"number": house.tickets[where].pk},
    "driver-study-run": lambda house, where: {"number": StudyRun.objects.latest("pk").pk},
    "import": lambda house, where: {"number": ImportRun.objects.latest("pk").pk},
    "customer": lambda house, where: {"number": house.tickets[where].customer_id},
    "project": lambda house, where: {"code": house.projects[where].code},
    "report": lambda house, where: {"number": house.reports[where].pk},
    "statement": lambda house, where: {"number": house.statements[where].pk},
    "plan": lambda house, where: {"number": SamplingPlan.objects.get(program=house.program).pk},
    "segment": lambda house, where: {"code": Segment.objects.filter(program=house.program).earliest("pk").code},
    "survey": lambda house, where: {"slug": house.survey.slug},
    "touchpoint": lambda house, where: {"code": house.touchpoint.code},
    "journey": lambda house, where: {"code": "departure"},
    "brand-style": lambda house, where: {"slug": house.program.slug},
    "brand-logo": lambda house, where: {"slug": house.program.slug},
    "embed": lambda house, where: {"slug": house.survey.slug},
    "poster": lambda house, where: {"code": Placement.objects.get(survey=house.survey).code},
    "invited": lambda house, where: {"token": token(house)},
    "invited-score": lambda house, where: {"token": token(house), "score": 9},
    "unsubscribe": lambda house, where: {"token": token(house)},
    "auth_user_password_change": lambda house, where: {"id": house.people["frontline" if where else "owner"].pk},
    "app_list": lambda house, where: {"app_label": "feedback"},
    "view_on_site": lambda house, where: {"content_type_id": 0, "object_id": 0},
    "account_confirm_email": lambda house, where: {"key": "nonsense"},
    "account_reset_password_from_key": lambda house, where: {"uidb36": "1", "key": "nonsense"},
}
ANSWER = {"survey": "passengers", "source": "table", "external_id": "1", "answers": {"NETPRO": 9}}
PERSON = {"source": "table", "external_id": "1", "name": "Ada"}
SITTING = {"source": "panel", "external_id": "p-1", "at": "2017-05-15T12:00:00Z", "ratings": [{"rating": 8}]}
HAPPENING = {"stream": "visits", "source": "table", "external_id": "1", "type": "visit", "at": "2017-05-15"}
SAID = {"source": "table", "external_id": "1", "at": "2017-05-15", "text": "Said."}
STUDY = {"period": "2016", "outcome": "Q7ALL", "drivers": ["Q7FOOD"]}
CLOSING = {"root_cause": "Staffing", "action": "We called."}
BODIES: dict[str, Callable[[House, str], Any]] = {
    "api:ticket-note": lambda house, where: {"text": "Called."},
    "api:ticket-close": lambda house, where: CLOSING,
    "api:driver-study": lambda house, where: STUDY,
    "feedback:study-new": lambda house, where: STUDY,
    "api:bounce-create": lambda house, where: {"address": "gone@example.org"},
    "feedback:plan-start": lambda house, where: {"wave": "1"},
    "feedback:plan-people": lambda house, where: {"people": "Ann <ann@example.org>"},
    "api:response-create": lambda house, where: ANSWER,
    "api:response-bulk": lambda house, where: [ANSWER],
    **{f"api:{kind}-create": lambda house, where: SAID for kind in SAID_KINDS},
    **{f"api:{kind}-bulk": lambda house, where: [SAID] for kind in SAID_KINDS},
    "api:customer-list": lambda house, where: PERSON,
    "api:customer-bulk": lambda house, where: [PERSON],
    "api:competitor-rating-create": lambda house, where: SITTING,
    "api:competitor-rating-bulk": lambda house, where: [SITTING],
    "api:interaction-create": lambda house, where: HAPPENING,
    "api:interaction-bulk": lambda house, where: [HAPPENING],
    "journeys:customer-erase": lambda house, where: {"is_sure": "on"},
    "journeys:segment-new": lambda house, where: {"name": "Some", "joined": "all"},
    "journeys:segment-edit": lambda house, where: {"name": "Some", "joined": "all"},
    "journeys:target-list": lambda house, where: {"do": "set", "seen": "0", "value": "50", "basis": "Agreed"},
    "journeys:use-case-list": lambda house, where: {
        "do": "activate",
        "number": UseCase.objects.get(program=house.program).pk,
    },
    "journeys:measurement-plan": lambda house, where: {
        "do": "save",
        "touchpoint": house.touchpoint.pk,
        "what": "Waiting",
        "method": "survey",
        "state": "planned",
    },
    "feedback:ticket-note": lambda house, where: {"text": "Called."},
    "feedback:ticket-close": lambda house, where: CLOSING,
    "feedback:survey": lambda house, where: {"key": "k-1", "NETPRO": "9"},
    "feedback:invited": lambda house, where: {"NETPRO": "9"},
    "feedback:survey-new": lambda house, where: {"template": "effort"},
    "feedback:survey-edit": lambda house, where: {"do": "begin"},
    "feedback:invited-score": lambda house, where: {"NETPRO": "9"},
    "actions:project-decide": lambda house, where: {
        "decision": "go",
        "gate": house.projects[where].gates.order_by("position").first().pk,
    },
    "governance:start-people": lambda house, where: {"units": "North", "frontline": "new@example.org North"},
    "governance:start-journey": lambda house, where: {"template": "retail"},
    "governance:start-survey": lambda house, where: {"template": "effort", "hours": "24"},
    "governance:start-channel": lambda house, where: {"name": "Desk", "unit": house.root.pk},
    # A period without answers: refused in words by those who may, without drawing a report.
    "governance:report-make": lambda house, where: {"period": "never"},
    "set_language": lambda house, where: {"language": "sv"},
}


def address(house: House, row: Row) -> str:
    if row.where is None:
        return reverse(row.door)
    name = row.door.rpartition(":")[-1]
    place = PLACES.get(name) or PLACES[name.split("-")[0]]
    return reverse(row.door, kwargs=place(house, row.where))


def call(house: House, client: Client, row: Row) -> Any:
    url = address(house, row)
    if row.method == "GET":
        return client.get(url, row.query)
    body = BODIES[row.door](house, row.where or "") if row.door in BODIES else {}
    as_json = {"content_type": "application/json"} if row.door.startswith("api:") else {}
    return client.post(url, body, query_params=row.query, **as_json)


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
        yield furnish(factories.make_house())
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
            """SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables
               WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 ORDER BY 1"""
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
