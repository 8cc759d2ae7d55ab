"""Personal addresses: the form for one person, one click in a mail, and no more mail.

Whoever holds an address that takes no answer learns nothing else: unknown, used, expired and closed look alike.
"""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cxprogram.middleware import language_of
from feedback import robots, survey_desk
from feedback.choices import SCALE_KINDS, InvitationStatus
from feedback.models import Invitation
from feedback.pages import ask_message, survey_steps
from feedback.pages import survey as pages
from feedback.services import answer_checks, drafts, invitations, surveys
from journeys.choices import Purpose


def _private(reply: HttpResponse) -> HttpResponse:
    """The address is a secret: it is told to no other page and no search engine."""
    reply["Referrer-Policy"] = "no-referrer"
    reply["X-Robots-Tag"] = "noindex, nofollow"
    return reply


def _closed(request: HttpRequest) -> HttpResponse:
    language = language_of(request)
    with translation.override(language):
        text = loader.render_to_string("feedback/invitation_closed.html", survey_desk.house_frame(language))
    return _private(survey_desk.answer(text, status=404, language=language))


def _visit(request: HttpRequest) -> robots.Visit:
    agent = request.META.get("HTTP_USER_AGENT", "").replace("\x00", "")
    return robots.Visit(timezone.now(), request.method or "GET", agent)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest, token: str, score: int | None = None) -> HttpResponse:
    """The form of one invitation; a score in the address is chosen already, and counts when the form is sent."""
    if survey_desk.is_too_large(request):
        return survey_desk.too_large(request)
    visit = _visit(request)
    invitation = invitations.find(token)
    is_repeat = invitation is not None and invitation.status == InvitationStatus.ANSWERED and request.method == "POST"
    if invitation is None or not (is_repeat or invitations.is_answerable(invitation, at=visit.at)):
        return _closed(request)
    try:
        door = surveys.door(invitation.survey.slug)
    except surveys.SurveyClosedError:
        return _closed(request)
    language = pages.choose_language(
        invitation.survey,
        asked=request.GET.get("lang", "") or invitation.language,
        accepted=request.META.get("HTTP_ACCEPT_LANGUAGE", ""),
    )
    path = reverse("feedback:invited", args=[token])
    way_out = ask_message.way_out(invitation, token)
    try:
        if request.method == "POST":
            with translation.override(language):
                return _private(_take_in(request, door, invitation, language, path=path, way_out=way_out, visit=visit))
    except (invitations.InvitationClosedError, answer_checks.AnswerError):
        return _closed(request)
    with translation.override(language):
        text = _page(door, invitation, language, score=score, said=request.GET.get("page", ""), visit=visit)
    text = survey_desk.fresh(text, path=path, key="invited", way_out=way_out)
    return _private(survey_desk.answer(text, language=language))


def _page(
    door: surveys.Door, invitation: Invitation, language: str, *, score: int | None, said: str, visit: robots.Visit
) -> str:
    """The form as this person left it; else with the score of the address chosen, if the first question has it.

    `said` is the page that the address names: whoever goes on there has opened the form before.
    """
    page = survey_desk.page_of(door.version_id, language, door.stamp)
    first = page.asks[0] if page.asks else None
    kind = door.questions[first.name].kind if first else ""
    fits = first is not None and kind in SCALE_KINDS and str(score) in {choice.value for choice in first.choices}
    chosen = {first.name: [str(score)]} if first and fits else {}
    if not said:
        question = first.name if first and fits else ""
        invitations.opened(invitation, visit, question=question, score=score if fits else None)
    draft = drafts.find(door, invitation=invitation) if page.has_steps else None
    known, _attributes = invitations.split_context(door, invitation.context)
    if not chosen and draft is None and not (known and page.has_steps):
        return survey_desk.blank(door.version_id, language, door.stamp, is_personal=True)
    typed = (draft.typed if draft else {}) | chosen
    step = survey_steps.resumed(page, typed, draft.page if draft and not chosen else None, said=said, known=known)
    return survey_desk.form(door.survey, page, language, step=step, is_personal=True)


def _take_in(
    request: HttpRequest,
    door: surveys.Door,
    invitation: Invitation,
    language: str,
    *,
    path: str,
    way_out: str,
    visit: robots.Visit,
) -> HttpResponse:
    known, attributes = invitations.split_context(door, invitation.context)

    def record(sent: pages.Sent) -> None:
        signs = robots.answer_signs(has_filled_trap=sent.has_filled_trap, opened_at=invitation.opened_at, at=visit.at)
        invitations.answer(
            invitation,
            door,
            known | sent.answers,
            language=language,
            attributes=attributes | robots.marks(signs),
            at=visit.at,
        )
        drafts.drop(invitation=invitation)

    def keep(sent: pages.Sent, number: int) -> str:
        drafts.keep(door, sent.typed, key="", page=number, language=language, at=visit.at, invitation=invitation)
        return urlencode({"lang": language, "page": number})

    way = survey_desk.Way(path, record, keep, is_personal=True, way_out=way_out, known=known)
    sent = survey_desk.read(request.POST, door, language, way)
    if invitation.status == InvitationStatus.ANSWERED:
        record(sent)  # the same answer again is thanked again, anything else is told nothing
        return survey_desk.done(request, door.survey, language)
    return survey_desk.receive(request, door, language, way, sent)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """No more mail: a page asks once, and mail programs send the same by themselves (RFC 8058).

    The reply is the same whether anybody knows the address or not: the purpose that it names stands in the link.
    """
    language = language_of(request)
    if request.method == "POST":
        invitations.unsubscribe(token, at=timezone.now())
    with translation.override(language):
        purpose = dict(Purpose.choices).get(request.GET.get("for", ""), "")
        context = survey_desk.house_frame(language) | {"is_done": request.method == "POST", "purpose": purpose}
        text = loader.render_to_string("feedback/unsubscribe.html", context)
    return _private(survey_desk.answer(text, language=language))
