"""A target knows for which version of its KPI it was set; of those that are there it is not known."""

from django.db import migrations, models

from cxprogram.migration_steps import together


def version() -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(
        blank=True, help_text="For which it was set. Empty: not known.", null=True, verbose_name="version of the KPI"
    )


class Migration(migrations.Migration):
    dependencies = [("journeys", "0011_customer_base")]
    operations = together([
        migrations.AddField("kpitarget", "kpi_version", version()),
        migrations.AddField("kpitargetevent", "kpi_version", version()),
    ])
