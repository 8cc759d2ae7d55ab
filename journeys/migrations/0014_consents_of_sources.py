"""Words on consent that other systems keep have a key, and may name a text that is none of ours."""

from django.conf import settings
from django.db import migrations, models

from cxprogram.migration_steps import together


class Migration(migrations.Migration):
    dependencies = [
        ("cxprogram", "0001_squashed_0003"),
        ("journeys", "0013_touchpoint_receiver"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        migrations.RemoveConstraint(
            model_name="consent",
            name="consent_granted_to_a_text",
        ),
        migrations.AddField(
            model_name="consent",
            name="external_id",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=200, verbose_name="key in the source"
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="reference",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Under which name the source keeps the text that was shown, where it is none of ours.",
                max_length=200,
                verbose_name="text at the source",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="source",
            field=models.CharField(blank=True, db_default="", default="", max_length=60, verbose_name="source"),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "granted"), _negated=True),
                    ("text__isnull", False),
                    models.Q(("reference", ""), _negated=True),
                    _connector="OR",
                ),
                name="consent_granted_to_a_text",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source", ""), _negated=True),
                fields=("program", "source", "external_id"),
                name="consent_key_once",
            ),
        ),
    ])
