"""Querysets of feedback."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from cxprogram.access import Right, ScopedQuerySet
from cxprogram.models import Program
from cxprogram.periods import Period
from cxprogram.querysets import AdminOnlyQuerySet, DefinitionQuerySet
from feedback.choices import AskStatus, InvitationStatus, StudyStatus, TicketStatus
from journeys.models import Kpi


class BrandingQuerySet(DefinitionQuerySet):
    pass


class QuestionQuerySet(DefinitionQuerySet):
    pass


class QuestionRevisionQuerySet(DefinitionQuerySet):
    program_lookup = "question__program"


class SurveyQuerySet(DefinitionQuerySet):
    pass


class SurveyPartQuerySet(DefinitionQuerySet):
    program_lookup = "survey__program"


class SurveyItemQuerySet(DefinitionQuerySet):
    program_lookup = "version__survey__program"


class ImportMappingQuerySet(AdminOnlyQuerySet):
    pass


class ResponseQuerySet(ScopedQuerySet):
    """Answers of single people: comments and identities need the right to the voice."""

    right = Right.SEE_VOICE
    unit_lookup = "unit"

    def suspected(self) -> "ResponseQuerySet":
        """Answers that look like a robot's: kept and counted in every number, and countable apart."""
        return self.filter(attributes__suspected_robot=True)

    def unsuspected(self) -> "ResponseQuerySet":
        """The others. Most have no such key at all, and a comparison with what is not there is never true."""
        return self.exclude(attributes__contains={"suspected_robot": True})


class PlacementQuerySet(DefinitionQuerySet):
    def live(self) -> "PlacementQuerySet":
        """Places where the survey still hangs."""
        return self.filter(ended_at=None)


class InvitationQuerySet(ScopedQuerySet):
    """Who was asked, at which address: the right to the voice, as for the answers."""

    right = Right.SEE_VOICE
    unit_lookup = "unit"

    def answerable(self, at: datetime) -> "InvitationQuerySet":
        """Invitations that still take an answer.

        - nobody answered, and nobody called it off;
        - its survey is open;
        - its time has not run out.
        """
        over = (InvitationStatus.ANSWERED, InvitationStatus.EXPIRED, InvitationStatus.CANCELLED)
        return self.exclude(status__in=over).filter(survey__is_open=True).exclude(expires_at__lte=at)

    def due(self, at: datetime) -> "InvitationQuerySet":
        """Invitations to be sent, and those whose sender died.

        - planned for no later than now, or being sent;
        - nobody holds them.
        """
        is_planned = Q(status=InvitationStatus.PLANNED, send_at__lte=at)
        return self.filter(is_planned | Q(status=InvitationStatus.SENDING)).filter(
            Q(leased_until=None) | Q(leased_until__lt=at)
        )


class EmailClickQuerySet(ScopedQuerySet):
    right = Right.SEE_VOICE
    program_lookup = "invitation__program"
    unit_lookup = "invitation__unit"

    def by_people(self) -> "EmailClickQuerySet":
        return self.filter(is_suspect=False)


class SurveyDraftQuerySet(ScopedQuerySet):
    """Answers that nobody has sent yet: for those who define, like raw counts."""

    right = Right.DEFINE
    program_lookup = "survey__program"


class ScoreCellQuerySet(ScopedQuerySet):
    """Cells may hold a single answer: raw, they are for those who define; pages read them suppressed."""

    right = Right.DEFINE
    unit_lookup = "unit"


class DriverStudyQuerySet(ScopedQuerySet):
    right = Right.SEE_DRIVERS

    def of_the_whole(self, program: Program) -> "DriverStudyQuerySet":
        """Current studies of the program whose outcome is the question of the whole."""
        main = Kpi.objects.of_the_whole(program).values("question_code")
        return self.filter(program=program, outcome__in=main, is_current=True)


class StudyRunQuerySet(AdminOnlyQuerySet):
    def open(self) -> "StudyRunQuerySet":
        """Runs that have not ended: they wait, or somebody works on them."""
        return self.filter(status__in=[StudyStatus.QUEUED, StudyStatus.RUNNING])

    def free(self, at: datetime) -> "StudyRunQuerySet":
        """Open runs on which nobody works: they wait, or their worker died."""
        return self.open().filter(Q(leased_until=None) | Q(leased_until__lt=at))


class TicketQuerySet(ScopedQuerySet):
    right = Right.WORK_TICKETS
    unit_lookup = "unit"

    def unfinished(self) -> "TicketQuerySet":
        """Tickets that still ask for something: open or taken. Named one by one: `<>` would read no index."""
        return self.filter(status__in=(TicketStatus.OPEN, TicketStatus.TAKEN))

    def overdue(self, at: datetime) -> "TicketQuerySet":
        """Tickets whose customer should have heard from us.

        - nobody has been in contact with the customer;
        - the ticket is not closed;
        - the due time has passed.
        """
        return self.filter(first_contact_at=None, due_at__lt=at).unfinished()

    def owned_by(self, user: Any) -> "TicketQuerySet":
        return self.filter(owner=user)

    def in_period(self, period: Period) -> "TicketQuerySet":
        return self.filter(opened_on__range=(period.start, period.end))


class TicketStepQuerySet(TicketQuerySet):
    program_lookup = "ticket__program"
    unit_lookup = "ticket__unit"


class TicketRuleQuerySet(DefinitionQuerySet):
    pass


# --- who is asked -----------------------------------------------------------------------------
class ContactRuleQuerySet(DefinitionQuerySet):
    def in_force(self) -> "ContactRuleQuerySet":
        return self.filter(is_active=True)


class SamplingPlanQuerySet(AdminOnlyQuerySet):
    def running(self) -> "SamplingPlanQuerySet":
        return self.filter(is_active=True)


class WaveQuerySet(AdminOnlyQuerySet):
    program_lookup = "plan__program"


class NotDrawnQuerySet(AdminOnlyQuerySet):
    program_lookup = "wave__plan__program"


class EventCursorQuerySet(AdminOnlyQuerySet):
    pass


class PlannedAskQuerySet(AdminOnlyQuerySet):
    program_lookup = "plan__program"

    def due(self, at: datetime) -> "PlannedAskQuerySet":
        """What waits and whose time has come, the oldest first; uses the index planned_ask_due."""
        return self.filter(status=AskStatus.WAITING, due_at__lte=at).order_by("due_at", "id")


class ContactDecisionQuerySet(ScopedQuerySet):
    """Who was asked and who was not: people, seen with the right to the voice, within the unit that met them."""

    right = Right.SEE_VOICE
    unit_lookup = "customer__unit"


class StoppedAddressQuerySet(AdminOnlyQuerySet):
    pass


class VoiceQuerySet(ScopedQuerySet):
    """What customers say elsewhere, and who: it needs its own right."""

    right = Right.SEE_VOICE
    unit_lookup = "unit"
