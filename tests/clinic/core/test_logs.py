"""Log lines: one JSON object each, whatever a name tries; exceptions keep their place, never their words."""

import json
import logging
import sys

from clinic.core.logs import JsonFormatter


def written(message, *args, exc_info=None, **extra) -> dict:
    record = logging.LogRecord("clinic.x", logging.WARNING, __file__, 1, message, args, exc_info)
    record.__dict__.update(extra)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    return json.loads(line)


def test_line_breaks_and_terminal_codes_stay_inside_the_message():
    line = written("%s: %s", "Not Found", '/x\r\n{"level": "forged"}\x1b[31m')
    assert line["message"] == 'Not Found: /x\r\n{"level": "forged"}\x1b[31m'
    assert line["level"] == "WARNING"


def test_only_known_keys_are_kept():
    line = written("sent", request_id="abc", patient="Maria Ortiz")
    assert line["request_id"] == "abc"
    assert "patient" not in line
    assert "Ortiz" not in json.dumps(line)


def test_an_exception_keeps_type_and_place_but_not_its_words():
    try:
        raise ValueError("Maria Ortiz, born 1988")
    except ValueError:
        line = written("failed", exc_info=sys.exc_info())
    assert line["error"] == "ValueError"
    assert "test_logs.py" in line["trace"][-1]
    assert "Ortiz" not in json.dumps(line)


def test_an_error_inside_a_message_is_reduced_to_its_type():
    """Celery writes "Task x raised unexpected: ..."; a database error quotes the row it would not take."""
    error = ValueError("Key (last_name)=(Ortiz) already exists")
    line = written(
        "Task %(name)s raised unexpected: %(exc)s",
        {"name": "a.b", "exc": repr(error)},
        exc_info=(ValueError, error, None),
    )
    assert line["message"] == "Task a.b raised unexpected: ValueError"
    assert written("failed: %s", error)["message"] == "failed: ValueError"
    outer = RuntimeError("saving")
    outer.__cause__ = error
    assert "Ortiz" not in json.dumps(written(f"failed: {error}", exc_info=(RuntimeError, outer, None)))
