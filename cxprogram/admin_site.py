"""The admin's door: open to those who define a program, and to superusers."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy
from unfold.sites import UnfoldAdminSite

from cxprogram.access import defined_programs


class ProgramAdminSite(UnfoldAdminSite):
    """`is_staff` is asked for, and is not enough."""

    index_title = gettext_lazy("The program at a glance")

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return super().has_permission(request) and (user.is_superuser or bool(defined_programs(user)))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Asked for by every page and read by few: it is made when it is read."""
        return SimpleLazyObject(lambda: super(ProgramAdminSite, self).get_app_list(request, app_label))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Strangers log in at the house's own door (see `urls.py`); who is known and has no right is told so."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        return super().login(request, extra_context)
