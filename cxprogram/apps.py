from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class GroundConfig(AppConfig):
    name = "cxprogram"
    verbose_name = _("Program and people")
    default = True

    def ready(self) -> None:
        # The Celery application must exist before any task is sent; checks and receivers register themselves.
        from cxprogram import celery, checks, receivers  # noqa: F401


class ProgramAdminConfig(admin_apps.AdminConfig):
    """Django's admin, behind our own door."""

    default = False
    default_site = "cxprogram.admin_site.ProgramAdminSite"
