"""The doors of the API under one roof: `/api/v1/` from every room, its schema, its documentation."""

from typing import Any, NoReturn

from django.http import HttpResponse
from django.urls import include, path, re_path
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from cxprogram.api_base import reply
from cxprogram.api_schema import schema
from cxprogram.docs import api_docs
from cxprogram.errors import NotFoundError


@extend_schema(exclude=True)
class SchemaView(APIView):
    """The OpenAPI document, for everyone."""

    authentication_classes = ()
    permission_classes = ()
    metadata_class = None
    http_method_names = ("get", "head")

    def get(self, request: Request) -> HttpResponse:
        return reply(schema())


@extend_schema(exclude=True)
class UnknownView(APIView):
    """Whatever else lies under /api/: 401 for those who do not say who they are, 404 for all others."""

    permission_classes = (IsAuthenticated,)
    metadata_class = None

    def refuse(self, request: Any, **kwargs: Any) -> NoReturn:
        raise NotFoundError(_("There is no such door. Addresses end with a slash."), code="not-found")

    get = post = put = patch = delete = options = refuse  # type: ignore[assignment]


v1 = [
    path("", include("journeys.api.urls")),
    path("", include("feedback.api.urls")),
    path("", include("actions.api.urls")),
    path("", include("governance.api.urls")),
]
app_name = "api"
urlpatterns = [
    path("v1/", include(v1)),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", api_docs, name="docs"),
    re_path(r"", UnknownView.as_view(), name="unknown"),
]
