"""The link by which a person chooses a password: nobody else ever sets it."""

from allauth.account.forms import ResetPasswordForm
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cxprogram.errors import DomainError
from cxprogram.models import User


def send(request: HttpRequest, person: User) -> None:
    """Send the link. Raises DomainError (`person-not-active`, `mail-not-sent`); the caller has checked the right."""
    form = ResetPasswordForm({"email": person.email})
    if not form.is_valid():
        raise DomainError(_("The person cannot log in."), code="person-not-active")
    try:
        form.save(request)
    except OSError as error:
        raise DomainError(_("The mail could not be sent: %(why)s.") % {"why": error}, code="mail-not-sent") from error
