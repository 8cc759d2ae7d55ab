"""A version of a KPI holds the filter of its population as it was when the version was made."""

from django.db import migrations, models


def as_it_was() -> models.JSONField:
    return models.JSONField(
        blank=True,
        db_default=models.Value({}, models.JSONField()),
        default=dict,
        editable=False,
        help_text="As the segment was when this version was made: an edit of the segment changes no number.",
        verbose_name="filter of the population",
    )


class Migration(migrations.Migration):
    dependencies = [("journeys", "0007_received_interactions")]
    operations = [
        migrations.AddField("kpi", "population_filter", as_it_was()),
        migrations.AddField("kpievent", "population_filter", as_it_was()),
    ]
