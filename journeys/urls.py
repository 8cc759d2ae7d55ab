"""The doors of the insight room: the journey map, the actual journeys, the KPIs, the customers, the data streams."""

from django.urls import path

from journeys import (
    customer_views,
    edit_views,
    exchange_views,
    measurement_views,
    path_views,
    segment_views,
    stream_views,
    target_views,
    truth_views,
    use_case_views,
    views,
)

app_name = "journeys"
urlpatterns = [
    path("customers/", customer_views.customer_list, name="customer-list"),
    path("customers/<int:number>/", customer_views.customer_detail, name="customer-detail"),
    path("customers/<int:number>/export/", customer_views.customer_export, name="customer-export"),
    path("customers/<int:number>/erase/", customer_views.customer_erase, name="customer-erase"),
    path("segments/", segment_views.segment_list, name="segment-list"),
    path("segments/new/", segment_views.segment_new, name="segment-new"),
    path("segments/<slug:code>/", segment_views.segment_edit, name="segment-edit"),
    path("streams/", stream_views.stream_list, name="stream-list"),
    path("targets/", target_views.target_list, name="target-list"),
    path("use-cases/", use_case_views.use_case_list, name="use-case-list"),
    path("measurements/", measurement_views.measurement_plan, name="measurement-plan"),
    path("journeys/", views.journey_list, name="journey-list"),
    path("journeys/put-away/", edit_views.put_away_list, name="put-away-list"),
    path("map/", views.journey_map, name="map"),
    path("map/edit/", edit_views.map_edit, name="map-edit"),
    path("map/export/", exchange_views.map_export, name="map-export"),
    path("map/import/", exchange_views.map_import, name="map-import"),
    path("map/new/", edit_views.map_new, name="map-new"),
    path("map/pdf/", views.map_pdf, name="map-pdf"),
    path("map/put-away/", edit_views.map_put_away, name="map-put-away"),
    path("map/touchpoint/<slug:code>/", views.touchpoint_detail, name="touchpoint-detail"),
    path("map/touchpoint/<slug:code>/truth/", truth_views.touchpoint_truth, name="touchpoint-truth"),
    path("map/versions/", edit_views.map_versions, name="map-versions"),
    path("competitors/", path_views.competitor_list, name="competitor-list"),
    path("paths/", path_views.path_study, name="path-study"),
    path("funnels/", path_views.funnel_list, name="funnel-list"),
    path("kpis/", views.kpi_list, name="kpi-list"),
    path("kpis.csv", views.kpi_csv, name="kpi-csv"),
]
