"""The consent of a customer, out of a row of a file: checked beside the customer, written after them."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from cxprogram.models import Program, User
from feedback.imports.consent_words import ConsentRule
from feedback.imports.records import Record
from journeys.choices import ConsentState
from journeys.services import consent_intake, identities
from journeys.services.consent_intake import Prepared, Word
from journeys.services.customers import CustomerFacts
from journeys.services.people import PersonFacts


class ConsentColumn:
    """Words of one file. Customer, purpose and time are the key: the same file again adds nothing, and two words of
    one customer at one time are a conflict."""

    def __init__(self, program: Program, rule: ConsentRule, *, source: str, at: datetime, by: User | None) -> None:
        self.rule, self.source, self.at, self.by = rule, source, at, by
        self.door = consent_intake.door(program)

    def understood(self, record: Record, facts: PersonFacts) -> Prepared | None:
        """The row's word, None where it has none. Raises what `consent_intake.prepare` does."""
        if record.consent is None:
            return None
        state, said = record.consent
        keys = identities.keys(facts.identities, email=facts.email, phone=facts.phone)
        is_granted = state == ConsentState.GRANTED  # who says no agrees to no text
        source, value = next((key for key in keys if key[0] == self.source), keys[0])
        named = "\n".join((source, value, self.rule.purpose, said.isoformat()))
        word = Word(
            source=self.source,
            external_id=hashlib.sha256(named.encode()).hexdigest(),
            customer=CustomerFacts(source=source, external_id=value),
            purpose=self.rule.purpose,
            state=state,
            at=said,
            text_version=self.rule.text_version if is_granted else None,
            reference=self.rule.reference if is_granted else "",
        )
        return consent_intake.prepare(self.door, word, at=self.at, by=self.by)

    def write(self, words: Sequence[Prepared], *, at: datetime) -> list[str]:
        """What became of each: created, repeated or conflict."""
        return [each.status for each in consent_intake.record_many(self.door.program, words, at=at)]


def conflict() -> str:
    return _("The customer is in. Of the consent another word was said for this time already; the first one stays.")
