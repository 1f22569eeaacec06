"""JSON log lines in UTC without personal data. What a line may hold is decided here, not where it is logged.

- The message is shown only where its text stands in the source file that logged it (or in one of the modules that
  `_SPEAKERS` names for a library). Text put together beforehand, by an f-string say, could hold anything: it is
  withheld, and the place says where to look.
- Of the arguments, small numbers, ids and names of exceptions are filled in; everything else becomes “…”.
- Of `extra`, the keys in `_EXTRA` are kept, each only with a value of its kind.
- An exception keeps its type and its places, never its words or its variables.

Line breaks and terminal codes cannot leave a value: the line is JSON in ASCII.
"""

from __future__ import annotations

import ast
import json
import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

WITHHELD = "(text withheld)"
_ROOT = Path(__file__).resolve().parents[2]
_HIDDEN = "…"
_LARGEST = 10_000_000  # a longer number could be somebody's phone or record number
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}
_PHRASES = {status.phrase for status in HTTPStatus}
_ID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")
_WARNING = re.compile(r"(.+?):(\d+): (\w+): ")
_VIEW = re.compile(r"[a-z_]+:[a-z0-9_-]+|healthz|readyz|metrics")
_TASK = re.compile(
    r"(audit|billing|celery|core|desk|inbox|inventory|messaging|records|reports|scheduling|staff)\.[a-z_]+"
)
# Libraries that hand a text of one module to the logger of another.
_SPEAKERS = {
    "django": (
        "django.core.handlers.exception", "django.middleware.csrf", "django.views.decorators.http",
        "django.views.generic.base",
    ),
    "gunicorn": (
        "gunicorn.arbiter", "gunicorn.workers.base", "gunicorn.workers.gthread", "gunicorn.workers.sync",
    ),
    "celery": ("celery.app.trace", "celery.beat", "celery.worker.request", "celery.worker.consumer.consumer"),
}  # fmt: skip


@lru_cache(maxsize=512)
def _texts(path: str) -> frozenset[str]:
    """Every text that stands in a source file; none where the source cannot be read."""
    try:
        tree = ast.parse(Path(path).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return frozenset()
    return frozenset(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


@lru_cache(maxsize=1024)
def _is_written(text: str, path: str, package: str) -> bool:
    if text in _texts(path):
        return True
    found = (sys.modules.get(name) for name in _SPEAKERS.get(package, ()))
    return any(text in _texts(module.__file__) for module in found if module and module.__file__)


def _exceptions(of: type = BaseException) -> Iterator[str]:
    for one in of.__subclasses__():
        yield one.__name__
        yield from _exceptions(one)


def _is_small(value: Any) -> bool:
    return isinstance(value, (bool, int, float)) and abs(value) < _LARGEST


def _is_id(value: Any) -> bool:
    return isinstance(value, UUID) or (isinstance(value, str) and bool(_ID.fullmatch(value)))


def _is_view(value: Any) -> bool:
    return isinstance(value, str) and bool(_VIEW.fullmatch(value))


def _is_task(value: Any) -> bool:
    return isinstance(value, str) and bool(_TASK.fullmatch(value))


def _is_method(value: Any) -> bool:
    return isinstance(value, str) and value in _METHODS


def _is_phrase(value: Any) -> bool:
    return isinstance(value, str) and value in _PHRASES


def _is_exception(value: Any) -> bool:
    return isinstance(value, str) and value in set(_exceptions())


_EXTRA: dict[str, Callable[[Any], bool]] = {
    "request_id": _is_id,
    "status_code": _is_small,
    "task": _is_task,
    "task_id": _is_id,
    "member_id": _is_id,
    "duration_ms": _is_small,
    "event": _is_exception,  # or a text of the file that logs it
    "count": _is_small,
    "method": _is_method,
    "view": _is_view,
}


def _shown(value: Any) -> Any:
    """An argument as it may be read."""
    if value is None or _is_small(value):
        return value
    if isinstance(value, BaseException):
        return type(value).__name__
    if isinstance(value, type) and issubclass(value, BaseException):
        return value.__name__
    if _is_id(value) or _is_method(value) or _is_phrase(value) or _is_task(value):
        return str(value)
    return _HIDDEN


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        package = record.name.split(".")[0]
        if record.name == "py.warnings":
            return json.dumps(_warning(record), ensure_ascii=True)
        line = {
            "at": _at(record),
            "level": record.levelname,
            "logger": record.name if package == "root" or package in sys.modules else _HIDDEN,
            "message": self._message(record, package),
            "place": f"{_short(record.pathname)}:{record.lineno}",
            **self._extra(record),
        }
        if record.exc_info and isinstance(record.exc_info, tuple) and record.exc_info[1]:
            line |= _error(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True)

    def _message(self, record: logging.LogRecord, package: str) -> str:
        text = record.msg
        if not isinstance(text, str) or not _is_written(text, record.pathname, package):
            return WITHHELD
        if not record.args:
            return text
        args = record.args
        shown: Any = (
            {key: _shown(value) for key, value in args.items()}
            if isinstance(args, Mapping)
            else tuple(map(_shown, args))
        )
        try:
            return text % shown
        except (TypeError, ValueError, KeyError):  # %d or %.2f for what is hidden
            return text

    def _extra(self, record: logging.LogRecord) -> dict[str, Any]:
        found = dict(record.__dict__)
        request = found.pop("request", None)
        if request is not None:  # Django's own loggers hand the request over
            match = getattr(request, "resolver_match", None)
            found.setdefault("request_id", getattr(request, "request_id", None))
            found.setdefault("method", getattr(request, "method", None))
            found.setdefault("view", match.view_name if match else None)
        kept = {}
        for key, is_right in _EXTRA.items():
            value = found.get(key)
            is_text_of_ours = key == "event" and isinstance(value, str) and value in _texts(record.pathname)
            if value is not None and (is_text_of_ours or is_right(value)):
                kept[key] = value if _is_small(value) else str(value)
        return kept


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _warning(record: logging.LogRecord) -> dict[str, Any]:
    """A warning of Python: its kind and where it arose; its words may hold a value."""
    found = _WARNING.match(str(record.args[0])) if record.args and isinstance(record.args, tuple) else None
    line = {"at": _at(record), "level": record.levelname, "logger": record.name, "message": WITHHELD}
    if found and _is_exception(found[3]):
        line |= {"message": found[3], "place": f"{_short(found[1])}:{found[2]}"}
    return line


def _short(path: str) -> str:
    """The path inside the project or from the package on; no folder of this machine."""
    file = Path(path)
    if file.is_relative_to(_ROOT) and ".venv" not in file.parts:
        return str(file.relative_to(_ROOT))
    return "/".join(file.parts[-3:])


def _error(error: BaseException) -> dict[str, Any]:
    """Type and last places of an exception, and the types of what caused it."""
    trace = [
        f"{_short(f.filename)}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)[-8:]
    ]
    causes, one = [], error.__cause__ or error.__context__
    while one is not None and len(causes) < 4:
        causes.append(type(one).__name__)
        one = one.__cause__ or one.__context__
    return {"error": type(error).__name__, "trace": trace, **({"caused_by": causes} if causes else {})}
