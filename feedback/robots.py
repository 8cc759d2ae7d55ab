"""Signs that a program, not a person, opened an address or filled a form. Pure; whatever looks so is kept and flagged.

Mail scanners open every link of a mail within a second, often before the mail is delivered, many by HEAD or under a
name of their own. A score counts only when a person sends the form, so a sign costs nobody their answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

BURST = timedelta(seconds=1)
TOO_SOON = timedelta(seconds=2)
# Nobody reads a question and answers it faster.
TOO_FAST = timedelta(seconds=1)
BURST_SCORES = 3
AGENTS = re.compile(
    r"barracuda|proofpoint|mimecast|safelinks|urldefense|messagelabs|symantec|fireeye|trendmicro|sophos|forcepoint"
    r"|ironport|cloudmark|bitdefender|avast|kaspersky|googleimageproxy|google-safety|yahoomailproxy|slackbot|linkedinbot"
    r"|facebookexternalhit|skypeuripreview|whatsapp|twitterbot|telegrambot|discordbot|bingpreview|bot\b|crawler|spider"
    r"|headlesschrome|phantomjs|python-requests|python-urllib|aiohttp|httpx|curl/|wget/|go-http-client|java/|okhttp"
    r"|libwww|scan(?:ner)?\b|preview",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Visit:
    """One request for an address."""

    at: datetime
    method: str = "GET"
    user_agent: str = ""


def signs(visit: Visit, *, sent_at: datetime | None, scores: Sequence[int | None] = ()) -> list[str]:
    """Why the opening of an address looks like a program's.

    - head: only the head of the page was asked for;
    - agent: it names itself as a scanner, a preview or a library, or does not name itself;
    - too_soon: no mail is read within two seconds of its sending;
    - burst: three scores of one mail within a second; `scores` are those of the second, this one included.
    """
    found = []
    if visit.method == "HEAD":
        found.append("head")
    if not visit.user_agent.strip() or AGENTS.search(visit.user_agent):
        found.append("agent")
    if sent_at is not None and timedelta(0) <= visit.at - sent_at < TOO_SOON:
        found.append("too_soon")
    if len({score for score in scores if score is not None}) >= BURST_SCORES:
        found.append("burst")
    return found


def answer_signs(*, has_filled_trap: bool, opened_at: datetime | None, at: datetime) -> list[str]:
    """Why an answer looks like a program's: it filled the field that people do not see, or came too fast."""
    found = ["honeypot"] if has_filled_trap else []
    if opened_at is not None and at - opened_at < TOO_FAST:
        found.append("too_fast")
    return found


def marks(found: Sequence[str]) -> dict[str, bool | str]:
    """What a suspected answer carries, so that it can be counted apart."""
    return {"suspected_robot": True, "robot_signs": ", ".join(found)} if found else {}
