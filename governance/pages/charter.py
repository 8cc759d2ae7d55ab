"""The charter page: the mandate, who has signed, what is missing."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxprogram.access import Right
from cxprogram.page_base import Visit
from governance.models import Charter
from governance.services import charter as charters
from governance.services.charter import Defect


@dataclass(frozen=True)
class Signature:
    person: str
    capacity: str
    signed_at: datetime | None
    is_own: bool


@dataclass(frozen=True)
class Gap:
    """One kind of defect with everything that it is about."""

    text: str
    about: tuple[str, ...]


@dataclass(frozen=True)
class CharterPage:
    headline: str
    charter: Charter | None
    signatures: tuple[Signature, ...]
    gaps: tuple[Gap, ...]
    may_sign: bool
    may_define: bool


def build_page(visit: Visit) -> CharterPage:
    """Read the charter, its signatures and its defects; a constant number of queries."""
    charter = (
        Charter.objects.visible_to(visit.user)
        .filter(program=visit.program)
        .select_related("program", "sponsor", "owner")
        .first()
    )
    defects = charters.defects(charter, on=visit.today)
    signatures = (
        tuple(
            Signature(str(row.person), row.capacity, row.signed_at, row.person_id == visit.user.pk)
            for row in charter.sign_offs.select_related("person").order_by("pk")
        )
        if charter
        else ()
    )
    return CharterPage(
        headline=_headline(charter, defects),
        charter=charter,
        signatures=signatures,
        gaps=gaps_of(defects),
        may_sign=any(row.is_own and row.signed_at is None for row in signatures),
        may_define=visit.can(Right.DEFINE),
    )


def _headline(charter: Charter | None, defects: list[Defect]) -> str:
    if charter is None:
        return _("The program has no mandate yet")
    if not defects:
        return _("The mandate is complete")
    n = len(defects)
    return ngettext("The mandate has %(n)s gap", "The mandate has %(n)s gaps", n) % {"n": n}


def gaps_of(defects: list[Defect]) -> tuple[Gap, ...]:
    """Defects of one kind together, in the order in which they were found."""
    found: dict[tuple[str, int | None], list[Defect]] = {}
    for defect in defects:
        found.setdefault((defect.code, defect.number), []).append(defect)
    return tuple(Gap(same[0].text, tuple(defect.about for defect in same if defect.about)) for same in found.values())
