"""The frame: log-in and its neighbours, language and mode. The navigation's pages are not needed here."""

import re

import pytest
from django.urls import reverse

from cxprogram.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def frame_alone(settings):
    """Without the navigation, whose pages belong to other tests."""
    (engine,) = settings.TEMPLATES
    options = engine["OPTIONS"]
    kept = [p for p in options["context_processors"] if p != "cxprogram.navigation.navigation"]
    settings.TEMPLATES = [{**engine, "OPTIONS": {**options, "context_processors": kept}}]


@pytest.fixture
def alice():
    return User.objects.create_user("alice@example.org", PASSWORD, name="Alice")


ENTRANCE = [
    "account_login",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_signup",
]


@pytest.mark.parametrize("name", ENTRANCE)
def test_pages_before_log_in_stand_in_the_frame(client, alice, name):
    html = client.get(reverse(name)).content.decode()
    assert re.findall(r"<h1>", html) == ["<h1>"]
    assert 'class="cx-bar"' in html and 'href="#main"' in html and 'name="language"' in html
    assert "style=" not in html and "<script" not in html


@pytest.mark.parametrize("name", ["account_logout", "account_change_password", "more"])
def test_pages_after_log_in_stand_in_the_frame(client, alice, name):
    client.force_login(alice)
    html = client.get(reverse(name)).content.decode()
    assert 'class="cx-who"' in html and "<h1>" in html
    assert "style=" not in html


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "By invitation only"),
        ("sv", "Endast på inbjudan"),
        ("nb", "Bare etter invitasjon"),
        ("da", "Kun efter invitation"),
        ("fi", "Vain kutsusta"),
    ],
)
def test_a_closed_sign_up_says_how_one_gets_in(client, language, title):
    html = client.get("/accounts/signup/", headers={"accept-language": language}).content.decode()
    assert f"<h1>{title}</h1>" in html and f"<title>{title}" in html and "/accounts/login/" in html


def test_a_refused_log_in_says_so_and_keeps_the_address(client, alice):
    html = client.post("/accounts/login/", {"login": alice.email, "password": "wrong"}).content.decode()
    assert 'role="alert"' in html
    assert f'value="{alice.email}"' in html


def test_login_and_password_are_the_fields_of_the_door(client, alice):
    answer = client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_who_has_chosen_a_language_finds_it_in_another_browser(client, alice):
    alice.language = "fi"
    alice.save()
    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert '<html lang="fi">' in client.get("/more/").content.decode()


def test_a_dead_reset_link_offers_a_new_one(client):
    html = client.get("/accounts/password/reset/key/1-abc/", follow=True).content.decode()
    assert "This link no longer works" in html
    assert reverse("account_reset_password") in html


def test_the_language_changes_without_javascript(client, alice):
    client.post(reverse("set_language"), {"language": "sv", "next": "/accounts/login/"})
    assert '<html lang="sv">' in client.get("/accounts/login/").content.decode()


def test_without_a_setting_the_device_decides_on_light_or_dark(client, alice):
    client.force_login(alice)
    assert "data-bs-theme" not in client.get("/more/").content.decode()


def test_a_person_sets_language_and_mode(client, alice):
    client.force_login(alice)
    answer = client.post("/more/", {"language": "fi", "theme": "dark"})
    assert answer["Location"] == "/more/"
    alice.refresh_from_db()
    assert (alice.language, alice.theme) == ("fi", "dark")
    html = client.get("/more/").content.decode()
    assert '<html lang="fi" data-bs-theme="dark">' in html


def test_an_unknown_mode_is_refused_and_changes_nothing(client, alice):
    client.force_login(alice)
    html = client.post("/more/", {"language": "en", "theme": "pink"}).content.decode()
    assert 'role="alert"' in html
    alice.refresh_from_db()
    assert alice.theme == ""


def test_settings_are_for_people_who_are_logged_in(client):
    assert client.get("/more/")["Location"].startswith("/accounts/login/")
