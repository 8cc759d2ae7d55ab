import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.analytics import chain
from governance.analytics.chain import Fault, Link


def links(*texts: str) -> list[Link]:
    made, previous = [], ""
    for key, text in enumerate(texts, start=1):
        made.append(Link(key, previous, text, chain.digest(previous, text)))
        previous = made[-1].hash
    return made


def codes(found: list[Fault]) -> list[tuple[int, str]]:
    return [(fault.position, fault.code) for fault in found]


def test_the_canonical_text_is_the_same_whatever_the_order_of_the_keys():
    assert chain.canonical({"b": 1, "a": [0.1, "å", None]}) == '{"a":[0.1,"å",null],"b":1}'
    with pytest.raises(ValueError):
        chain.canonical({"a": float("nan")})


def test_the_digest_is_what_sha256sum_says_of_the_hash_before_and_the_text():
    assert chain.digest("ab", "{}") == hashlib.sha256(b"ab{}").hexdigest()


def test_an_untouched_chain_has_no_fault():
    assert chain.faults(links("a", "b", "c")) == []


@given(st.lists(st.text(min_size=1), min_size=2, max_size=8), st.data())
def test_every_edit_deletion_and_exchange_is_found_where_it_was_made(texts, data):
    made = links(*texts)
    at = data.draw(st.integers(0, len(made) - 1))
    edited = [*made]
    edited[at] = Link(made[at].key, made[at].previous, made[at].text + "x", made[at].hash)
    assert codes(chain.faults(edited)) == [(at + 1, "text")]
    if at < len(made) - 1:
        assert codes(chain.faults([*made[:at], *made[at + 1 :]]))[0] == (at + 1, "order")
        swapped = [*made[:at], made[at + 1], made[at], *made[at + 2 :]]
        assert codes(chain.faults(swapped))[0] == (at + 1, "order")


def test_a_cut_end_is_found_only_with_an_anchor_from_outside():
    made = links("a", "b", "c")
    assert chain.faults(made[:2]) == []
    assert codes(chain.faults(made[:2], anchor=made[2].hash)) == [(2, "anchor")]
    assert chain.faults(made, anchor=made[2].hash) == []


def test_a_link_written_anew_with_its_own_hash_breaks_the_one_after_it():
    made = links("a", "b", "c")
    made[1] = Link(2, made[0].hash, "B", chain.digest(made[0].hash, "B"))
    assert codes(chain.faults(made)) == [(3, "order")]
