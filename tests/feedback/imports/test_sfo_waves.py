"""The five bundled waves, counted in plain Python, give the published reference numbers."""

import hashlib
import json
import math
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from cxprogram.imports import read_table
from feedback.imports import load_mapping, map_row, missing_columns

ROOT = Path(__file__).parents[3]
DATA = ROOT / "cxprogram" / "demo" / "data"
EXPECTED = json.loads((ROOT / "tests" / "data" / "sfo_expected.json").read_text())
CODES = json.loads((DATA / "codes.json").read_text())
WAVES = (2013, 2014, 2015, 2016, 2017)
IDENTIFYING = re.compile(r"CITY|ZIP|ST$|STATE|COUNTRY|LOCATION|NAME|MAIL|PHONE|(^|\W)IP(\W|$)", re.IGNORECASE)
LANGUAGES = ["en", "sv", "nb", "da", "fi"]


@cache
def mapping_of(year):
    return load_mapping(DATA / "mappings" / f"sfo-{year}.json")


@cache
def wave(year):
    """Every row of a wave, mapped; a row error fails the test that asks."""
    mapping = mapping_of(year)
    table = read_table(DATA / f"sfo_{year}.csv.gz", encoding=mapping.encoding, delimiter=mapping.delimiter)
    assert missing_columns(mapping, table.header) == []
    responses = [map_row(mapping, row, line) for line, row in table.rows]
    errors = [response for response in responses if isinstance(response, list)]
    assert errors == []
    assert table.blank_rows == 0
    return responses


def answered(year, question):
    return [(response.answers[question], response.weight) for response in wave(year) if question in response.answers]


def mean(pairs):
    return sum(value for value, _weight in pairs) / len(pairs)


def weighted(pairs, of=lambda value: value):
    return sum(of(value) * weight for value, weight in pairs) / sum(weight for _value, weight in pairs)


@pytest.mark.parametrize("year", WAVES)
def test_every_row_is_taken_once(year):
    responses = wave(year)
    assert len(responses) == EXPECTED[str(year)]["rows"]
    assert len({response.external_id for response in responses}) == len(responses)


@pytest.mark.parametrize("year", WAVES)
def test_the_overall_rating_has_its_counts_and_both_kinds_of_missing(year):
    expected = EXPECTED[str(year)]
    pairs = answered(year, "Q7ALL")
    counts = Counter(value for value, _weight in pairs)
    assert {str(code): n for code, n in sorted(counts.items())} == expected["overall_counts"]
    assert len(pairs) == expected["overall_n_valid"]
    missing = Counter(response.missing["Q7ALL"] for response in wave(year) if "Q7ALL" in response.missing)
    assert {name: missing[name] for name in ("blank", "not_applicable")} == expected["overall_missing"]


@pytest.mark.parametrize("year", WAVES)
def test_the_overall_rating_has_its_means_shares_and_effective_n(year):
    expected = EXPECTED[str(year)]
    pairs = answered(year, "Q7ALL")
    weights = [weight for _value, weight in pairs]
    n_eff = sum(weights) ** 2 / sum(weight**2 for weight in weights)
    found = {
        "overall_mean": mean(pairs),
        "overall_weighted_mean": weighted(pairs),
        "overall_top2": sum(value >= 4 for value, _weight in pairs) / len(pairs),
        "overall_weighted_top2": weighted(pairs, lambda value: value >= 4),
        "n_eff": n_eff,
        "kish_deff": len(pairs) / n_eff,
    }
    assert found == pytest.approx({name: expected[name] for name in found}, abs=1e-6)


@pytest.mark.parametrize("year", WAVES)
def test_every_touchpoint_has_its_n_and_mean_under_its_name_of_2017(year):
    canonical = {question.column: question.question for question in mapping_of(year).questions[:15]}
    expected = EXPECTED[str(year)]["touchpoint_means"]
    assert sorted(canonical) == sorted(expected)
    assert sorted(canonical.values()) == sorted(EXPECTED["2017"]["touchpoint_means"])
    for column, (n, value) in expected.items():
        pairs = answered(year, canonical[column])
        assert (column, len(pairs), mean(pairs)) == (column, n, pytest.approx(value, abs=1e-9))


def test_the_touchpoints_asked_another_way_have_their_n_and_mean():
    for question, (n, value) in EXPECTED["2017"]["journey_means"].items():
        pairs = answered(2017, question)
        assert (question, len(pairs), round(mean(pairs), 2)) == (question, n, value)


def test_the_nps_of_2017_counts_nought_as_an_answer_and_eleven_as_blank():
    expected = EXPECTED["2017"]["nps"]
    pairs = answered(2017, "NETPRO")
    promoters = sum(value >= 9 for value, _weight in pairs)
    detractors = sum(value <= 6 for value, _weight in pairs)
    assert (len(pairs), promoters, detractors) == (
        expected["n"],
        expected["promoters"],
        expected["detractors"],
    )
    assert sum(value == 0 for value, _weight in pairs) == 17
    assert sum("NETPRO" in response.missing for response in wave(2017)) == expected["missing_blank"]
    assert math.isclose(100 * (promoters - detractors) / len(pairs), expected["nps"], abs_tol=1e-9)
    score = 100 * weighted(pairs, lambda value: (value >= 9) - (value <= 6))
    assert math.isclose(score, expected["weighted_nps"], abs_tol=1e-6)
    assert all("NETPRO" not in response.answers for year in WAVES[:4] for response in wave(year)[:50])


def test_the_first_300_rows_of_2017_hold_58_cases_to_follow_up():
    cases = Counter()
    units = Counter()
    for response in wave(2017)[:300]:
        low = response.answers.get("NETPRO", 10) <= 6
        trouble = response.answers.get("Q15PROBLEM") == 1
        if low or trouble:
            cases[low, trouble] += 1
            units[response.unit] += 1
    assert cases == {(True, False): 35, (False, True): 15, (True, True): 8}
    assert units == {"G": 27, "D": 9, "F": 6, "B": 5, "A": 5, "C": 4, "E": 2}


def test_the_problems_named_in_2017_fall_into_the_stages_of_the_journey_map():
    stage_of = {problem["code"]: problem["stage"] for problem in CODES["problems"]}
    named = Counter(code for response in wave(2017) for code in response.answers.get("Q15COM", []))
    stages = Counter()
    for code, n in named.items():
        stages[stage_of[code]] += n
    assert sum(named.values()) == 364
    assert stages == {
        "getting-here": 14,
        "finding-the-way": 101,
        "security": 123,
        "waiting": 51,
        "boarding": 61,
        None: 14,
    }
    assert {code: named[code] for code in (32, 1, 5, 53, 51, 13, 21)} == {
        32: 37, 1: 47, 5: 42, 53: 31, 51: 15, 13: 9, 21: 8,
    }  # fmt: skip
    assert named[44] + named[45] == 32


@pytest.mark.parametrize(
    ("year", "units", "days"),
    [
        (2013, {"A": 747, "B": 630, "C": 240, "D": 455, "F": 649, "G": 814}, ("2013-05-02", "2013-05-18")),
        (
            2014,
            {"A": 493, "B": 592, "C": 265, "D": 469, "E": 193, "F": 281, "G": 525},
            ("2014-09-03", "2014-09-25"),
        ),
        (
            2015,
            {"A": 670, "B": 475, "C": 249, "D": 511, "E": 151, "F": 464, "G": 438},
            ("2015-05-08", "2015-05-29"),
        ),
        (
            2016,
            {"A": 851, "B": 268, "C": 304, "D": 439, "E": 125, "F": 516, "G": 584},
            ("2016-05-06", "2016-05-24"),
        ),
        (
            2017,
            {"A": 743, "B": 169, "C": 230, "D": 399, "E": 179, "F": 459, "G": 652},
            ("2017-05-05", "2017-05-30"),
        ),
    ],
)
def test_every_response_has_its_boarding_area_and_its_day(year, units, days):
    responses = wave(year)
    assert Counter(response.unit for response in responses) == units
    answered_on = [response.answered_on.isoformat() for response in responses]
    assert (min(answered_on), max(answered_on)) == days
    assert all(response.answered_at is None for response in responses)


def test_the_boarding_areas_of_2013_are_the_strata_of_the_weights():
    """The file of 2013 names gates only, but it has one weight per area: they prove the ranges."""
    weights = {"A": 0.553675, "B": 0.892167, "C": 1.266708, "D": 1.222456, "F": 1.870831, "G": 0.595689}
    odd = [response for response in wave(2013) if response.weight != weights[response.unit]]
    assert [(response.attributes["gate"], response.weight) for response in odd] == [("98", weights["A"])]


def test_languages_and_channels_are_words():
    for year in WAVES:
        assert {response.language for response in wave(year)} == {"en", "es", "zh", "ja"}
        assert {response.channel for response in wave(year)} <= {"in_person", "mail", "web"}


def test_one_airline_has_one_name_in_all_waves():
    for year in WAVES:
        airlines = {response.attributes.get("airline") for response in wave(year)}
        assert {"United", "United International", "Delta", "JetBlue", "Lufthansa"} <= airlines
    flown_to = [{response.attributes.get("destination") for response in wave(year)} for year in WAVES]
    destinations = set.intersection(*flown_to)
    assert {"Los Angeles", "Seattle", "New York-JFK", "Chicago-O'Hare", "Tokyo-Narita"} <= destinations


@pytest.mark.parametrize("year", WAVES)
def test_the_bundle_is_the_one_described_and_names_nobody(year):
    path = DATA / f"sfo_{year}.csv.gz"
    assert path.read_bytes()[4:8] == b"\x00" * 4
    assert hashlib.sha256(path.read_bytes()).hexdigest() in (DATA / "README.md").read_text()
    with read_table(path) as table:
        assert [name for name in table.header if IDENTIFYING.search(name) and name != "DEST"] == []


def texts(value):
    """Every dictionary of translations in codes.json, with the place it was found."""
    if isinstance(value, dict) and "en" in value:
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)


def test_every_question_and_code_in_the_data_has_words():
    questions = {question["question"] for question in CODES["questions"]}
    known = {
        "Q15COM": {problem["code"] for problem in CODES["problems"]},
        "Q15PROBLEM": {choice["code"] for choice in CODES["choices"]["Q15PROBLEM"]},
        **{name: {comment["code"] for comment in comments} for name, comments in CODES["comments"].items()},
    }
    used = {name: set() for name in known}
    for year in WAVES:
        assert {question.question for question in mapping_of(year).questions} <= questions
        for response in wave(year):
            for name in known:
                answer = response.answers.get(name, [])
                used[name].update(answer if isinstance(answer, list) else [answer])
    assert {name: used[name] - known[name] for name in known} == {name: set() for name in known}


def test_the_words_come_in_every_language():
    assert CODES["languages"] == LANGUAGES
    stages = {stage["code"] for stage in CODES["stages"]}
    for part in ("stages", "scales", "questions", "choices", "problems"):
        for words in texts(CODES[part]):
            assert list(words) == LANGUAGES, words
            assert all(text.strip() == text and text for text in words.values()), words
    for entry in (*CODES["questions"], *CODES["problems"]):
        assert entry["stage"] is None or entry["stage"] in stages
    for problem in CODES["problems"]:
        assert all(len(title) <= 60 and not title.endswith(".") for title in problem["title"].values())
        assert all(sentence.endswith(".") for sentence in problem["sentence"].values())
    for comments in CODES["comments"].values():
        own = [comment["text"] for comment in comments if comment["code"] < 1000]
        full = [words for words in own if not words["en"].startswith("Not in the code list")]
        assert len(full) >= 13
        assert all(list(words) == LANGUAGES for words in full)


def test_the_asked_scale_of_a_question_is_described():
    described = {scale["asks"] for scale in CODES["scales"]}
    for question in CODES["questions"]:
        assert question["asks"] in described | {"problem", "codes"}
