"""The program in the admin: its units and duties, the keys to it, and what was imported and mailed.

People are in `admin_people.py`, schedules in `admin_schedules.py`; both are registered by being imported here.
"""

from datetime import timedelta
from typing import Any

from allauth.account.admin import EmailAddress  # its import registers what is hidden below
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin  # noqa: F401 (registers Group, which is hidden below)
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from cxprogram import admin_people, admin_schedules, mail  # noqa: F401
from cxprogram.access import may_manage, roles
from cxprogram.admin_base import ManyRows, ProgramAdmin, ProgramForm, ReadOnlyAdmin, is_list, with_request
from cxprogram.admin_inlines import ResponsibilityInline, kinds_with_duties
from cxprogram.admin_scope import program_id_of
from cxprogram.errors import DomainError
from cxprogram.models import ApiToken, ImportRun, OrgUnit, OutgoingMail, Program, Responsibility
from cxprogram.sentences import words
from cxprogram.services import tokens

admin.site.unregister(Group)  # rights come from roles
admin.site.unregister(EmailAddress)  # a person has the one address that stands on their page


# --- the program ------------------------------------------------------------------------------
@admin.register(Program)
class ProgramPage(ProgramAdmin):
    """Made with its root unit by a superuser; everything else by those who define it."""

    fieldsets = (
        (None, {"fields": ("name", "names", "slug", "organisation")}),
        (gettext_lazy("Customers"), {"fields": ("customer_word", "customer_words")}),
        (gettext_lazy("Place"), {"fields": ("language", "time_zone", "currency")}),
        (
            gettext_lazy("Numbers"),
            {"fields": ("overall_kpi", "loyalty_kpi", "headline_kpis", "problem_question", "min_n")},
        ),
    )
    list_display = ("name", "organisation", "language", "time_zone", "units")
    search_fields = ("name", "organisation", "slug")
    inlines = (ResponsibilityInline,)
    texts = {"names": False, "customer_words": False}
    codes = {"headline_kpis": {"maximum": 4}}
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(unit_count=Count("orgunit"))

    @admin.display(description=gettext_lazy("units"), ordering="unit_count")
    def units(self, program: Any) -> int:
        return program.unit_count

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Addresses and files carry the short name."""
        return ("slug",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            OrgUnit.objects.create(program=obj, code=obj.slug.upper(), name=obj.organisation)

    def view_on_site(self, obj: Program) -> str:
        return "/"


@admin.register(OrgUnit)
class OrgUnitPage(ProgramAdmin):
    fieldsets = (
        (None, {"fields": ("program", "parent", "code", "name", "names")}),
        (
            gettext_lazy("When"),
            {
                "fields": ("valid_from", "valid_to"),
                "description": gettext_lazy("A unit that is closed keeps its row: its past is not rewritten."),
            },
        ),
    )
    list_display = ("indented", "code", "parent", "people", "valid_from", "valid_to")
    list_select_related = ("parent",)
    list_filter = ("valid_to",)
    search_fields = ("code", "name")
    autocomplete_fields = ("parent",)
    ordering = ("program_id", "path")
    inlines = (ResponsibilityInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(member_count=Count("membership__user", distinct=True))

    @admin.display(description=gettext_lazy("unit"), ordering="path")
    def indented(self, unit: OrgUnit) -> str:
        return "\u2003" * max(unit.path.count("/") - 2, 0) + unit.label

    @admin.display(description=gettext_lazy("people"), ordering="member_count")
    def people(self, unit: Any) -> int:
        return unit.member_count


class ResponsibilityForm(ProgramForm):
    """The object is named by its kind and number, and must be one of the own program."""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        kind, number = data.get("content_type"), data.get("object_id")
        program = data.get("program") or getattr(self.instance, "program", None)
        if kind and number and program:
            thing = kind.model_class()._default_manager.filter(pk=number).first()
            if thing is None or program_id_of(thing) != program.pk:
                self.add_error("object_id", ValidationError(_("The program has no such object."), code="unknown"))
        return data


@admin.register(Responsibility)
class ResponsibilityPage(ProgramAdmin):
    """The list of all duties; it is easier to give one on the page of its object."""

    form = ResponsibilityForm
    fieldsets = (
        (None, {"fields": ("program", "user", "duty")}),
        (
            gettext_lazy("For what"),
            {
                "fields": ("content_type", "object_id"),
                "description": gettext_lazy(
                    "The page of a unit, touchpoint, KPI or project has its own list of duties."
                ),
            },
        ),
    )
    list_display = ("user", "duty", "content_type", "thing")
    list_select_related = ("user", "content_type")
    list_filter = ("duty", "content_type")
    search_fields = ("user__name", "user__email")
    autocomplete_fields = ("user",)
    ordering = ("user__name", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("thing")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "content_type":
            kinds = ContentType.objects.get_for_models(*kinds_with_duties(self.admin_site)).values()
            kwargs["queryset"] = ContentType.objects.filter(pk__in=[kind.pk for kind in kinds])
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


# --- keys -------------------------------------------------------------------------------------
class TokenForm(ProgramForm):
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=[("read", gettext_lazy("Read")), ("write", gettext_lazy("Write"))],
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        initial=["read"],
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Works for"),
        coerce=int,
        choices=[(30, gettext_lazy("30 days")), (90, gettext_lazy("90 days")), (365, gettext_lazy("a year"))],
        initial=365,
        widget=UnfoldAdminSelectWidget(),
    )
    request: HttpRequest

    class Meta:
        model = ApiToken
        fields = ("name", "program", "user", "scopes")

    def clean(self) -> dict[str, Any]:
        """A key acts for its person: for someone of the program, whom the maker of the key could act for anyway."""
        data = super().clean()
        person, program = data.get("user"), data.get("program")
        if person and not may_manage(self.request.user, person):
            self.add_error("user", ValidationError(_("A key of this person could do more than you may."), code="user"))
        if person and program and not roles(person, program):
            self.add_error("user", ValidationError(_("The person has no role in the program."), code="user"))
        return data


@admin.register(ApiToken)
class ApiTokenPage(ProgramAdmin):
    """A key is made, exchanged and withdrawn, never changed; its secret is shown in one message and kept nowhere."""

    form = TokenForm
    add_fieldsets = (
        (
            None,
            {
                "fields": ("name", "program", "user", "scopes", "days"),
                "description": gettext_lazy("The key acts for the person. Its secret is shown once, after saving."),
            },
        ),
    )
    fieldsets = (
        (None, {"fields": ("name", "program", "user", "may")}),
        (gettext_lazy("When"), {"fields": ("created_at", "expires_at", "revoked_at")}),
    )
    list_display = ("name", "user", "may", "created_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    list_filter = ("revoked_at",)
    search_fields = ("name", "user__name", "user__email")
    autocomplete_fields = ("user",)
    ordering = ("-created_at",)
    actions = ("rotate", "revoke")
    can_change = can_delete = False

    @admin.display(description=gettext_lazy("what it may do"))
    def may(self, token: ApiToken) -> str:
        return ", ".join(token.scopes)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return with_request(super().get_form(request, obj, change, **kwargs), request)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> ApiToken:
        data, at = form.cleaned_data, timezone.now()
        issued = tokens.create(
            data["program"],
            data["user"],
            name=data["name"],
            scopes=data["scopes"],
            at=at,
            expires_at=at + timedelta(days=data["days"]),
        )
        self._tell(request, issued)
        return issued.token

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """A key has no parts."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The service has written the row already."""

    def offers(self, action: str, obj: ApiToken) -> bool:
        return obj.is_valid(timezone.now())

    def _tell(self, request: HttpRequest, issued: tokens.Issued) -> None:
        facts = {"name": issued.token.name, "secret": issued.secret}
        text = _("The key %(name)s, shown this once: %(secret)s")
        self.message_user(request, text % facts, messages.WARNING)

    @admin.action(description=gettext_lazy("Exchange for a new key"), permissions=["define"])
    def rotate(self, request: HttpRequest, rows: QuerySet) -> None:
        """The new key lives as long as the old one was made for; the old one works for another day."""

        def rotate(token: ApiToken) -> None:
            if not may_manage(request.user, token.user):
                raise DomainError(_("A key of this person could do more than you may."), code="token-not-managed")
            at = timezone.now()
            life = min(token.expires_at - token.created_at, tokens.MAX_LIFE)
            self._tell(request, tokens.rotate(token, at=at, expires_at=at + life, overlap=timedelta(days=1)))

        self.carry_out(
            request,
            rows.select_related("user"),
            rotate,
            done=lambda n: (
                ngettext(
                    "The key is exchanged; the old one works for another day.",
                    "%(n)s keys are exchanged; the old ones work for another day.",
                    n,
                )
                % {"n": n}
            ),
        )

    @admin.action(description=gettext_lazy("Withdraw at once"), permissions=["define"])
    def revoke(self, request: HttpRequest, rows: QuerySet) -> None:
        at = timezone.now()
        self.carry_out(
            request,
            rows,
            lambda token: tokens.revoke(token, at=at),
            done=lambda n: ngettext("The key is withdrawn.", "%(n)s keys are withdrawn.", n) % {"n": n},
        )


# --- what the machine did ---------------------------------------------------------------------
@admin.register(ImportRun)
class ImportRunPage(ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("program", "kind", "mapping", "file_name", "status")}),
        (
            gettext_lazy("Rows"),
            {"fields": ("rows", "imported", "updated", "repeated", "rejected", "skipped", "reasons", "seen")},
        ),
        (gettext_lazy("When and who"), {"fields": ("started_at", "finished_at", "by", "file_sha256", "file_bytes")}),
        (gettext_lazy("How it was read"), {"fields": ("definition",)}),
    )
    list_display = (
        "file_name",
        "kind",
        "status",
        "rows",
        "imported",
        "updated",
        "repeated",
        "rejected",
        "started_at",
        "by",
    )
    list_select_related = ("by",)
    list_filter = ("status", "kind")
    search_fields = ("file_name", "mapping", "file_sha256")
    ordering = ("-pk",)

    @admin.display(description=gettext_lazy("errors"))
    def reasons(self, run: ImportRun) -> str:
        return "\n".join(f"{each['line'] or ''} {each['column']} {words(each)} ({each['code']})" for each in run.errors)

    @admin.display(description=gettext_lazy("notes"))
    def seen(self, run: ImportRun) -> str:
        return "\n".join(words(note) for note in run.notes)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        return rows.defer("errors", "notes", "definition") if is_list(request) else rows


@admin.register(OutgoingMail)
class OutgoingMailPage(ManyRows, ReadOnlyAdmin):
    fieldsets = (
        (None, {"fields": ("program", "to", "subject", "body")}),
        (gettext_lazy("Sending"), {"fields": ("status", "attempts", "last_error", "created_at", "sent_at", "key")}),
    )
    list_display = ("subject", "to", "status", "attempts", "created_at", "sent_at")
    list_filter = ("status",)
    search_fields = ("=to", "key")
    ordering = ("-pk",)
    voice_fields = ("to", "subject", "body")
    actions = ("send_again",)

    def offers(self, action: str, obj: OutgoingMail) -> bool:
        return obj.status == "failed"

    @admin.action(description=gettext_lazy("Send again"), permissions=["define"])
    def send_again(self, request: HttpRequest, rows: QuerySet) -> None:
        self.carry_out(
            request,
            rows,
            mail.send_again,
            done=lambda n: ngettext("The mail will be sent again.", "%(n)s mails will be sent again.", n) % {"n": n},
        )
