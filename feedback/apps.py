from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeedbackConfig(AppConfig):
    name = "feedback"
    verbose_name = _("Feedback")

    def ready(self) -> None:
        from feedback import calendar, collectors, held, insight, receivers  # noqa: F401 receivers connect themselves
        from journeys.insight import strongest
        from journeys.kpis import questions

        collectors.register_all()
        held.register_all()
        questions.register(calendar.question_facts)
        strongest.register(insight.strongest_drivers)
