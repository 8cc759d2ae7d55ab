"""The demonstration's frame: program, units, people, journey, KPIs, mandate, project. A second run finds it."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from actions.models import Gate, ImprovementProject
from cxprogram.choices import Duty
from cxprogram.demo import content
from cxprogram.models import ApiToken, Membership, OrgUnit, Program, Responsibility, User
from cxprogram.models.token import token_digest
from governance.models import Charter, CompensationScheme, SchemeComponent, SignOff
from journeys.choices import Evidence
from journeys.models import Expectation, Journey, Kpi, Stage, Touchpoint

START = date(2013, 1, 1)


@dataclass(frozen=True)
class Cast:
    """The program with its units and people, by code and key."""

    program: Program
    units: dict[str, OrgUnit]
    people: dict[str, User]

    @property
    def root(self) -> OrgUnit:
        return self.units["SFO"]


def secret_for(purpose: str) -> str:
    """A password or token of this installation: the same on every run, in no repository."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"demo:{purpose}".encode(), hashlib.sha256)
    return digest.hexdigest()[:24]


def named(texts: dict[str, str]) -> dict[str, Any]:
    return {"name": texts["en"], "names": {code: text for code, text in texts.items() if code != "en"}}


def make_cast() -> Cast:
    program, _new = Program.objects.get_or_create(
        slug="sfo",
        defaults={
            "name": "San Francisco Airport",
            "names": {
                "sv": "San Francisco flygplats",
                "nb": "San Francisco lufthavn",
                "da": "San Francisco Lufthavn",
                "fi": "San Franciscon lentoasema",
            },
            "organisation": "San Francisco International Airport",
            "customer_word": "passenger",
            "customer_words": {"sv": "resenär", "nb": "reisende", "da": "passager", "fi": "matkustaja"},
            "time_zone": "America/Los_Angeles",
            "currency": "USD",
            "overall_kpi": "mean",
            "loyalty_kpi": "nps",
            "problem_question": "Q15COM",
            "headline_kpis": [kpi["code"] for kpi in content.KPIS],
        },
    )
    root, _new = OrgUnit.objects.get_or_create(
        program=program,
        code="SFO",
        defaults=named(
            {
                "en": "Whole airport",
                "sv": "Hela flygplatsen",
                "nb": "Hele flyplassen",
                "da": "Hele lufthavnen",
                "fi": "Koko lentoasema",
            }
        ),
    )
    units = {"SFO": root}
    words = {"en": "Area", "sv": "Område", "nb": "Område", "da": "Område", "fi": "Alue"}
    for area in content.AREAS:
        units[area], _new = OrgUnit.objects.get_or_create(
            program=program,
            code=area,
            defaults={"parent": root, **named({code: f"{word} {area}" for code, word in words.items()})},
        )
    people = {person.key: _person(program, units, person) for person in content.PEOPLE}
    for area in content.AREAS:
        key = "unit_manager" if area == "G" else f"manager_{area.lower()}"
        responsible(program, units[area], people[key])
    responsible(program, root, people["owner"])
    return Cast(program, units, people)


def _person(program: Program, units: dict[str, OrgUnit], person: content.Person) -> User:
    email = f"{person.key.replace('_', '.')}@sfo.example.org"
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(
            email, secret_for(email), name=person.name, is_staff=person.key in ("owner", "analyst")
        )
    Membership.objects.get_or_create(program=program, user=user, unit=units[person.unit], role=person.role)
    return user


def responsible(program: Program, thing: Any, user: User) -> None:
    from django.contrib.contenttypes.models import ContentType

    Responsibility.objects.get_or_create(
        program=program,
        content_type=ContentType.objects.get_for_model(thing),
        object_id=thing.pk,
        duty=Duty.RESPONSIBLE,
        defaults={"user": user},
    )


def make_token(cast: Cast) -> str:
    """The integration's token: read and write, a year long."""
    token = f"cx_{secret_for('token')}{secret_for('token two')}"
    ApiToken.objects.get_or_create(
        digest=token_digest(token),
        defaults={
            "program": cast.program,
            "user": cast.people["integration"],
            "name": "Demonstration",
            "scopes": ["read", "write"],
            "expires_at": cast.program.created_at + timedelta(days=365),
        },
    )
    return token


def make_journey(cast: Cast) -> Journey:
    texts = content.codes()
    stage_names = {stage["code"]: stage["label"] for stage in texts["stages"]}
    question_names = {question["question"]: question["label"] for question in texts["questions"]}
    journey, _new = Journey.objects.get_or_create(
        program=cast.program,
        code="departure",
        defaults={
            **named(
                {
                    "en": "Departing by air",
                    "sv": "Att resa med flyg",
                    "nb": "Å reise med fly",
                    "da": "At rejse med fly",
                    "fi": "Lähtö lennolle",
                }
            ),
            "evidence": Evidence.PARTLY,
            "evidence_note": {
                "en": "one survey; interviews, promises, steps and comparisons are illustrative",
                "sv": "en enkät; intervjuer, löften, steg och jämförelser är illustrativa",
                "nb": "én undersøkelse; intervjuer, løfter, trinn og sammenligninger er illustrative",
                "da": "én undersøgelse; interview, løfter, trin og sammenligninger er illustrative",
                "fi": "yksi kysely; haastattelut, lupaukset, vaiheet ja vertailut ovat havainnollistavia",
            },
        },
    )
    for place, (code, goals, points) in enumerate(content.STAGES, 1):
        problems = {
            str(problem["code"]): problem["title"]
            for problem in texts["problems"]
            if problem["stage"] == code and problem["is_problem"]
        }
        stage, _new = Stage.objects.get_or_create(
            journey=journey,
            code=code,
            defaults={
                "position": place,
                **named(stage_names[code]),
                "goals": goals,
                "problem_question": "Q15COM",
                "problems": problems,
            },
        )
        for number, point in enumerate(points, 1):
            touchpoint, _new = Touchpoint.objects.get_or_create(
                program=cast.program,
                code=point.code,
                defaults={
                    "stage": stage,
                    "position": number,
                    **named(point.names or question_names[point.question]),
                    "question_code": point.question,
                    "aspect": point.aspect,
                    "team": point.team,
                    "problem_codes": list(point.problems),
                },
            )
            if point.responsible:
                responsible(cast.program, touchpoint, cast.people[point.responsible])
            if point.aspect == "quality":
                Expectation.objects.get_or_create(
                    touchpoint=touchpoint, valid_from=START, defaults={"value": 4.0, "is_measured": False}
                )
    return journey


def make_kpis(cast: Cast) -> None:
    for spec in content.KPIS:
        kpi, _new = Kpi.objects.get_or_create(
            program=cast.program,
            code=spec["code"],
            version=1,
            defaults={
                **named(spec["names"]),
                "descriptions": spec["descriptions"],
                "collector": spec["collector"],
                "question_code": spec["question_code"],
                "parameters": spec["parameters"],
                "measure": spec["measure"],
                "higher_is_better": spec["higher_is_better"],
                "axis_low": spec["axis"][0],
                "axis_high": spec["axis"][1],
                "valid_from": START,
            },
        )
        responsible(cast.program, kpi, cast.people["owner"])


def make_charter(cast: Cast) -> None:
    """A mandate with one signature still missing: the page shows it as a defect."""
    people = cast.people
    charter, _new = Charter.objects.get_or_create(
        program=cast.program,
        defaults={
            "sponsor": people["executive"],
            "owner": people["owner"],
            "owner_time_share": 100,
            "objective": "Make waiting the best part of the journey, and let every passenger who tells us of trouble"
            " hear what we did about it.",
            "customer_definition": "Everyone who departs from one of our gates, whoever sold the ticket.",
        },
    )
    signed = datetime(2013, 1, 15, 9, tzinfo=UTC)
    for key, capacity, at in (
        ("executive", "Sponsor", signed),
        ("owner", "Program owner", signed),
        ("steering", "Head of terminals", None),
    ):
        SignOff.objects.get_or_create(
            charter=charter, person=people[key], defaults={"capacity": capacity, "signed_at": at}
        )


def make_project(cast: Cast) -> ImprovementProject:
    project, is_new = ImprovementProject.objects.get_or_create(
        program=cast.program,
        code="restaurants",
        defaults={
            **named(
                {
                    "en": "Restaurants worth waiting in",
                    "sv": "Restauranger värda att vänta i",
                    "nb": "Restauranter det er verdt å vente i",
                    "da": "Restauranter, der er værd at vente i",
                    "fi": "Ravintolat, joissa kannattaa odottaa",
                }
            ),
            "touchpoint": Touchpoint.objects.get(program=cast.program, code="restaurants"),
            "unit": cast.root,
            "responsible": cast.people["project_lead"],
            "problem": "Restaurants are rated lowest of all touchpoints, and prices and choice are named most.",
            "idea": "Two price levels at every pier, open from the first departure, and menus on the screens.",
            "cost_amount": Decimal("480000.00"),
            "is_illustrative": True,
        },
    )
    if is_new:
        gates = (
            (
                {"en": "Case", "sv": "Underlag", "nb": "Grunnlag", "da": "Grundlag", "fi": "Perustelu"},
                date(2018, 1, 31),
            ),
            ({"en": "Pilot", "sv": "Pilot", "nb": "Pilot", "da": "Pilot", "fi": "Pilotti"}, date(2018, 6, 30)),
            (
                {"en": "Roll-out", "sv": "Införande", "nb": "Utrulling", "da": "Udrulning", "fi": "Käyttöönotto"},
                date(2018, 12, 31),
            ),
            ({"en": "Effect", "sv": "Effekt", "nb": "Effekt", "da": "Effekt", "fi": "Vaikutus"}, date(2019, 6, 30)),
        )
        for place, (texts, due) in enumerate(gates, 1):
            Gate.objects.create(project=project, position=place, due_on=due, **named(texts))
    return project


def make_scheme(cast: Cast) -> CompensationScheme:
    scheme, is_new = CompensationScheme.objects.get_or_create(
        program=cast.program,
        code="area-managers",
        version=1,
        defaults={
            **named(
                {
                    "en": "Area managers",
                    "sv": "Områdeschefer",
                    "nb": "Områdeledere",
                    "da": "Områdechefer",
                    "fi": "Aluepäälliköt",
                }
            ),
            "period": "2017",
            "base_amount": Decimal("5000.00"),
            "currency": "USD",
            "min_n": 100,
            "is_illustrative": True,
            "author": cast.people["owner"],
            "approver": cast.people["executive"],
        },
    )
    if is_new:
        for place, (kpi, low, target, high) in enumerate(
            (("nps", "30", "40", "50"), ("mean", "3.95", "4.05", "4.15")), 1
        ):
            SchemeComponent.objects.create(
                scheme=scheme,
                position=place,
                kpi_code=kpi,
                weight=Decimal("0.5"),
                threshold=Decimal(low),
                target=Decimal(target),
                maximum=Decimal(high),
                threshold_share=Decimal("0.5"),
                maximum_share=Decimal("1.5"),
            )
    return scheme
