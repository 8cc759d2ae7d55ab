"""People and their roles in the admin: nobody hands out, or acts with, more rights than their own."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm

from cxprogram import password_links
from cxprogram.access import may_grant, may_manage
from cxprogram.admin_base import ProgramAdmin, ProgramForm, with_request
from cxprogram.admin_inlines import ProgramInline
from cxprogram.admin_scope import defines, scoped
from cxprogram.errors import DomainError
from cxprogram.models import Membership, User


class MembershipForm(ProgramForm):
    """Nobody gives a role that reaches further than their own."""

    request: HttpRequest

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        unit, role = data.get("unit"), data.get("role")
        if unit and role and not may_grant(self.request.user, role, unit):
            self.add_error("role", ValidationError(_("This role may do more than you may here."), code="role"))
        if unit:
            self.instance.program_id = unit.program_id
        return data


@admin.register(Membership)
class MembershipPage(ProgramAdmin):
    form = MembershipForm
    fieldsets = (
        (None, {"fields": ("user", "role")}),
        (gettext_lazy("Where"), {"fields": ("unit",)}),
        (gettext_lazy("When"), {"fields": ("valid_from", "valid_to")}),
    )
    list_display = ("user", "role", "unit", "valid_from", "valid_to")
    list_select_related = ("user", "unit")
    list_filter = ("role", "unit", "valid_to")
    search_fields = ("user__name", "user__email", "unit__code", "unit__name")
    autocomplete_fields = ("user", "unit")
    ordering = ("user__name", "pk")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return with_request(super().get_form(request, obj, change, **kwargs), request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (
            obj is None or may_grant(request.user, obj.role, obj.unit)
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (
            obj is None or may_grant(request.user, obj.role, obj.unit)
        )


class MembershipFormSet(BaseInlineFormSet):
    """A new person gets a role at once: without one, nobody but a superuser would find them again."""

    request: HttpRequest

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.cleaned_data.get("unit") and not form.cleaned_data.get("DELETE")]
        if not kept and self.instance._state.adding and not self.request.user.is_superuser:
            raise ValidationError(_("Give the person a role in your program."), code="no-role")
        for form in self.deleted_forms:
            row = form.instance
            if row.pk and not may_grant(self.request.user, row.role, row.unit):
                raise ValidationError(_("This role may do more than you may here."), code="role")


class MembershipInline(ProgramInline):
    model = Membership
    form = MembershipForm
    formset = MembershipFormSet
    fields = ("unit", "role", "valid_from", "valid_to")
    autocomplete_fields = ("unit",)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = with_request(super().get_formset(request, obj, **kwargs), request)
        formset.form = with_request(formset.form, request)
        return formset

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj else 1

    def _may(self, request: HttpRequest, obj: Any) -> bool:
        return defines(request.user, Membership) and (obj is None or may_manage(request.user, obj))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return defines(request.user, Membership)

    has_add_permission = has_change_permission = has_delete_permission = _may  # type: ignore[assignment]


class PersonAddForm(forms.ModelForm):
    """A new person has no password: they choose one by the link that is sent to them."""

    class Meta:
        model = User
        fields = ("email", "name", "language", "is_staff")

    def save(self, commit: bool = True) -> User:
        self.instance.set_unusable_password()
        return super().save(commit)


@admin.register(User)
class PersonPage(UserAdmin, ProgramAdmin):
    """People of the own programs. Who could not hand out a person's roles may look, and not change."""

    form = forms.ModelForm  # type: ignore[assignment]
    add_form = PersonAddForm
    change_password_form = AdminPasswordChangeForm
    fieldsets = (
        (None, {"fields": ("email", "name")}),
        (gettext_lazy("Pages"), {"fields": ("language", "theme")}),
        (gettext_lazy("Log-in"), {"fields": ("is_active", "is_staff", "password_state", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "language", "is_staff")}),)
    readonly_fields = ("password_state", "last_login")
    list_display = ("name_or_email", "email", "roles", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("name", "email")
    filter_horizontal = ()
    inlines = (MembershipInline,)
    actions = ("send_password_link",)
    can_delete = False  # deactivated instead: what they did keeps their name

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        own = Membership.objects.valid_on(timezone.now().date()).filter(user=OuterRef("pk"))
        count = scoped(own, request.user).order_by().values("user").annotate(n=Count("pk")).values("n")
        return super().get_queryset(request).annotate(role_count=Coalesce(Subquery(count), 0))

    @admin.display(description=gettext_lazy("person"), ordering="name")
    def name_or_email(self, person: User) -> str:
        return str(person)

    @admin.display(description=gettext_lazy("roles"), ordering="role_count")
    def roles(self, person: Any) -> int:
        return person.role_count

    @admin.display(description=gettext_lazy("password"))
    def password_state(self, person: User) -> str:
        return _("Chosen.") if person.has_usable_password() else _("None yet: send the link to choose one.")

    def _may(self, request: HttpRequest, obj: Any = None) -> bool:
        return defines(request.user, Membership) and (obj is None or may_manage(request.user, obj))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return defines(request.user, Membership)

    has_module_permission = has_view_permission
    has_add_permission = has_change_permission = _may  # type: ignore[assignment]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj and request.user.is_superuser:
            return (*fieldsets, (_("Everything"), {"fields": ("is_superuser",)}))
        return fieldsets

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        self.message_user(request, _("Now send the link with which the person chooses a password."), messages.INFO)
        return ModelAdmin.response_add(self, request, obj, post_url_continue)

    def offers(self, action: str, obj: Any) -> bool:
        return obj.is_active

    @admin.action(description=gettext_lazy("Send the link to choose a password"), permissions=["define"])
    def send_password_link(self, request: HttpRequest, rows: QuerySet) -> None:
        def send(person: User) -> None:
            if not may_manage(request.user, person):
                raise DomainError(_("You may not change how this person logs in."), code="person-not-managed")
            password_links.send(request, person)

        self.carry_out(
            request,
            rows,
            send,
            done=lambda n: ngettext("The link is sent.", "%(n)s links are sent.", n) % {"n": n},
        )
