"""Messages in files: a worker finds one whole or not at all."""

from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from cxprogram.celery import app, file_broker
from cxprogram.file_queue import Transport


def test_a_message_that_is_still_written_is_not_found_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    options, rename, drafts = file_broker(tmp_path / "queue"), Path.rename, []
    with Connection("filesystem://", transport=Transport, transport_options=options) as connection:
        channel = connection.default_channel

        def look_and_rename(draft: Path, target: Path) -> Path:
            with pytest.raises(Empty):
                channel._get("tasks")
            drafts.append(draft)
            return rename(draft, target)

        monkeypatch.setattr(Path, "rename", look_and_rename)
        channel._put("tasks", {"id": 1})
        assert (len(drafts), channel._get("tasks")) == (1, {"id": 1})
        assert list((tmp_path / "queue" / "messages").iterdir()) == []


def test_the_application_without_a_broker_uses_it() -> None:
    with app.connection_for_write() as writes, app.connection_for_read() as reads:
        assert {type(writes.transport), type(reads.transport)} == {Transport}
