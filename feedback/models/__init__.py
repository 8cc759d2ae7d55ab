from feedback.models.driver_study import DriverStudy
from feedback.models.invitation import EmailClick, Invitation, Placement, SurveyDraft, token_hash
from feedback.models.mapping import ImportMapping
from feedback.models.response import Response
from feedback.models.score import FoldState, ScoreCell, ScoreMonth
from feedback.models.survey import Question, QuestionRevision, Survey, SurveyItem, SurveyVersion
from feedback.models.ticket import RootCause, Ticket, TicketRule, TicketStep
from feedback.models.voice import FeatureRequest, Mention, SupportCase

__all__ = [
    "DriverStudy",
    "EmailClick",
    "FeatureRequest",
    "FoldState",
    "ImportMapping",
    "Invitation",
    "Mention",
    "Placement",
    "Question",
    "QuestionRevision",
    "Response",
    "RootCause",
    "ScoreCell",
    "ScoreMonth",
    "SupportCase",
    "Survey",
    "SurveyDraft",
    "SurveyItem",
    "SurveyVersion",
    "Ticket",
    "TicketRule",
    "TicketStep",
    "token_hash",
]
