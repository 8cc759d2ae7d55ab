"""The fixed words of the ground floor."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Program owner")
    ANALYST = "analyst", _("Analyst")
    EXECUTIVE = "executive", _("Executive")
    STEERING = "steering", _("Steering group")
    UNIT_MANAGER = "unit_manager", _("Unit manager")
    FRONTLINE = "frontline", _("Frontline")
    PROJECT_LEAD = "project_lead", _("Project lead")
    AUDITOR = "auditor", _("Auditor")
    ADVISOR = "advisor", _("Advisor")
    INTEGRATION = "integration", _("Integration")


class Duty(models.TextChoices):
    """The four letters of a RACI chart."""

    RESPONSIBLE = "responsible", _("Responsible")
    ACCOUNTABLE = "accountable", _("Accountable")
    CONSULTED = "consulted", _("Consulted")
    INFORMED = "informed", _("Informed")


class Theme(models.TextChoices):
    AUTO = "", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class ImportStatus(models.TextChoices):
    """An import by a command is started and ends; a file that was uploaded waits, is queued and is worked on."""

    UPLOADED = "uploaded", _("Not started")
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Being read")
    STARTED = "started", _("Started")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Given up")


class MailStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
