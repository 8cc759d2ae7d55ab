from django.urls import path

from journeys.api.customers import CustomerBulkView, CustomerView
from journeys.api.interactions import InteractionBulkView, InteractionView
from journeys.api.kpi_values import KpiValueView

urlpatterns = [
    path("customers/", CustomerView.as_view(), name="customer-list"),
    path("customers/bulk/", CustomerBulkView.as_view(), name="customer-bulk"),
    path("interactions/", InteractionView.as_view(), name="interaction-create"),
    path("interactions/bulk/", InteractionBulkView.as_view(), name="interaction-bulk"),
    path("kpi-values/", KpiValueView.as_view(), name="kpi-value"),
]
