"""What is said elsewhere, on one page: newest first across kinds, by right and unit, page after page."""

from datetime import timedelta

import pytest

from cxprogram.choices import Role
from feedback.models import FeatureRequest, Mention, SupportCase
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db
PAGE = "/voice/"


@pytest.fixture
def program():
    program = factories.make_program("harbour", time_zone="Europe/Stockholm")
    factories.make_units(program, ("A", "B"))
    return program


def say(program, model, key, *, at=NOON, **fields):
    return model.objects.create(
        program=program, source=fields.pop("source", "web"), external_id=key, at=at, body_hash=b"", **fields
    )


def titles(page):
    return [each.title for each in page.context["page"].spoken]


def test_all_kinds_stand_in_one_list_the_newest_first(client, program):
    say(program, Mention, "1", title="Review", rating="4.5", rating_low=1, rating_high=5)
    say(program, SupportCase, "2", subject="Lost bag", at=NOON + timedelta(hours=1), text="Where <is> it?")
    say(program, FeatureRequest, "3", title="A map", at=NOON - timedelta(days=1), votes=3)
    client.force_login(factories.make_user(Role.OWNER, factories.root_of(program)))
    page = client.get(PAGE)
    assert titles(page) == ["Lost bag", "Review", "A map"]
    text = page.content.decode()
    assert "4.5 (1–5)" in text and "Where &lt;is&gt; it?" in text and "3 votes" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?kind=mentions", ["Review"]),
        ("?source=helpdesk", ["Lost bag"]),
        ("?q=BAG", ["Lost bag"]),
        ("?q=nothing", []),
        ("?kind=none&source=none", ["Review", "Lost bag"]),
        ("?after=yesterday", ["Review", "Lost bag"]),
        ("?after=2026-99-01T00:00:00Z~0~1", ["Review", "Lost bag"]),
    ],
)
def test_a_filter_keeps_what_it_names_and_nonsense_filters_nothing(client, program, query, found):
    say(program, Mention, "1", title="Review")
    say(program, SupportCase, "2", subject="Lost bag", source="helpdesk")
    client.force_login(factories.make_user(Role.OWNER, factories.root_of(program)))
    page = client.get(PAGE + query)
    assert (page.status_code, titles(page)) == (200, found)


def test_each_record_stands_on_one_page_however_many_share_a_moment(client, program):
    for number in range(40):
        say(program, Mention, f"m{number}", title=f"m{number}")
        say(program, SupportCase, f"c{number}", subject=f"c{number}")
    client.force_login(factories.make_user(Role.OWNER, factories.root_of(program)))
    seen, query = [], ""
    while True:
        page = client.get(PAGE + query)
        seen += titles(page)
        query = page.context["page"].next_url
        if not query:
            break
    assert len(seen) == len(set(seen)) == 80


def test_a_unit_manager_sees_what_was_said_of_the_own_unit(client, program):
    a, b = (program.orgunit_set.get(code=code) for code in "AB")
    say(program, SupportCase, "1", subject="Of A", unit=a)
    say(program, SupportCase, "2", subject="Of B", unit=b)
    client.force_login(factories.make_user(Role.UNIT_MANAGER, a))
    assert titles(client.get(PAGE)) == ["Of A"]
    assert titles(client.get(PAGE + "?q=of")) == ["Of A"]


def test_what_the_source_says_in_codes_stands_in_the_readers_words(client, program):
    factories.make_stream(program, "shop-feed", names={"en": "Feed of the shop", "sv": "Butikens flöde"})
    say(program, SupportCase, "1", subject="Bag", channel="email", status="on-hold", priority="HIGH", source="zendesk")
    say(program, Mention, "2", title="Fine", channel="review", source="shop-feed")
    say(program, Mention, "3", title="Odd", channel="pigeon", source="from elsewhere")
    user = factories.make_user(Role.OWNER, factories.root_of(program))
    client.force_login(user)
    for language, words in (
        ("en", ["Support case · Zendesk", "E-mail · On hold · Urgent", "Mention · Feed of the shop", "Review"]),
        ("sv", ["Zendesk", "E-post · Parkerat · Brådskande", "Butikens flöde", "Recension"]),
    ):
        client.cookies["django_language"] = language
        page = client.get(PAGE, headers={"accept-language": language})
        text = page.content.decode()
        assert [each for each in [*words, "pigeon", "from elsewhere"] if each not in text] == []
        assert '<option value="zendesk">Zendesk</option>' in text
    assert titles(client.get(PAGE + "?source=shop-feed")) == ["Fine"]


def test_it_can_be_filtered_by_where_it_was_said(client, program):
    stage = factories.make_journey(program).stages.first()
    desk = factories.make_touchpoint(stage, "desk")
    factories.make_touchpoint(stage, "gate")  # nothing was said there
    say(program, Mention, "1", title="Review", touchpoint=desk)
    say(program, SupportCase, "2", subject="Lost bag")
    client.force_login(factories.make_user(Role.OWNER, factories.root_of(program)))
    page = client.get(PAGE)
    assert page.context["page"].places == [("desk", desk.label)]
    assert f" · {desk.label}" in page.content.decode()
    assert titles(client.get(PAGE, {"touchpoint": "desk"})) == ["Review"]
    assert titles(client.get(PAGE, {"touchpoint": "gate"})) == ["Review", "Lost bag"]


def test_where_something_was_said_is_no_business_of_other_units(client, program):
    desk = factories.make_touchpoint(factories.make_journey(program).stages.first(), "desk")
    theirs = program.orgunit_set.get(code="B")
    say(program, Mention, "1", title="Review", touchpoint=desk, unit=theirs)
    client.force_login(factories.make_user(Role.OWNER, program.orgunit_set.get(code="A")))
    page = client.get(PAGE).context["page"]
    assert (page.places, list(page.spoken)) == ([], [])
