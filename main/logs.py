"""What the lines of the log say of an answer."""

from __future__ import annotations

import logging


class BusyIsNoFault(logging.Filter):
    """A 503 is an answer ("come back in a moment"), and an ERROR is for the operator to mend: make it a WARNING."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", None) == 503 and record.levelno == logging.ERROR:
            record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        return True
