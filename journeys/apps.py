from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JourneysConfig(AppConfig):
    name = "journeys"
    verbose_name = _("Insight: journeys and KPIs")

    def ready(self) -> None:
        from journeys import collectors, held, imprints

        collectors.register_all()
        held.register_all()
        imprints.register_all()
