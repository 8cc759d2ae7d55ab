"""Customers met before: their place in the alphabet, and their e-mail addresses as identities."""

import unicodedata

from django.db import migrations

SWEDISH = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"})
DANISH = str.maketrans({"æ": "{", "ä": "{", "ø": "|", "ö": "|", "å": "}"})

# Of two customers with one address the first one met has it.
ADDRESSES = """
    INSERT INTO journeys_customeridentity (program_id, customer_id, source, value)
    SELECT DISTINCT ON (program_id, lower(email)) program_id, id, 'email', lower(email)
    FROM journeys_customer WHERE email <> '' ORDER BY program_id, lower(email), id
    ON CONFLICT DO NOTHING
"""


def sort_names(apps, schema_editor):
    customers = apps.get_model("journeys", "Customer").objects.exclude(name="").select_related("program")
    changed = []
    for customer in customers.iterator():
        language = DANISH if customer.program.language in ("da", "nb") else SWEDISH
        folded = unicodedata.normalize("NFC", customer.name).casefold().translate(language)
        bare = unicodedata.normalize("NFD", folded)
        customer.sort_key = " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())[:200]
        changed.append(customer)
        if len(changed) == 5000:
            customers.model.objects.bulk_update(changed, ["sort_key"])
            changed = []
    customers.model.objects.bulk_update(changed, ["sort_key"])


class Migration(migrations.Migration):
    dependencies = [("journeys", "0003_interactions_by_month")]

    operations = [
        migrations.RunPython(sort_names, migrations.RunPython.noop),
        migrations.RunSQL(ADDRESSES, reverse_sql=migrations.RunSQL.noop),
    ]
