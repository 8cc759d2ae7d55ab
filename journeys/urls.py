"""The doors of the insight room: the journey map, the KPIs."""

from django.urls import path

from journeys import views

app_name = "journeys"
urlpatterns = [
    path("map/", views.journey_map, name="map"),
    path("kpis/", views.kpi_list, name="kpi-list"),
    path("kpis.csv", views.kpi_csv, name="kpi-csv"),
]
