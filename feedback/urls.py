"""The doors of feedback: tickets for those who serve customers, surveys for the customers, drivers for analysts."""

from django.urls import path

from feedback import driver_views, import_views, survey_views, ticket_views

app_name = "feedback"
urlpatterns = [
    path("drivers/", driver_views.drivers, name="drivers"),
    path("imports/", import_views.import_list, name="import-list"),
    path("imports/<int:number>/", import_views.import_detail, name="import-detail"),
    path("imports/<int:number>/start/", import_views.import_start, name="import-start"),
    path("imports/<int:number>/discard/", import_views.import_discard, name="import-discard"),
    path("tickets/", ticket_views.ticket_list, name="ticket-list"),
    path("tickets/<int:number>/", ticket_views.ticket_detail, name="ticket-detail"),
    path("tickets/<int:number>/take/", ticket_views.ticket_take, name="ticket-take"),
    path("tickets/<int:number>/note/", ticket_views.ticket_note, name="ticket-note"),
    path("tickets/<int:number>/close/", ticket_views.ticket_close, name="ticket-close"),
    path("s/<slug:slug>/", survey_views.survey, name="survey"),
    path("s/<slug:slug>/done/", survey_views.survey_done, name="survey-done"),
]
