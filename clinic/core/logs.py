"""JSON log lines in UTC without personal data: an allow-list of keys, and no line breaks out of a message."""

import json
import logging
from datetime import UTC, datetime

ALLOWED = (
    "request_id",
    "status_code",
    "task",
    "task_id",
    "member_id",
    "duration_ms",
    "event",
    "count",
    "method",
    "view",
)


class JsonFormatter(logging.Formatter):
    """One JSON object a line. Exceptions keep type and place, never their message (it may hold a name)."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        for key in ALLOWED:
            if key in record.__dict__:
                line[key] = str(record.__dict__[key])
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["trace"] = [f"{f.filename}:{f.lineno} {f.name}" for f in _frames(record.exc_info[2])]
        return json.dumps(line, ensure_ascii=True)


def _frames(traceback) -> list:
    import traceback as tb

    return tb.extract_tb(traceback)[-8:]
