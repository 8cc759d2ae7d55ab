"""`manage.py prepare`: the database up to date; where nobody is there yet, how the first person comes in."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from cxprogram import setup_code
from cxprogram.models import User


class Command(BaseCommand):
    help = "Bring the database up to date; while it holds no person, print the address and the code to begin with."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        if User.objects.exists():
            return
        self.stdout.write(f"\nNobody is here yet. Begin at {settings.BASE_URL.rstrip('/')}/start/")
        if not settings.IS_DEMO:
            self.stdout.write(f"Setup code: {setup_code.ensure()}")
