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
            "message": _words(record),
        }
        for key in ALLOWED:
            if key in record.__dict__:
                line[key] = str(record.__dict__[key])
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["trace"] = [f"{f.filename}:{f.lineno} {f.name}" for f in _frames(record.exc_info[2])]
        return json.dumps(line, ensure_ascii=True)


def _words(record: logging.LogRecord) -> str:
    """The message with every error in it reduced to its type.

    Libraries write errors into their messages (celery: "Task x raised unexpected: ..."), and an error of the
    database quotes the row.
    """
    words = record.getMessage()
    error = record.exc_info[1] if record.exc_info else None
    values = record.args.values() if isinstance(record.args, dict) else record.args or ()
    errors = [value for value in values if isinstance(value, BaseException)]
    while error is not None:
        errors.append(error)
        error = error.__cause__ or error.__context__
    for one in errors:
        for written in (repr(one), str(one)):
            if len(written) > 3:
                words = words.replace(written, type(one).__name__)
    return words


def _frames(traceback) -> list:
    import traceback as tb

    return tb.extract_tb(traceback)[-8:]
