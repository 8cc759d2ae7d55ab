"""An index by which a wave of a plan finds its sample among millions of customers.

The order of a hash is an order by chance; see `feedback/services/draws.py`. The condition is that of a population.
"""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("feedback", "0004_who_is_asked"),
        ("journeys", "0004_known_customers"),
    ]

    operations = [
        migrations.RunSQL(
            sql="""
                CREATE INDEX customer_rank ON journeys_customer (program_id, hashint8extended(id, 0::bigint), id)
                WHERE kind = 'person' AND is_customer AND merged_into_id IS NULL AND erased_at IS NULL
            """,
            reverse_sql="DROP INDEX customer_rank",
        ),
    ]
