"""What a program needs before its first plan asks anybody: words for customers with a legal basis, and a rule."""

from datetime import datetime

from cxprogram.models import Program
from cxprogram.models.translated import say
from feedback.choices import RuleScope
from feedback.models import ContactRule
from journeys.choices import LegalBasis, Purpose
from journeys.consent_texts import ASKING
from journeys.models import ConsentText

ONCE_A_MONTH = say(
    "Once in 30 days", "En gång på 30 dagar", "Én gang på 30 dager", "Én gang på 30 dage", "Kerran 30 päivässä"
)


def make(program: Program, *, basis: str = LegalBasis.LEGITIMATE_INTEREST, at: datetime) -> None:
    """A text for the purpose of asking, in every language, and one contact rule; what is there already stays."""
    if not ConsentText.objects.filter(program=program, purpose=Purpose.SURVEY).exists():
        ConsentText.objects.create(
            program=program, purpose=Purpose.SURVEY, legal_basis=basis, texts=ASKING[basis], valid_from=at
        )
    if not ContactRule.objects.filter(program=program).exists():
        ContactRule.objects.create(
            program=program,
            code="month",
            name=ONCE_A_MONTH["en"],
            names={code: words for code, words in ONCE_A_MONTH.items() if code != "en"},
            scope=RuleScope.PROGRAM,
            at_most=1,
            window_hours=30 * 24,
        )
