"""Tickets and the rules that open them, in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminSelectWidget

from cxprogram.access import Right, defined_programs
from cxprogram.admin_base import ManyRows, ProgramAdmin, ProgramForm, ReadOnlyAdmin, person
from cxprogram.admin_inlines import ProgramInline, ReadOnlyInline
from cxprogram.page_base import number_in
from feedback.choices import TicketReason
from feedback.models import Question, RootCause, Ticket, TicketRule, TicketStep
from feedback.services import tickets


class RuleForm(ProgramForm):
    """A rule names a question of its program, and a reason that a ticket may have."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=TicketReason.choices,
        widget=UnfoldAdminSelectWidget({"aria-label": gettext_lazy("Reason")}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        survey = data.get("survey") or getattr(self.instance, "survey", None)
        code = data.get("question_code")
        if survey and code and not Question.objects.filter(program=survey.program_id, code=code).exists():
            self.add_error(
                "question_code", forms.ValidationError(_("The program has no such question."), code="unknown")
            )
        if (data.get("code_low") or 0) > (data.get("code_high") or 0):
            self.add_error("code_high", forms.ValidationError(_("The last answer comes after the first."), code="span"))
        return data


class RuleInline(ProgramInline):
    model = TicketRule
    form = RuleForm
    fields = ("question_code", "reason", "code_low", "code_high", "first_contact_hours")


class StepInline(ReadOnlyInline):
    model = TicketStep
    fields = ("at", "act", "by", "text")
    readonly_fields = ("at", "act", "by", "text")
    ordering = ("at", "pk")
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("by")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Notes tell what the customer said."""
        if request.user.is_superuser or (obj and obj.program_id in defined_programs(request.user, Right.SEE_VOICE)):
            return self.fields
        return ("at", "act", "by")


class DueFilter(admin.SimpleListFilter):
    title = gettext_lazy("first contact")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("overdue", _("Overdue")), ("unfinished", _("Not closed"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "overdue":
            return queryset.overdue(timezone.now())
        return queryset.unfinished() if self.value() == "unfinished" else queryset


@admin.register(Ticket)
class TicketPage(ManyRows, ReadOnlyAdmin):
    """Tickets are worked on their own page; here they are found, and taken."""

    fieldsets = (
        (None, {"fields": ("program", "status", "unit", "reasons", "score", "problem_codes")}),
        (gettext_lazy("Who"), {"fields": ("customer", "responsible", "owner", "response")}),
        (gettext_lazy("When"), {"fields": ("opened_at", "due_at", "taken_at", "first_contact_at", "closed_at")}),
        (gettext_lazy("How it ended"), {"fields": ("root_cause", "action")}),
    )
    list_display = ("__str__", "status", "unit", "score", "customer", "owner", "opened_at", "due_at", "closed_at")
    list_select_related = ("unit", "customer", "owner")
    list_filter = (DueFilter, "status", "unit")
    search_fields = ("=root_cause", "=customer__email")
    voice_fields = ("customer", "response", "action")
    ordering = ("-pk",)
    inlines = (StepInline,)
    actions = ("take",)

    def offers(self, action: str, obj: Ticket) -> bool:
        return obj.status == "open"

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """A number is the ticket's own."""
        if (number := number_in(search_term.strip())) is not None:
            return queryset.filter(pk=number), False
        return super().get_search_results(request, queryset, search_term)

    def view_on_site(self, obj: Ticket) -> str:
        return reverse("feedback:ticket-detail", args=[obj.pk])

    @admin.action(description=gettext_lazy("Take it"), permissions=["define"])
    def take(self, request: HttpRequest, rows: QuerySet) -> None:
        at = timezone.now()
        self.carry_out(
            request,
            rows,
            lambda ticket: tickets.take(ticket, by=person(request), at=at),
            done=lambda n: ngettext("The ticket is yours.", "%(n)s tickets are yours.", n) % {"n": n},
        )


@admin.register(TicketStep)
class TicketStepPage(ManyRows, ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("ticket", "at", "act", "by", "text")}),)
    list_display = ("ticket", "act", "by", "at")
    list_select_related = ("ticket", "by")
    list_filter = ("act",)
    voice_fields = ("text",)
    ordering = ("-pk",)


@admin.register(TicketRule)
class TicketRulePage(ProgramAdmin):
    form = RuleForm
    fieldsets = (
        (None, {"fields": ("program", "survey", "reason")}),
        (gettext_lazy("Which answers"), {"fields": ("question_code", "code_low", "code_high")}),
        (gettext_lazy("How soon"), {"fields": ("first_contact_hours",)}),
    )
    list_display = ("survey", "reason", "question_code", "code_low", "code_high", "first_contact_hours")
    list_select_related = ("survey",)
    list_filter = ("survey", "reason")
    search_fields = ("question_code", "survey__name")
    autocomplete_fields = ("survey",)
    ordering = ("survey_id", "question_code")


@admin.register(RootCause)
class RootCausePage(ProgramAdmin):
    fieldsets = ((None, {"fields": ("program", "position", "code", "name", "names")}),)
    list_display = ("name", "code", "position")
    search_fields = ("name", "code")
    ordering = ("program_id", "position")
