from django.db import migrations


class Migration(migrations.Migration):
    """The table of the database cache, as `createcachetable` would make it: every installation needs it."""

    dependencies = [("cxprogram", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql="""
                CREATE TABLE cx_cache (
                    cache_key varchar(255) NOT NULL PRIMARY KEY,
                    value text NOT NULL,
                    expires timestamp with time zone NOT NULL
                );
                CREATE INDEX cx_cache_expires ON cx_cache (expires);
            """,
            reverse_sql="DROP TABLE cx_cache;",
        )
    ]
