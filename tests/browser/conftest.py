import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.chromium import launched


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser for `live_server`, which is served by this process."""
    with launched() as started, pytest.MonkeyPatch.context() as patch:
        # Playwright runs a loop of its own in this thread; Django would take it for an async view.
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield started
