"""`manage.py serve`: the whole application on one machine, under one Ctrl-C."""

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from cxprogram import database
from cxprogram.supervisor import Part, Supervisor, SupervisorError

# Spinning OpenMP threads cost up to fourteen times on a busy machine: scale by processes.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}


class Command(BaseCommand):
    help = "Run database, web, worker and beat until Ctrl-C; whatever dies is restarted."

    def handle(self, *args: Any, **options: Any) -> None:
        embedded = None if os.environ.get("DATABASE_URL") else database.EmbeddedPostgres(settings.DATA_DIR)
        supervisor = Supervisor(
            parts(settings.DATA_DIR, settings.PORT),
            folder=settings.DATA_DIR,
            address=("127.0.0.1", settings.PORT),
            database=embedded,
            prepare=migrate,
        )
        try:
            supervisor.run()
        except (SupervisorError, database.EmbeddedDatabaseError) as error:
            raise CommandError(str(error)) from error


def migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()


def parts(folder: Path, port: int) -> list[Part]:
    python, celery = sys.executable, (sys.executable, "-m", "celery", "-A", "cxprogram")
    # The queue takes its messages by way of TMPDIR: private, and on one file system so that a move is atomic.
    taken = folder / "queue" / "taken"
    taken.mkdir(parents=True, exist_ok=True)
    web = (
        *(python, "-m", "gunicorn", "cxprogram.wsgi:application", "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload"),
        *("--graceful-timeout", "8", "--no-control-socket"),
    )
    worker = (
        *celery,
        *("worker", "--pool", "prefork", "--loglevel", "INFO"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    )
    beat = (*celery, "beat", "--pidfile", "", "--loglevel", "INFO")
    return [
        Part("web", web, ONE_THREAD),
        Part("worker", worker, {**ONE_THREAD, "TMPDIR": str(taken)}),
        Part("beat", beat, ONE_THREAD),
    ]
