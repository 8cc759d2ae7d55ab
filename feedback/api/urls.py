from django.urls import path

from feedback.api.contact_decisions import BounceView, ContactDecisionListView
from feedback.api.driver_studies import DriverStudyView
from feedback.api.responses import ResponseBulkView, ResponseView
from feedback.api.tickets import TicketCloseView, TicketDetailView, TicketListView, TicketNoteView, TicketTakeView

urlpatterns = [
    path("bounces/", BounceView.as_view(), name="bounce-create"),
    path("contact-decisions/", ContactDecisionListView.as_view(), name="contact-decision-list"),
    path("driver-studies/", DriverStudyView.as_view(), name="driver-study"),
    path("responses/", ResponseView.as_view(), name="response-create"),
    path("responses/bulk/", ResponseBulkView.as_view(), name="response-bulk"),
    path("tickets/", TicketListView.as_view(), name="ticket-list"),
    path("tickets/<int:number>/", TicketDetailView.as_view(), name="ticket-detail"),
    path("tickets/<int:number>/take/", TicketTakeView.as_view(), name="ticket-take"),
    path("tickets/<int:number>/note/", TicketNoteView.as_view(), name="ticket-note"),
    path("tickets/<int:number>/close/", TicketCloseView.as_view(), name="ticket-close"),
]
