"""The table of interactions, as PostgreSQL has it."""

import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_interactions_are_partitioned_by_month() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_partkeydef('journeys_interaction'::regclass)")
        assert cursor.fetchone() == ("RANGE (at)",)
