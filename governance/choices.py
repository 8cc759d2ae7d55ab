from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportKind(models.TextChoices):
    STEERING = "steering", _("Steering report")


class StatementStatus(models.TextChoices):
    ISSUED = "issued", _("Issued")
    CORRECTED = "corrected", _("Corrected by a later one")


class DefectKind(models.TextChoices):
    """What a program can lack, the gravest first; `%(number)s` is filled in where it stands."""

    NO_CHARTER = "no-charter", _("There is no charter: nobody has given the program its mandate.")
    NO_SPONSOR = "no-sponsor", _("No sponsor: nobody on top stands for the program.")
    NO_OWNER = "no-owner", _("No owner: nobody runs the program.")
    OWNER_NOT_DEDICATED = (
        "owner-not-dedicated",
        _("The owner is not dedicated: %(number)s per cent of the time is set aside."),
    )
    NO_OBJECTIVE = "no-objective", _("No objective: nobody can tell whether the program succeeds.")
    CUSTOMER_NOT_DEFINED = "customer-not-defined", _("Nobody has written down who the customer is.")
    NOBODY_SIGNS = "nobody-signs", _("Nobody is asked to sign the charter.")
    NOT_SIGNED = "not-signed", _("Asked to sign the charter, and has not.")
    UNIT_WITHOUT_MANAGER = "unit-without-manager", _("Nobody manages this unit.")
    TOUCHPOINT_WITHOUT_RESPONSIBLE = (
        "touchpoint-without-responsible",
        _("Nobody is responsible for this touchpoint."),
    )
    KPI_WITHOUT_TARGET = "kpi-without-target", _("No target is set for this KPI.")
    TARGET_NOT_APPROVED = "target-not-approved", _("Targets that no second person has approved: %(number)s.")
