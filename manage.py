#!/usr/bin/env python
"""Django's command line. The embedded database is started for the commands that need one."""

import os
import sys

from django.core.management import execute_from_command_line

from cxprogram import database

# Their owner stops what it started; every other command leaves a server that it started to the next one.
OWNERS = {"demo"}
WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "compilemessages",
    "database",
    "diffsettings",
    "help",
    "makemessages",
    "makemigrations",
    "serve",
    "spectacular",
    "version",
}


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxprogram.settings")
    command = arguments[1] if len(arguments) > 1 else "help"
    asks_for_help = command.startswith("-") or not {"-h", "--help"}.isdisjoint(arguments)
    if command in WITHOUT_DATABASE or asks_for_help:
        return execute_from_command_line(arguments)
    folder = database.data_dir(os.environ)
    if command in OWNERS:
        with database.owned(os.environ, folder):
            return execute_from_command_line(arguments)
    if database.ensure_running(os.environ, folder):
        print("Started the embedded database; `manage.py database stop` stops it.", file=sys.stderr)
    return execute_from_command_line(arguments)


if __name__ == "__main__":
    try:
        main(sys.argv)
    except database.EmbeddedDatabaseError as error:
        sys.exit(f"The embedded database cannot be used. {error}")
