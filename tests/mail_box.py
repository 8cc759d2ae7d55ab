"""A real SMTP server on loopback that keeps what it is given."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import Any

from aiosmtpd.controller import Controller


class MailBox:
    """Takes mail, refuses who is unknown for good and who is busy for now. `settings` lead Django to it."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.settings: dict[str, Any] = {}

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("nobody"):
            return "550 no such user"
        if address.startswith("busy"):
            return "451 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def to(self) -> list[str]:
        return sorted(mail["To"] for mail in self.mails)


class OnAnyPort(Controller):
    def _trigger_server(self) -> None:
        """Called when the server listens: from now on the port is known."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def listening() -> Iterator[MailBox]:
    box = MailBox()
    controller = OnAnyPort(box, hostname="127.0.0.1", port=0)
    controller.start()
    box.settings = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": controller.port,
        "EMAIL_USE_TLS": False,
        "EMAIL_HOST_USER": "",
    }
    yield box
    controller.stop()
