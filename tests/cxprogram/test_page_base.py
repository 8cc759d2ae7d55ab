"""What an address or a form may say for the number of a row."""

import pytest

from cxprogram.page_base import number_in


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), ("007", 7), ("9" * 18, 10**18 - 1), ("", None), ("²", None), ("٣", None), ("-1", None), ("1.0", None),
     ("9" * 19, None), ("7\x00", None), (" 7", None)],
)  # fmt: skip
def test_a_number_is_plain_digits_that_the_database_can_hold(text: str, number: int | None) -> None:
    assert number_in(text) == number
