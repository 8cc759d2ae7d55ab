"""Celery's messages as files, each of which is whole from its first moment."""

import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Kombu's own makes the file and then fills it: a worker that looks in between reads nothing, and stops for good
    with a JSONDecodeError."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        place = Path(self.data_folder_out) / f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        draft = place.with_suffix(".part")  # which is no message of any queue
        draft.write_text(dumps(payload))
        draft.rename(place)


class Transport(filesystem.Transport):
    Channel = Channel
