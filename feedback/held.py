"""What feedback holds of a person: their answers, the tickets these opened, and what was written in them."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxprogram.audit import forget
from feedback import ticket_words
from feedback.choices import TicketStatus
from feedback.models import (
    Conversation,
    EmployeeRemark,
    FeatureRequest,
    Mention,
    Question,
    Response,
    SupportCase,
    Ticket,
    TicketStep,
)
from feedback.services import survey_words
from journeys.holdings import Entry, Holding, Traces, register
from journeys.namings import ERASED


# --- answers ----------------------------------------------------------------------------------
def _responses(rows: QuerySet) -> Iterable[dict[str, Any]]:
    return rows.order_by("answered_at", "pk").values(
        "survey_version__survey__slug", "survey_version__number", "source", "external_id", "answered_at",
        "received_at", "unit__code", "channel", "language", "weight", "answers", "missing", "attributes",
    )  # fmt: skip


def _erase_responses(rows: QuerySet, traces: Traces) -> int:
    """The coded answers stay, without the person: what was said in words, what was known beside it and the link to
    the customer go. Texts carry no code, so no count changes. A key that names the person becomes a number."""
    numbers = list(rows.values_list("pk", flat=True))
    named = [pk for pk, key in rows.values_list("pk", "external_id") if traces.are_in(key)]
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE feedback_response SET customer_id = NULL, attributes = '{}', answers = (
                   SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(answers)
                   WHERE NOT jsonb_path_exists(value, '$.** ? (@.type() == "string")'))
               WHERE id = ANY(%s)""",
            [numbers],
        )
        cursor.execute("UPDATE feedback_response SET external_id = 'erased-' || id::text WHERE id = ANY(%s)", [named])
    return len(numbers)


def _response_story(rows: QuerySet, limit: int) -> Iterable[Entry]:
    found = list(rows.select_related("survey_version__survey").order_by("-answered_at")[:limit])
    codes = {code for row in found for code in row.answers}
    programs = {row.program_id for row in found}
    rows_of = Question.objects.filter(program__in=programs, code__in=codes).select_related("grid")
    asked = {question.code: question for question in rows_of}
    for row in found:
        yield Entry(
            row.answered_at,
            gettext_lazy("answer"),
            row.survey_version.survey.label,
            " · ".join(
                _said(survey_words.spoken(row.survey_version, asked[code]), value)
                for code, value in row.answers.items()
                if code in asked
            ),
        )


def _said(question: Question, value: Any) -> str:
    codes = value if isinstance(value, list) else [value]
    return f"{question.label}: " + ", ".join(
        (question.option_text(code) or str(code)) if not isinstance(code, str) else f"“{code}”" for code in codes
    )


# --- tickets ----------------------------------------------------------------------------------
def _tickets(rows: QuerySet) -> Iterable[dict[str, Any]]:
    return rows.order_by("pk").values(
        "id", "status", "unit__code", "reasons", "score", "opened_at", "taken_at", "first_contact_at", "closed_at",
        "root_cause", "action",
    )  # fmt: skip


def _erase_tickets(rows: QuerySet, traces: Traces) -> int:
    numbers = list(rows.values_list("pk", flat=True))
    Ticket.objects.filter(pk__in=numbers).exclude(action="").update(action=ERASED)
    forget(Ticket, numbers, action=ERASED, customer=None)
    return Ticket.objects.filter(pk__in=numbers).update(customer=None)


def _ticket_story(rows: QuerySet, limit: int) -> Iterable[Entry]:
    found = list(rows.select_related("program", "unit").order_by("-opened_at")[:limit])
    words = ticket_words.words_of(found[0].program, with_causes=True) if found else None
    for ticket in found:
        assert words is not None
        url = reverse("feedback:ticket-detail", args=[ticket.pk])
        tone = "good" if ticket.status == TicketStatus.CLOSED else "bad"
        detail = f"{words.title(ticket)} · {ticket.get_status_display()} · {ticket.unit.label}"
        yield Entry(ticket.opened_at, gettext_lazy("ticket"), str(ticket), detail, url, tone)
        if ticket.closed_at:
            title = _("%(ticket)s closed") % {"ticket": ticket}
            yield Entry(ticket.closed_at, gettext_lazy("ticket"), title, words.cause(ticket.root_cause), url, "good")


def _steps(rows: QuerySet) -> Iterable[dict[str, Any]]:
    return rows.order_by("at", "pk").values("ticket_id", "at", "act", "text")


def _erase_steps(rows: QuerySet, traces: Traces) -> int:
    return rows.exclude(text="").update(text=ERASED)


# --- what they said elsewhere -----------------------------------------------------------------
def _voice(rows: QuerySet) -> Iterable[dict[str, Any]]:
    names = [field.attname for field in rows.model._meta.concrete_fields]
    return rows.order_by("at", "pk").values(*(name for name in names if name not in ("body_hash", "program_id")))


def _erase_voice(rows: QuerySet, traces: Traces) -> int:
    """Rating, state and time stay; words, who said them and the link to the customer go. A key that names the person
    becomes a number."""
    empty: dict[str, Any] = {"text": "", "attributes": {}, "customer": None}
    known = {field.name for field in rows.model._meta.concrete_fields}
    empty |= dict.fromkeys({"author", "title", "subject", "url"} & known, "")
    numbers = list(rows.values_list("pk", flat=True))
    for pk, key in rows.values_list("pk", "external_id"):
        if traces.are_in(key):
            rows.model._default_manager.filter(pk=pk).update(external_id=f"erased-{pk}")
            forget(rows.model, [pk], external_id=f"erased-{pk}")
    changed = rows.model._default_manager.filter(pk__in=numbers).update(**empty)
    forget(rows.model, numbers, **empty)
    return changed


def _voice_story(rows: QuerySet, limit: int) -> Iterable[Entry]:
    for row in rows.order_by("-at")[:limit]:
        title = str(row) if row.pk else ""
        yield Entry(row.at, rows.model._meta.verbose_name, title, row.text[:200])


def register_all() -> None:
    register(
        Holding("mentions", Mention, _voice, _erase_voice, story=_voice_story),
        Holding("support_cases", SupportCase, _voice, _erase_voice, story=_voice_story),
        Holding("feature_requests", FeatureRequest, _voice, _erase_voice, story=_voice_story),
        Holding("conversations", Conversation, _voice, _erase_voice, story=_voice_story),
        Holding("employee_remarks", EmployeeRemark, _voice, _erase_voice, story=_voice_story),
        # Before the tickets, through which they are found.
        Holding("ticket_steps", TicketStep, _steps, _erase_steps, lookup="ticket__customer", moves=False),
        Holding("tickets", Ticket, _tickets, _erase_tickets, story=_ticket_story),
        Holding("responses", Response, _responses, _erase_responses, story=_response_story),
    )
