"""/api/v1/customers/: who the customers are, as other systems tell it, and finding one by what a system knows."""

from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import Meta

from cxprogram import api_bodies, api_bulk, api_schema, api_senders, languages
from cxprogram.access import Right
from cxprogram.api_base import ApiView, ParameterError, asked_program, page, reply
from cxprogram.api_bulk import NewestAccount, NewestRow
from cxprogram.api_senders import Sender
from cxprogram.models import Program
from journeys.models import Customer
from journeys.services import people
from journeys.services.identities import CustomerError
from journeys.services.people import PersonFacts


class IdentityBody(msgspec.Struct, forbid_unknown_fields=True):
    """One name under which one source knows a customer."""

    source: Annotated[str, Meta(min_length=1, max_length=60)]
    external_id: Annotated[str, Meta(min_length=1, max_length=200)]


class PersonBody(msgspec.Struct, forbid_unknown_fields=True):
    """One customer. (`source`, `external_id`) is found again or made; what is left out stays as it is."""

    source: Annotated[str, Meta(min_length=1, max_length=60, description="The system that sends it.")]
    external_id: Annotated[str, Meta(min_length=1, max_length=200, description="The customer's key in that system.")]
    program: Annotated[str, Meta(max_length=50, description="May be left out by those who have only one.")] = ""
    identities: Annotated[list[IdentityBody], Meta(max_length=20, description="Other keys of the same customer.")] = []
    name: Annotated[str, Meta(max_length=200)] = ""
    email: Annotated[str, Meta(max_length=254)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""
    language: Annotated[str, Meta(max_length=10)] = ""
    kind: Literal["", "person", "account"] = ""
    account: Annotated[IdentityBody | None, Meta(description="The organisation for which this person stands.")] = None
    unit: Annotated[str | None, Meta(description="Code of the unit that met them; the root, if not given.")] = None
    attributes: Annotated[
        dict[str, str | int | float | bool | None], Meta(description="By code, as defined; null takes it away.")
    ] = {}
    is_customer: bool | None = None
    is_fictitious: bool = False


class PersonWritten(msgspec.Struct):
    """What became of a customer; `merged` are customers found to be this one."""

    id: int
    status: Literal["created", "updated", "repeated"]
    merged: list[int] = []


class CustomerShown(msgspec.Struct):
    """One customer as we know them."""

    id: int
    kind: str
    name: str
    email: str
    phone: str
    language: str
    unit: str | None
    account: int | None
    attributes: dict[str, Any]
    identities: list[IdentityBody]
    is_customer: bool
    is_fictitious: bool


EXAMPLE = {
    "source": "crm",
    "external_id": "c-17",
    "identities": [{"source": "loyalty", "external_id": "L-2211"}],
    "name": "Ada Example",
    "email": "ada@example.org",
    "phone": "+46701234567",
    "language": "sv",
    "account": {"source": "crm", "external_id": "acme"},
    "attributes": {"tier": "gold"},
}
CODES = (
    "account-is-person",
    "account-of-account",
    "attribute-invalid",
    "attribute-unknown",
    "attribute-without-consent",
    "customer-key-missing",
    "email-invalid",
    "language-unknown",
    "phone-invalid",
    "text-not-storable",
    "text-too-long",
    "unit-missing",
)
_one = msgspec.json.Decoder(PersonBody)


def facts(sender: Sender, body: PersonBody) -> PersonFacts:
    """What the body says of one customer; raises DomainError."""
    program = sender.program(body.program)
    return PersonFacts(
        identities=(
            (body.source, body.external_id), *((each.source, each.external_id) for each in body.identities),
        ),
        name=body.name,
        email=body.email,
        phone=body.phone,
        language=languages.told(body.language),
        kind=body.kind,
        account=(body.account.source, body.account.external_id) if body.account else None,
        unit=sender.unit(program, body.unit),
        attributes=body.attributes,
        is_customer=body.is_customer,
        is_fictitious=body.is_fictitious,
    )  # fmt: skip


def present(customer: Customer) -> CustomerShown:
    return CustomerShown(
        id=customer.pk,
        kind=customer.kind,
        name=customer.name,
        email=customer.email,
        phone=customer.phone,
        language=customer.language,
        unit=customer.unit.code if customer.unit else None,
        account=customer.account_id,
        attributes=customer.attributes,
        identities=[IdentityBody(each.source, each.value) for each in customer.identities.all()],
        is_customer=customer.is_customer,
        is_fictitious=customer.is_fictitious,
    )


class CustomerView(ApiView):
    @property
    def right(self) -> Right:  # type: ignore[override]
        return Right.SEE_VOICE if self.request.method in ("GET", "HEAD", "OPTIONS") else Right.SEND_ANSWERS

    @api_schema.describe(
        "Find customers",
        name="customer_list",
        tag="Customers",
        description="Customers of the program that you may see, the newest first; by their key in a source, or by "
        "their e-mail address.",
        parameters=[
            api_schema.PROGRAM,
            api_schema.parameter("external_id", "Key of the customer in a source."),
            api_schema.parameter("source", "The source of the key; any, if not given."),
            api_schema.parameter("email", "E-mail address, whatever its capitals."),
            *api_schema.PAGES,
        ],
        replies={200: api_schema.page_of(CustomerShown)},
        refusals={
            400: ("program-missing", "parameter-invalid", "cursor-invalid", "text-not-storable"),
            404: ("program-unknown",),
        },
    )
    def get(self, request: Any) -> HttpResponse:
        program = asked_program(request, self.right)
        rows = Customer.objects.standing().visible_to(request.user).filter(program=program)
        source, key = request.GET.get("source", ""), request.GET.get("external_id", "")
        if source and not key:
            raise ParameterError(_("Name the key as well: ?external_id=…"), parameter="external_id")
        if key:
            rows = rows.with_identity(program, key, source=source)
        if email := request.GET.get("email", "").strip():
            rows = rows.with_email(email)
        return page(request, rows.select_related("unit").prefetch_related("identities"), present)

    @api_schema.describe(
        "Send one customer",
        name="customer_create",
        tag="Customers",
        description="Found again by any of the keys, by e-mail address or international phone number, and completed; "
        "made when first met. Two customers that one sender calls one become one, which can be undone.",
        body=PersonBody,
        example=EXAMPLE,
        replies={201: PersonWritten, 200: PersonWritten},
        reply_example={"id": 4711, "status": "created", "merged": []},
        refusals={
            **api_senders.REFUSALS,
            409: ("customer-busy",),
            422: CODES,
        },
    )
    def post(self, request: Any) -> HttpResponse:
        sender, body = Sender(request.user), api_bodies.read(request, _one)
        saved = people.identify(sender.program(body.program), facts(sender, body), at=timezone.now(), by=request.user)
        answer = PersonWritten(saved.customer.pk, saved.status, list(saved.merged))  # type: ignore[arg-type]
        return reply(answer, status=201 if saved.status == "created" else 200)


class CustomerBulkView(ApiView):
    right = Right.SEND_ANSWERS

    @api_schema.describe(
        "Send many customers",
        name="customer_bulk",
        tag="Customers",
        description="A JSON array, or NDJSON (one object a line), of the same objects as for one customer; gzip is "
        "allowed. At most 10 000 rows and 10 MB, before and after unpacking. Good rows are written, bad rows are "
        "rejected with their place and reason; sending the same body again changes nothing.",
        body=api_bulk.body(PersonBody),
        example=[EXAMPLE],
        replies={200: NewestAccount},
        refusals=api_bulk.REFUSALS,
    )
    def post(self, request: Any) -> HttpResponse:
        return reply(take_in(Sender(request.user), api_bodies.read_rows(request)))


def take_in(sender: Sender, rows: list[Any]) -> NewestAccount:
    """Write the customers that can be written, by program; the others are rejected one by one."""
    account = [NewestRow(index) for index in range(len(rows))]

    def read(raw: Any) -> tuple[Program, PersonFacts]:
        body = api_bodies.decode(raw, _one)
        return sender.program(body.program), facts(sender, body)

    for program, group in api_bulk.by_program(account, rows, read):
        saved = people.identify_many(program, [each for _index, each in group], at=timezone.now(), by=sender.user)
        for (index, _facts), done in zip(group, saved, strict=True):
            if isinstance(done, CustomerError):
                api_bulk.reject(account[index], done)
            else:
                account[index] = NewestRow(index, done.status, done.customer.pk)  # type: ignore[arg-type]
    return api_bulk.newest_account(account)
