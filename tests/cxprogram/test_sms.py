"""How long a text message is over the air, and what gives way where it is too long."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from cxprogram import env, sms


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("åäöæøÅÄÖÆØ" * 16, 1),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("“" + "a" * 69, 1),
        ("“" + "a" * 70, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_parts_are_counted_as_networks_count_them(text: str, parts: int) -> None:
    assert sms.parts(text) == parts


def test_signs_of_good_typography_do_not_double_a_message() -> None:
    text = sms.fitted("How was “Check-in” – really…", lambda words: f"We’d ask: {words}")
    assert text == 'We\'d ask: How was "Check-in" - really...'


def test_words_give_way_at_their_end_and_the_links_stay() -> None:
    text = sms.fitted("word " * 200, lambda words: f"{words} https://x.example/r/t/ https://x.example/unsubscribe/t/")
    assert sms.parts(text) == sms.MOST_PARTS
    assert text.endswith("word... https://x.example/r/t/ https://x.example/unsubscribe/t/")


def test_the_console_shows_what_would_be_sent(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.SMS_URL = "console"
    sms.transmit(sms.Text("1", "+46701234567", "Hur var det?"))
    assert capsys.readouterr().err == "Text to +46701234567: Hur var det?\n"
    env.check_sms("console", "{}", allows_loopback=True)
    with pytest.raises(ImproperlyConfigured):
        env.check_sms("console", "{}", allows_loopback=False)
