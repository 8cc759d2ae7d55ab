"""What a page says, as its reader sees it."""

import re
from typing import Any


def texts(page: Any) -> str:
    """Without mark-up and scripts, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<script.*?</script>|<[^>]+>", " ", page.content.decode(), flags=re.S))
