"""The doors of the insight room: the journey map, the KPIs, the customers, the data streams."""

from django.urls import path

from journeys import customer_views, views

app_name = "journeys"
urlpatterns = [
    path("customers/", customer_views.customer_list, name="customer-list"),
    path("customers/<int:number>/", customer_views.customer_detail, name="customer-detail"),
    path("customers/<int:number>/export/", customer_views.customer_export, name="customer-export"),
    path("customers/<int:number>/erase/", customer_views.customer_erase, name="customer-erase"),
    path("streams/", customer_views.stream_list, name="stream-list"),
    path("map/", views.journey_map, name="map"),
    path("kpis/", views.kpi_list, name="kpi-list"),
    path("kpis.csv", views.kpi_csv, name="kpi-csv"),
]
