"""The log of a served mock: lines for people, or JSON lines for machines."""

import json
import logging
import warnings
from typing import TextIO

from mock_server.domain.clock import to_text


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        members = {
            "time": to_text(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            members["traceback"] = self.formatException(record.exc_info)
        return json.dumps(members, ensure_ascii=False)


def configure(form: str, output: TextIO) -> None:
    """Send warnings and worse to the output, in that form."""
    handler = logging.StreamHandler(output)
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter("%(levelname)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    warnings.formatwarning = _told


def _told(message: Warning | str, *_: object, **__: object) -> str:
    """What a warning says; where in the source it was given helps nobody who runs the mock."""
    return str(message)
