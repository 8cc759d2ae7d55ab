from hypothesis import settings

# Loaded machines are slow machines: a property fails by its assertion, never by the clock.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
