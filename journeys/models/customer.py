from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from cxprogram.audit import audited
from cxprogram.languages import NAMES
from cxprogram.models import OrgUnit, Program
from cxprogram.models.translated import Named
from journeys.alphabet import sort_key
from journeys.choices import AttributeType, CustomerKind
from journeys.querysets import CustomerAttributeQuerySet, CustomerPartQuerySet, CustomerQuerySet


@audited()
class CustomerAttribute(Named):
    """One thing that the program knows of customers beside name and address, with its type."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    code = models.SlugField(_("code"))
    type = models.CharField(_("type"), max_length=10, choices=AttributeType.choices, default=AttributeType.TEXT)
    choices = models.JSONField(_("choices"), default=list, blank=True, help_text=_("For a choice: its values."))
    is_special_category = models.BooleanField(
        _("sensitive"),
        default=False,
        help_text=_("Health, belief, origin, location, emotion: kept only with the customer's explicit consent."),
    )

    objects = CustomerAttributeQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer attribute")
        verbose_name_plural = _("customer attributes")
        ordering = ["program_id", "code"]
        constraints = [models.UniqueConstraint(fields=["program", "code"], name="customer_attribute_once")]


@audited(exclude=("sort_key",))
class Customer(models.Model):
    """One person or account that the organisation serves, or might.

    `merged_into` names the customer that this one turned out to be; `erased_at` tells when everything that names
    the person was taken away. Both rows stay: what others refer to does not change its number.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT, db_index=False)  # customer_alphabet begins with it
    unit = models.ForeignKey(
        OrgUnit, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("unit that met them")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=CustomerKind.choices, default=CustomerKind.PERSON)
    account = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name=_("account"),
        help_text=_("The organisation for which this person is a contact."),
    )
    name = models.CharField(_("name"), max_length=200, blank=True)
    sort_key = models.CharField(max_length=200, blank=True, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=list(NAMES.items()), blank=True)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    is_customer = models.BooleanField(
        _("is a customer"), default=True, help_text=_("Not for those who might become one, or have been one.")
    )
    is_fictitious = models.BooleanField(
        _("fictitious"),
        default=False,
        help_text=_("Made up for a demonstration: no person stands behind it."),
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="merged"
    )
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.CheckConstraint(
                condition=Q(account=None) | Q(kind=CustomerKind.PERSON), name="customer_account_has_no_account"
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(name="", email="", phone="", attributes={}),
                name="customer_erased_is_empty",
            ),
        ]
        indexes = [
            # The list of a program in the order of the alphabet, and the beginning of a name.
            models.Index(
                fields=["program", "sort_key", "id"],
                opclasses=["int8_ops", "varchar_pattern_ops", "int8_ops"],
                name="customer_alphabet",
            ),
            # Look-up by address.
            models.Index("program", Lower("email"), name="customer_email", condition=~Q(email="")),
            models.Index("program", "phone", name="customer_phone", condition=~Q(phone="")),
            # Look-up by any word of a name.
            GinIndex(SearchVector("name", config="simple"), name="customer_words"),
            # Segments by attribute.
            GinIndex(fields=["attributes"], opclasses=["jsonb_path_ops"], name="customer_attributes"),
            # The numbers of those whom a plan is about, in their order.
            models.Index(
                fields=["program", "id"],
                name="customer_base",
                condition=Q(kind=CustomerKind.PERSON, is_customer=True, merged_into=None, erased_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or " ".join((str(_("customer")), str(self.pk)))

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = sort_key(self.name, self.program.language)
        if (fields := kwargs.get("update_fields")) is not None and "name" in fields:
            kwargs["update_fields"] = {*fields, "sort_key"}
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if self.account_id and self.account and self.account.kind != CustomerKind.ACCOUNT:
            raise ValidationError({"account": _("This customer is a person, not an account.")})

    @property
    def is_standing(self) -> bool:
        """As `CustomerQuerySet.standing`."""
        return self.merged_into_id is None and self.erased_at is None


class CustomerIdentity(models.Model):
    """One name under which one source knows a customer.

    The sources "email" and "phone" are ours: their values are normalised, and are what customers are recognised by.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT, db_index=False)  # customer_identity_once as well
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identities")
    source = models.CharField(_("source"), max_length=60)
    value = models.CharField(_("identity"), max_length=254)

    objects = CustomerPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer identity")
        verbose_name_plural = _("customer identities")
        constraints = [models.UniqueConstraint(fields=["program", "source", "value"], name="customer_identity_once")]
        indexes = [
            # Look-up by an identity whose source is not named.
            models.Index(fields=["program", "value"], name="customer_identity_value")
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.value}"


class CustomerMerge(models.Model):
    """Two customers found to be one: what moved, by which rule, and whether it was undone.

    `moved` holds the numbers of the rows that changed hands, by holding; `before` the kept customer's own fields that
    were filled in, as [before, after]. Undoing puts exactly these back. Appended; only the undoing is written later.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    kept = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="merged_by")
    rule = models.CharField(
        _("rule"), max_length=60, help_text=_("Source of the identity that both have, or a person.")
    )
    moved = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    at = models.DateTimeField(_("merged"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = CustomerPartQuerySet.of("kept").as_manager()

    class Meta:
        verbose_name = _("customer merge")
        verbose_name_plural = _("customer merges")
        constraints = [
            models.CheckConstraint(condition=~Q(kept=models.F("merged")), name="customer_merge_of_two"),
            # A customer is part of one other at most.
            models.UniqueConstraint(fields=["merged"], condition=Q(undone_at=None), name="customer_merged_once"),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.kept_id}"


class ErasureRecord(models.Model):
    """Proof that everything that named one person was taken away; holds nothing of the person. Appended."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="erasures")
    at = models.DateTimeField(_("erased"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    counts = models.JSONField(_("rows emptied"), default=dict)

    objects = CustomerPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")

    def __str__(self) -> str:
        return f"{self.customer_id}, {self.at:%Y-%m-%d}"
