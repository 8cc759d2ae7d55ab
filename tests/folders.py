"""Data folders of tests that start servers of their own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cxprogram.database import EmbeddedPostgres


@contextmanager
def data_folder() -> Iterator[Path]:
    """A data folder for a while; whatever embedded server is left in it is stopped.

    Not pytest's tmp_path, whose parent is 0700: run by root, the server is another user, could not reach the folder
    and would have its home in /var/lib/cxprogram, where it would stay.
    """
    folder = Path(tempfile.mkdtemp(prefix="cx-data-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        EmbeddedPostgres(folder).stop()
        shutil.rmtree(folder)
