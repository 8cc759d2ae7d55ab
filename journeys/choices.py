from django.db import models
from django.utils.translation import gettext_lazy as _


class Evidence(models.TextChoices):
    ASSUMED = "assumed", _("Assumed")
    PARTLY = "partly", _("Partly researched")
    RESEARCHED = "researched", _("Researched")


class Truth(models.TextChoices):
    """Whether a touchpoint is a moment of truth; only a person confirms it."""

    NO = "", _("No")
    PROPOSED = "proposed", _("Proposed")
    CONFIRMED = "confirmed", _("Confirmed")


class Aspect(models.TextChoices):
    """What the touchpoint's question asks for; only answers to the same aspect are comparable."""

    QUALITY = "quality", _("asks quality")
    EASE = "ease", _("asks ease")
    CLEANLINESS = "cleanliness", _("asks cleanliness")
    SAFETY = "safety", _("asks safety")


class JourneyLevel(models.TextChoices):
    """A life cycle's touchpoints open into journeys, a journey's into parts of their own."""

    LIFE_CYCLE = "life_cycle", _("Life cycle")
    JOURNEY = "journey", _("Journey")
    PART = "part", _("Part of a journey")


class Initiator(models.TextChoices):
    """Who begins what happens at a touchpoint."""

    CUSTOMER = "customer", _("The customer")
    ORGANISATION = "organisation", _("We")
    PARTNER = "partner", _("Somebody else")


class Receiver(models.TextChoices):
    """At whom what happens at a touchpoint is directed."""

    OTHER_SIDE = "", _("The other side")
    CUSTOMER = "customer", _("The customer")
    ORGANISATION = "organisation", _("We")
    PARTNER = "partner", _("Somebody else")
    NOBODY = "nobody", _("Nobody: somebody only does something")


class Channel(models.TextChoices):
    """Where customer and organisation meet."""

    IN_PERSON = "in_person", _("In person")
    COUNTER = "counter", _("Counter")
    SHOP = "shop", _("Shop")
    PHONE = "phone", _("Telephone")
    E_MAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    LETTER = "letter", _("Letter")
    PARCEL = "parcel", _("Parcel")
    WEB = "web", _("Website")
    APP = "app", _("App")
    CHAT = "chat", _("Chat")
    SOCIAL = "social", _("Social media")
    MACHINE = "machine", _("Self-service machine")
    PAYMENT = "payment", _("Payment")
    SIGN = "sign", _("Signs and screens")
    OTHER = "other", _("Another way")


class ExpectationForm(models.TextChoices):
    """How a question measures what customers expect."""

    DIRECT = "direct", _("What they expect, on the scale of the experience")
    AGAINST = "against", _("The experience against the expectation; the middle is as expected")


class VersionKind(models.TextChoices):
    """Why a journey as it stood was kept."""

    EDIT = "edit", _("Edited")
    KEPT = "kept", _("Kept under a name")
    IMPORTED = "imported", _("Imported")
    RESTORED = "restored", _("Restored")


class StudyMethod(models.TextChoices):
    """How qualitative research was done."""

    INTERVIEW = "interview", _("Interviews")
    OBSERVATION = "observation", _("Observation")
    WORKSHOP = "workshop", _("Workshop")
    DIARY = "diary", _("Diary")
    DESK = "desk", _("Existing material")


class FindingKind(models.TextChoices):
    PAIN_POINT = "pain_point", _("Pain point")
    OPPORTUNITY = "opportunity", _("Opportunity")
    NEED = "need", _("Need")
    QUOTE = "quote", _("What a customer said")


class FindingState(models.TextChoices):
    OPEN = "open", _("Open")
    TAKEN = "taken", _("Being worked on")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Not to be done")


class KpiLevel(models.TextChoices):
    """What a KPI is about, from the whole down; the tree of KPIs hangs by it."""

    PROGRAM = "program", _("Program")
    JOURNEY = "journey", _("Journey")
    TOUCHPOINT = "touchpoint", _("Touchpoint")
    OPERATION = "operation", _("Operation")
    MONEY = "money", _("Money")


class Measure(models.TextChoices):
    """The unit in which a KPI is written."""

    POINTS = "points", _("points")
    MEAN = "mean", _("mean")
    SHARE = "share", _("per cent")
    COUNT = "count", _("number")
    RATE = "rate", _("rate")
    DURATION = "duration", _("time")
    MONEY = "money", _("money")


class FillState(models.TextChoices):
    """How far a month of a KPI has been counted."""

    STARTED = "started", _("Started")
    DONE = "done", _("Done")


class MeasurementMethod(models.TextChoices):
    """How something at a touchpoint is learned."""

    SURVEY = "survey", _("Survey")
    OPERATION = "operation", _("Data from operations")
    VOICE = "voice", _("What customers say elsewhere")
    OBSERVATION = "observation", _("Observation")
    RESEARCH = "research", _("Interviews and other research")


class MeasurementState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    STOPPED = "stopped", _("Stopped")


class UseCaseKind(models.TextChoices):
    """What the organisation does for the customer with what it knows."""

    SERVICE = "service", _("Service")
    LOYALTY = "loyalty", _("Loyalty")
    IMPROVEMENT = "improvement", _("Improvement")
    STEERING = "steering", _("Steering")


class UseCaseState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    ACTIVE = "active", _("Active")
    RETIRED = "retired", _("Retired")


class CustomerKind(models.TextChoices):
    PERSON = "person", _("Person")
    ACCOUNT = "account", _("Account")


class AttributeType(models.TextChoices):
    TEXT = "text", _("text")
    NUMBER = "number", _("number")
    DATE = "date", _("date")
    BOOLEAN = "boolean", _("yes or no")
    CHOICE = "choice", _("choice")


class Purpose(models.TextChoices):
    """What a customer's data may be used for; each has its own consent."""

    SURVEY = "survey", _("Surveys")
    MARKETING = "marketing", _("Marketing")
    PROFILING = "profiling", _("Foreseeing and advice")
    SPECIAL_CATEGORY = "special_category", _("Sensitive data")


class LegalBasis(models.TextChoices):
    """Article 6 of the GDPR; sensitive data stand on explicit consent alone (article 9)."""

    CONSENT = "consent", _("Consent")
    CONTRACT = "contract", _("Contract")
    LEGAL_OBLIGATION = "legal_obligation", _("Legal obligation")
    VITAL_INTEREST = "vital_interest", _("Vital interest")
    PUBLIC_TASK = "public_task", _("Public task")
    LEGITIMATE_INTEREST = "legitimate_interest", _("Legitimate interest")


class ConsentState(models.TextChoices):
    GRANTED = "granted", _("Granted")
    DENIED = "denied", _("Denied")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class StreamKind(models.TextChoices):
    USER_EXPERIENCE = "user_experience", _("User experience")
    PRODUCT_SATISFACTION = "product_satisfaction", _("Product satisfaction")
    TRANSACTION = "transaction", _("Transactions")
    BRAND = "brand", _("Brand")
    EMPLOYEE = "employee", _("Employees")
    CUSTOMER_SERVICE = "customer_service", _("Customer service")
    SOCIAL = "social", _("Social media")
    EDITORIAL = "editorial", _("Editorial media")
    OPERATIONS = "operations", _("Internal operations")
    FINANCE = "finance", _("Finance")


class StreamStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
