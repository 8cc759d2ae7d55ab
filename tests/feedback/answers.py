"""What a system sends of one answer, and how many of its answers are stored."""

from typing import Any

from feedback.models import Response


def body(**changes: Any) -> dict[str, Any]:
    return {
        "survey": "passengers",
        "source": "crm",
        "external_id": "visit-1",
        "answered_at": "2017-05-15T12:00:00-07:00",
        "answers": {"NETPRO": 9},
    } | changes


def stored() -> int:
    return Response.objects.filter(source="crm").count()
