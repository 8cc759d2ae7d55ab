"""The charter: what is missing in it is found by rule, and each person signs for oneself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cxprogram.choices import Duty, Role
from cxprogram.errors import NotAllowedError
from cxprogram.models import Membership, OrgUnit, Program, Responsibility, User
from governance.models import Charter, SignOff
from journeys.models import Kpi, KpiTarget, Touchpoint

FULL_TIME = 100


@dataclass(frozen=True)
class Defect:
    """One thing that the program lacks: a stable code, a sentence, and what it is about if not the charter itself."""

    code: str
    text: str
    subject: str = ""


def defects(charter: Charter, *, on: date) -> list[Defect]:
    """Everything that the mandate lacks on a day, the gravest first; a constant number of queries.

    - no sponsor, no owner; the owner has less than full time for it;
    - no objective; nobody has said who the customer is;
    - nobody is asked to sign, or someone asked has not signed;
    - a unit that nobody manages: no one is responsible for it and it has no unit manager;
    - a touchpoint that nobody is responsible for;
    - a KPI in force without any target, and targets that no second person has approved.
    """
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
        yield Defect("no-sponsor", _("No sponsor: nobody on top stands for the program."))
    if charter.owner_id is None:
        yield Defect("no-owner", _("No owner: nobody runs the program."))
    elif charter.owner_time_share < FULL_TIME:
        yield Defect(
            "owner-not-dedicated",
            _("The owner is not dedicated: %(share)s %% of the time is set aside.")
            % {"share": charter.owner_time_share},
            str(charter.owner),
        )
    if not charter.objective.strip():
        yield Defect("no-objective", _("No objective: nobody can tell whether the program succeeds."))
    if not charter.customer_definition.strip():
        yield Defect("customer-not-defined", _("Nobody has written down who the customer is."))


def _signatures(charter: Charter) -> Iterable[Defect]:
    rows = list(charter.sign_offs.select_related("person").order_by("pk"))
    if not rows:
        yield Defect("nobody-signs", _("Nobody is asked to sign the charter."))
    for row in rows:
        if row.signed_at is None:
            yield Defect("not-signed", _("Not signed, as %(capacity)s.") % {"capacity": row.capacity}, str(row.person))


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
            yield Defect("unit-without-manager", _("Nobody manages this unit."), unit.label)


def _touchpoints(program: Program) -> Iterable[Defect]:
    taken = _responsible_for(Touchpoint)
    rows = Touchpoint.objects.filter(program=program).order_by("stage__journey_id", "stage__position", "position")
    for touchpoint in rows:
        if touchpoint.pk not in taken:
            yield Defect(
                "touchpoint-without-responsible", _("Nobody is responsible for this touchpoint."), touchpoint.label
            )


def _targets(program: Program) -> Iterable[Defect]:
    rows = list(KpiTarget.objects.in_force().filter(program=program).select_related("unit").order_by("pk"))
    aimed = {row.kpi_code for row in rows}
    kpis = {kpi.code: kpi for kpi in Kpi.objects.current().filter(program=program).order_by("pk")}
    for code, kpi in kpis.items():
        if code not in aimed:
            yield Defect("kpi-without-target", _("No target is set for this KPI."), kpi.label)
    waiting = [row for row in rows if row.approver_id is None]
    for code in dict.fromkeys(row.kpi_code for row in waiting):
        number = sum(row.kpi_code == code for row in waiting)
        yield Defect(
            "target-not-approved",
            _("Targets that no second person has approved: %(number)s.") % {"number": number},
            kpis[code].label if code in kpis else code,
        )


def asked(program: Program, user: User) -> SignOff | None:
    """The person's own line under the charter, if there is one."""
    return SignOff.objects.filter(Q(charter__program=program), person=user).select_related("charter").first()
