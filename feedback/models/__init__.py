from feedback.models.driver_study import DriverStudy
from feedback.models.mapping import ImportMapping
from feedback.models.response import Response
from feedback.models.score import FoldState, ScoreCell, ScoreMonth
from feedback.models.survey import Question, Survey, SurveyItem, SurveyVersion
from feedback.models.ticket import RootCause, Ticket, TicketRule, TicketStep

__all__ = [
    "DriverStudy",
    "FoldState",
    "ImportMapping",
    "Question",
    "Response",
    "RootCause",
    "ScoreCell",
    "ScoreMonth",
    "Survey",
    "SurveyItem",
    "SurveyVersion",
    "Ticket",
    "TicketRule",
    "TicketStep",
]
