"""Chains of hashes: canonical text of a document, its place after the one before, and what breaks a chain.

A link's hash is SHA-256 over the hash before (64 hexadecimal digits, nothing for the first) followed by the document.
Anyone can check it with two files and `sha256sum`. A chain cannot tell that its newest links were cut off: that takes
an anchor from outside, a hash that was printed or sent.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


def canonical(document: Any) -> str:
    """Return the one text of a JSON document: sorted keys, no spaces, floats in their shortest exact form.

    Raises ValueError for NaN and infinities, TypeError for what JSON has no word for.
    """
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def digest(previous: str, text: str) -> str:
    """Return the hash of a document that follows `previous` ("" for the first), in hexadecimal."""
    return hashlib.sha256(f"{previous}{text}".encode()).hexdigest()


@dataclass(frozen=True)
class Link:
    """One row of a chain as it is stored; `key` names it in a fault."""

    key: int
    previous: str
    text: str
    hash: str


@dataclass(frozen=True)
class Fault:
    """What is wrong with one link: its key, its place from 1, and a code.

    text      the document is not the one that was hashed
    order     the link does not follow the one before it: one was taken out, put in or moved
    row       a column says something else than the document (found by the caller)
    status    more or fewer rows are in force than should be (found by the caller)
    anchor    the anchor is no link of this chain: its end was cut off or rewritten; the key is 0
    """

    key: int
    position: int
    code: str


def faults(links: Sequence[Link], *, anchor: str = "") -> list[Fault]:
    """Return every fault of the chain, oldest first; `links` in the order in which they were written."""
    found, previous = [], ""
    for position, link in enumerate(links, start=1):
        if digest(link.previous, link.text) != link.hash:
            found.append(Fault(link.key, position, "text"))
        if link.previous != previous:
            found.append(Fault(link.key, position, "order"))
        previous = link.hash
    if anchor and anchor not in {link.hash for link in links}:
        found.append(Fault(0, len(links), "anchor"))
    return found
