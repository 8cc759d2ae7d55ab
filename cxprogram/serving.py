"""The whole application on one machine. `manage.py serve` becomes this process, which never loads Django."""

import os
import subprocess
import sys
from pathlib import Path

from cxprogram.database import BASE_DIR, EmbeddedDatabaseError, EmbeddedPostgres
from cxprogram.supervisor import Part, Supervisor, SupervisorError

# Spinning OpenMP threads cost up to fourteen times on a busy machine: scale by processes.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
WEB_SERVER = (
    *("gunicorn", "cxprogram.wsgi:application", "--worker-class", "cxprogram.web_worker.EvenWorker"),
    *("--workers", "2", "--threads", "3", "--preload", "--no-control-socket"),
)


def parts(folder: Path, port: int) -> list[Part]:
    python, celery = sys.executable, (sys.executable, "-m", "celery", "-A", "cxprogram")
    # The queue takes its messages by way of TMPDIR: private, and on one file system so that a move is atomic.
    taken = folder / "queue" / "taken"
    taken.mkdir(parents=True, exist_ok=True)
    web = (python, "-m", *WEB_SERVER, "--bind", f"127.0.0.1:{port}", "--graceful-timeout", "8")
    worker = (
        *(*celery, "worker", "--pool", "prefork", "--loglevel", "INFO"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    )
    beat = (*celery, "beat", "--pidfile", "", "--loglevel", "INFO")
    return [
        Part("web", web, ONE_THREAD),
        Part("worker", worker, {**ONE_THREAD, "TMPDIR": str(taken)}),
        Part("beat", beat, ONE_THREAD),
    ]


def migrate() -> None:
    """In a process of its own: what Django needs for it would stay in memory."""
    if subprocess.run([sys.executable, "manage.py", "prepare"], check=False).returncode:
        raise SupervisorError("The database could not be brought up to date, see above")


def main(data_dir: str, port: str) -> None:
    os.chdir(BASE_DIR)
    folder = Path(data_dir)
    os.environ["CX_DATA_DIR"], os.environ["CX_PORT"] = data_dir, port
    supervisor = Supervisor(
        parts(folder, int(port)),
        folder=folder,
        address=("127.0.0.1", int(port)),
        database=None if os.environ.get("DATABASE_URL") else EmbeddedPostgres(folder),
        prepare=migrate,
    )
    try:
        supervisor.run()
    except (SupervisorError, EmbeddedDatabaseError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
