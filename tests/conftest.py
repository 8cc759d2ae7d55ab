from hypothesis import settings

from tests.demo_site import demo_site

__all__ = ["demo_site"]

# Loaded machines are slow machines: a property fails by its assertion, never by the clock.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
