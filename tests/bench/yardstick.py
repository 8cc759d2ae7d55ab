"""The yardstick: a bare Django view that makes the same INSERT, and nothing else."""

import json
import os

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from psycopg.types.json import Jsonb

from cxprogram.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.yardstick"
INSTALLED_APPS: list[str] = []
MIDDLEWARE: list[str] = []
WSGI_APPLICATION = "cxprogram.wsgi.application"

INSERT = """
    INSERT INTO feedback_response (program_id, survey_version_id, source, external_id, body_hash, answered_at,
        answered_on, unit_id, channel, language, weight, answers, missing, attributes)
    VALUES (%s, %s, 'yardstick', %s, ''::bytea, now(), current_date, %s, 'api', '', 1, %s, '{}', '{}')
    RETURNING id
"""


def insert(request: HttpRequest) -> HttpResponse:
    body = json.loads(request.body)
    program, version, unit = (int(number) for number in os.environ["CX_BENCH_IDS"].split(","))
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [program, version, body["external_id"], unit, Jsonb(body["answers"])])
        (number,) = cursor.fetchone()
    return HttpResponse(json.dumps({"id": number}), content_type="application/json", status=201)


def nothing(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(status=404)


urlpatterns = [path("insert/", insert)]
handler404 = nothing
