"""The other doors for customers: mail and text message, the widget's script, posters; each as its reader gets it."""

import gzip
import http.server
import json
import re
import threading
from email import policy
from email.parser import BytesParser

import pytest
from django.conf import settings as house
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils import timezone

from cxprogram import env, mail, sms
from cxprogram.colours import contrast, validate_brand
from cxprogram.pictures import validate_png
from feedback.models import Branding, Placement, PlannedAsk, Response
from feedback.pages import ask_message
from feedback.pages import poster as posters
from feedback.services import placements, surveys
from tests.factories import (
    PNG,
    make_customer,
    make_invitation,
    make_journey,
    make_program,
    make_question,
    make_steps,
    make_survey,
    make_touchpoint,
    make_unit,
)
from tests.feedback.test_sending import make_plan

LANGUAGES = ["en", "sv", "nb", "da", "fi"]
WORDS = {code: f"Would you recommend us ({code})?" for code in LANGUAGES}


@pytest.fixture
def survey(db):
    program = make_program()
    program.names = {"sv": "Flygplatsen"}
    program.save()
    make_question(program, "NETPRO", wordings=WORDS)
    return make_survey(program, "short", questions=("NETPRO", "COMMENT"), languages=LANGUAGES)


# --- mail -------------------------------------------------------------------------------------
def test_the_mail_carries_the_first_question_in_both_parts_in_every_language(survey, settings, tmp_path):
    settings.EMAIL_BACKEND = "cxprogram.mail.EmlFileBackend"
    plan = make_plan(survey, trigger="event", event="interaction", event_type="flown on <Tuesday>")
    for language in LANGUAGES:
        settings.EMAIL_MESSAGES_DIR = tmp_path / language
        invitation, token = make_invitation(survey, language=language)
        ask = {"customer": make_customer(survey.program), "due_at": timezone.now(), "until": timezone.now()}
        PlannedAsk.objects.create(plan=plan, cause=language, invitation=invitation, **ask)
        mail.transmit(ask_message.mail(invitation, surveys.door("short"), token))
        (file,) = settings.EMAIL_MESSAGES_DIR.glob("*.eml")
        message = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
        text = message.get_body(("plain",)).get_content()
        html = message.get_body(("html",)).get_content()
        link = f"{house.BASE_URL}/r/{token}/"
        for score in range(11):
            assert f"{score}: {link}{score}/\n" in text
            assert f'href="{link}{score}/"' in html
        assert WORDS[language] in text and WORDS[language] in html
        assert f'<html lang="{language}">' in html and "<Tuesday>" in text and "&lt;Tuesday&gt;" in html
        assert "prefers-color-scheme: dark" in html and "<img" not in html and "<script" not in html
        assert message["List-Unsubscribe"].strip() == f"<{house.BASE_URL}/unsubscribe/{token}/?for=survey>"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["From"].addresses[0].display_name == ("Flygplatsen" if language == "sv" else "SFO")
        assert message["To"] == "ann@example.org"


def test_a_mail_about_a_question_without_a_scale_has_one_link(db):
    survey = make_survey(make_program(), "words", questions=("COMMENT",))
    invitation, token = make_invitation(survey)
    message = ask_message.mail(invitation, surveys.door("words"), token, is_reminder=True)
    assert message.html.count(f"/r/{token}/") == 1 and f"/r/{token}/0/" not in message.text
    assert message.subject.startswith("Reminder")
    assert message.key.startswith("reminder:")


# --- text messages ----------------------------------------------------------------------------
def test_a_text_message_goes_to_a_file_or_to_the_gateway_and_never_elsewhere(survey, settings, tmp_path, monkeypatch):
    settings.SMS_MESSAGES_DIR = tmp_path
    invitation, token = make_invitation(survey, address="+46701234567", channel="sms", language="sv")
    message = ask_message.text(invitation, surveys.door("short"), token)
    sms.transmit(message)
    (file,) = tmp_path.glob("*.txt")
    assert f"/r/{token}/" in file.read_text() and "Flygplatsen" in file.read_text()
    with pytest.raises(sms.SmsError):
        sms.transmit(sms.Text("k", "0701234567", "x"))

    taken: list[tuple[str, str, dict]] = []

    class Gateway(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            taken.append((self.path, self.headers["Authorization"], body))
            self.send_response(302 if self.path == "/away" else 202)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.IS_DEMO, settings.SMS_TOKEN = True, "secret"
    settings.SMS_URL = f"http://127.0.0.1:{server.server_port}/send?a=1"
    sms.transmit(sms.Text("k-1", "+46701234567", 'Say "hello" {to}'))
    (path, authorization, body) = taken[0]
    assert (path, authorization) == ("/send?a=1", "Bearer secret")
    assert body == {"to": "+46701234567", "from": "", "text": 'Say "hello" {to}', "reference": "k-1"}
    settings.SMS_URL = f"http://127.0.0.1:{server.server_port}/away"
    with pytest.raises(sms.SmsError, match="302"):
        sms.transmit(message)
    settings.IS_DEMO = False
    for address in ("127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "192.168.1.1"):
        monkeypatch.setattr(sms.socket, "getaddrinfo", lambda *a, found=address, **k: [(0, 0, 0, "", (found, 443))])
        with pytest.raises(sms.SmsError, match="own network"):
            sms.transmit(message)
    server.shutdown()
    server.server_close()
    assert len(taken) == 2


@pytest.mark.parametrize(
    ("url", "body", "is_good"),
    [
        ("", "nothing", True),
        ("https://sms.example.org/send", '{"a": "{to}", "b": "{text}"}', True),
        ("http://sms.example.org/send", '{"a": "{to}", "b": "{text}"}', False),
        ("http://127.0.0.1:9/", '{"a": "{to}", "b": "{text}"}', True),
        ("https://sms.example.org/send", '{"a": "{to}"}', False),
        ("https://sms.example.org/send", "{to} {text}", False),
        ("file:///etc/passwd", '{"a": "{to}", "b": "{text}"}', False),
    ],
)
def test_an_unsafe_gateway_refuses_to_start(url, body, is_good):
    if is_good:
        env.check_sms(url, body, allows_loopback=True)
    else:
        with pytest.raises(ImproperlyConfigured):
            env.check_sms(url, body, allows_loopback=True)


# --- the widget -------------------------------------------------------------------------------
def test_the_widget_is_small_and_speaks_every_language_and_any_site_may_load_it(client, survey):
    reply = client.get("/embed/short.js")
    script = reply.content.decode()
    assert (reply.status_code, reply["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert reply["Access-Control-Allow-Origin"] == "*" and reply["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert len(gzip.compress(reply.content)) <= 15 * 1024
    assert all(f'"question":"{text}"' in script for text in WORDS.values())
    assert "CX_SURVEY" not in script and "eval(" not in script and "innerHTML" not in script
    assert client.get("/embed/nowhere.js").status_code == 404


def test_the_widgets_answer_is_taken_once_and_only_its_outcome_may_be_read(client, survey):
    sent = {"key": "widget-key", "via": "widget", "NETPRO": "4", "COMMENT": "Lines"}
    origin = {"HTTP_ORIGIN": "https://shop.example.org"}
    for _time in range(2):
        reply = client.post("/s/short/?lang=sv", sent, **origin)
        assert (reply.status_code, reply.json()) == (200, {"status": "stored"})
        assert reply["Access-Control-Allow-Origin"] == "*" and not reply.cookies
    row = Response.objects.get()
    assert (row.channel, row.language, row.answers) == ("embed", "sv", {"NETPRO": 4, "COMMENT": "Lines"})
    other = client.post("/s/short/", sent | {"NETPRO": "9"}, **origin)
    assert (other.status_code, other.json()) == (409, {"status": "answered"})
    assert client.post("/s/short/", sent | {"NETPRO": "99"}, **origin).status_code == 422
    assert "Access-Control-Allow-Origin" not in client.post("/s/short/", {"key": "k", "NETPRO": "9"}, **origin)
    assert "Access-Control-Allow-Origin" not in client.get("/s/short/", **origin)
    survey.is_open = False
    survey.save()
    assert '"isOpen":false' in client.get("/embed/short.js").content.decode()
    assert client.post("/s/short/", sent | {"key": "new"}, **origin).json() == {"status": "closed"}


def test_a_survey_that_needs_more_than_a_question_is_a_link_in_the_widget(client, db):
    survey = make_steps(make_program())
    survey.versions.get()
    assert '"question":"NETPRO"' in client.get("/embed/steps.js").content.decode()
    make_survey(survey.program, "long", questions=("NETPRO", "PROBLEMS"), required=("PROBLEMS",))
    assert '"question":""' in client.get("/embed/long.js").content.decode()


# --- posters ----------------------------------------------------------------------------------
def test_a_poster_is_one_tagged_page_and_its_answers_carry_the_place(client, survey):
    program = survey.program
    touchpoint = make_touchpoint(make_journey(program).stages.first(), "security")
    unit = make_unit(program, "G")
    place = placements.make(survey, name="Exit of security", unit=unit, touchpoint=touchpoint)
    body = posters.poster_pdf(place, language="sv")
    assert body[:5] == b"%PDF-" and body == posters.poster_pdf(place, language="sv"), "the same bytes each time"
    made = posters.poster(place, language="sv")
    assert (made.organisation, posters.poster(place, language="fi").organisation) == ("Flygplatsen", program.name)
    assert made.language == "sv" and made.url.endswith(f"/s/short/?p={place.code}") and "<path" in made.code
    page = client.get(f"/s/short/?p={place.code}").content.decode()
    assert f'action="/s/short/?lang=en&amp;p={place.code}"' in page
    reply = client.post(f"/s/short/?lang=en&p={place.code}", {"key": "k-1", "NETPRO": "9"})
    assert reply.status_code == 303
    row = Response.objects.get()
    assert (row.unit, row.touchpoint, row.channel) == (unit, touchpoint, "qr")
    assert row.attributes == {"placement": place.code}
    placements.end(place, at=timezone.now())
    assert client.get(f"/s/short/?p={place.code}").status_code == 200, "an old poster still takes answers"
    for odd in ("", "nothing", "%00", "x" * 99, "å"):
        assert client.get(f"/s/short/?p={odd}").status_code == 200
    assert not Placement.objects.live().exists()


# --- branding ---------------------------------------------------------------------------------
def test_a_program_shows_its_own_colour_and_logo_if_they_can_be_read(client, survey):
    plain = client.get("/s/short/").content.decode()
    assert "/s/brand/" not in plain and client.get("/s/brand/sfo/style.css").status_code == 404
    branding = Branding.objects.create(program=survey.program, brand="#7a1f5c", logo=PNG)
    page = client.get("/s/short/").content.decode()
    assert f'href="/s/brand/sfo/style.css?{branding.stamp}"' in page, "a change shows at once"
    assert '<img class="cx-logo" src="/s/brand/sfo/logo.png' in page and "style=" not in page
    style, logo = client.get("/s/brand/sfo/style.css"), client.get("/s/brand/sfo/logo.png")
    assert style["Content-Type"].startswith("text/css") and b"--cx-brand: #7a1f5c" in style.content
    assert (logo["Content-Type"], logo.content) == ("image/png", PNG)
    assert "#7a1f5c" in client.get("/embed/short.js").content.decode()
    invitation, token = make_invitation(survey)
    assert "#7a1f5c" in ask_message.mail(invitation, surveys.door("short"), token).html
    Branding.objects.update(logo=None)
    assert client.get("/s/brand/sfo/logo.png").status_code == 404


def test_the_mail_shows_the_logo_by_our_own_address_and_the_name_where_it_is_not_shown(client, survey, settings):
    settings.BASE_URL = "https://ask.example.org/"
    invitation, token = make_invitation(survey)
    name = survey.program.label
    branding = Branding.objects.create(program=survey.program, brand="#7a1f5c")
    html = ask_message.mail(invitation, surveys.door("short"), token).html
    assert "<img" not in html and f">{name}</p>" in html
    Branding.objects.update(logo=PNG)
    html = ask_message.mail(invitation, surveys.door("short"), token).html
    (image,) = re.findall(r"<img [^>]*>", html)
    address = f"https://ask.example.org/s/brand/sfo/logo.png?{branding.stamp}"
    assert f'src="{address}"' in image and f'alt="{name}"' in image and 'height="40"' in image
    assert "background:#ffffff" in image  # dark mode: letters drawn for paper stay readable
    assert token not in image and f">{name}</p>" not in html
    reply = client.get(address.removeprefix("https://ask.example.org"))
    assert reply.content == PNG and "Cross-Origin-Resource-Policy" not in reply


@pytest.mark.parametrize(
    ("colour", "is_good"),
    [("#0a4d68", True), ("#767676", True), ("#777777", False), ("#ffdd00", False), ("#FFF", False), ("red", False)],
)
def test_a_colour_must_be_readable_on_white(colour, is_good):
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    if is_good:
        validate_brand(colour)
    else:
        with pytest.raises(ValidationError):
            validate_brand(colour)


def test_a_logo_is_a_whole_png_and_nothing_else():
    validate_png(PNG)
    odd = [b"", b"<svg/>", PNG[:-1], PNG + b"x", PNG.replace(b"IDAT", b"IDAX"), PNG + b"\0" * 110_000, b"GIF89a" + PNG]
    for body in odd:
        with pytest.raises(ValidationError):
            validate_png(body)
