"""How many customers share an e-mail address: the planner does not learn it from an index over some of them only.

Without it a look-up among ten million is taken to find fifty thousand and walks the whole table for the newest.
"""

from django.db import migrations

MAKE = "CREATE STATISTICS customer_email_folded ON lower(email) FROM journeys_customer"
DROP = "DROP STATISTICS customer_email_folded"


class Migration(migrations.Migration):
    dependencies = [("journeys", "0009_kept_population_filters")]
    operations = [migrations.RunSQL(MAKE, DROP)]
