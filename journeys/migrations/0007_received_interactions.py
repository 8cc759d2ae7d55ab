"""Interactions found by when they came in: what was received since the last count."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("journeys", "0006_knowledge")]
    operations = [
        migrations.AddIndex(
            "interaction", BrinIndex(fields=["received_at"], name="interaction_received", pages_per_range=16)
        )
    ]
