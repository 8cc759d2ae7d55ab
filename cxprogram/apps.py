from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GroundConfig(AppConfig):
    name = "cxprogram"
    verbose_name = _("Program and people")

    def ready(self) -> None:
        from cxprogram import receivers  # noqa: F401
