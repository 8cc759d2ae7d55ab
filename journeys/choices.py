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


class Measure(models.TextChoices):
    """The unit in which a KPI is written."""

    POINTS = "points", _("points")
    MEAN = "mean", _("mean")
    SHARE = "share", _("per cent")
    COUNT = "count", _("number")


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
