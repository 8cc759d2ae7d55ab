"""Migrations run once a test run: every worker's database is a copy of one template."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent


def migrated_template() -> str:
    """The name of a migrated database on the run's server; made by the first worker that asks, others wait."""
    folder, url = Path(os.environ["CX_DATA_DIR"]), urlsplit(os.environ["DATABASE_URL"])
    name = f"cx_template_{folder.name.replace('-', '_')}"
    with (folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "template.done"
        if not done.exists():
            with psycopg.connect(url.geturl(), autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
                connection.execute(f'CREATE DATABASE "{name}"')
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
                cwd=ROOT,
                env={**os.environ, "DATABASE_URL": url._replace(path=f"/{name}").geturl()},
                check=True,
                timeout=300,
            )
            done.touch()
    return name
