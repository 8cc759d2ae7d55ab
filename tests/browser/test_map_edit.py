"""The map's editing page in a real browser: dragged with the mouse, moved by keyboard, edited in place, by two."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from journeys.models import Touchpoint
from tests import factories
from tests.browser.test_pages import axe, browser  # noqa: F401
from tests.factories import House

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EDIT = "/map/edit/?journey=departure"
