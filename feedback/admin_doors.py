"""Who was asked and where surveys hang, in the admin: rows of the program's rules are read there, places are made."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from cxprogram import pictures
from cxprogram.admin_base import ManyRows, ProgramAdmin, ProgramForm, ReadOnlyAdmin
from cxprogram.admin_inlines import ReadOnlyInline
from feedback.models import Branding, EmailClick, Invitation, Placement, QuestionRevision, SurveyDraft
from feedback.services import placements


class BrandingForm(ProgramForm):
    """The logo comes as a file, is looked through, and is kept in the database like everything else."""

    logo_file = forms.FileField(
        label=gettext_lazy("Logo"), required=False, help_text=gettext_lazy("A PNG of 100 KB at most.")
    )
    without_logo = forms.BooleanField(label=gettext_lazy("Without a logo"), required=False)

    def clean_brand(self) -> str:
        return str(self.cleaned_data["brand"]).strip().lower()

    def clean_logo_file(self) -> bytes | None:
        file = self.cleaned_data.get("logo_file")
        if not file:
            return None
        if file.size > pictures.MAX_BYTES:
            pictures.validate_png(b"")
        body = file.read()
        pictures.validate_png(body)
        return body


@admin.register(Branding)
class BrandingPage(ProgramAdmin):
    form = BrandingForm
    fieldsets = ((None, {"fields": ("program", "brand", "logo_file", "without_logo")}),)
    list_display = ("program", "brand", "changed_at")
    list_select_related = ("program",)
    ordering = ("program_id",)

    def save_model(self, request: HttpRequest, obj: Branding, form: Any, change: bool) -> None:
        if form.cleaned_data.get("without_logo"):
            obj.logo = None
        elif form.cleaned_data.get("logo_file"):
            obj.logo = form.cleaned_data["logo_file"]
        super().save_model(request, obj, form, change)


@admin.register(Placement)
class PlacementPage(ProgramAdmin):
    """A poster or a page with the widget; its address carries the code, which is given and stays."""

    fieldsets = (
        (None, {"fields": ("program", "survey", "name", "channel")}),
        (gettext_lazy("What its answers carry"), {"fields": ("unit", "touchpoint", "code", "ended_at")}),
    )
    list_display = ("name", "survey", "channel", "unit", "touchpoint", "code", "ended_at")
    list_select_related = ("survey", "unit", "touchpoint")
    list_filter = ("survey", "channel", "unit")
    search_fields = ("name", "=code", "survey__slug")
    autocomplete_fields = ("survey", "unit", "touchpoint")
    readonly_fields = ("code", "ended_at")
    ordering = ("program_id", "survey_id", "name")
    actions = ("end",)

    def save_model(self, request: HttpRequest, obj: Placement, form: Any, change: bool) -> None:
        obj.code = obj.code or placements.new_code()
        super().save_model(request, obj, form, change)

    def view_on_site(self, obj: Placement) -> str:
        return reverse("feedback:poster", args=[obj.code])

    def offers(self, action: str, obj: Placement) -> bool:
        return obj.ended_at is None

    @admin.action(description=gettext_lazy("Taken down"), permissions=["define"])
    def end(self, request: HttpRequest, rows: QuerySet) -> None:
        at = timezone.now()
        self.carry_out(
            request,
            rows,
            lambda placement: placements.end(placement, at=at),
            done=lambda n: ngettext("It is taken down.", "%(n)s are taken down.", n) % {"n": n},
        )


class PlacementInline(ReadOnlyInline):
    """Where the survey hangs."""

    model = Placement
    fields = ("name", "channel", "unit", "touchpoint", "code", "ended_at")
    readonly_fields = ("name", "channel", "unit", "touchpoint", "code", "ended_at")
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("unit", "touchpoint", "survey")


class ClickInline(ReadOnlyInline):
    model = EmailClick
    fields = ("at", "method", "score", "is_suspect", "reasons")
    readonly_fields = ("at", "method", "score", "is_suspect", "reasons")
    ordering = ("at", "pk")
    show_change_link = False


@admin.register(Invitation)
class InvitationPage(ManyRows, ReadOnlyAdmin):
    """One person asked once; the secret of the address is shown to nobody."""

    fieldsets = (
        (None, {"fields": ("program", "survey", "customer", "address", "channel", "language", "status")}),
        (
            gettext_lazy("What became of it"),
            {"fields": ("send_at", "sent_at", "opened_at", "reminded_at", "answered_at", "expires_at", "response")},
        ),
        (gettext_lazy("Where it came from"), {"fields": ("source", "external_id", "event_key", "unit", "touchpoint")}),
        (gettext_lazy("The sending"), {"fields": ("context", "attempts", "last_error", "unsubscribed_at")}),
    )
    list_display = ("id", "survey", "channel", "status", "unit", "sent_at", "opened_at", "answered_at")
    list_select_related = ("survey", "unit")
    list_filter = ("survey", "status", "channel", "unit")
    search_fields = ("=external_id", "=address")
    ordering = ("-pk",)
    inlines = (ClickInline,)


@admin.register(EmailClick)
class EmailClickPage(ManyRows, ReadOnlyAdmin):
    """Clicks as they came; the filter counts those that look like a scanner's."""

    fieldsets = (
        (None, {"fields": ("invitation", "at", "method", "question_code", "score")}),
        (gettext_lazy("Person or program"), {"fields": ("user_agent", "is_suspect", "reasons")}),
    )
    list_display = ("at", "invitation", "question_code", "score", "method", "is_suspect", "reasons")
    list_select_related = ("invitation",)
    list_filter = ("is_suspect", "method", "invitation__survey")
    search_fields = ("=invitation__external_id",)
    ordering = ("-pk",)


@admin.register(SurveyDraft)
class SurveyDraftPage(ManyRows, ReadOnlyAdmin):
    """Begun and not sent: how far people come. What they typed is not shown: they have not sent it."""

    fieldsets = ((None, {"fields": ("survey", "version", "page", "language", "created_at", "updated_at")}),)
    list_display = ("survey", "version", "page", "language", "created_at", "updated_at")
    list_select_related = ("survey", "version__survey")
    list_filter = ("survey", "page", "language")
    ordering = ("-updated_at",)


@admin.register(QuestionRevision)
class QuestionRevisionPage(ReadOnlyAdmin):
    """From which day a question asks something else; written when its wording is changed on the survey's page."""

    fieldsets = (
        (None, {"fields": ("question", "number", "valid_from", "wordings_before", "options_before", "reason")}),
    )
    list_display = ("question", "number", "valid_from", "reason")
    list_select_related = ("question",)
    search_fields = ("question__code",)
    ordering = ("question_id", "number")
