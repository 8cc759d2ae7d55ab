from django.db import models
from django.utils.translation import gettext_lazy as _

from cxprogram.choices import MailStatus
from cxprogram.models.program import Program
from cxprogram.querysets import AdminOnlyQuerySet


class OutgoingMail(models.Model):
    """One mail to be sent once: written with the change that causes it, claimed by a worker under a lease."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE)
    key = models.CharField(_("cause"), max_length=100, help_text=_("A cause sends one mail."))
    to = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    status = models.CharField(max_length=10, choices=MailStatus.choices, default=MailStatus.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = AdminOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        constraints = [models.UniqueConstraint(fields=["program", "key"], name="outgoing_mail_once")]
        # The sender looks for what waits or whose lease ran out.
        indexes = [
            models.Index(
                fields=["leased_until"],
                condition=models.Q(status__in=["waiting", "sending"]),
                name="outgoing_mail_due",
            )
        ]

    def __str__(self) -> str:
        return self.subject
