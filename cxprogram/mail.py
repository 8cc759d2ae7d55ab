"""Mail: rows that are written with the change and sent by a worker, and the demonstration's mail box."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import formataddr, parseaddr
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q
from django.dispatch import Signal
from django.utils.translation import gettext as _

from cxprogram.choices import MailStatus
from cxprogram.errors import ConflictError
from cxprogram.models import OutgoingMail, Program

log = logging.getLogger(__name__)
# Sent after the commit with `mail_id`; the roof sends it to a worker, a sweep finds what was missed.
outgoing_mail_written = Signal()
LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 8


class EmlFileBackend(BaseEmailBackend):
    """Writes each message as one file `mail/*.eml` in the data folder; the same message writes the same file."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_MESSAGES_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            key = message.extra_headers.get("X-CX-Key") or message.subject + "".join(message.to)
            name = hashlib.sha256(key.encode()).hexdigest()[:16]
            (folder / f"{name}.eml").write_bytes(message.message().as_bytes())
        return len(email_messages)


@dataclass(frozen=True)
class Message:
    """One mail that is sent as it is made and stored nowhere: what it says holds a secret of its reader.

    `key` names the cause, as in the outbox; `sender` is a name, the address is the house's.
    """

    key: str
    to: str
    subject: str
    text: str
    html: str = ""
    sender: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def transmit(message: Message) -> None:
    """Hand the mail to the server now. The caller holds the lease on the work; raises OSError, as smtplib does."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    mail = EmailMultiAlternatives(
        " ".join(message.subject.split())[:200],
        message.text,
        from_email=formataddr((message.sender, address)) if message.sender else settings.DEFAULT_FROM_EMAIL,
        to=[message.to],
        headers={"X-CX-Key": message.key, **message.headers},
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    mail.send()


def enqueue(program: Program, *, key: str, to: str, subject: str, body: str) -> OutgoingMail | None:
    """Write the mail down, within the caller's transaction; a cause that has its mail gets no second one."""
    mail, is_new = OutgoingMail.objects.get_or_create(
        program=program, key=key, defaults={"to": to, "subject": subject[:200], "body": body}
    )
    if not is_new:
        return None
    transaction.on_commit(lambda: outgoing_mail_written.send(sender=OutgoingMail, mail_id=mail.pk))
    return mail


def claim(mail_id: int, *, at: datetime) -> bool:
    """Take the mail for sending; the row count says who won."""
    return bool(
        OutgoingMail.objects.filter(pk=mail_id, attempts__lt=MAX_ATTEMPTS)
        .filter(Q(status=MailStatus.WAITING) | Q(status=MailStatus.SENDING, leased_until__lt=at))
        .filter(Q(leased_until=None) | Q(leased_until__lt=at))
        .update(status=MailStatus.SENDING, leased_until=at + LEASE)
    )


def deliver(mail_id: int, *, at: datetime) -> bool:
    """Send one mail if nobody else is sending it; a failure waits longer each time and is given up at last."""
    if not claim(mail_id, at=at):
        return False
    mail = OutgoingMail.objects.get(pk=mail_id)
    message = EmailMessage(mail.subject, mail.body, to=[mail.to], headers={"X-CX-Key": f"{mail.program_id}:{mail.key}"})
    try:
        message.send()
    except OSError as error:  # smtplib's errors are OSErrors too
        log.warning("mail %s was not sent: %s", mail.pk, type(error).__name__)
        mail.attempts += 1
        gave_up = mail.attempts >= MAX_ATTEMPTS
        mail.status = MailStatus.FAILED if gave_up else MailStatus.WAITING
        mail.leased_until = at + timedelta(minutes=2**mail.attempts)
        mail.last_error = str(error)[:300]
        mail.save(update_fields=["attempts", "status", "leased_until", "last_error"])
        return False
    mail.status, mail.sent_at, mail.leased_until = MailStatus.SENT, at, None
    mail.save(update_fields=["status", "sent_at", "leased_until"])
    return True


def due(at: datetime) -> list[int]:
    """Mails that wait, and those whose sender died."""
    rows = OutgoingMail.objects.filter(status__in=[MailStatus.WAITING, MailStatus.SENDING])
    return list(
        rows.filter(Q(leased_until=None) | Q(leased_until__lt=at)).order_by("pk").values_list("pk", flat=True)[:500]
    )


@transaction.atomic
def send_again(mail: OutgoingMail) -> None:
    """Let a mail that was given up be tried anew. One that was sent is not sent twice, one that waits goes by itself.

    Raises ConflictError (`mail-not-failed`).
    """
    changed = OutgoingMail.objects.filter(pk=mail.pk, status=MailStatus.FAILED).update(
        status=MailStatus.WAITING, attempts=0, leased_until=None, last_error=""
    )
    if not changed:
        raise ConflictError(_("Only a mail that failed is sent again."), code="mail-not-failed")
    transaction.on_commit(lambda: outgoing_mail_written.send(sender=OutgoingMail, mail_id=mail.pk))
