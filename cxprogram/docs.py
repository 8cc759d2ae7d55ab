"""/api/docs/: the schema as a page that needs no script and no log-in."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from cxprogram.api_base import MAX_PAGE_SIZE, PAGE_SIZE
from cxprogram.api_bodies import MAX_BODY, MAX_BULK_BODY, MAX_BULK_ROWS
from cxprogram.api_schema import schema


@dataclass(frozen=True)
class Line:
    """One parameter, or one field of an object."""

    name: str
    type: str
    is_required: bool
    description: str


@dataclass(frozen=True)
class Shape:
    """One object of a body or a reply, with its fields."""

    name: str
    description: str
    fields: list[Line]


@dataclass(frozen=True)
class Answer:
    status: str
    description: str
    type: str


@dataclass(frozen=True)
class Operation:
    """One door: what it takes and what it answers."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Line]
    body: str
    body_types: list[str]
    body_example: str
    answers: list[Answer]
    answer_example: str


@dataclass(frozen=True)
class Chapter:
    name: str
    operations: list[Operation]


def _type(spec: dict[str, Any]) -> str:
    """The type in words, as short as it is clear."""
    if "$ref" in spec:
        return spec["$ref"].rsplit("/", 1)[-1]
    if "anyOf" in spec:
        return " or ".join(_type(option) for option in spec["anyOf"])
    if "enum" in spec:
        return " or ".join(f"“{value}”" for value in spec["enum"])
    kind = spec.get("type", "any")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array":
        return f"list of {_type(spec.get('items', {}))}"
    if kind == "object" and "results" in spec.get("properties", {}):
        return f"page of {_type(spec['properties']['results']['items'])}"
    if kind == "object" and "additionalProperties" in spec:
        extra = spec["additionalProperties"]
        return f"map of {_type(extra) if isinstance(extra, dict) else 'any'}"
    return f"{kind} ({spec['format']})" if "format" in spec else kind


def _limits(spec: dict[str, Any]) -> str:
    bounds = (("minLength", "at least"), ("maxLength", "at most"))
    words = [f"{name} {spec[key]}" for key, name in bounds if key in spec]
    return f"({', '.join(words)} characters)" if words else ""


def _marked(*texts: str) -> SafeString:
    """The texts as one, with what stands between backticks as code."""
    parts = " ".join(filter(None, texts)).split("`")
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", part) if odd % 2 else part,) for odd, part in enumerate(parts))
    )


def _example(content: dict[str, Any]) -> str:
    for media in content.values():
        for example in media.get("examples", {}).values():
            return json.dumps(example["value"], indent=2, ensure_ascii=False)
    return ""


def _operation(path: str, method: str, spec: dict[str, Any]) -> Operation:
    body = spec.get("requestBody", {}).get("content", {})
    answers, shown = [], ""
    for status, answer in spec["responses"].items():
        content = answer.get("content", {})
        shown = shown or _example(content)
        kinds = [
            media_type if media["schema"].get("format") == "binary" else _type(media["schema"])
            for media_type, media in content.items()
        ]
        answers.append(Answer(status, _marked(answer["description"]), ", ".join(kinds)))
    return Operation(
        anchor=spec["operationId"],
        method=method.upper(),
        path=path,
        summary=spec["summary"],
        description=_marked(spec["description"]),
        parameters=[
            Line(each["name"], _type(each["schema"]), each.get("required", False), _marked(each.get("description", "")))
            for each in spec.get("parameters", [])
        ],
        body=_type(next(iter(body.values()))["schema"]) if body else "",
        body_types=list(body),
        body_example=_example(body),
        answers=sorted(answers, key=lambda answer: answer.status),
        answer_example=shown,
    )


@lru_cache(maxsize=1)
def chapters() -> list[Chapter]:
    """The doors by subject, in the order of the addresses."""
    found: dict[str, list[Operation]] = {}
    for path, operations in schema()["paths"].items():
        for method, spec in operations.items():
            found.setdefault(spec["tags"][0], []).append(_operation(path, method, spec))
    return [Chapter(name, operations) for name, operations in found.items()]


@lru_cache(maxsize=1)
def shapes() -> list[Shape]:
    """The objects of bodies and replies, by name."""
    return [
        Shape(
            name,
            _marked(spec.get("description", "")),
            [
                Line(
                    field,
                    _type(each),
                    field in spec.get("required", []),
                    _marked(each.get("description", ""), _limits(each)),
                )
                for field, each in spec.get("properties", {}).items()
            ],
        )
        for name, spec in sorted(schema()["components"]["schemas"].items())
    ]


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "cxprogram/api_docs.html",
        {
            "chapters": chapters(),
            "shapes": shapes(),
            "description": schema()["info"]["description"],
            "base_url": request.build_absolute_uri("/api/v1/"),
            "page_size": PAGE_SIZE,
            "max_page_size": MAX_PAGE_SIZE,
            "max_body": number_format(MAX_BODY, force_grouping=True),
            "max_bulk_body": number_format(MAX_BULK_BODY, force_grouping=True),
            "max_bulk_rows": number_format(MAX_BULK_ROWS, force_grouping=True),
        },
    )
