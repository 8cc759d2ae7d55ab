"""Responses found by when they came in: what was received since the populations of KPIs were counted."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("feedback", "0017_kept_choices_of_every_kind")]
    operations = [
        migrations.AddIndex(
            "response", BrinIndex(fields=["received_at"], name="response_received", pages_per_range=16)
        )
    ]
