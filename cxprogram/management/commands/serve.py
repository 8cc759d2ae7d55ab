"""`manage.py serve`: the whole application on one machine, under one Ctrl-C."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cxprogram import serving


class Command(BaseCommand):
    help = "Run database, web, worker and beat until Ctrl-C; whatever dies is restarted."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.flush()
        os.chdir(settings.BASE_DIR)
        command = [sys.executable, "-m", serving.__name__, str(settings.DATA_DIR), str(settings.PORT)]
        os.execv(sys.executable, command)  # noqa: S606 - no shell: this process becomes the supervisor
