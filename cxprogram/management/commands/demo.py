"""`manage.py demo`: the whole program on real data, from nothing, then served."""

import json
import os
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from cxprogram.demo import (
    asking,
    content,
    counted,
    customers,
    figures,
    journey_ratings,
    knowledge,
    plans,
    surveys,
    voices,
)
from cxprogram.demo import program as frame
from feedback.models import Response, Ticket
from feedback.services import folding

ROOMS = ("cxprogram", "journeys", "feedback", "actions", "governance")


class Command(BaseCommand):
    help = "Build the demonstration program and serve it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="build, write demo.json, and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IS_DEMO:
            raise CommandError("The demonstration runs with CX_MODE=demo only: its log-ins are printed.")
        self.started = time.monotonic()
        self.say("preparing the database")
        call_command("migrate", verbosity=0, interactive=False)
        rows = count_rows()
        facts = self.build()
        facts["changed"] = count_rows() - rows
        path = write_facts(facts)
        self.print_facts(facts)
        if options["no_serve"]:
            self.stdout.write(str(path))
        else:
            call_command("serve")

    def say(self, text: str) -> None:
        self.stdout.write(f"[{time.monotonic() - self.started:5.1f} s] {text}")
        self.stdout.flush()

    def build(self) -> dict[str, Any]:
        at = timezone.now()
        self.say("program, units, people")
        cast = frame.make_cast()
        token = frame.make_token(cast)
        self.say("journey, KPIs, surveys")
        journey = frame.make_journey(cast)
        knowledge.tell(cast, journey, at=at)
        frame.make_kpis(cast)
        surveys.make_surveys(cast, surveys.make_questions(cast))
        frame.make_charter(cast)
        customers.make_frame(cast)
        knowledge.make_streams(cast)
        plans.make_plan(cast)
        journey_ratings.make_survey(cast, journey)
        asking.make_plan(cast)
        figures.import_waves(cast, at=at, say=self.say)
        figures.replay(cast, token, say=self.say)
        customers.tell_departures(cast, token, say=self.say)
        knowledge.tell_steps(cast, journey, token, say=self.say)
        journey_ratings.tell(cast, token, say=self.say)
        knowledge.tell_competitors(cast, token, say=self.say)
        voices.tell(cast, token, say=self.say)
        self.say(f"{folding.fold(cast.program, at=at):,} answers counted")
        counted.make_kpis(cast, at=at, tell=self.say)
        figures.set_targets(cast)
        figures.study_drivers(cast, at=at, say=self.say)
        figures.measure_project(frame.make_project(cast), at=at)
        figures.issue_statement(cast, frame.make_scheme(cast), at=at)
        self.say("steering report")
        report = figures.make_report(cast, at=at)
        pdf = settings.DATA_DIR / "reports" / f"{cast.program.slug}-steering-{report.period}.pdf"
        pdf.parent.mkdir(parents=True, exist_ok=True)
        pdf.write_bytes(bytes(report.pdf))
        self.say("ready")
        base = settings.BASE_URL
        people = {person.key: person for person in content.PEOPLE}
        return {
            "url": base,
            "program": cast.program.slug,
            "pdf": str(pdf),
            "pdf_sha256": report.pdf_sha256,
            "report_id": report.pk,
            "responses": Response.objects.filter(program=cast.program).exclude(source=journey_ratings.SOURCE).count(),
            "tickets": Ticket.objects.filter(program=cast.program).count(),
            "api_token": token,
            "public_survey": f"{base}/s/{content.LIVE_SURVEY}/",
            "logins": {
                people[key].role.value: {
                    "email": cast.people[key].email,
                    "password": frame.secret_for(cast.people[key].email),
                }
                for key in content.PRINTED
            },
        }

    def print_facts(self, facts: dict[str, Any]) -> None:
        self.stdout.write(
            f"\n{facts['responses']:,} answers, {facts['tickets']} tickets, {facts['changed']:,} rows written"
        )
        self.stdout.write(f"Page    {facts['url']}\nSurvey  {facts['public_survey']}\nReport  {facts['pdf']}\n")
        self.stdout.write("Log-ins (this installation only)")
        for role, login in facts["logins"].items():
            self.stdout.write(f"  {role:14} {login['email']:34} {login['password']}")


def count_rows() -> int:
    """All rows of the program's own tables, history included."""
    tables = [model._meta.db_table for room in ROOMS for model in apps.get_app_config(room).get_models()]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f'SELECT count(*) FROM "{table}"' for table in tables))  # noqa: S608
        return sum(count for (count,) in cursor.fetchall())


def write_facts(facts: dict[str, Any]) -> Path:
    """`demo.json`, readable by the owner alone: it holds log-ins."""
    path = settings.DATA_DIR / "demo.json"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(file.fileno(), 0o600)
        json.dump(facts, file, indent=1)
    return path
