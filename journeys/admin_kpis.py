"""KPIs, their targets and their values in the admin."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminSelectWidget

from cxprogram import periods
from cxprogram.admin_base import ManyRows, ProgramAdmin, ProgramForm, ReadOnlyAdmin, person
from cxprogram.admin_inlines import ResponsibilityInline
from cxprogram.admin_scope import scoped
from cxprogram.errors import DomainError
from cxprogram.page_base import number_in
from journeys.kpis import registry
from journeys.models import (
    Kpi,
    KpiTarget,
    KpiValue,
)
from journeys.services import kpis, targets


class KpiForm(ProgramForm):
    replaced: Kpi | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "collector" in self.fields:
            self.fields["collector"] = forms.ChoiceField(
                label=self.fields["collector"].label,
                help_text=self.fields["collector"].help_text,
                choices=[(code, code) for code in registry.registered()],
                widget=UnfoldAdminSelectWidget(),
            )

    def clean(self) -> dict[str, Any]:
        """A code in force is taken, unless the form replaces that very version (`?replaces=`)."""
        data = super().clean()
        if self.instance._state.adding and data.get("program") and data.get("code"):
            current = Kpi.objects.current().filter(program=data["program"], code=data["code"]).first()
            if self.replaced is None and current is not None:
                text = _("This KPI is in force: open it and choose its new version.")
                self.add_error("code", forms.ValidationError(text, code="kpi-in-force"))
            if self.replaced is not None and current != self.replaced:
                text = _("A new version keeps program and code.")
                self.add_error("code", forms.ValidationError(text, code="kpi-other"))
        if self.instance._state.adding and not self.errors:
            self._check_meaning(data)
        return data

    def _check_meaning(self, data: dict[str, Any]) -> None:
        meaning = {name: data[name] for name in ("program", "code", *kpis.MEANING) if name in data}
        try:
            data["parameters"] = kpis.checked(Kpi(**meaning)).parameters
        except registry.KpiError as error:
            field = error.extra.get("field", "collector")
            self.add_error(field, forms.ValidationError(str(error.detail), code=error.code))


@admin.register(Kpi)
class KpiPage(ProgramAdmin):
    """A version says what a number means and stays so; its words may be corrected while it is in force."""

    form = KpiForm
    fieldsets = (
        (None, {"fields": ("program", "code", "name", "names", "descriptions", "formulas")}),
        (gettext_lazy("Its place in the tree"), {"fields": ("level", "parent_code")}),
        (
            gettext_lazy("What the number means"),
            {
                "fields": (*kpis.MEANING, "population_filter"),
                "description": gettext_lazy("This never changes: another meaning is a new version."),
            },
        ),
        (gettext_lazy("How it is shown"), {"fields": ("axis_low", "axis_high")}),
        (gettext_lazy("Version"), {"fields": ("version", "is_current")}),
    )
    texts = {"names": False, "descriptions": True, "formulas": True}
    documents = {"parameters": None}
    autocomplete_fields = ("population", "stream", "journey", "touchpoint")
    list_display = (
        "name",
        "code",
        "level",
        "version",
        "is_current",
        "collector",
        "question_code",
        "measure",
        "valid_from",
    )
    list_filter = ("is_current", "level", "collector", "measure")
    search_fields = ("name", "code", "question_code")
    ordering = ("program_id", "code", "-version")
    inlines = (ResponsibilityInline,)
    actions = ("new_version",)

    def is_locked(self, thing: Kpi) -> bool:
        return not thing.is_current

    def offers(self, action: str, obj: Kpi) -> bool:
        return obj.is_current

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = [*super().get_readonly_fields(request, obj), "version", "is_current", "population_filter"]
        return [*fixed, "code", *kpis.MEANING] if obj else fixed

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new version starts from the one that it replaces (`?replaces=`)."""
        old = self._replaced(request)
        if old is None:
            return super().get_changeform_initial_data(request)
        names = ("program", "code", "name", "names", "descriptions", *kpis.MEANING, "axis_low", "axis_high")
        return {name: getattr(old, name) for name in names} | {"valid_from": timezone.now().date()}

    def _replaced(self, request: HttpRequest) -> Kpi | None:
        rows = scoped(Kpi.objects.current(), request.user).select_related("program")
        return rows.filter(pk=number_in(request.GET.get("replaces", "")) or 0).first()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"replaced": None if obj else self._replaced(request)})

    def save_model(self, request: HttpRequest, obj: Kpi, form: Any, change: bool) -> None:
        if form.replaced is None:
            super().save_model(request, obj, form, change)
            return
        facts = {name: value for name, value in form.cleaned_data.items() if name not in ("program", "code")}
        made = kpis.new_version(form.replaced, **facts)
        obj.pk, obj.version, obj._state.adding = made.pk, made.version, False
        text = _("Version %(version)s is in force.") % {"version": made.version}
        self.message_user(request, text, messages.SUCCESS)

    @admin.action(description=gettext_lazy("New version"), permissions=["define"])
    def new_version(self, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
        """Opens the form of a new version, filled with what is in force."""
        chosen = list(rows[:2])
        if len(chosen) != 1 or not chosen[0].is_current:
            self.message_user(request, _("Choose one KPI that is in force."), messages.ERROR)
            return None
        return redirect(f"{reverse('admin:journeys_kpi_add')}?replaces={chosen[0].pk}")


class TargetForm(ProgramForm):
    kpi_version: int | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "value" in self.fields:
            self.fields["value"].help_text = _(
                "As it is stored: a share from 0 to 1 (0.85 is 85 per cent), a time in seconds."
            )

    def clean_period(self) -> str:
        try:
            return periods.parse(self.cleaned_data["period"]).code
        except periods.PeriodError as error:
            raise forms.ValidationError(str(error.detail), code=error.code) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        target = self.instance
        program, code = data.get("program") or target.program, data.get("kpi_code") or target.kpi_code
        if program and code:
            kpi = Kpi.objects.current().filter(program=program, code=code).select_related("program").first()
            if kpi is not None:
                self.kpi_version = kpi.version
                self._hold_to_bounds(kpi, data)
            elif target._state.adding:
                self.add_error("kpi_code", forms.ValidationError(_("The program has no such KPI."), code="kpi"))
        same = {name: data.get(name) for name in ("program", "kpi_code", "question_code", "unit", "period")}
        if self.instance._state.adding and data.get("unit") and KpiTarget.objects.in_force().filter(**same).exists():
            raise forms.ValidationError(_("There is such a target: open it and change its value."), code="target-known")
        return data

    def _hold_to_bounds(self, kpi: Kpi, data: dict[str, Any]) -> None:
        try:
            span = targets.span_of(kpi, data.get("question_code", self.instance.question_code))
        except targets.TargetError as error:
            self.add_error("question_code" if "question_code" in self.fields else None, str(error.detail))
            return
        for name, fault in targets.faults(span, **data).items():
            self.add_error(name, forms.ValidationError(str(fault.detail), code=fault.code))


@admin.register(KpiTarget)
class KpiTargetPage(ProgramAdmin):
    """Saving another value makes a new version; a second person approves it."""

    form = TargetForm
    fieldsets = (
        (None, {"fields": ("program", "kpi_code", "question_code", "unit", "period")}),
        (
            gettext_lazy("The target"),
            {
                "fields": ("value", "baseline", "stretch", "point_amount", "basis", "is_illustrative"),
                "description": gettext_lazy("Another value is saved as a new version and waits for its approval."),
            },
        ),
        (gettext_lazy("Version"), {"fields": ("version", "is_current", "kpi_version", "author", "approver")}),
    )
    list_display = (
        "kpi_code",
        "question_code",
        "unit",
        "period",
        "value",
        "version",
        "is_current",
        "author",
        "approver",
    )
    list_select_related = ("unit", "author", "approver")
    list_filter = ("is_current", ("approver", admin.EmptyFieldListFilter), "kpi_code", "period", "unit")
    search_fields = ("kpi_code", "question_code", "unit__code", "unit__name", "basis")
    autocomplete_fields = ("unit",)
    ordering = ("kpi_code", "question_code", "unit__path", "period", "-version")
    actions = ("approve",)

    def is_locked(self, thing: KpiTarget) -> bool:
        return not thing.is_current

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An approved target is part of what was agreed."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.approver_id is None)

    def offers(self, action: str, obj: KpiTarget) -> bool:
        return obj.is_current and obj.approver_id is None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = [
            *super().get_readonly_fields(request, obj),
            "version",
            "is_current",
            "kpi_version",
            "author",
            "approver",
        ]
        return [*fixed, "kpi_code", "question_code", "unit", "period"] if obj else fixed

    def save_model(self, request: HttpRequest, obj: KpiTarget, form: Any, change: bool) -> None:
        if not change:
            obj.author, obj.kpi_version = person(request), form.kpi_version
            super().save_model(request, obj, form, change)
            return
        try:
            made = targets.revise(obj, by=person(request), **{name: getattr(obj, name) for name in targets.FACTS})
        except DomainError as error:  # somebody else was faster
            raise PermissionDenied(str(error.detail)) from error
        if made.pk != obj.pk:
            obj.pk = made.pk
            text = _("Version %(version)s is in force and waits for its approval.") % {"version": made.version}
            self.message_user(request, text, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Approve"), permissions=["define"])
    def approve(self, request: HttpRequest, rows: QuerySet) -> None:
        self.carry_out(
            request,
            rows.select_related("unit"),
            lambda target: targets.approve(target, by=person(request)),
            done=lambda n: ngettext("The target is approved.", "%(n)s targets are approved.", n) % {"n": n},
        )


@admin.register(KpiValue)
class KpiValuePage(ManyRows, ReadOnlyAdmin):
    """Values as they were computed; suppressed ones hold no number."""

    fieldsets = (
        (None, {"fields": ("program", "kpi", "question_code", "unit", "period", "is_weighted")}),
        (gettext_lazy("Value"), {"fields": ("value", "low", "high", "n", "is_suppressed")}),
        (gettext_lazy("How"), {"fields": ("method", "computed_at")}),
    )
    list_display = ("kpi", "question_code", "unit", "period", "value", "low", "high", "n", "computed_at")
    list_select_related = ("kpi", "unit")
    list_filter = ("kpi", "unit", "is_suppressed")
    search_fields = ("=period", "=question_code")
    ordering = ("-pk",)
