"""Log lines: one JSON object each, whatever a name tries, and nothing of a patient in any of them."""

import io
import json
import logging
import logging.config
import sys
import warnings
from uuid import UUID

import pytest
from django.conf import settings
from django.urls import path

from clinic.core.logs import WITHHELD, JsonFormatter
from clinic.staff.access import public

# Put together here, because a text that stands in the source is no secret to the formatter.
CANARY = "".join(["Zyx", "whistle"])
LOUD = CANARY + '\r\n{"level": "forged"}\x1b[31m\x07\x7f'
ID = "0198c5ad-1c3e-7c55-8d3a-2f6a8e9b1c44"


@pytest.fixture
def lines():
    """Every line written meanwhile, by any logger, as the settings have it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(before)
    text = stream.getvalue()
    assert CANARY not in text
    assert not set(text) & set("\x1b\x07\x7f\r")


log = logging.getLogger("clinic.tests")


class Patient:
    """Says its name whenever it is asked for text."""

    def __str__(self):
        return CANARY

    __repr__ = __str__


def test_arguments_are_shown_only_when_they_cannot_name_anybody(lines):
    log.warning("saw %s", LOUD)
    log.warning("saw %s and %s", Patient(), [CANARY])
    log.warning("saw %(who)s", {"who": CANARY})
    log.warning("born %d", 19880304)
    log.warning("call %s", "+13125550177")
    log.warning("took %.1f s for %d rows of %s by %s", 1.25, 3, UUID(ID), ID)
    log.warning("%s failed with %s and %s", "messaging.send_due", ValueError(CANARY), KeyError)
    assert [line["message"] for line in lines()] == [
        "saw …",
        "saw … and …",
        "saw …",
        "born %d",
        "call …",
        f"took 1.2 s for 3 rows of {ID} by {ID}",
        "messaging.send_due failed with ValueError and KeyError",
    ]


def test_text_put_together_beforehand_is_withheld(lines):
    log.warning(f"saw {CANARY}")
    log.warning("saw " + CANARY)
    log.warning("saw {}".format(CANARY))  # noqa: UP032
    log.warning(Patient())
    log.warning(LOUD)
    assert [line["message"] for line in lines()] == [WITHHELD] * 5
    assert all(line["place"].startswith("tests/clinic/core/test_logs.py:") for line in lines())


def test_extra_is_an_allow_list_and_so_are_its_values(lines):
    log.info("kept", extra={"event": "vitals.saved", "request_id": "0" * 32, "member_id": UUID(ID), "count": 3,
                            "duration_ms": 12.5, "status_code": 503, "method": "POST", "view": "records:patient",
                            "task": "audit.seal"})  # fmt: skip
    log.info("an error's name", extra={"event": "OperationalError"})
    keys = ("request_id", "status_code", "task", "task_id", "member_id", "duration_ms", "event", "count", "method",
            "view", "patient", "url", "body", "stack_info_", "path")  # fmt: skip
    for value in (
        CANARY,
        LOUD,
        Patient(),
        {"name": CANARY},
        f"records:{CANARY}",
        f"staff.{CANARY}",
        13125550177,
    ):
        log.info("dropped", extra=dict.fromkeys(keys, value))
    kept, named, *dropped = lines()
    assert (kept["event"], kept["member_id"], kept["count"]) == ("vitals.saved", ID, 3)
    assert (kept["view"], kept["method"], kept["status_code"]) == ("records:patient", "POST", 503)
    assert named["event"] == "OperationalError"
    assert {frozenset(line) for line in dropped} == {frozenset({"at", "level", "logger", "message", "place"})}


def test_an_exception_keeps_type_and_place_but_neither_words_nor_variables(lines):
    patient = Patient()
    try:
        try:
            raise KeyError(patient)
        except KeyError as error:
            raise ValueError(f"{patient} was born in {CANARY}") from error
    except ValueError as error:
        error.add_note(CANARY)
        log.exception("failed")
        log.error("failed", exc_info=error, stack_info=True)
        log.error("failed for %s", patient, exc_info=sys.exc_info())
    for line in lines():
        assert (line["error"], line["caused_by"]) == ("ValueError", ["KeyError"])
        assert line["trace"][-1].startswith("tests/clinic/core/test_logs.py:")


def test_names_of_loggers_and_warnings_carry_nothing(lines):
    logging.getLogger(CANARY).warning("hello")
    text = warnings.formatwarning(f"naive datetime of {LOUD}", RuntimeWarning, __file__, 7)
    logging.getLogger("py.warnings").warning("%s", text)  # as logging.captureWarnings does
    first, second = lines()
    assert first["logger"] == "…"
    assert (second["message"], second["place"]) == ("RuntimeWarning", "tests/clinic/core/test_logs.py:7")


@public
def broken(request):
    raise RuntimeError(f"{request.GET['name']} {CANARY}")


urlpatterns = [path("broken/", broken, name="broken")]


@pytest.mark.django_db
@pytest.mark.urls("tests.clinic.core.test_logs")
def test_djangos_request_logger_says_neither_address_nor_words(lines, client):
    client.raise_request_exception = False
    assert client.get("/broken/", {"name": LOUD}).status_code == 500
    assert client.get(f"/{CANARY}/", {"name": CANARY}).status_code == 404
    failed = [line for line in lines() if line["logger"] == "django.request" and line["level"] == "ERROR"]
    assert [line["message"] for line in failed] == ["Internal Server Error: …"]
    assert (failed[0]["error"], failed[0]["method"], failed[0]["status_code"]) == ("RuntimeError", "GET", 500)
    assert len(failed[0]["request_id"]) == 32


def test_the_settings_send_every_line_through_the_formatter():
    assert settings.LOGGING["handlers"]["stderr"]["formatter"] == "json"
    assert settings.LOGGING["formatters"]["json"]["()"] == "clinic.core.logs.JsonFormatter"
    handlers = [h for name in (None, "django", "django.request", "django.security", "celery", "axes", "httpx")
                for h in logging.getLogger(name).handlers if type(h) is logging.StreamHandler]  # fmt: skip
    assert handlers
    assert {type(handler.formatter) for handler in handlers} == {JsonFormatter}


def test_gunicorns_lines_are_ours_too(lines):
    from gunicorn.config import Config

    from clinic.core.weblog import JsonLogger

    try:
        logger = JsonLogger(Config())
        assert {type(handler.formatter) for handler in logger.error_log.handlers} == {JsonFormatter}
        record = logger.error_log.makeRecord(
            "gunicorn.error", 40, __file__, 1, "Error handling request %s", (LOUD,), None
        )
        assert CANARY not in JsonFormatter().format(record)
    finally:
        for handler in list(logging.getLogger("gunicorn.error").handlers):
            logging.getLogger("gunicorn.error").removeHandler(handler)
