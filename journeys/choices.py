from django.db import models
from django.utils.translation import gettext_lazy as _


class Evidence(models.TextChoices):
    ASSUMED = "assumed", _("Assumed")
    PARTLY = "partly", _("Partly researched")
    RESEARCHED = "researched", _("Researched")


class Truth(models.TextChoices):
    """Whether a touchpoint is a moment of truth; only a person confirms it."""

    NO = "", _("No")
    PROPOSED = "proposed", _("Proposed")
    CONFIRMED = "confirmed", _("Confirmed")


class Aspect(models.TextChoices):
    """What the touchpoint's question asks for; only answers to the same aspect are comparable."""

    QUALITY = "quality", _("asks quality")
    EASE = "ease", _("asks ease")
    CLEANLINESS = "cleanliness", _("asks cleanliness")
    SAFETY = "safety", _("asks safety")


class Measure(models.TextChoices):
    """The unit in which a KPI is written."""

    POINTS = "points", _("points")
    MEAN = "mean", _("mean")
    SHARE = "share", _("per cent")
    COUNT = "count", _("number")
