from django.urls import path

from journeys.api.competitor_comparisons import CompetitorComparisonView
from journeys.api.competitor_ratings import CompetitorRatingBulkView, CompetitorRatingView
from journeys.api.consents import ConsentBulkView, ConsentView
from journeys.api.customers import CustomerBulkView, CustomerView
from journeys.api.funnels import FunnelView
from journeys.api.interactions import InteractionBulkView, InteractionView
from journeys.api.journeys import JourneyListView, JourneyView
from journeys.api.kpi_values import KpiValueView
from journeys.api.paths import PathView
from journeys.api.segment import SegmentBatchView, SegmentView

urlpatterns = [
    path("customers/", CustomerView.as_view(), name="customer-list"),
    path("customers/bulk/", CustomerBulkView.as_view(), name="customer-bulk"),
    path("consents/", ConsentView.as_view(), name="consent-create"),
    path("consents/bulk/", ConsentBulkView.as_view(), name="consent-bulk"),
    path("competitor-ratings/", CompetitorRatingView.as_view(), name="competitor-rating-create"),
    path("competitor-ratings/bulk/", CompetitorRatingBulkView.as_view(), name="competitor-rating-bulk"),
    path("competitor-comparisons/", CompetitorComparisonView.as_view(), name="competitor-comparison"),
    path("interactions/", InteractionView.as_view(), name="interaction-create"),
    path("interactions/bulk/", InteractionBulkView.as_view(), name="interaction-bulk"),
    # The addresses are Segment's: no slash at their end.
    path("segment/v1/batch", SegmentBatchView.as_view(), name="segment-batch"),
    path("segment/v1/import", SegmentBatchView.as_view(), name="segment-import"),
    *(
        path(f"segment/v1/{kind}", SegmentView.as_view(kind=kind), name=f"segment-{kind}")
        for kind in ("track", "identify", "page", "screen", "group", "alias")
    ),
    path("journeys/", JourneyListView.as_view(), name="journey-list"),
    path("journeys/<slug:code>/", JourneyView.as_view(), name="journey"),
    path("paths/", PathView.as_view(), name="paths"),
    path("funnels/", FunnelView.as_view(), name="funnels"),
    path("kpi-values/", KpiValueView.as_view(), name="kpi-value"),
]
