"""Who works with which model in the admin: a line for each."""

from dataclasses import dataclass

from tests.permission_table import DEFINERS

NEVER, LOCKED = (403, 403, 403), (403, 403, 404)


@dataclass(frozen=True)
class Desk:
    """One model in the admin: who works with it, whether rows may be added, and what owner, analyst and stranger are
    answered who would remove the house's first row (`NEVER`: nobody may any row; `LOCKED`: not this one)."""

    who: str = DEFINERS
    may_add: bool = True
    delete: tuple[int, int, int] = (200, 200, 404)
    is_of_a_program: bool = True


FREE, KEPT = Desk(), Desk(may_add=False, delete=NEVER)
SCHEDULE = Desk(may_add=False, delete=NEVER, is_of_a_program=False)
DESKS: dict[str, Desk] = {
    "actions.EffectStudy": KEPT,
    "actions.Gate": FREE,
    "actions.ImprovementProject": FREE,
    "cxprogram.ApiToken": Desk(delete=NEVER),
    "cxprogram.ImportRun": KEPT,
    "cxprogram.Membership": Desk(delete=(200, 403, 404)),
    "cxprogram.OrgUnit": FREE,
    "cxprogram.OutgoingMail": KEPT,
    "cxprogram.Program": KEPT,
    "cxprogram.Responsibility": FREE,
    "cxprogram.User": Desk(delete=NEVER),
    "django_celery_beat.ClockedSchedule": SCHEDULE,
    "django_celery_beat.CrontabSchedule": SCHEDULE,
    "django_celery_beat.IntervalSchedule": SCHEDULE,
    "django_celery_beat.PeriodicTask": SCHEDULE,
    "django_celery_beat.SolarSchedule": SCHEDULE,
    "feedback.ContactDecision": KEPT,
    "feedback.ContactGroup": FREE,
    "feedback.ContactRule": FREE,
    "feedback.Branding": FREE,
    "feedback.DriverStudy": KEPT,
    "feedback.EmailClick": KEPT,
    "feedback.EventCursor": KEPT,
    "feedback.NotDrawn": KEPT,
    "feedback.Invitation": KEPT,
    "feedback.Placement": FREE,
    "feedback.QuestionRevision": KEPT,
    "feedback.PlannedAsk": KEPT,
    "feedback.Conversation": KEPT,
    "feedback.EmployeeRemark": KEPT,
    "feedback.FeatureRequest": KEPT,
    "feedback.FoldState": KEPT,
    "feedback.ImportMapping": FREE,
    "feedback.Mention": KEPT,
    "feedback.Question": Desk(delete=LOCKED),
    "feedback.Response": KEPT,
    "feedback.RootCause": FREE,
    "feedback.SamplingPlan": Desk(delete=LOCKED),
    "feedback.ScoreCell": KEPT,
    "feedback.ScoreMonth": KEPT,
    "feedback.StoppedAddress": KEPT,
    "feedback.StudyRun": KEPT,
    "feedback.SupportCase": KEPT,
    "feedback.Survey": FREE,
    "feedback.SurveyDraft": KEPT,
    "feedback.SurveyItem": Desk(may_add=False, delete=LOCKED),
    "feedback.SurveyVersion": Desk(delete=LOCKED),
    "feedback.Ticket": KEPT,
    "feedback.TicketRule": FREE,
    "feedback.TicketStep": KEPT,
    "feedback.Wave": KEPT,
    "governance.Charter": Desk(delete=NEVER),
    "governance.CompensationScheme": Desk(who="owner", delete=LOCKED),
    "governance.CompensationStatement": Desk(who="owner", may_add=False, delete=NEVER),
    "governance.Report": KEPT,
    "governance.SchemeComponent": Desk(who="owner", may_add=False, delete=NEVER),
    "governance.SignOff": Desk(delete=LOCKED),
    "journeys.Competitor": Desk(delete=LOCKED),
    "journeys.CompetitorRating": KEPT,
    "journeys.Consent": KEPT,
    "journeys.ConsentText": Desk(delete=LOCKED),
    "journeys.Customer": Desk(delete=NEVER),
    "journeys.CustomerAttribute": FREE,
    "journeys.CustomerIdentity": KEPT,
    "journeys.CustomerMerge": KEPT,
    "journeys.DataStream": FREE,
    "journeys.Episode": KEPT,
    "journeys.ErasureRecord": KEPT,
    "journeys.Expectation": FREE,
    "journeys.Finding": FREE,
    "journeys.Interaction": KEPT,
    "journeys.InteractionKey": KEPT,
    "journeys.Journey": FREE,
    "journeys.JourneyPersona": FREE,
    "journeys.JourneyVersion": KEPT,
    "journeys.Kpi": FREE,
    "journeys.KpiCell": KEPT,
    "journeys.KpiFill": KEPT,
    "journeys.KpiTarget": FREE,
    "journeys.KpiValue": KEPT,
    "journeys.Measurement": FREE,
    "journeys.Persona": FREE,
    "journeys.Segment": FREE,
    "journeys.Stage": FREE,
    "journeys.Study": FREE,
    "journeys.Touchpoint": FREE,
    "journeys.TouchpointStream": FREE,
    "journeys.UseCase": FREE,
    "journeys.UseCaseStream": FREE,
}
