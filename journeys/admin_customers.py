"""Customers and what they do, in the admin: defined, found and corrected here."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cxprogram.admin_base import ManyRows, ProgramAdmin, ProgramForm, ReadOnlyAdmin, person
from cxprogram.admin_inlines import ProgramInline, ReadOnlyInline
from cxprogram.errors import DomainError
from journeys.choices import LegalBasis, Purpose
from journeys.consent_texts import ASKING
from journeys.models import (
    Consent,
    ConsentText,
    Customer,
    CustomerAttribute,
    CustomerIdentity,
    CustomerMerge,
    DataStream,
    Episode,
    ErasureRecord,
    Interaction,
    InteractionKey,
    Kpi,
    Segment,
)
from journeys.services import attributes, consents, customers, identities, merges, segments


# --- customers --------------------------------------------------------------------------------
class IdentityForm(ProgramForm):
    def clean(self) -> dict[str, Any]:
        """Addresses are kept in one form."""
        data = super().clean()
        if data.get("source") and data.get("value"):
            try:
                data["source"], data["value"] = identities.key(data["source"], data["value"])
            except DomainError as error:
                self.add_error("value", ValidationError(str(error.detail), code=error.code))
        return data


class IdentityInline(ProgramInline):
    model = CustomerIdentity
    form = IdentityForm
    fields = ("source", "value")


class ConsentInline(ReadOnlyInline):
    model = Consent
    fields = ("purpose", "state", "text", "reference", "channel", "at", "by")
    ordering = ("-at", "-pk")
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("text", "by")


class CustomerForm(ProgramForm):
    def clean_attributes(self) -> dict[str, Any]:
        program = self.cleaned_data.get("program") or getattr(self.instance, "program", None)
        values = self.cleaned_data.get("attributes") or {}
        if program is None:
            return values
        known = attributes.definitions(program)
        try:
            checked = {code: value for code, value in attributes.check(known, values).items() if value is not None}
        except DomainError as error:
            raise ValidationError(str(error.detail), code=error.code) from error
        added = {code for code in checked if code not in (self.instance.attributes or {})}
        if attributes.sensitive(known) & added and not (
            self.instance.pk and consents.has_explicit(self.instance, timezone.now())
        ):
            text = _("Sensitive data are kept with the customer's explicit consent only.")
            raise ValidationError(text, code="attribute-without-consent")
        return checked

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        account = data.get("account")
        if account is not None and self.instance.pk == account.pk:
            self.add_error("account", ValidationError(_("A customer is no contact of itself."), code="account-self"))
        return data


@admin.register(Customer)
class CustomerPage(ManyRows):
    """People: their names need the right to the voice of the customer, which the queryset asks for."""

    form = CustomerForm
    fieldsets = (
        (None, {"fields": ("program", "kind", "name", "account", "is_customer")}),
        (gettext_lazy("How to reach them"), {"fields": ("email", "phone", "language")}),
        (gettext_lazy("What we know"), {"fields": ("attributes",)}),
        (gettext_lazy("Where"), {"fields": ("unit", "is_fictitious")}),
    )
    documents = {"attributes": None}
    list_display = ("__str__", "kind", "email", "language", "unit", "is_customer", "is_fictitious", "created_at")
    list_select_related = ("unit",)
    list_filter = ("kind", "unit", "language", "is_customer", "is_fictitious")
    search_fields = ("=email", "^name", "=identities__value")
    autocomplete_fields = ("unit", "account")
    ordering = ("-pk",)
    inlines = (IdentityInline, ConsentInline)
    can_delete = False  # erasing a person keeps the anonymous answer: a service of its own
    actions = ("merge",)

    def is_locked(self, thing: Customer) -> bool:
        return not thing.is_standing

    def offers(self, action: str, obj: Customer) -> bool:
        return False  # two are chosen in the list

    def view_on_site(self, obj: Customer) -> str:
        return reverse("journeys:customer-detail", args=[obj.pk])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        customers.note_addresses(form.instance.program, [form.instance])

    @admin.action(description=gettext_lazy("Make the two chosen one"), permissions=["define"])
    def merge(self, request: HttpRequest, rows: QuerySet) -> None:
        """The one that was met first is kept; it can be undone."""
        chosen = list(rows.order_by("pk")[:3])
        if len(chosen) != 2:
            self.message_user(request, _("Choose two customers."), messages.ERROR)
            return
        kept, gone = chosen
        self.carry_out(
            request,
            [gone],
            lambda row: merges.merge(kept, row, rule=merges.BY_HAND, at=timezone.now(), by=person(request)),
            done=lambda n: _("They are one customer now."),
        )


@admin.register(CustomerAttribute)
class CustomerAttributePage(ProgramAdmin):
    fieldsets = (
        (None, {"fields": ("program", "code", "name", "names")}),
        (gettext_lazy("What it holds"), {"fields": ("type", "choices", "is_special_category")}),
    )
    codes = {"choices": {"of": str}}
    list_display = ("name", "code", "type", "is_special_category")
    list_filter = ("type", "is_special_category")
    search_fields = ("name", "code")
    ordering = ("program_id", "code")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Customers have values of this code and type."""
        fixed = super().get_readonly_fields(request, obj)
        return [*fixed, "code", "type"] if obj else fixed


@admin.register(CustomerIdentity)
class CustomerIdentityPage(ManyRows, ReadOnlyAdmin):
    """The names under which sources know customers; changed on the customer's page."""

    fieldsets = ((None, {"fields": ("program", "customer", "source", "value")}),)
    list_display = ("value", "source", "customer")
    list_select_related = ("customer",)
    list_filter = ("source",)
    search_fields = ("=value",)
    ordering = ("-pk",)


@admin.register(CustomerMerge)
class CustomerMergePage(ManyRows, ReadOnlyAdmin):
    """What was found to be one customer; the newest merge of a customer can be undone."""

    fieldsets = (
        (None, {"fields": ("program", "kept", "merged", "rule", "at", "by")}),
        (gettext_lazy("Undone"), {"fields": ("undone_at", "undone_by")}),
    )
    list_display = ("__str__", "kept", "rule", "at", "by", "undone_at")
    list_select_related = ("kept", "by")
    list_filter = ("rule", ("undone_at", admin.EmptyFieldListFilter))
    ordering = ("-pk",)
    actions = ("undo",)

    def offers(self, action: str, obj: CustomerMerge) -> bool:
        return obj.undone_at is None

    @admin.action(description=gettext_lazy("Undo"), permissions=["define"])
    def undo(self, request: HttpRequest, rows: QuerySet) -> None:
        at = timezone.now()
        self.carry_out(
            request,
            rows.order_by("-pk"),
            lambda merge: merges.undo(merge, at=at, by=person(request)),
            done=lambda n: ngettext("The two are apart again.", "%(n)s merges are undone.", n) % {"n": n},
        )


@admin.register(ErasureRecord)
class ErasureRecordPage(ManyRows, ReadOnlyAdmin):
    """Proof of erasure, without the person."""

    fieldsets = ((None, {"fields": ("program", "customer", "at", "by", "counts")}),)
    list_display = ("customer_id", "at", "by")
    list_select_related = ("by",)
    ordering = ("-pk",)


# --- consent ----------------------------------------------------------------------------------
@admin.register(ConsentText)
class ConsentTextPage(ProgramAdmin):
    """A text that somebody agreed to stays as it was: another wording is another version."""

    fieldsets = (
        (None, {"fields": ("program", "purpose", "version", "valid_from")}),
        (gettext_lazy("What customers are told"), {"fields": ("texts", "legal_basis")}),
    )
    texts = {"texts": True}
    list_display = ("purpose", "version", "legal_basis", "valid_from")
    list_filter = ("purpose", "legal_basis")
    ordering = ("program_id", "purpose", "-version")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The next version, valid from now; the first one about asking has its words already."""
        initial = super().get_changeform_initial_data(request)
        purpose = initial.setdefault("purpose", Purpose.SURVEY.value)
        known = ConsentText.objects.filter(program=initial.get("program"), purpose=purpose)
        newest = known.order_by("-version").first()
        initial |= {"version": newest.version + 1 if newest else 1, "valid_from": timezone.now()}
        if newest is not None:
            initial |= {"texts": newest.texts, "legal_basis": newest.legal_basis}
        elif purpose == Purpose.SURVEY:
            basis = LegalBasis.LEGITIMATE_INTEREST
            initial |= {"texts": ASKING[basis], "legal_basis": basis.value}
        return initial

    def is_locked(self, thing: ConsentText) -> bool:
        return thing.consent_set.exists()


@admin.register(Consent)
class ConsentPage(ManyRows, ReadOnlyAdmin):
    """Words are appended by forms, senders and the unsubscribe link."""

    fieldsets = (
        (None, {"fields": ("program", "customer", "purpose", "state", "text", "reference", "channel", "at", "by")}),
        (gettext_lazy("Where it came from"), {"fields": ("source", "external_id", "recorded_at")}),
    )
    list_display = ("customer", "purpose", "state", "channel", "at", "source")
    list_select_related = ("customer",)
    list_filter = ("purpose", "state", "channel")
    ordering = ("-pk",)


# --- streams ----------------------------------------------------------------------------------
@admin.register(DataStream)
class DataStreamPage(ProgramAdmin):
    """Without purpose and legal basis a stream stays a draft and takes nothing in."""

    fieldsets = (
        (None, {"fields": ("program", "code", "name", "names", "kind")}),
        (gettext_lazy("What for"), {"fields": ("purpose", "legal_basis", "is_special_category")}),
        (
            gettext_lazy("Who and how long"),
            {"fields": ("responsible", "cadence_hours", "retention_days", "cost_amount")},
        ),
        (gettext_lazy("State"), {"fields": ("status",)}),
    )
    list_display = ("name", "code", "kind", "status", "legal_basis", "responsible", "retention_days")
    list_select_related = ("responsible",)
    list_filter = ("status", "kind", "legal_basis")
    search_fields = ("name", "code")
    autocomplete_fields = ("responsible",)
    ordering = ("program_id", "code")

    def view_on_site(self, obj: DataStream) -> str:
        return reverse("journeys:stream-list")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What came in through it would lose its purpose."""
        return super().has_delete_permission(request, obj) and (obj is None or not obj.interactionkey_set.exists())


class SegmentForm(ProgramForm):
    def clean(self) -> dict[str, Any]:
        data = super().clean()
        program = data.get("program") or getattr(self.instance, "program", None)
        if program is not None and "definition" in data:
            try:
                segments.check(program, data["definition"], at=timezone.now())
            except DomainError as error:
                text = f"{error.extra.get('path', '/')}: {error.detail}"
                self.add_error("definition", forms.ValidationError(text, code=error.code))
        return data


@admin.register(Segment)
class SegmentPage(ProgramAdmin):
    """Saved filters over customers; the language is told in `journeys/services/segments.py`."""

    form = SegmentForm
    fieldsets = ((None, {"fields": ("program", "code", "name", "names", "definition")}),)
    documents = {"definition": None}
    list_display = ("name", "code")
    search_fields = ("name", "code")
    ordering = ("program_id", "code")

    def save_model(self, request: HttpRequest, obj: Segment, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for kpi in Kpi.objects.behind(obj):
            text = _("%(kpi)s counts on by the filter of before; a new version of it counts by the new one.")
            self.message_user(request, text % {"kpi": kpi.label}, messages.WARNING)


@admin.register(Episode)
class EpisodePage(ManyRows, ReadOnlyAdmin):
    fieldsets = ((None, {"fields": ("program", "customer", "journey", "context", "started_at", "ended_at")}),)
    list_display = ("customer", "journey", "context", "started_at", "ended_at")
    list_select_related = ("customer", "journey")
    ordering = ("-pk",)


@admin.register(Interaction)
class InteractionPage(ManyRows, ReadOnlyAdmin):
    """Appended by API and files; the newest first."""

    fieldsets = (
        (None, {"fields": ("program", "stream", "source", "external_id", "type", "at", "received_at")}),
        (gettext_lazy("Who and where"), {"fields": ("customer", "unit", "touchpoint", "episode", "channel")}),
        (gettext_lazy("What"), {"fields": ("value", "properties")}),
    )
    list_display = ("type", "at", "stream", "customer", "touchpoint", "channel", "value")
    list_select_related = ("stream", "customer", "touchpoint")
    list_filter = ("stream", "touchpoint")
    ordering = ("-pk",)


@admin.register(InteractionKey)
class InteractionKeyPage(ManyRows, ReadOnlyAdmin):
    """Digests by which a repeat is told from a new interaction; nobody can be read from them."""

    fieldsets = ((None, {"fields": ("id", "stream", "at")}),)
    list_display = ("id", "stream", "at")
    list_select_related = ("stream",)
    ordering = ("-pk",)
