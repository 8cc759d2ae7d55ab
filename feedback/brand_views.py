"""The colour and the logo of a program for its customers' pages: files of our own, for the policy allows no others."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from feedback.models import Branding

KEPT = "public, max-age=86400"


def _branding(slug: str) -> Branding:
    branding = Branding.objects.filter(program__slug=slug).first()
    if branding is None:
        raise Http404
    return branding


@require_safe
def style(request: HttpRequest, slug: str) -> HttpResponse:
    """The colour in the places of ours. On dark ground links stay as they are: the colour was checked against white."""
    colour = _branding(slug).brand
    text = (
        f':root, [data-bs-theme="light"] {{ --cx-brand: {colour}; --cx-brand-fill: {colour}; }}\n'
        "@media (prefers-color-scheme: dark) {\n"
        f'  :root:not([data-bs-theme="light"]) {{ --cx-brand-fill: {colour}; }}\n}}\n'
        ".btn-primary { --bs-btn-hover-bg: var(--cx-brand-fill); --bs-btn-active-bg: var(--cx-brand-fill); }\n"
    )
    return HttpResponse(text, content_type="text/css; charset=utf-8", headers={"Cache-Control": KEPT})


@require_safe
def logo(request: HttpRequest, slug: str) -> HttpResponse:
    branding = _branding(slug)
    if not branding.logo:
        raise Http404
    headers = {"Cache-Control": KEPT, "Content-Security-Policy": "default-src 'none'"}
    return HttpResponse(bytes(branding.logo), content_type="image/png", headers=headers)
