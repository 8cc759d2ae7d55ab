"""How allauth serves the program: by invitation, no public sign-up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from cxprogram.preferences import remember_language


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are added by the program owner, in the admin."""
        return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """There are no user names: the e-mail is the identity."""

    def post_login(self, request: HttpRequest, user: Any, **facts: Any) -> HttpResponse:
        """Who has chosen a language finds it again in every browser."""
        answer = super().post_login(request, user, **facts)
        if user.language:
            remember_language(answer, user.language)
        return answer
