"""What an address or a form may say for the number of a row; what a page costs before it begins."""

from typing import Any

import pytest

from cxprogram.access import Grant, current_program, hold
from cxprogram.models import User
from cxprogram.page_base import number_in
from tests import factories


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), ("007", 7), ("9" * 18, 10**18 - 1), ("", None), ("²", None), ("٣", None), ("-1", None), ("1.0", None),
     ("9" * 19, None), ("7\x00", None), (" 7", None)],
)  # fmt: skip
def test_a_number_is_plain_digits_that_the_database_can_hold(text: str, number: int | None) -> None:
    assert number_in(text) == number


@pytest.mark.django_db
def test_memberships_and_their_program_are_read_once_and_together(django_assert_num_queries: Any) -> None:
    first, second = factories.make_program(), factories.make_program("second")
    made = factories.make_user("analyst", factories.root_of(first))
    user = User.objects.get(pk=made.pk)
    with django_assert_num_queries(1):
        assert current_program(user) == current_program(user) == first
    hold(user, [Grant(second.pk, "analyst", factories.root_of(second).path, True)])
    assert current_program(user) == second, "a key acts in its own program"
    hold(user, [])
    assert current_program(user) is None
