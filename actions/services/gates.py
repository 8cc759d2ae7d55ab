"""Gates: what was decided, by whom and when, is written together."""

from datetime import datetime

from django.db import transaction

from actions.choices import GateDecision
from actions.models import Gate
from cxprogram.models import User


@transaction.atomic
def decide(gate: Gate, decision: str, *, by: User, at: datetime) -> Gate:
    """Decide at a gate, or take the decision back; the same decision again keeps who decided and when."""
    gate = Gate.objects.select_for_update(of=("self",)).get(pk=gate.pk)
    if gate.decision == decision:
        return gate
    is_open = decision == GateDecision.WAITING
    gate.decision = decision
    gate.decided_by, gate.decided_at = (None, None) if is_open else (by, at)
    gate.save(update_fields=["decision", "decided_by", "decided_at"])
    return gate
