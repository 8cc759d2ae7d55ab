"""What is kept out of the logs: the secret addresses of customers, whoever writes the line."""

import logging
import re

SECRET = re.compile(r"(/(?:r|unsubscribe)/)[^/\s?\"']+")


def without_secrets(text: str) -> str:
    """The text with `/r/…/` for a personal address."""
    return SECRET.sub(r"\1…", text)


class WithoutSecrets(logging.Filter):
    """No personal address in any line; a line that holds none stays as it is."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if (cleaned := without_secrets(text)) != text:
            record.msg, record.args = cleaned, None
        return True
