"""`manage.py database start|stop|status`: the embedded PostgreSQL of the data folder."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cxprogram.database import EmbeddedDatabaseError, EmbeddedPostgres


class Command(BaseCommand):
    help = "Start, stop or look at the embedded database of the data folder (CX_DATA_DIR)."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=("start", "stop", "status"))

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if os.environ.get("DATABASE_URL"):
            self.stdout.write("DATABASE_URL is set: that server is used, the embedded one never runs.")
            return
        server = EmbeddedPostgres(settings.DATA_DIR)
        try:
            if action == "start":
                done = "Started" if server.start() else "Already running"
                self.stdout.write(f"{done}: {server.url}")
            elif action == "stop":
                self.stdout.write("Stopped" if server.stop() else "It was not running")
            else:
                status = server.status()
                self.stdout.write(f"{status}: {server.url}")
                if status != "running":
                    sys.exit(3)
        except EmbeddedDatabaseError as error:
            raise CommandError(str(error)) from error
