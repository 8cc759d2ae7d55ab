"""The embedded PostgreSQL, with real servers in temporary folders."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from cxprogram import database
from cxprogram.database import BASE_DIR, EmbeddedDatabaseError, EmbeddedPostgres
from cxprogram.postgres_tools import PostgresTools
from tests.folders import data_folder

START = """
import pathlib, sys
from cxprogram.database import EmbeddedPostgres
server = EmbeddedPostgres(pathlib.Path(sys.argv[1]))
print(server.start(), flush=True)
"""
URL = "postgresql://ann:s%40crt@db.example:5433/cx?sslmode=require"


@pytest.fixture(scope="session")
def prepared() -> Iterator[Path]:
    """The home of a server that was started once and stopped: copying it is faster than making another."""
    with data_folder() as folder:
        server = EmbeddedPostgres(folder, durable=False)
        server.start()
        server.stop()
        yield folder / "postgres"


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty data folder."""
    with data_folder() as path:
        yield path


@pytest.fixture
def server(folder: Path, prepared: Path) -> EmbeddedPostgres:
    subprocess.run(["cp", "-a", prepared, folder / "postgres"], check=True)
    return EmbeddedPostgres(folder)


def query(server: EmbeddedPostgres, statement: str) -> list[tuple]:
    with psycopg.connect(server.url) as connection:
        return connection.execute(statement).fetchall()


def run_python(code: str, *arguments: object, **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True, **options)


def test_it_starts_once_stops_once_and_keeps_the_rows(server: EmbeddedPostgres) -> None:
    assert (server.status(), server.stop()) == ("stopped", False)
    assert (server.start(), server.start(), server.status()) == (True, False, "running")
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000)")
    assert (server.stop(), server.stop(), server.is_alive()) == (True, False, False)
    assert server.start()
    assert query(server, "SELECT count(*) FROM kept") == [(1000,)]


def test_its_database_is_utf8_and_its_role_no_superuser(server: EmbeddedPostgres) -> None:
    server.start()
    assert query(
        server,
        "SELECT pg_encoding_to_char(encoding), datlocprovider, datlocale, rolsuper, lower('ÄÉ')"
        " FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba WHERE datname = current_database()",
    ) == [("UTF8", "b", "C.UTF-8", False, "äé")]


def test_it_is_durable_and_listens_on_a_short_private_socket_only(server: EmbeddedPostgres) -> None:
    server.start()
    settings = ("fsync", "synchronous_commit", "full_page_writes", "listen_addresses", "max_connections")
    shown = [query(server, f"SHOW {name}")[0][0] for name in settings]
    assert shown == ["on", "on", "on", "", "100"]
    assert len(str(server.socket_dir / ".s.PGSQL.5432")) < 100
    assert server.socket_dir.stat().st_mode & 0o777 == 0o700
    assert server.home.stat().st_mode & 0o777 == 0o700


def test_eight_processes_at_once_in_an_empty_folder_get_one_postmaster(folder: Path) -> None:
    processes = [run_python(START, folder) for _ in range(8)]
    started = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert sorted(started) == ["False"] * 7 + ["True"]
    assert EmbeddedPostgres(folder).is_alive()


def test_what_was_committed_survives_a_killed_postmaster(server: EmbeddedPostgres) -> None:
    server.start()
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (number int)")
        for number in range(100):
            connection.execute("INSERT INTO kept VALUES (%s)", [number])
        killed = server.pid
        os.kill(killed, signal.SIGKILL)
    assert server.start()
    assert server.pid != killed
    assert query(server, "SELECT count(*), sum(number) FROM kept") == [(100, 4950)]


def test_it_survives_the_kill_of_the_process_that_started_it(server: EmbeddedPostgres, folder: Path) -> None:
    owner = run_python(START + "import time; time.sleep(60)", folder)
    assert owner.stdout.readline() == "True\n"
    owner.kill()
    owner.communicate()
    assert server.start() is False
    assert query(server, "SELECT 1") == [(1,)]


def test_a_data_folder_deleted_under_a_server_begins_anew(server: EmbeddedPostgres, folder: Path) -> None:
    server.start()
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE gone ()")
    shutil.rmtree(folder / "postgres")
    assert EmbeddedPostgres(folder).start()
    assert query(server, "SELECT to_regclass('gone')") == [(None,)]


def test_a_failure_shows_what_the_server_wrote(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    with (server.cluster / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(EmbeddedDatabaseError, match='unrecognized configuration parameter "no_such_setting"'):
        server.start()


def test_a_socket_folder_of_somebody_else_is_refused(server: EmbeddedPostgres, tmp_path: Path) -> None:
    server.socket_dir.symlink_to(tmp_path)
    try:
        with pytest.raises(EmbeddedDatabaseError, match="is not a private folder"):
            server.start()
    finally:
        server.socket_dir.unlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account run the server")
def test_under_root_a_data_folder_that_the_account_cannot_reach_has_its_home_elsewhere(folder: Path) -> None:
    folder.chmod(0o700)
    server = EmbeddedPostgres(folder / "data")
    try:
        assert server.start()
        assert (folder / "data" / "postgres").readlink().is_relative_to("/var/lib/cxprogram")
        assert server.home.owner() == server.account.pw_name != "root"
        assert query(server, "SELECT 1") == [(1,)]
    finally:
        server.stop()
        shutil.rmtree(server.home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may act as another user")
def test_an_ordinary_user_runs_it_as_himself(folder: Path) -> None:
    account = EmbeddedPostgres(folder).account
    if PostgresTools(account).run(sys.executable, "--version").returncode:
        pytest.skip(f"{sys.executable} is in a folder that {account.pw_name} cannot reach")
    os.chown(folder, account.pw_uid, account.pw_gid)
    process = run_python(
        START + "print(server.stop())", folder, user=account.pw_uid, group=account.pw_gid, extra_groups=[]
    )
    assert process.communicate(timeout=60)[0].split() == ["True", "True"]
    assert (folder / "postgres").owner() == account.pw_name


def test_database_url_is_respected_and_nothing_is_started(folder: Path) -> None:
    environ = {"DATABASE_URL": URL}
    assert database.database_url(environ, folder) == URL
    assert database.ensure_running(environ, folder) is False
    assert list(folder.iterdir()) == []
    settings = database.connection_settings(environ, folder)
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
    assert [settings[name] for name in names] == [
        *("cx", "ann", "s@crt", "db.example", "5433"),
        {"connect_timeout": "5", "sslmode": "require", "options": "-c jit=off"},
    ]


def test_the_address_is_known_before_anything_is_started(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    settings = database.connection_settings({}, folder)
    assert (settings["NAME"], settings["HOST"]) == ("cxprogram", str(server.socket_dir))
    assert settings["OPTIONS"]["requirepeer"] == server.account.pw_name
    assert list(folder.iterdir()) == []


def test_an_owner_stops_only_what_it_started(server: EmbeddedPostgres, folder: Path) -> None:
    with database.owned({}, folder):
        with database.owned({}, folder):
            pass
        assert server.is_alive()
    assert not server.is_alive()
