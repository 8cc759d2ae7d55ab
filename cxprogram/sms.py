"""Text messages: one HTTP gateway, whichever it is, or files in the data folder where none is set.

The gateway's address is looked up once and that address is called: a name that leads into the own network is refused,
redirects are not followed, and a reply is read to a bound.
"""

import hashlib
import http.client
import ipaddress
import json
import re
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

TIMEOUT_SECONDS = 10
MAX_REPLY = 64 * 1024
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


class SmsError(OSError):
    """The message was not taken; an OSError, as the failures of mail are."""


@dataclass(frozen=True)
class Text:
    """One text message; `key` names its cause, so that a gateway that knows repeats sends it once."""

    key: str
    to: str
    text: str


def is_number(value: str) -> bool:
    """Whether this is a telephone number in international form, as in +46701234567."""
    return NUMBER.fullmatch(value) is not None


def transmit(message: Text) -> None:
    """Hand the message over now. The caller holds the lease on the work; raises SmsError."""
    if not is_number(message.to):
        raise SmsError("not a telephone number in international form")
    if settings.SMS_URL:
        _post(urlsplit(settings.SMS_URL), _body(message))
    else:
        _write(message)


def _write(message: Text) -> None:
    """One file for each message; the same message writes the same file."""
    folder = Path(settings.SMS_MESSAGES_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(message.key.encode()).hexdigest()[:16]
    (folder / f"{name}.txt").write_text(f"To: {message.to}\n\n{message.text}\n")


def _body(message: Text) -> bytes:
    """The document of the settings with the message's parts in the places of their names."""
    parts = {"to": message.to, "text": message.text, "key": message.key, "sender": settings.SMS_SENDER}

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(each) for name, each in value.items()}
        if isinstance(value, list):
            return [filled(each) for each in value]
        if isinstance(value, str):
            return re.sub(r"\{(to|text|key|sender)\}", lambda found: parts[found[1]], value)
        return value

    return json.dumps(filled(json.loads(settings.SMS_BODY)), ensure_ascii=False).encode()


def _address(host: str, port: int) -> str:
    """The address to call. Raises SmsError where the name leads into the own network."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError as error:
        raise SmsError("the gateway has no address") from error
    for text in found:
        address = ipaddress.ip_address(str(text))
        if not address.is_global and not (settings.IS_DEMO and address.is_loopback):
            raise SmsError("the gateway's address lies in the own network")
    return str(min(found))


def _connection(url: SplitResult) -> http.client.HTTPConnection:
    host = url.hostname or ""
    port = url.port or (443 if url.scheme == "https" else 80)
    raw = socket.create_connection((_address(host, port), port), timeout=TIMEOUT_SECONDS)
    if url.scheme == "https":
        raw = ssl.create_default_context().wrap_socket(raw, server_hostname=host)
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    connection.sock = raw
    return connection


def _post(url: SplitResult, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if settings.SMS_TOKEN:
        headers["Authorization"] = f"Bearer {settings.SMS_TOKEN}"
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    try:
        connection = _connection(url)
        try:
            connection.request("POST", target, body, headers)
            reply = connection.getresponse()
            reply.read(MAX_REPLY)
        finally:
            connection.close()
    except SmsError:
        raise
    except (OSError, http.client.HTTPException) as error:
        raise SmsError(f"the gateway did not answer: {type(error).__name__}") from error
    if not 200 <= reply.status < 300:
        raise SmsError(f"the gateway answered {reply.status}")
