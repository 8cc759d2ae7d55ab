from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportKind(models.TextChoices):
    STEERING = "steering", _("Steering report")


class StatementStatus(models.TextChoices):
    ISSUED = "issued", _("Issued")
    CORRECTED = "corrected", _("Corrected by a later one")
