from feedback.models.branding import Branding
from feedback.models.contact import ContactDecision, ContactGroup, ContactRule, StoppedAddress
from feedback.models.driver_study import DriverStudy, StudyRun
from feedback.models.invitation import EmailClick, Invitation, Placement, SurveyDraft, token_hash
from feedback.models.mapping import ImportMapping
from feedback.models.plan import EventCursor, NotDrawn, PlannedAsk, SamplingPlan, Wave
from feedback.models.response import Response
from feedback.models.score import FoldState, ScoreCell, ScoreMonth
from feedback.models.survey import Question, QuestionRevision, Survey, SurveyItem, SurveyVersion
from feedback.models.ticket import RootCause, Ticket, TicketRule, TicketStep
from feedback.models.voice import Conversation, EmployeeRemark, FeatureRequest, Mention, SupportCase

__all__ = [
    "Branding",
    "ContactDecision",
    "ContactGroup",
    "ContactRule",
    "Conversation",
    "DriverStudy",
    "EmailClick",
    "EmployeeRemark",
    "EventCursor",
    "FeatureRequest",
    "FoldState",
    "ImportMapping",
    "Invitation",
    "Mention",
    "NotDrawn",
    "Placement",
    "PlannedAsk",
    "Question",
    "QuestionRevision",
    "Response",
    "RootCause",
    "SamplingPlan",
    "ScoreCell",
    "ScoreMonth",
    "StoppedAddress",
    "StudyRun",
    "SupportCase",
    "Survey",
    "SurveyDraft",
    "SurveyItem",
    "SurveyVersion",
    "Ticket",
    "TicketRule",
    "TicketStep",
    "Wave",
    "token_hash",
]
