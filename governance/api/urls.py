from django.urls import path

from governance.api.reports import ReportListView, ReportPdfView
from governance.api.statements import StatementListView

urlpatterns = [
    path("reports/", ReportListView.as_view(), name="report-list"),
    path("reports/<int:number>/pdf/", ReportPdfView.as_view(), name="report-pdf"),
    path("statements/", StatementListView.as_view(), name="statement-list"),
]
