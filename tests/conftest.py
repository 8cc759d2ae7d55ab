import pytest
from django.db import connection
from hypothesis import settings

from tests.demo_site import demo_site
from tests.template_database import migrated_template

__all__ = ["demo_site"]

# Loaded machines are slow machines: a property fails by its assertion, never by the clock.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    connection.settings_dict["TEST"]["TEMPLATE"] = migrated_template()
