from feedback.models.branding import Branding
from feedback.models.driver_study import DriverStudy
from feedback.models.invitation import EmailClick, Invitation, Placement, SurveyDraft, token_hash
from feedback.models.mapping import ImportMapping
from feedback.models.response import Response
from feedback.models.score import FoldState, ScoreCell, ScoreMonth
from feedback.models.survey import Question, QuestionRevision, Survey, SurveyItem, SurveyVersion
from feedback.models.ticket import RootCause, Ticket, TicketRule, TicketStep

__all__ = [
    "Branding",
    "DriverStudy",
    "EmailClick",
    "FoldState",
    "ImportMapping",
    "Invitation",
    "Placement",
    "Question",
    "QuestionRevision",
    "Response",
    "RootCause",
    "ScoreCell",
    "ScoreMonth",
    "Survey",
    "SurveyDraft",
    "SurveyItem",
    "SurveyVersion",
    "Ticket",
    "TicketRule",
    "TicketStep",
    "token_hash",
]
