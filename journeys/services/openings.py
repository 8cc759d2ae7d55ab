"""What opens into what: no journey opens into itself, be it by way of others, and whoever writes at the same moment."""

from cxprogram.models import Program
from journeys.models import Journey


def hold(journey: Journey) -> None:
    """Alone at what the program's journeys open into, to the end of the transaction: what is found then still holds.

    Two people who let two journeys open into each other at once each see but their own half. The journey's own lock
    comes first, as everywhere; rows that only point at the program do not wait.
    """
    Journey.objects.select_for_update(of=("self",), no_key=True).get(pk=journey.pk)
    Program.objects.select_for_update(no_key=True).get(pk=journey.program_id)
