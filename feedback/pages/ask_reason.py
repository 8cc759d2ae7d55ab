"""Why somebody gets a message: how they were chosen, in one sentence that is true of them."""

from django.utils.translation import gettext as _

from feedback.choices import PlanAudience, PlanEvent, PlanTrigger
from feedback.models import Invitation, PlannedAsk
from journeys import source_words


def reason(invitation: Invitation) -> str:
    """The sentence, in the active language."""
    asks = invitation.asks.select_related("plan__stage", "touchpoint").order_by("reminder", "pk")
    ask = asks.first()
    return _chosen(ask) if ask else _("We would like to hear from you.")


def _chosen(ask: PlannedAsk) -> str:
    plan = ask.plan
    if plan.trigger == PlanTrigger.EVENT:
        return _after(ask)
    if plan.audience == PlanAudience.LIST:
        return _("You are on a list of people whom we would like to hear from.")
    return _("You are a customer of ours, and we ask our customers what they think.")


def _after(ask: PlannedAsk) -> str:
    plan = ask.plan
    if plan.event == PlanEvent.TICKET_CLOSED:
        return _("You told us that something went wrong, and we have closed the matter.")
    if plan.event == PlanEvent.CASE_CLOSED:
        return _("Your case with our customer service has been closed.")
    if plan.event == PlanEvent.STAGE and plan.stage is not None:
        return _("We ask because you have been here with us: %(what)s.") % {"what": plan.stage.label}
    return _("We ask because of what has happened: %(what)s.") % {"what": source_words.event(plan.event_type)}
