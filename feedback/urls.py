"""The doors of feedback: tickets for those who serve customers, surveys for the customers, drivers for analysts."""

from django.urls import path

from feedback import (
    audit_views,
    brand_views,
    driver_views,
    embed_views,
    import_views,
    invited_views,
    plan_views,
    poster_views,
    survey_editor_views,
    survey_views,
    ticket_views,
    voice_views,
)

app_name = "feedback"
urlpatterns = [
    path("s/<slug:slug>/", survey_views.survey, name="survey"),
    path("audit/", audit_views.audit, name="audit"),
    path("drivers/", driver_views.drivers, name="drivers"),
    path("drivers/new/", driver_views.study_new, name="study-new"),
    path("plans/", plan_views.plan_list, name="plan-list"),
    path("plans/decisions/", plan_views.decision_list, name="decision-list"),
    path("plans/<int:number>/", plan_views.plan_detail, name="plan-detail"),
    path("plans/<int:number>/start/", plan_views.plan_start, name="plan-start"),
    path("imports/", import_views.import_list, name="import-list"),
    path("imports/<int:number>/", import_views.import_detail, name="import-detail"),
    path("imports/<int:number>/start/", import_views.import_start, name="import-start"),
    path("imports/<int:number>/discard/", import_views.import_discard, name="import-discard"),
    path("plans/<int:number>/people/", plan_views.plan_people, name="plan-people"),
    path("tickets/", ticket_views.ticket_list, name="ticket-list"),
    path("tickets/<int:number>/", ticket_views.ticket_detail, name="ticket-detail"),
    path("tickets/<int:number>/take/", ticket_views.ticket_take, name="ticket-take"),
    path("tickets/<int:number>/note/", ticket_views.ticket_note, name="ticket-note"),
    path("tickets/<int:number>/close/", ticket_views.ticket_close, name="ticket-close"),
    path("voice/", voice_views.voice_list, name="voice-list"),
    path("surveys/", survey_editor_views.survey_list, name="survey-list"),
    path("surveys/new/", survey_editor_views.survey_new, name="survey-new"),
    path("surveys/<slug:slug>/edit/", survey_editor_views.survey_edit, name="survey-edit"),
    path("surveys/<slug:slug>/preview/", survey_editor_views.survey_preview, name="survey-preview"),
    path("posters/<slug:code>/", poster_views.poster, name="poster"),
    path("posters/<slug:code>/pdf/", poster_views.poster_pdf, name="poster-pdf"),
    path("s/brand/<slug:slug>/style.css", brand_views.style, name="brand-style"),
    path("s/brand/<slug:slug>/logo.png", brand_views.logo, name="brand-logo"),
    path("s/<slug:slug>/done/", survey_views.survey_done, name="survey-done"),
    path("embed/<slug:slug>.js", embed_views.widget, name="embed"),
    path("r/<str:token>/", invited_views.invited, name="invited"),
    path("r/<str:token>/<int:score>/", invited_views.invited, name="invited-score"),
    path("unsubscribe/<str:token>/", invited_views.unsubscribe, name="unsubscribe"),
]
