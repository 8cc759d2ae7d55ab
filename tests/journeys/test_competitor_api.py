"""Us and others by API: the numbers of the page, unrounded, with the same hidden."""

import pytest

from cxprogram.choices import Role
from cxprogram.periods import ALL
from journeys.insight import competitors
from journeys.models import Segment
from journeys.services import segments
from tests.api_client import Api, refused
from tests.factories import NOON, House
from tests.journeys.test_competitors import many, speaker

DOOR = "competitor-comparisons/"


@pytest.fixture
def api(house: House) -> Api:
    return Api(house.people[Role.OWNER], house.program)


@pytest.fixture
def swedish(house: House) -> Segment:
    rule = {"all": [{"field": "language", "is": "sv"}]}
    return Segment.objects.create(program=house.program, code="swedish", name="Swedish", definition=rule)


def test_the_door_tells_what_the_page_tells(house: House, api: Api) -> None:
    many(house, 12, 8, 5.1)
    many(house, 12, 4, 7.3, touchpoint="food", context="family", start=50)
    found, told = competitors.compare(house.program, house.root, ALL), api.get(DOOR).json()
    assert (told["unit"], told["period"], told["context"], told["segment"]) == ("SFO", "all", None, None)
    assert (told["n"], told["suppressed"], told["contexts"]) == (12, False, ["family"])
    assert (told["several"], told["organisations_used"]) == (found.wallet.several, found.wallet.brands)
    standing = found.standing
    assert told["standing"] == {
        "rank": 1, "of": 2, "probability": standing.ranks[0], "first": standing.ahead, "ranks": list(standing.ranks),
        "n": 12,
    }  # fmt: skip
    us, oak = told["organisations"]
    assert (us["competitor"], us["difference"], us["rank"], us["share"]) == (None, None, 1, found.brands[0].share.mean)
    relative = found.brands[1].relative
    assert (oak["competitor"], oak["name"], oak["n"], oak["users"]) == ("oak", "Oakland", 12, 12)
    assert [oak[name] for name in ("difference", "low", "high")] == [relative.difference, relative.low, relative.high]
    assert (oak["rank"], oak["rank_probability"], oak["first"]) == (2, standing.ahead, 1 - standing.ahead)
    food = next(each for each in told["moments"] if each["touchpoint"] == "food")
    moment = next(each for each in found.moments if each.touchpoint)
    assert (food["context"], food["n"], food["verdict"]) == ("family", 12, "lost")
    assert (food["difference"], food["p_adjusted"]) == (moment.relative.difference, moment.p_adjusted)


def test_context_and_segment_narrow_it(house: House, api: Api, swedish: Segment) -> None:
    many(house, 12, 8, 5, customer=speaker(house, "sv"), context="business")
    many(house, 9, 4, 7, start=50, context="family")
    told = api.get(DOOR, segment="swedish").json()
    found = competitors.compare(house.program, house.root, ALL, customers=segments.customers(swedish, NOON))
    assert (told["segment"], told["n"], told["standing"]["n"]) == ("swedish", 12, found.standing.n)
    assert api.get(DOOR, context="family").json()["n"] == 9
    assert api.get(DOOR, segment="swedish", context="family").json()["n"] == 0


def test_few_are_not_told_of(house: House, api: Api, swedish: Segment) -> None:
    many(house, 12, 8, 5, customer=speaker(house, "sv"))
    many(house, 3, 4, 7, start=50)
    told = api.get(DOOR, segment="swedish").json()
    assert (told["suppressed"], told["n"], told["several"], told["standing"]) == (True, None, None, None)
    assert (told["organisations"], told["moments"]) == ([], [])
    assert not api.get(DOOR).json()["suppressed"]


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"segment": "none"}, 404, "segment-unknown"),
        ({"unit": "nowhere"}, 404, "unit-unknown"),
        ({"period": "yesterday"}, 400, "period-unknown"),
        ({"program": "none"}, 404, "program-unknown"),
    ],
)
def test_what_cannot_be_read_is_refused(house: House, api: Api, asked: dict, status: int, code: str) -> None:
    assert refused(api.get(DOOR, **asked), status, code)
