"""The doors of governance: charter, scorecard, statements, reports, and the way from empty to live."""

from django.urls import path

from governance import start_views, views

app_name = "governance"
urlpatterns = [
    path("start/", start_views.start, name="start"),
    path("start/people/", start_views.people, name="start-people"),
    path("start/journey/", start_views.journey, name="start-journey"),
    path("start/survey/", start_views.survey, name="start-survey"),
    path("start/channel/", start_views.channel, name="start-channel"),
    path("charter/", views.charter, name="charter"),
    path("charter/sign/", views.charter_sign, name="charter-sign"),
    path("scorecard/", views.scorecard, name="scorecard"),
    path("statements/", views.statement_list, name="statement-list"),
    path("statements/<int:number>/", views.statement_detail, name="statement-detail"),
    path("reports/", views.report_list, name="report-list"),
    path("reports/make/", views.report_make, name="report-make"),
    path("reports/<int:number>/inputs/", views.report_inputs, name="report-inputs"),
    path("reports/<int:number>/pdf/", views.report_pdf, name="report-pdf"),
]
