from django.urls import path

from journeys.api.kpi_values import KpiValueView

urlpatterns = [path("kpi-values/", KpiValueView.as_view(), name="kpi-value")]
