"""Charter, pay and reports in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cxprogram import periods
from cxprogram.admin_base import ProgramAdmin, ProgramForm, ReadOnlyAdmin, is_list, person
from cxprogram.admin_inlines import ProgramInline
from governance.models import (
    Charter,
    CompensationScheme,
    CompensationStatement,
    Report,
    SchemeComponent,
    SignOff,
)
from governance.services import schemes


# --- the mandate ------------------------------------------------------------------------------
class SignOffFormSet(BaseInlineFormSet):
    """A signature that was given stays as it was given."""

    def clean(self) -> None:
        super().clean()
        for form in self.initial_forms:
            if form.instance.signed_at and (form.has_changed() or form in self.deleted_forms):
                raise forms.ValidationError(_("A signature that was given is not changed."), code="signed")


class SignOffInline(ProgramInline):
    """Who is asked to sign; each signs for themselves, on the charter's page."""

    model = SignOff
    formset = SignOffFormSet
    fields = ("person", "capacity", "signed_at")
    readonly_fields = ("signed_at",)
    autocomplete_fields = ("person",)


@admin.register(Charter)
class CharterPage(ProgramAdmin):
    fieldsets = (
        (None, {"fields": ("program", "sponsor", "owner", "owner_time_share")}),
        (gettext_lazy("What for"), {"fields": ("objective", "customer_definition")}),
    )
    list_display = ("program", "sponsor", "owner", "owner_time_share", "signature_count", "updated_at")
    list_select_related = ("program", "sponsor", "owner")
    autocomplete_fields = ("sponsor", "owner")
    search_fields = ("program__name", "objective")
    ordering = ("program",)
    inlines = (SignOffInline,)
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(signature_n=Count("sign_offs__signed_at"))

    @admin.display(description=gettext_lazy("signatures"), ordering="signature_n")
    def signature_count(self, charter: Any) -> int:
        return charter.signature_n

    def view_on_site(self, obj: Charter) -> str:
        return reverse("governance:charter")


@admin.register(SignOff)
class SignOffPage(ProgramAdmin):
    fieldsets = ((None, {"fields": ("charter", "person", "capacity", "signed_at")}),)
    readonly_fields = ("signed_at",)
    list_display = ("person", "capacity", "charter", "signed_at")
    list_select_related = ("person", "charter__program")
    list_filter = (("signed_at", admin.EmptyFieldListFilter),)
    search_fields = ("person__name", "person__email", "capacity")
    autocomplete_fields = ("person", "charter")
    ordering = ("charter_id", "pk")

    def is_locked(self, thing: SignOff) -> bool:
        return thing.signed_at is not None


# --- pay --------------------------------------------------------------------------------------
class SchemeForm(ProgramForm):
    def clean_period(self) -> str:
        try:
            return periods.parse(self.cleaned_data["period"]).code
        except periods.PeriodError as error:
            raise forms.ValidationError(str(error.detail), code=error.code) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        same = CompensationScheme.objects.filter(program=data.get("program"), code=data.get("code"))
        if self.instance._state.adding and same.exists():
            text = _("There is such a scheme: open its newest version and choose a new one.")
            self.add_error("code", forms.ValidationError(text, code="scheme-known"))
        return data


class ComponentInline(ProgramInline):
    model = SchemeComponent
    fields = (
        "position",
        "kpi_code",
        "question_code",
        "weight",
        "threshold",
        "target",
        "maximum",
        "threshold_share",
        "maximum_share",
        "is_strict",
    )
    ordering = ("position",)

    def is_locked(self, thing: CompensationScheme) -> bool:
        return thing.approver_id is not None


@admin.register(CompensationScheme)
class SchemePage(ProgramAdmin):
    """A draft belongs to whoever changed it last; a second person approves it, and then it stays."""

    form = SchemeForm
    fieldsets = (
        (None, {"fields": ("program", "name", "names", "code", "period")}),
        (gettext_lazy("Pay"), {"fields": ("base_amount", "currency", "min_n", "is_illustrative")}),
        (gettext_lazy("Version"), {"fields": ("version", "is_current", "author", "approver")}),
    )
    readonly_fields = ("version", "is_current", "author", "approver")
    list_display = (
        "name",
        "code",
        "version",
        "period",
        "is_current",
        "base_amount",
        "currency",
        "author",
        "approver",
        "goal_count",
    )
    list_select_related = ("author", "approver")
    list_filter = ("is_current", ("approver", admin.EmptyFieldListFilter), "period")
    search_fields = ("name", "code")
    ordering = ("program_id", "code", "-version")
    inlines = (ComponentInline,)
    actions = ("approve", "new_version")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(goal_n=Count("components"))

    @admin.display(description=gettext_lazy("goals"), ordering="goal_n")
    def goal_count(self, scheme: Any) -> int:
        return scheme.goal_n

    def is_locked(self, thing: CompensationScheme) -> bool:
        return thing.approver_id is not None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = list(super().get_readonly_fields(request, obj))
        return [*fixed, "code"] if obj else fixed

    def save_model(self, request: HttpRequest, obj: CompensationScheme, form: Any, change: bool) -> None:
        """Whoever changes a draft is its author now, and cannot approve it; a changed goal counts as well."""
        obj.author = person(request)
        super().save_model(request, obj, form, change)

    def offers(self, action: str, obj: CompensationScheme) -> bool:
        return (obj.approver_id is None) == (action == "approve")

    @admin.action(description=gettext_lazy("Approve"), permissions=["define"])
    def approve(self, request: HttpRequest, rows: QuerySet) -> None:
        self.carry_out(
            request,
            rows,
            lambda scheme: schemes.approve(scheme, by=person(request)),
            done=lambda n: (
                ngettext("The scheme is approved and in force.", "%(n)s schemes are in force.", n) % {"n": n}
            ),
        )

    @admin.action(description=gettext_lazy("New version"), permissions=["define"])
    def new_version(self, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
        made: list[CompensationScheme] = []
        self.carry_out(
            request,
            rows,
            lambda scheme: made.append(schemes.new_version(scheme, by=person(request))),
            done=lambda n: ngettext("The new version is a draft.", "%(n)s new versions are drafts.", n) % {"n": n},
        )
        return redirect(self.url_of(made[0])) if len(made) == 1 else None


@admin.register(SchemeComponent)
class ComponentPage(ReadOnlyAdmin):
    """The goals of all schemes; changed on the page of their scheme, so that its author is known."""

    fieldsets = (
        (None, {"fields": ("scheme", "position", "kpi_code", "question_code", "weight")}),
        (gettext_lazy("Goal"), {"fields": ("threshold", "target", "maximum", "is_strict")}),
        (gettext_lazy("What is paid"), {"fields": ("threshold_share", "maximum_share")}),
    )
    list_display = ("scheme", "position", "kpi_code", "question_code", "weight", "threshold", "target", "maximum")
    list_select_related = ("scheme",)
    list_filter = ("kpi_code", "scheme")
    search_fields = ("kpi_code", "question_code", "scheme__name", "scheme__code")
    ordering = ("scheme_id", "position")


@admin.register(CompensationStatement)
class StatementPage(ReadOnlyAdmin):
    """What was paid by which numbers: never changed, only corrected by a later row."""

    fieldsets = (
        (None, {"fields": ("user", "unit", "scheme", "period", "version", "status")}),
        (gettext_lazy("Pay"), {"fields": ("amount", "currency", "payout_share")}),
        (gettext_lazy("Proof"), {"fields": ("inputs", "sha256", "previous_sha256", "issued_at", "issued_by")}),
    )
    list_display = ("user", "unit", "scheme", "period", "version", "status", "amount", "currency", "issued_at")
    list_select_related = ("user", "unit", "scheme")
    list_filter = ("status", "period", "scheme", "unit")
    search_fields = ("user__name", "user__email", "=sha256")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        return rows.defer("inputs") if is_list(request) else rows

    def view_on_site(self, obj: CompensationStatement) -> str:
        return reverse("governance:statement-detail", args=[obj.pk])


@admin.register(Report)
class ReportPage(ReadOnlyAdmin):
    """Reports as they were given out."""

    fieldsets = (
        (None, {"fields": ("program", "kind", "period", "unit", "language", "download")}),
        (
            gettext_lazy("Proof"),
            {"fields": ("inputs_sha256", "previous_sha256", "pdf_sha256", "created_at", "created_by")},
        ),
    )
    readonly_fields = ("download",)
    list_display = ("kind", "period", "unit", "language", "created_at", "created_by", "download")
    list_select_related = ("unit", "created_by")
    list_filter = ("kind", "period", "unit", "language")
    search_fields = ("=inputs_sha256", "=pdf_sha256", "=period")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("pdf", "inputs")

    @admin.display(description=gettext_lazy("file"))
    def download(self, report: Report) -> str:
        url = reverse("governance:report-pdf", args=[report.pk])
        words = _("PDF of %(report)s") % {"report": report}
        return format_html('<a href="{}" class="text-link" download>{}</a>', url, words)
