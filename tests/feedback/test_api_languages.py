"""A language that nobody can be asked in is kept of no record, by whichever door of the API it comes."""

from typing import Any

import pytest

from feedback.models import Mention, Response
from journeys.models import Customer
from tests import factories
from tests.api_client import Api, refused
from tests.factories import House

pytestmark = pytest.mark.django_db
KEY = {"source": "crm", "external_id": "tongue-1"}
AT = "2017-05-15T12:00:00Z"


def bodies(house: House, language: str) -> dict[str, dict[str, Any]]:
    """By door, a record that says the language: of itself, or of its customer."""
    who = {"external_id": "tongue-2", "language": language}
    answer = {"survey": house.survey.slug, "answers": {"NETPRO": 9}, "answered_at": AT}
    said = {"text": "Slow", "at": AT}
    return {
        "responses/": KEY | answer | {"language": language},
        "responses/bulk/": KEY | answer | {"external_id": "tongue-3", "customer": who},
        "mentions/": KEY | said | {"language": language},
        "conversations/": KEY | said | {"language": language},
        "support-cases/": KEY | said | {"customer": who},
        "interactions/": KEY | {"stream": "orders", "type": "order", "at": AT, "customer": who},
        "consents/": KEY | {"customer": who, "purpose": "survey", "state": "denied", "at": AT},
        "customers/": KEY | {"name": "Ada", "language": language},
    }


@pytest.fixture
def api(house: House) -> Api:
    factories.make_stream(house.program)
    return Api(house.people["integration"], house.program)


@pytest.mark.parametrize("language", ["xx", "<b>", "en-<>", "e", "12"])
def test_what_is_the_code_of_no_language_is_refused(house: House, api: Api, language: str) -> None:
    for path, body in bodies(house, language).items():
        if path.endswith("bulk/"):
            (row,) = api.post(path, [body]).json()["rows"]
            assert (row["status"], row["code"]) == ("rejected", "language-unknown"), path
        else:
            assert refused(api.post(path, body), 422, "language-unknown"), path


@pytest.mark.parametrize(
    ("language", "ours"), [("sv", "sv"), ("sv-SE", "sv"), ("pt_BR", "pt-br"), ("DE-at", "de"), ("zh-CN", "zh-hans")]
)
def test_codes_as_other_systems_write_them_are_understood(house: House, api: Api, language: str, ours: str) -> None:
    for path, body in bodies(house, language).items():
        reply = api.post(path, [body] if path.endswith("bulk/") else body)
        assert reply.status_code in (200, 201) and b"language-unknown" not in reply.content, (path, reply.content)
    customers = Customer.objects.filter(identities__value__startswith="tongue")
    assert set(customers.values_list("language", flat=True)) == {ours}
    answer, mention = Response.objects.get(external_id="tongue-1"), Mention.objects.get(external_id="tongue-1")
    assert (answer.language, mention.language) == (language, language), "a record is kept as it was sent"
