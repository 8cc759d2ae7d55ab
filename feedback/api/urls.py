from django.urls import path

from feedback.api.contact_decisions import BounceView, ContactDecisionListView, NotDrawnListView
from feedback.api.driver_studies import DriverStudyRunView, DriverStudyView
from feedback.api.exports import ResponseExportView
from feedback.api.responses import ResponseBulkView, ResponseView
from feedback.api.tickets import TicketCloseView, TicketDetailView, TicketListView, TicketNoteView, TicketTakeView
from feedback.api.voice import (
    ConversationBulkView,
    ConversationView,
    EmployeeRemarkBulkView,
    EmployeeRemarkView,
    FeatureRequestBulkView,
    FeatureRequestView,
    MentionBulkView,
    MentionView,
    SupportCaseBulkView,
    SupportCaseView,
)

urlpatterns = [
    path("bounces/", BounceView.as_view(), name="bounce-create"),
    path("contact-decisions/not-drawn/", NotDrawnListView.as_view(), name="not-drawn-list"),
    path("contact-decisions/", ContactDecisionListView.as_view(), name="contact-decision-list"),
    path("driver-studies/", DriverStudyView.as_view(), name="driver-study"),
    path("driver-study-runs/<int:number>/", DriverStudyRunView.as_view(), name="driver-study-run"),
    path("feature-requests/", FeatureRequestView.as_view(), name="feature-request-create"),
    path("conversations/", ConversationView.as_view(), name="conversation-create"),
    path("conversations/bulk/", ConversationBulkView.as_view(), name="conversation-bulk"),
    path("employee-remarks/", EmployeeRemarkView.as_view(), name="employee-remark-create"),
    path("employee-remarks/bulk/", EmployeeRemarkBulkView.as_view(), name="employee-remark-bulk"),
    path("feature-requests/bulk/", FeatureRequestBulkView.as_view(), name="feature-request-bulk"),
    path("mentions/", MentionView.as_view(), name="mention-create"),
    path("mentions/bulk/", MentionBulkView.as_view(), name="mention-bulk"),
    path("support-cases/", SupportCaseView.as_view(), name="support-case-create"),
    path("support-cases/bulk/", SupportCaseBulkView.as_view(), name="support-case-bulk"),
    path("responses/", ResponseView.as_view(), name="response-create"),
    path("responses/bulk/", ResponseBulkView.as_view(), name="response-bulk"),
    path("responses/export/", ResponseExportView.as_view(), name="response-export"),
    path("tickets/", TicketListView.as_view(), name="ticket-list"),
    path("tickets/<int:number>/", TicketDetailView.as_view(), name="ticket-detail"),
    path("tickets/<int:number>/take/", TicketTakeView.as_view(), name="ticket-take"),
    path("tickets/<int:number>/note/", TicketNoteView.as_view(), name="ticket-note"),
    path("tickets/<int:number>/close/", TicketCloseView.as_view(), name="ticket-close"),
]
