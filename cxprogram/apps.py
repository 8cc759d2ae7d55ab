from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GroundConfig(AppConfig):
    name = "cxprogram"
    verbose_name = _("Program and people")

    def ready(self) -> None:
        # The Celery application must exist before any task is sent; checks and receivers register themselves.
        from cxprogram import celery, checks, receivers  # noqa: F401
