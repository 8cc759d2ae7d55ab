from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.models import Program
from cxprogram.models.translated import Named, in_language
from journeys.choices import Aspect, Evidence, ExpectationForm, Initiator, JourneyLevel, Receiver, Truth, VersionKind
from journeys.models.segment import Persona
from journeys.models.stream import DataStream
from journeys.querysets import (
    ExpectationQuerySet,
    JourneyPartQuerySet,
    JourneyQuerySet,
    JourneyVersionQuerySet,
    StageQuerySet,
    TouchpointPartQuerySet,
    TouchpointQuerySet,
)


@audited()
class Journey(Named):
    """One journey that customers make with the organisation.

    `revision` counts its edits; whoever edits says which one was seen, so that nobody writes over another unknowingly.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    code = models.SlugField(_("code"))
    level = models.CharField(_("level"), max_length=10, choices=JourneyLevel.choices, default=JourneyLevel.JOURNEY)
    description = models.TextField(_("description"), blank=True)
    personas = models.ManyToManyField(
        Persona, through="JourneyPersona", blank=True, related_name="journeys", verbose_name=_("personas")
    )
    revision = models.PositiveIntegerField(_("edits"), default=0, editable=False)
    retired_at = models.DateTimeField(_("taken off"), null=True, blank=True, editable=False)
    evidence = models.CharField(_("evidence"), max_length=10, choices=Evidence.choices, default=Evidence.ASSUMED)
    evidence_note = models.JSONField(_("what the evidence is"), default=dict, blank=True)

    objects = JourneyQuerySet.as_manager()

    class Meta:
        verbose_name = _("journey")
        verbose_name_plural = _("journeys")
        constraints = [models.UniqueConstraint(fields=["program", "code"], name="journey_code_once")]

    @property
    def evidence_text(self) -> str:
        return in_language(self.evidence_note)

    def loop(self, opened: "Journey") -> str:
        """Why no touchpoint of this journey may open into the other: that one leads back here. Empty if it may."""
        way = Journey.objects.way(opened.pk, self.pk)
        if len(way) < 2:
            return str(_("A journey cannot open into itself.")) if way else ""
        said = _("%(name)s leads back to this journey (%(way)s): a journey cannot open into itself.")
        return str(said % {"name": opened.label, "way": " → ".join(each.label for each in way)})

    @property
    def is_travelled(self) -> bool:
        """Whether customers make it as such: a life cycle is made of the journeys below it."""
        return self.level != JourneyLevel.LIFE_CYCLE


@audited()
class JourneyPersona(models.Model):
    """One persona whose journey it is."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE)
    persona = models.ForeignKey(Persona, on_delete=models.CASCADE)

    objects = JourneyPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("persona of a journey")
        verbose_name_plural = _("personas of journeys")
        constraints = [models.UniqueConstraint(fields=["journey", "persona"], name="journey_persona_once")]

    def __str__(self) -> str:
        return str(self.persona)


@audited()
class Stage(Named):
    """One stage of a journey, with what the customer wants there."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField(_("position"), null=True, help_text=_("Empty once taken off the map."))
    code = models.SlugField(_("code"))
    goals = models.JSONField(_("what the customer wants"), default=dict, blank=True)
    goal_evidence = models.CharField(
        _("evidence of the goal"), max_length=10, choices=Evidence.choices, default=Evidence.ASSUMED
    )
    problem_question = models.CharField(_("question that names problems"), max_length=60, blank=True)
    problems = models.JSONField(
        _("problems that belong here"),
        default=dict,
        blank=True,
        help_text=_("Answer code of the question above, and what it is called by language."),
    )
    actions = models.JSONField(_("what the customer does"), default=dict, blank=True)
    thoughts = models.JSONField(_("what the customer thinks"), default=dict, blank=True)
    revision = models.PositiveIntegerField(_("edits"), default=0, editable=False)
    retired_at = models.DateTimeField(_("taken off"), null=True, blank=True, editable=False)

    objects = StageQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["journey_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["journey", "code"], name="stage_code_once"),
            models.UniqueConstraint(
                fields=["journey", "position"],
                name="stage_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(position=None, retired_at__isnull=False) | Q(position__isnull=False, retired_at=None),
                name="stage_has_place_or_is_retired",
            ),
        ]

    def clean(self) -> None:
        """A stage that is given to another journey takes what its touchpoints open into along."""
        if self.pk is None or Stage.objects.filter(pk=self.pk, journey=self.journey_id).exists():
            return
        for touchpoint in self.touchpoints.on_map().filter(opens__isnull=False).select_related("opens"):
            if touchpoint.opens and (reason := self.journey.loop(touchpoint.opens)):
                raise ValidationError({"journey": reason})

    @property
    def goal(self) -> str:
        return in_language(self.goals)

    @property
    def action(self) -> str:
        return in_language(self.actions)

    @property
    def thought(self) -> str:
        return in_language(self.thoughts)


@audited(exclude=("truth_facts",))
class Touchpoint(Named):
    """One moment at which customer and organisation meet, and the question that measures it."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="touchpoints")
    position = models.PositiveSmallIntegerField(_("position"), null=True, help_text=_("Empty once taken off the map."))
    code = models.SlugField(_("code"))
    question_code = models.CharField(
        _("question"), max_length=60, blank=True, help_text=_("Empty while nothing measures it.")
    )
    aspect = models.CharField(_("what the question asks"), max_length=12, choices=Aspect.choices, blank=True)
    truth = models.CharField(_("moment of truth"), max_length=10, choices=Truth.choices, blank=True)
    team = models.CharField(_("team"), max_length=100, blank=True)
    problem_codes = models.JSONField(
        _("problems that show it matters"), default=list, blank=True, help_text=_("For what is not measured.")
    )
    truth_reason = models.CharField(_("why it is a moment of truth"), max_length=300, blank=True)
    truth_facts = models.JSONField(default=dict, blank=True, editable=False)
    opens = models.ForeignKey(
        Journey,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="opened_from",
        verbose_name=_("opens into the journey"),
    )
    channels = models.JSONField(_("channels"), default=list, blank=True)
    initiator = models.CharField(_("who begins"), max_length=12, choices=Initiator.choices, default=Initiator.CUSTOMER)
    receiver = models.CharField(
        _("who receives"), max_length=12, choices=Receiver.choices, default=Receiver.OTHER_SIDE, blank=True
    )
    receiver_name = models.CharField(
        _("what the receiver calls it"), max_length=200, blank=True, help_text=_("Empty: the same name.")
    )
    promises = models.JSONField(_("what the brand promises"), default=dict, blank=True)
    tones = models.JSONField(_("tone of voice"), default=dict, blank=True)
    streams = models.ManyToManyField(
        DataStream, through="TouchpointStream", blank=True, related_name="touchpoints", verbose_name=_("data streams")
    )
    expectation_question = models.CharField(_("question that measures the expectation"), max_length=60, blank=True)
    expectation_form = models.CharField(_("how it asks"), max_length=8, choices=ExpectationForm.choices, blank=True)
    revision = models.PositiveIntegerField(_("edits"), default=0, editable=False)
    retired_at = models.DateTimeField(_("taken off"), null=True, blank=True, editable=False)

    objects = TouchpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("touchpoint")
        verbose_name_plural = _("touchpoints")
        ordering = ["stage__position", "position"]
        constraints = [
            models.UniqueConstraint(fields=["program", "code"], name="touchpoint_code_once"),
            models.UniqueConstraint(
                fields=["stage", "position"],
                name="touchpoint_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(position=None, retired_at__isnull=False) | Q(position__isnull=False, retired_at=None),
                name="touchpoint_has_place_or_is_retired",
            ),
        ]

    @property
    def promise(self) -> str:
        return in_language(self.promises)

    @property
    def tone(self) -> str:
        return in_language(self.tones)

    def clean(self) -> None:
        if self.stage_id and self.stage.journey.program_id != self.program_id:
            raise ValidationError({"stage": _("The stage belongs to another program.")})
        opened = self.opens if self.stage_id and self.retired_at is None else None
        if opened is not None and (reason := self.stage.journey.loop(opened)):
            raise ValidationError({"opens": reason})


@audited()
class TouchpointStream(models.Model):
    """One data stream that tells of a touchpoint."""

    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.CASCADE)
    stream = models.ForeignKey(DataStream, on_delete=models.CASCADE)

    objects = TouchpointPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("stream of a touchpoint")
        verbose_name_plural = _("streams of touchpoints")
        constraints = [models.UniqueConstraint(fields=["touchpoint", "stream"], name="touchpoint_stream_once")]

    def __str__(self) -> str:
        return str(self.stream)


@audited()
class Expectation(models.Model):
    """What customers expect of a touchpoint, on the scale of its question, and how we know."""

    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.CASCADE, related_name="expectations")
    value = models.FloatField(_("expectation"))
    is_measured = models.BooleanField(_("measured"), default=False)
    valid_from = models.DateField(_("valid from"))

    objects = ExpectationQuerySet.as_manager()

    class Meta:
        verbose_name = _("expectation")
        verbose_name_plural = _("expectations")
        constraints = [models.UniqueConstraint(fields=["touchpoint", "valid_from"], name="expectation_once_a_day")]

    def __str__(self) -> str:
        return f"{self.touchpoint}: {self.value}"


class JourneyVersion(models.Model):
    """A journey as it stood after one edit, or as somebody kept it under a name; appended, never changed.

    `document` is what `journeys/services/documents.py` writes and reads.
    """

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=VersionKind.choices)
    label = models.CharField(_("name"), max_length=200, blank=True)
    document = models.JSONField(_("document"))
    sha256 = models.CharField("SHA-256", max_length=64)
    undoes = models.PositiveIntegerField(_("takes back number"), null=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("author")
    )
    at = models.DateTimeField(_("when"))

    objects = JourneyVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a journey")
        verbose_name_plural = _("versions of journeys")
        ordering = ["journey_id", "-number"]
        constraints = [models.UniqueConstraint(fields=["journey", "number"], name="journey_version_once")]

    def __str__(self) -> str:
        return self.label or f"{self.journey} {self.number}"
