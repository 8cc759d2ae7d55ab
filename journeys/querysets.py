"""Querysets of the insight room's frame: journeys, customers, KPIs."""

from datetime import datetime
from typing import Any, Self

from django.db.models import Case, Count, Exists, JSONField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Lower

from cxprogram.access import Right, ScopedQuerySet
from cxprogram.models import Program
from cxprogram.querysets import AdminOnlyQuerySet, DefinitionQuerySet
from journeys.choices import ConsentState, FillState, LegalBasis, Purpose, StreamStatus, UseCaseState


class JourneyQuerySet(DefinitionQuerySet):
    def on_map(self) -> "JourneyQuerySet":
        """Journeys that have not been put away."""
        return self.filter(retired_at=None)

    def put_away(self) -> "JourneyQuerySet":
        """Journeys that stand in no list and no selector; their numbers and versions stay."""
        return self.filter(retired_at__isnull=False)

    def way(self, start: int, goal: int) -> list[Any]:
        """The journeys on the way from one to another, both of them too; empty if none leads there.

        - each opens from a touchpoint on the map of the one before;
        - the shortest way, by the journeys' primary keys; one query a step.
        """
        came: dict[int, int | None] = {start: None}
        wave = {start}
        while wave and goal not in came:
            opened = self.filter(opened_from__retired_at=None, opened_from__stage__journey__in=wave)
            doors = set(opened.values_list("opened_from__stage__journey_id", "pk"))
            wave = {there for _here, there in doors} - came.keys()
            came |= {there: here for here, there in sorted(doors) if there in wave}
        if goal not in came:
            return []
        keys: list[int] = [goal]
        while (before := came[keys[-1]]) is not None:
            keys.append(before)
        rows = self.in_bulk(keys)
        return [rows[key] for key in reversed(keys)]

    def with_sizes(self) -> "JourneyQuerySet":
        """Each with `stage_n` and `touchpoint_n`, of what stands on the map."""
        standing = Q(stages__retired_at=None)
        points = standing & Q(stages__touchpoints__retired_at=None)
        return self.annotate(
            stage_n=Count("stages", filter=standing, distinct=True),
            touchpoint_n=Count("stages__touchpoints", filter=points, distinct=True),
        )


class StageQuerySet(DefinitionQuerySet):
    program_lookup = "journey__program"

    def on_map(self) -> "StageQuerySet":
        """Stages that have not been taken off their journey."""
        return self.filter(retired_at=None)


class TouchpointQuerySet(DefinitionQuerySet):
    def on_map(self) -> "TouchpointQuerySet":
        """Touchpoints that have not been taken off their journey."""
        return self.filter(retired_at=None)

    def in_use(self) -> "TouchpointQuerySet":
        """Touchpoints that stand on a map which is in use.

        - they have not been taken off their journey;
        - nor has their stage;
        - their journey has not been put away.
        """
        return self.on_map().filter(stage__retired_at=None, stage__journey__retired_at=None)

    def codes_by_word(self) -> dict[str, str]:
        """What a file may call each, its name or its code, casefolded, and its code; of two of one name the older."""
        rows = self.order_by("-pk").values_list("name", "code")
        return {word.casefold(): code for name, code in rows for word in (name, code)}

    def measured(self) -> "TouchpointQuerySet":
        """Touchpoints that a question measures."""
        return self.exclude(question_code="")


class ExpectationQuerySet(DefinitionQuerySet):
    program_lookup = "touchpoint__program"


class CustomerAttributeQuerySet(DefinitionQuerySet):
    pass


class ConsentTextQuerySet(DefinitionQuerySet):
    def in_force(self, purpose: str, at: datetime) -> "ConsentTextQuerySet":
        """The texts of the purpose that are valid at the moment, the newest first."""
        return self.filter(purpose=purpose, valid_from__lte=at).order_by("-valid_from", "-version")

    def bases(self, purpose: str, at: datetime) -> dict[int, str]:
        """The legal basis of the purpose at the moment, by program."""
        rows = self.in_force(purpose, at).order_by("program_id", "-valid_from", "-version").distinct("program_id")
        return dict(rows.values_list("program_id", "legal_basis"))


class CustomerQuerySet(ScopedQuerySet):
    """Customers are people: seen with the right to the voice of the customer, within the unit that met them."""

    right = Right.SEE_VOICE
    unit_lookup = "unit"

    def standing(self) -> Self:
        """Customers who are still themselves.

        - not found to be another customer;
        - not erased.
        """
        return self.filter(merged_into=None, erased_at=None)

    def with_email(self, address: str) -> Self:
        """By address, whatever its capitals; uses the index on (program, lower(email))."""
        return self.annotate(email_folded=Lower("email")).filter(email_folded=address.lower()).exclude(email="")

    def with_identity(self, program: Any, value: str, *, source: str = "") -> Self:
        """By a key, in one source or in any; addresses whatever their capitals. Uses the index of the identities."""
        from journeys.models import CustomerIdentity

        known = CustomerIdentity.objects.filter(program=program, value__in={value, value.lower()})
        return self.filter(pk__in=(known.filter(source=source) if source else known).values("customer"))

    def contactable(self, purpose: str, at: datetime) -> Self:
        """Customers whose data may be used for the purpose at the moment, by the rule of `consents.may_contact`.

        - standing;
        - their program has a text in force for the purpose;
        - their newest word on the purpose is no denial and no withdrawal;
        - where the text stands on consent, their newest word is a grant.
        """
        from journeys.models import Consent, ConsentText

        newest = Consent.objects.filter(customer=OuterRef("customer"), purpose=purpose, at__lte=at)
        # What depends on the consent's row alone is found from the few who said it, not asked of every customer.
        said = Consent.objects.filter(
            customer=OuterRef("pk"),
            purpose=purpose,
            at__lte=at,
            pk=Subquery(newest.order_by("-at", "-id").values("pk")[:1]),
        )
        refused = Exists(said.filter(state__in=(ConsentState.DENIED, ConsentState.WITHDRAWN)))
        granted = Exists(said.filter(state=ConsentState.GRANTED))
        is_free, by_consent = Q(pk__in=()), Q(pk__in=())
        for program, basis in ConsentText.objects.bases(purpose, at).items():
            if basis == LegalBasis.CONSENT or purpose == Purpose.SPECIAL_CATEGORY:
                by_consent |= Q(program=program)
            else:
                is_free |= Q(program=program)
        return self.standing().filter((is_free & ~refused) | (by_consent & granted))


class CustomerPartQuerySet(ScopedQuerySet):
    """What belongs to one customer is seen with the customer."""

    right = Right.SEE_VOICE
    unit_lookup = "customer__unit"

    @classmethod
    def of(cls, name: str) -> type["CustomerPartQuerySet"]:
        """The same for rows whose customer has another name."""
        return type(cls.__name__, (cls,), {"unit_lookup": f"{name}__unit", "__module__": cls.__module__})


class DataStreamQuerySet(DefinitionQuerySet):
    def active(self) -> "DataStreamQuerySet":
        """Streams that take data in."""
        return self.filter(status=StreamStatus.ACTIVE)

    def without_use(self) -> "DataStreamQuerySet":
        """Streams that no active use case needs."""
        return self.exclude(use_cases__status=UseCaseState.ACTIVE)


class SegmentQuerySet(DefinitionQuerySet):
    pass


class InteractionQuerySet(ScopedQuerySet):
    """What happened to single people: with the right to the voice, within the unit where it happened."""

    right = Right.SEE_VOICE
    unit_lookup = "unit"

    def between(self, start: datetime, end: datetime) -> "InteractionQuerySet":
        """From the start to before the end: only the partitions of those months are read."""
        return self.filter(at__gte=start, at__lt=end)


class InteractionKeyQuerySet(AdminOnlyQuerySet):
    program_lookup = "stream__program"


class KpiQuerySet(DefinitionQuerySet):
    def current(self) -> "KpiQuerySet":
        """The definitions in force, one a code."""
        return self.filter(is_current=True)

    def of_the_whole(self, program: Program) -> "KpiQuerySet":
        """The one definition in force by which the program rates the whole experience, if it has any.

        - it is asked by one question;
        - it is the KPI of the whole, or where there is none, that of loyalty.
        """
        asked = self.current().filter(program=program, code__in=[program.overall_kpi, program.loyalty_kpi])
        first = Case(When(code=program.overall_kpi, then=0), default=1)
        return asked.exclude(question_code="").order_by(first)[:1]

    def behind(self, segment: Any) -> "KpiQuerySet":
        """Those in force that count by the segment as it was before it was edited."""
        now = Value(segment.definition, JSONField())
        return self.current().filter(population=segment).exclude(population_filter=now)


class KpiTargetQuerySet(DefinitionQuerySet):
    def in_force(self) -> "KpiTargetQuerySet":
        """The newest version for each KPI, unit, question and period."""
        return self.filter(is_current=True)


class KpiValueQuerySet(ScopedQuerySet):
    right = Right.SEE_SCORES
    unit_lookup = "unit"

    def oldest_first(self) -> "KpiValueQuerySet":
        """In the order in which they were told."""
        return self.order_by("computed_at", "pk")

    def series(self) -> "QuerySet[Any, tuple[int, str, str]]":
        """(KPI, question, period) of all that was told."""
        return self.order_by().values_list("kpi", "question_code", "period").distinct()


class JourneyPartQuerySet(DefinitionQuerySet):
    program_lookup = "journey__program"


class TouchpointPartQuerySet(DefinitionQuerySet):
    program_lookup = "touchpoint__program"


class UseCasePartQuerySet(DefinitionQuerySet):
    program_lookup = "use_case__program"


class JourneyVersionQuerySet(DefinitionQuerySet):
    program_lookup = "journey__program"


class PersonaQuerySet(DefinitionQuerySet):
    pass


class StudyQuerySet(DefinitionQuerySet):
    pass


class FindingQuerySet(DefinitionQuerySet):
    pass


class UseCaseQuerySet(DefinitionQuerySet):
    pass


class MeasurementQuerySet(DefinitionQuerySet):
    pass


class CompetitorQuerySet(DefinitionQuerySet):
    pass


class CompetitorRatingQuerySet(ScopedQuerySet):
    """What single people said, us and others side by side: with the right to the voice, within the unit."""

    right = Right.SEE_VOICE
    unit_lookup = "unit"


class KpiFillQuerySet(AdminOnlyQuerySet):
    program_lookup = "kpi__program"

    def done(self) -> "KpiFillQuerySet":
        """Months that are counted."""
        return self.filter(state=FillState.DONE)

    def waiting(self) -> "KpiFillQuerySet":
        """Months that are to be counted, for the first time or again."""
        return self.filter(state=FillState.STARTED)


class KpiCellQuerySet(AdminOnlyQuerySet):
    program_lookup = "kpi__program"
