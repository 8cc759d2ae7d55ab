"""Responses found by when they came in: what was received since the populations of KPIs were counted.

The index of the program alone goes: three others begin with it.
"""

import django.db.models.deletion
from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0017_kept_choices_of_every_kind")]
    operations = [
        migrations.AddIndex(
            "response", BrinIndex(fields=["received_at"], name="response_received", pages_per_range=16)
        ),
        migrations.AlterField(
            "response",
            "program",
            models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="cxprogram.program"
            ),
        ),
    ]
