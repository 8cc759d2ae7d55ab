"""What the demonstration's passengers say elsewhere: made up, few, and named so. Sent through the public API."""

from collections.abc import Callable
from typing import Any

from cxprogram.demo.knowledge import send
from cxprogram.demo.program import Cast
from feedback.models import Mention

SOURCES = {
    "mentions": "made-up reviews",
    "support-cases": "made-up helpdesk",
    "feature-requests": "made-up wishes",
    "conversations": "made-up chat",
    "employee-remarks": "made-up staff survey",
}
# (day and hour of May 2017, area, touchpoint, rating of 5, title, text)
REVIEWS = (
    ("03T09", "A", "passing-security", 5, "Quick through security",
     "Ten minutes from the kerb to the gate on a Monday morning."),
    ("06T18", "G", "restaurants", 2, "Nothing to eat after nine",
     "The restaurants at the gate were closed. The shop had crisps."),
    ("11T12", "C", "art", 4, "Lovely exhibition",
     "Did not expect a museum behind security. The screens could be larger."),
    ("15T07", "G", "signs-inside", 1, "No signs",
     "Walked to the wrong end twice. One sign at the escalator would have done."),
    ("21T16", "F", "restaurants", 3, "Fine, but dear", "Clean and calm. A sandwich costs as much as dinner at home."),
    ("27T20", "B", "", 5, "Free water and plugs", "Somebody has thought of those who wait."),
)  # fmt: skip
# (opened, area, touchpoint, subject, text, state, closed)
CASES = (
    ("04T08", "G", "passing-security", "Left a coat at the checkpoint",
     "Grey coat, second line from the left.", "closed", "05T10"),
    ("12T14", "E", "escalators", "Lift out of order",
     "My mother had to walk to the other end with her stick.", "closed", "12T17"),
    ("19T11", "A", "wifi", "Wi-Fi asks for a number", "The page wants an American number. I have none.", "open", None),
    ("29T06", "G", "gate-changes", "Missed the change of gate",
     "It was announced once and not shown on the screen.", "open", None),
)  # fmt: skip
# (at, touchpoint, title, text, votes)
WISHES = (
    ("08T10", "passing-security", "Show how long the line is", "Before I choose which checkpoint to go to.", 41),
    ("22T15", "finding-your-way", "A map that works without a network", "", 17),
)  # fmt: skip
# (at, area, touchpoint, subject, text)
CHATS = (
    ("09T13", "B", "", "Charging a wheelchair", "Is there a plug near the gates? Yes, at B6, beside the lift."),
    ("24T19", "G", "shops", "Late arrival", "Are the shops open at midnight? Two of them, and the pharmacy."),
)  # fmt: skip
# (at, area, touchpoint, title, text)
REMARKS = (
    ("16T10", "G", "airtrain", "People ask for the train",
     "Ten an hour, at the same pillar. The sign hangs behind it."),
    ("30T10", "A", "passing-security", "The line at eight",
     "One more lane from half past seven and nobody would stand in the hall."),
)  # fmt: skip


def tell(cast: Cast, token: str, *, say: Callable[[str], None]) -> None:
    """Send what is said; not again when it is there."""
    if Mention.objects.filter(program=cast.program, source=SOURCES["mentions"]).exists():
        return
    rows: dict[str, list[dict[str, Any]]] = {
        "mentions": [
            {"title": title, "text": text, "rating": rating, "rating_low": 1, "rating_high": 5, "unit": area,
             "touchpoint": place, "at": _at(at), "channel": "review", "language": "en"}
            for at, area, place, rating, title, text in REVIEWS
        ],
        "support-cases": [
            {"subject": subject, "text": text, "status": status, "unit": area, "touchpoint": place, "at": _at(at),
             "channel": "email", **({"closed_at": _at(closed)} if closed else {})}
            for at, area, place, subject, text, status, closed in CASES
        ],
        "feature-requests": [
            {"title": title, "text": text, "votes": votes, "touchpoint": place, "at": _at(at)}
            for at, place, title, text, votes in WISHES
        ],
        "conversations": [
            {"subject": subject, "text": text, "unit": area, "touchpoint": place, "at": _at(at), "channel": "chat",
             "language": "en"}
            for at, area, place, subject, text in CHATS
        ],
        "employee-remarks": [
            {"title": title, "text": text, "unit": area, "touchpoint": place, "at": _at(at)}
            for at, area, place, title, text in REMARKS
        ],
    }  # fmt: skip
    for kind, said in rows.items():
        keyed = [row | {"source": SOURCES[kind], "external_id": f"{number}"} for number, row in enumerate(said)]
        send(token, kind, keyed)
    say(f"{sum(map(len, rows.values()))} made-up reviews, cases, chats, wishes and remarks")


def _at(day: str) -> str:
    return f"2017-05-{day}:00:00-07:00"
