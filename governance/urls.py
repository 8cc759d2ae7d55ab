"""The doors of governance: charter, scorecard, statements, reports."""

from django.urls import path

from governance import views

app_name = "governance"
urlpatterns = [
    path("charter/", views.charter, name="charter"),
    path("charter/sign/", views.charter_sign, name="charter-sign"),
    path("scorecard/", views.scorecard, name="scorecard"),
    path("statements/", views.statement_list, name="statement-list"),
    path("statements/<int:number>/", views.statement_detail, name="statement-detail"),
    path("reports/", views.report_list, name="report-list"),
    path("reports/make/", views.report_make, name="report-make"),
    path("reports/<int:number>/pdf/", views.report_pdf, name="report-pdf"),
]
