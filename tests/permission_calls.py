"""How each door of the table is called: its address and its body."""

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from cxprogram.models import ImportRun
from feedback.models import Invitation, Placement, SamplingPlan, StudyRun
from feedback.services import invitations
from journeys.models import Segment, UseCase
from tests.factories import House
from tests.permission_table import SAID_KINDS, Row


def token(house: House) -> str:
    return invitations.token_for(Invitation.objects.get(survey=house.survey))


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
WORD = {"source": "crm", "external_id": "w-1", "customer": {"external_id": "1"}, "at": "2017-05-15"}
WORD |= {"purpose": "survey", "state": "granted", "text_reference": "web-2017"}
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
    "api:consent-create": lambda house, where: WORD,
    "api:consent-bulk": lambda house, where: [WORD],
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
    "journeys:touchpoint-truth": lambda house, where: {"do": "confirm"},
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
    "governance:start-survey": lambda house, where: {"template": "effort", "hours": "24", "basis": "consent"},
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
