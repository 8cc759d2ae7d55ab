"""The page with everything else for one person, and the two settings they make for themselves."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.contrib.messages import success
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

YEAR = 365 * 24 * 3600


class PreferencesForm(forms.ModelForm):
    """Language of the pages, light or dark."""

    class Meta:
        model = get_user_model()
        fields = ["language", "theme"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"), choices=[("", _("As the browser")), *settings.LANGUAGES], required=False
        )


def remember_language(answer: HttpResponse, language: str) -> None:
    """The cookie is what the next request goes by; an empty choice gives the browser its say again."""
    if not language:
        answer.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        return
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=YEAR,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )


@login_required
@require_http_methods(["GET", "POST"])
def more(request: HttpRequest) -> HttpResponse:
    """Show the rest of the navigation and the settings; save the settings."""
    form = PreferencesForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        person = form.save()
        with translation.override(person.language or translation.get_language()):
            success(request, _("Your settings are saved."))
        answer = redirect("more")
        remember_language(answer, person.language)
        return answer
    return render(request, "cxprogram/more.html", {"form": form, "is_more": True})
