from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeedbackConfig(AppConfig):
    name = "feedback"
    verbose_name = _("Feedback")

    def ready(self) -> None:
        from feedback import (
            calendar,
            case_collectors,
            collectors,
            held,
            held_asking,
            insight,
            leaving,
            receivers,  # noqa: F401 they connect themselves
            strong_drivers,
        )
        from journeys.insight import ratings, sources, strongest
        from journeys.kpis import questions
        from journeys.services import truths

        collectors.register_all()
        case_collectors.register_all()
        held.register_all()
        held_asking.register_all()
        questions.register(calendar.question_facts)
        strongest.register(insight.strongest_drivers)
        ratings.register(insight.ratings_of_runs)
        sources.register(insight.surveys_asking)
        truths.register(leaving.after_scores)
        truths.register_drivers(strong_drivers.reasons)
