"""Migrations run once for each state of the models: every worker's database is a copy of one template."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
# What a migrated database depends on: its triggers come from the models, not from the migrations.
SOURCES = ("*/migrations/*.py", "*/models/*.py", "*/choices.py", "cxprogram/audit.py", "requirements-dev.lock")


def migrated_template() -> str:
    """The name of a migrated database on the run's server; made by the first that asks, others wait.

    On a server that outlives the run (`DATABASE_URL`) the next run finds it, until a model or a migration changes.
    """
    url = urlsplit(os.environ["DATABASE_URL"])
    name = f"cx_template_{_digest()}"
    with psycopg.connect(url.geturl(), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            unfinished = f"{name}_unfinished"
            connection.execute(f'DROP DATABASE IF EXISTS "{unfinished}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{unfinished}"')
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
                cwd=ROOT,
                env={**os.environ, "DATABASE_URL": url._replace(path=f"/{unfinished}").geturl()},
                check=True,
                timeout=300,
            )
            connection.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')
    return name


def _digest() -> str:
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
