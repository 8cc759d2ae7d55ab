from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JourneysConfig(AppConfig):
    name = "journeys"
    verbose_name = _("Insight: journeys and KPIs")

    def ready(self) -> None:
        from journeys import asides, collectors, held, imprint_files, imprints

        collectors.register_all()
        held.register_all()
        imprints.register_all()
        imprint_files.register_all()
        asides.register_all()
