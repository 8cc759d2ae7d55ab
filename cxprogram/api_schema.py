"""How the doors of the API describe themselves: OpenAPI 3.1, from the types that read the bodies and write the replies.

The words of the schema are English in every language of the pages: programs and programmers read it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

REF = "#/components/schemas/{name}"
JSON, PROBLEM = "application/json", "application/problem+json"
EVERYWHERE: Mapping[int, Sequence[str]] = {401: ("not-authenticated",), 403: ("not-allowed",)}


class Problem(msgspec.Struct):
    """Why a request was refused (RFC 9457). Programs read `code`, people read `detail`."""

    type: str
    title: str
    status: int
    code: str
    detail: str


_described: dict[str, Any] = {}


def ref(struct: type[msgspec.Struct]) -> dict[str, str]:
    known = _described.setdefault(struct.__name__, struct)
    assert known is struct, f"two shapes are called {struct.__name__}"
    return {"$ref": REF.format(name=struct.__name__)}


def page_of(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """The schema of one page of a list."""
    address = {"type": ["string", "null"], "format": "uri"}
    return {
        "type": "object",
        "required": ["next", "previous", "results"],
        "properties": {"next": address, "previous": address, "results": {"type": "array", "items": ref(struct)}},
    }


def parameter(name: str, description: str, *, required: bool = False, **schema: Any) -> OpenApiParameter:
    return OpenApiParameter(name, {"type": "string"} | schema, description=description, required=required)


PROGRAM = parameter("program", "Short name of the program; may be left out by those who have only one.")
PERIOD = parameter(
    "period", "`YYYY`, `YYYY-MM` or `all`, in days of the program's time zone.", pattern=r"^(\d{4}(-\d{2})?|all)$"
)
UNIT = parameter("unit", "Code of a unit; its whole subtree counts. Without it, the root.")
PAGES = (
    parameter("cursor", "From `next` or `previous` of another page."),
    parameter(
        "page_size", "Rows a page, 50 if not given; more than 500 is refused.", type="integer", minimum=1, maximum=500
    ),
)


def describe(
    summary: str,
    *,
    name: str,
    tag: str,
    description: str = "",
    parameters: Sequence[OpenApiParameter] = (),
    body: type[msgspec.Struct] | Mapping[str, Any] | None = None,
    example: Any = None,
    replies: Mapping[int, Any],
    reply_example: Any = None,
    refusals: Mapping[int, Sequence[str]] | None = None,
) -> Callable[[Any], Any]:
    """Write one door into the schema. `body` and the `replies` are structs or schemas; `refusals` lists codes.

    `name` is empty where one view stands behind several addresses: each gets a name made of its address.
    """
    answers: dict[Any, Any] = {}
    for status, shape in replies.items():
        media_type = JSON
        if isinstance(shape, tuple):
            shape, media_type = shape
        schema = shape if isinstance(shape, Mapping) else ref(shape)
        examples = [OpenApiExample(name or summary, value=reply_example)] if reply_example is not None else []
        answers[status, media_type] = OpenApiResponse(dict(schema), description="Done", examples=examples)
    for status, codes in sorted((dict(EVERYWHERE) | dict(refusals or {})).items()):
        words = ", ".join(f"`{code}`" for code in codes)
        answers[status, PROBLEM] = OpenApiResponse(ref(Problem), description=words)
    request: Any = None
    if isinstance(body, Mapping):
        request = dict(body)
    elif body is not None:
        request = {JSON: ref(body)}
    return extend_schema(
        operation_id=name or None,
        summary=summary,
        description=description or summary,
        tags=[tag],
        parameters=list(parameters),
        request=request,
        responses=answers,
        examples=[OpenApiExample(name or summary, value=example, request_only=True)] if example is not None else None,
    )


def add_components(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Hook of the generator: the shapes that the doors name, and every body required."""
    _schemas, components = msgspec.json.schema_components(_described.values(), ref_template=REF)
    result.setdefault("components", {}).setdefault("schemas", {}).update(sorted(components.items()))
    for operations in result["paths"].values():
        for operation in operations.values():
            if "requestBody" in operation:
                operation["requestBody"]["required"] = True
    return result


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The whole document; it changes only with the code."""
    return SchemaGenerator().get_schema(request=None, public=True)
