"""The charter: what is missing in it is found by rule, and each person signs for oneself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _

from cxprogram.choices import Duty, Role
from cxprogram.errors import NotAllowedError
from cxprogram.models import Membership, OrgUnit, Program, Responsibility, User
from governance.choices import DefectKind
from governance.models import Charter, SignOff
from governance.texts import Texts, say, texts_of
from journeys.models import Kpi, KpiTarget, Touchpoint

FULL_TIME = 100


@dataclass(frozen=True)
class Defect:
    """One thing that the program lacks: its kind, and whom or what it is about if not the charter itself.

    `subject` is a name with its translations (`governance.texts`), empty where the charter itself is meant.
    """

    code: str
    subject: Texts = field(default_factory=dict)
    number: int | None = None

    @property
    def text(self) -> str:
        """The sentence in the active language."""
        return defect_text(self.code, self.number)

    @property
    def about(self) -> str:
        return say(self.subject) if self.subject else ""


def defect_text(code: str, number: int | None = None) -> str:
    text = str(DefectKind(code).label)
    return text if number is None else text.replace("%(number)s", str(number))


def defects(charter: Charter | None, *, on: date) -> list[Defect]:
    """Everything that the mandate lacks on a day, the gravest first; a constant number of queries.

    - no charter at all;
    - no sponsor, no owner; the owner has less than full time for it;
    - no objective; nobody has said who the customer is;
    - nobody is asked to sign, or someone asked has not signed;
    - a unit that nobody manages: no one is responsible for it and it has no unit manager;
    - a touchpoint that nobody is responsible for, but for one that opens into a journey of its own;
    - a KPI in force without any target, and targets that no second person has approved.
    """
    if charter is None:
        return [Defect(DefectKind.NO_CHARTER.value)]
    program = charter.program
    return [
        *_mandate(charter),
        *_signatures(charter),
        *_units(program, on),
        *_touchpoints(program),
        *_targets(program),
    ]


@transaction.atomic
def sign(charter: Charter, *, by: User, at: datetime) -> SignOff:
    """Sign for oneself; signing again changes nothing. Who is not asked to sign is refused (`sign-off-not-asked`)."""
    row = SignOff.objects.select_for_update(of=("self",)).filter(charter=charter, person=by).first()
    if row is None:
        raise NotAllowedError(_("You are not asked to sign this charter."), code="sign-off-not-asked")
    if row.signed_at is None:
        row.signed_at = at
        row.save(update_fields=["signed_at"])
    return row


def _mandate(charter: Charter) -> Iterable[Defect]:
    if charter.sponsor_id is None:
        yield Defect(DefectKind.NO_SPONSOR.value)
    if charter.owner_id is None:
        yield Defect(DefectKind.NO_OWNER.value)
    elif charter.owner_time_share < FULL_TIME:
        yield Defect(DefectKind.OWNER_NOT_DEDICATED.value, {"": str(charter.owner)}, number=charter.owner_time_share)
    if not charter.objective.strip():
        yield Defect(DefectKind.NO_OBJECTIVE.value)
    if not charter.customer_definition.strip():
        yield Defect(DefectKind.CUSTOMER_NOT_DEFINED.value)


def _signatures(charter: Charter) -> Iterable[Defect]:
    rows = list(charter.sign_offs.select_related("person").order_by("pk"))
    if not rows:
        yield Defect(DefectKind.NOBODY_SIGNS.value)
    for row in rows:
        if row.signed_at is None:
            yield Defect(DefectKind.NOT_SIGNED.value, {"": f"{row.person}, {row.capacity}"})


def _responsible_for(things: type) -> set[int]:
    """Ids of the objects of one kind that someone is responsible for."""
    kind = ContentType.objects.get_for_model(things)
    rows = Responsibility.objects.filter(content_type=kind, duty=Duty.RESPONSIBLE)
    return set(rows.values_list("object_id", flat=True))


def _units(program: Program, on: date) -> Iterable[Defect]:
    managed = _responsible_for(OrgUnit) | set(
        Membership.objects.valid_on(on)
        .filter(program=program, role=Role.UNIT_MANAGER, user__is_active=True)
        .values_list("unit_id", flat=True)
    )
    for unit in OrgUnit.objects.valid_on(on).filter(program=program, parent__isnull=False).order_by("path"):
        if unit.pk not in managed:
            yield Defect(DefectKind.UNIT_WITHOUT_MANAGER.value, texts_of(unit))


def _touchpoints(program: Program) -> Iterable[Defect]:
    taken = _responsible_for(Touchpoint)
    places = ("stage__journey_id", "stage__position", "position")
    rows = Touchpoint.objects.in_use().filter(program=program, opens=None).order_by(*places)
    for touchpoint in rows:
        if touchpoint.pk not in taken:
            yield Defect(DefectKind.TOUCHPOINT_WITHOUT_RESPONSIBLE.value, texts_of(touchpoint))


def _targets(program: Program) -> Iterable[Defect]:
    rows = list(KpiTarget.objects.in_force().filter(program=program).select_related("unit").order_by("pk"))
    aimed = {row.kpi_code for row in rows}
    kpis = {kpi.code: kpi for kpi in Kpi.objects.current().filter(program=program).order_by("pk")}
    for code, kpi in kpis.items():
        if code not in aimed:
            yield Defect(DefectKind.KPI_WITHOUT_TARGET.value, texts_of(kpi))
    waiting = [row for row in rows if row.approver_id is None]
    for code in dict.fromkeys(row.kpi_code for row in waiting):
        number = sum(row.kpi_code == code for row in waiting)
        subject = texts_of(kpis[code]) if code in kpis else {"": code}
        yield Defect(DefectKind.TARGET_NOT_APPROVED.value, subject, number=number)


def asked(program: Program, user: User) -> SignOff | None:
    """The person's own line under the charter, if there is one."""
    return SignOff.objects.filter(charter__program=program, person=user).select_related("charter").first()
