"""The consents' doors of the API: what another system knows of what customers allow."""

import json
from typing import Any

import pytest

from cxprogram.choices import Role
from cxprogram.models import Program, User
from journeys.models import Consent, Customer
from journeys.services import consents, merges, subjects
from tests import factories
from tests.api_client import Api, refused
from tests.factories import NOON

pytestmark = pytest.mark.django_db
WORD: dict[str, Any] = {
    "source": "crm", "external_id": "w-1", "customer": {"source": "crm", "external_id": "p-1"}, "purpose": "survey",
    "state": "granted", "at": "2017-05-01T12:00:00Z", "channel": "web", "text_version": 1,
}  # fmt: skip


@pytest.fixture
def program() -> Program:
    program = factories.make_program()
    factories.make_consent_text(program, legal_basis="consent")
    return program


@pytest.fixture
def api(program: Program) -> Api:
    return Api(factories.make_user(Role.INTEGRATION, factories.root_of(program)), program)


def known() -> Any:
    """Customers whom the doors made."""
    return Customer.objects.filter(identities__source="crm", identities__value__startswith="p-")


def test_a_word_is_written_once_repeated_and_never_changed(api: Api, program: Program) -> None:
    first, again = api.post("consents/", WORD), api.post("consents/", WORD)
    assert (first.status_code, first.json()["status"]) == (201, "created")
    assert (again.status_code, again.json()) == (200, {"id": first.json()["id"], "status": "repeated"})
    for other in ({"state": "denied"}, {"at": "2017-05-02"}, {"customer": {"external_id": "p-2"}}, {"channel": "shop"}):
        assert refused(api.post("consents/", WORD | other), 409, "idempotency-conflict")
    row = Consent.objects.get()
    assert (row.state, row.channel, row.by) == ("granted", "web", User.objects.get())
    assert row.text is not None and row.text.version == 1


def test_a_program_that_stands_on_consent_may_ask_whom_the_source_says(api: Api, program: Program) -> None:
    customer = factories.make_customer(program, identity="p-1")

    def reason() -> str:
        return consents.may_contact(customer, purpose="survey", at=NOON).reason

    assert reason() == "consent-missing"
    api.post("consents/", WORD)
    assert reason() == "consent-granted"


def test_the_newest_word_counts_by_its_time_in_whatever_order_they_come(api: Api, program: Program) -> None:
    customer = factories.make_customer(program, identity="p-1")
    taken_back = WORD | {"external_id": "w-2", "state": "withdrawn", "at": "2017-05-03", "text_version": None}
    account = api.post("consents/bulk/", [taken_back, WORD]).json()
    assert (account["created"], account["repeated"], account["rejected"]) == (2, 0, 0)
    assert consents.may_contact(customer, purpose="survey", at=NOON).reason == "consent-withdrawn"


def test_a_text_that_the_source_keeps_is_named_as_it_names_it(api: Api) -> None:
    api.post("consents/", WORD | {"text_version": None, "text_reference": "Web form 2016-03"})
    assert Consent.objects.values_list("text", "reference").get() == (None, "Web form 2016-03")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"text_version": None}, 422, "consent-text-missing"),
        ({"text_version": 7}, 422, "consent-text-unknown"),
        ({"purpose": "marketing"}, 422, "consent-text-unknown"),
        ({"at": "2099-01-01"}, 422, "said-in-future"),
        ({"at": "yesterday"}, 422, "said-at-invalid"),
        ({"external_id": " "}, 422, "key-missing"),
        ({"customer": {"external_id": "\x00"}}, 422, "text-not-storable"),
        ({"customer": {"external_id": "p-1", "email": "none"}}, 422, "email-invalid"),
        ({"state": "given"}, 400, "body-invalid"),
        ({"purpose": "spam"}, 400, "body-invalid"),
    ],
)
def test_what_is_no_word_is_refused(api: Api, changes: dict[str, Any], status: int, code: str) -> None:
    assert refused(api.post("consents/", WORD | changes), status, code)
    account = api.post("consents/bulk/", [WORD | changes]).json()
    assert [(row["status"], row["code"]) for row in account["rows"]] == [("rejected", code)]
    assert not Consent.objects.exists() and not known().exists()


def test_many_are_taken_each_with_its_account(api: Api) -> None:
    rows = [WORD | {"external_id": f"w-{n}", "customer": {"external_id": f"p-{n}"}} for n in range(5)]
    rows += [rows[0], rows[1] | {"state": "denied"}, rows[2] | {"text_version": 9}]
    body = "\n".join(map(json.dumps, rows)).encode()
    account = api.post("consents/bulk/", body, content_type="application/x-ndjson").json()
    assert [account[name] for name in ("created", "repeated", "rejected")] == [5, 1, 2]
    assert [row["code"] for row in account["rows"]][-2:] == ["idempotency-conflict", "consent-text-unknown"]
    again = api.post("consents/bulk/", body, content_type="application/x-ndjson").json()
    assert (again["created"], again["repeated"]) == (0, 6)
    assert Consent.objects.count() == known().count() == 5


def test_a_word_sent_again_after_a_merge_is_a_repeat(api: Api, program: Program) -> None:
    api.post("consents/", WORD)
    kept, merged = factories.make_customer(program), Consent.objects.get().customer
    merges.merge(kept, merged, rule="person", at=NOON)
    assert api.post("consents/", WORD).json()["status"] == "repeated"


def test_sensitive_data_go_by_the_word_that_holds_now(api: Api, program: Program) -> None:
    factories.make_consent_text(program, "special_category", legal_basis="consent")
    factories.make_attribute(program, "diet", is_special_category=True)
    customer = factories.make_customer(program, identity="p-1", attributes={"diet": "halal", "tier": "gold"})
    sensitive = WORD | {"purpose": "special_category"}
    api.post("consents/", sensitive)
    late = sensitive | {"external_id": "w-2", "state": "withdrawn", "at": "2016-01-01"}
    assert api.post("consents/", late).status_code == 201
    customer.refresh_from_db()
    assert customer.attributes == {"diet": "halal", "tier": "gold"}
    api.post("consents/", late | {"external_id": "w-3", "at": "2017-05-02"})
    customer.refresh_from_db()
    assert customer.attributes == {"tier": "gold"}


def test_erased_the_word_stays_without_what_the_source_called_it(api: Api, program: Program) -> None:
    api.post("consents/", WORD | {"external_id": "ann@example.org", "text_version": None, "text_reference": "Ann's"})
    subjects.erase(known().get(), at=NOON)
    row = Consent.objects.get()
    assert (row.state, row.external_id, row.reference) == ("granted", f"erased-{row.pk}", f"erased-{row.pk}")


def test_hostile_bodies_are_answered_in_words(api: Api) -> None:
    texts = ["\u202e\ufffe", "\x00", "x" * 300, "", " ", "=1+1", "1e400", "9" * 400, "0001-01-01", "9999-12-31"]
    bodies = [b"", b"[]", b"null", b"\xff", b'{"source": "\\ud800"}', b"[" * 9_999]
    for name in WORD:
        bodies += [json.dumps(WORD | {name: value}).encode() for value in (*texts, None, True, 1e308, 10**14, [], {})]
        bodies.append(json.dumps(WORD | {name: "\ud800"}).encode())
    for body in bodies:
        for door, sent in (("consents/", body), ("consents/bulk/", b"[" + body + b"]")):
            assert api.post(door, sent).status_code < 500, sent
