import copy
import gc
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.db import connection, transaction
from django.test import TransactionTestCase
from hypothesis import settings

from tests import factories
from tests.browser.chromium import launched
from tests.demo_site import DemoSite, demo_site
from tests.emptying import empty_tables
from tests.template_database import migrated_template

__all__ = ["demo_site"]

# Loaded machines are slow machines: a property fails by its assertion, never by the clock.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


# What a test leaves is little beside what is loaded, and the collector looks through all of it each time.
gc.set_threshold(20_000, 20, 100)


def pytest_collection_finish() -> None:
    """All that is loaded by now stays to the end."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Pytest looks five times over for what was left: once is enough."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)  # before pytest looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The demonstration's first, which take one worker the longest; beside them those that need no database: none is
    there yet, and a transaction that is open in another one would hold back what the demonstration folds."""

    def place(item: pytest.Item) -> int:
        group = item.get_closest_marker("xdist_group")
        if group is not None:
            return 0 if "demo" in group.args else 2
        return 3 if is_stored(item) else 1

    def is_stored(item: pytest.Item) -> bool:
        names = {"django_db_setup", "demo_site"} & set(item.fixturenames)  # type: ignore[attr-defined]
        return bool(item.get_closest_marker("django_db") or names)

    for item in items:
        if not is_stored(item):
            item.add_marker("stores_nothing")
    items.sort(key=place)


@pytest.fixture(scope="session", autouse=True)
def static_files_on_demand() -> None:
    """Each test client loads the middleware anew, which would read every static file each time."""
    django_settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session", autouse=True)
def quick_emptying() -> None:
    TransactionTestCase._fixture_teardown = empty_tables


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """By the same algorithm in a thousandth of its rounds; the demonstration's people log in by all of them."""
    ScryptPasswordHasher.work_factor = 2**4


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    # The template has its triggers: they need not be made anew whenever a test has emptied the tables.
    django_settings.PGTRIGGER_INSTALL_ON_MIGRATE = False
    connection.settings_dict["TEST"]["TEMPLATE"] = migrated_template()


@pytest.fixture(scope="module")
def built_house(request: pytest.FixtureRequest, django_db_setup: Any, django_db_blocker: Any) -> Iterator[Any]:
    """The module's `build_house()`, or one of everything: built once, in a transaction around those of its tests.

    A module with a test that commits (`transaction=True`) builds its own for each test: this one would be in its way.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        made = getattr(request.module, "build_house", factories.make_house)()
        connection.check_constraints()  # once: what is left open is checked again at the end of every test
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def house(built_house: Any, db: None) -> Any:
    """A copy: what a test does to the rows is undone after it, what it does to the objects is its own."""
    return copy.deepcopy(built_house)


@pytest.fixture(scope="module")
def chromium(demo_site: DemoSite) -> Iterator[Any]:
    """A browser for the demonstration's site."""
    with launched() as browser:
        yield browser
