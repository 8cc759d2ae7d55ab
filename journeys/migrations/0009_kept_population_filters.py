"""The KPIs that are there go on with the filters that their segments have now."""

from django.db import migrations

KEEP = """
    UPDATE journeys_kpi k SET population_filter = s.definition FROM journeys_segment s WHERE s.id = k.population_id
"""


class Migration(migrations.Migration):
    dependencies = [("journeys", "0008_kpi_population_filter")]
    operations = [migrations.RunSQL(KEEP, migrations.RunSQL.noop)]
