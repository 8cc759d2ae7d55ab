"""Text messages: one HTTP gateway, whichever it is; files in the data folder where none is set; or the console.

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
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

CONSOLE = "console"
TIMEOUT_SECONDS = 10
MAX_REPLY = 64 * 1024
MOST_PARTS = 3
# GSM 03.38: a text of these alone is counted in septets, those of the second line take two; any other letter makes the
# whole text UCS-2, of which a part holds less than half.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€")
# Signs of good typography that would make a text UCS-2, and what a telephone shows as well.
_PLAIN = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "–": "-", "—": "-",
                        "…": "...", "\u00a0": " ", "\u202f": " "})  # fmt: skip
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


class SmsError(OSError):
    """The message was not taken; an OSError, as the failures of mail are."""


@dataclass(frozen=True)
class Text:
    """One text message; `key` names its cause, so that a gateway that knows repeats sends it once."""

    key: str
    to: str
    text: str


def parts(text: str) -> int:
    """In how many parts a text goes over the air: 160 septets or 70 UTF-16 units alone, 153 or 67 in each of more."""
    if (_GSM | _GSM_TWICE).issuperset(text):
        size, alone, each = sum(2 if letter in _GSM_TWICE else 1 for letter in text), 160, 153
    else:
        size, alone, each = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if size <= alone else -(-size // each)


def fitted(words: str, whole: Callable[[str], str]) -> str:
    """The whole text around the words, in plain signs; words are left out at the end while it takes too many parts."""
    kept = words.translate(_PLAIN)
    text = whole(kept).translate(_PLAIN)
    while parts(text) > MOST_PARTS and " " in kept:
        kept = kept.rpartition(" ")[0].rstrip(" .,;:-")
        text = whole(f"{kept}...").translate(_PLAIN)
    return text


def is_number(value: str) -> bool:
    """Whether this is a telephone number in international form, as in +46701234567."""
    return NUMBER.fullmatch(value) is not None


def transmit(message: Text) -> None:
    """Hand the message over now. The caller holds the lease on the work; raises SmsError."""
    if not is_number(message.to):
        raise SmsError("not a telephone number in international form")
    if settings.SMS_URL == CONSOLE:
        print(f"Text to {message.to}: {message.text}", file=sys.stderr, flush=True)
    elif settings.SMS_URL:
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
    said = {"to": message.to, "text": message.text, "key": message.key, "sender": settings.SMS_SENDER}

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(each) for name, each in value.items()}
        if isinstance(value, list):
            return [filled(each) for each in value]
        if isinstance(value, str):
            return re.sub(r"\{(to|text|key|sender)\}", lambda found: said[found[1]], value)
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
