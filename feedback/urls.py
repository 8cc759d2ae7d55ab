"""The doors of feedback: tickets for those who serve customers, surveys for the customers."""

from django.urls import path

from feedback import survey_views

app_name = "feedback"
urlpatterns = [
    path("s/<slug:slug>/", survey_views.survey, name="survey"),
    path("s/<slug:slug>/done/", survey_views.survey_done, name="survey-done"),
]
