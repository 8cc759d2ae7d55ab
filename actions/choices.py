from django.db import models
from django.utils.translation import gettext_lazy as _


class ProjectStatus(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped")


class GateDecision(models.TextChoices):
    WAITING = "", _("Not decided")
    GO = "go", _("Go on")
    CHANGE = "change", _("Change first")
    STOP = "stop", _("Stop")


class EffectMethod(models.TextChoices):
    BEFORE_AFTER = "before_after", _("Before and after, without a comparison group")
