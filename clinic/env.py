"""Every environment variable the clinic reads: its name, type, default and meaning.

A wrong environment is reported whole, at once: `read()` collects every problem and raises one
`BadEnvironment`. `.env.example` is generated from this file (`python -m clinic.env`).
A variable `X` may also be given as `X_FILE`, the path of a file holding the value (container secrets).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

REQUIRED = object()


class BadEnvironment(SystemExit):
    """The environment cannot run the clinic; the message lists every variable that is missing or wrong."""

    def __init__(self, problems: list[str]):
        self.problems = problems
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"The clinic cannot start. Set these environment variables:\n{lines}")


def _text(raw: str) -> str:
    return raw.strip()


def _boolean(raw: str) -> bool:
    value = raw.strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("must be 1 or 0")


def _integer(raw: str) -> int:
    return int(raw.strip())


def _between(least: int, most: int) -> Callable[[str], int]:
    def check(raw: str) -> int:
        value = int(raw.strip())
        if not least <= value <= most:
            raise ValueError(f"must be a number from {least} to {most}")
        return value

    return check


def _words(raw: str) -> list[str]:
    return [word.strip() for word in raw.split(",") if word.strip()]


def _secret(raw: str) -> str:
    if len(raw.strip()) < 50:
        raise ValueError("must hold at least 50 random characters")
    return raw.strip()


def _backup_key(raw: str) -> str:
    if len(raw.strip()) < 40:
        raise ValueError("must hold at least 40 random characters")
    return raw.strip()


def _token(raw: str) -> str:
    if len(raw.strip()) < 16:
        raise ValueError("must hold at least 16 characters")
    return raw.strip()


def _zone(raw: str) -> str:
    if raw.strip() not in available_timezones():
        raise ValueError("must be an IANA time zone such as America/Chicago")
    return raw.strip()


def _url(*schemes: str) -> Callable[[str], str]:
    def check(raw: str) -> str:
        if not raw.strip().startswith(tuple(f"{scheme}:" for scheme in schemes)):
            raise ValueError("must begin with " + " or ".join(f"{scheme}:" for scheme in schemes))
        return raw.strip().rstrip("/") if "http" in schemes else raw.strip()

    return check


def _one_of(*choices: str) -> Callable[[str], str]:
    def check(raw: str) -> str:
        if raw.strip() not in choices:
            raise ValueError("must be one of " + ", ".join(choices))
        return raw.strip()

    return check


@dataclass(frozen=True)
class Variable:
    """One variable. `default` REQUIRED means that the server refuses to start without it."""

    name: str
    meaning: str
    default: Any = REQUIRED
    read: Callable[[str], Any] = field(default=_text)
    example: str = ""


VARIABLES: tuple[Variable, ...] = (
    Variable(
        "CLINIC_DEMO",
        "1 runs the demo clinic with made-up people. Never set it in a real clinic.",
        False,
        _boolean,
    ),
    Variable("SECRET_KEY", "At least 50 random characters; signs sessions and links.", REQUIRED, _secret),
    Variable(
        "SECRET_KEY_FALLBACKS",
        "Earlier secret keys, comma separated, while a key is being replaced.",
        [],
        _words,
    ),
    Variable(
        "ALLOWED_HOSTS",
        "Host names this server answers to, comma separated.",
        REQUIRED,
        _words,
        "clinic.example.org",
    ),
    Variable(
        "PUBLIC_URL",
        "Address that patients and staff reach the clinic at.",
        REQUIRED,
        _url("https", "http"),
        "https://clinic.example.org",
    ),
    Variable(
        "DATABASE_URL",
        "PostgreSQL as the application's role (may not change the audit trail).",
        REQUIRED,
        _url("postgres", "postgresql"),
        "postgresql://clinic_app:...@postgres:5432/clinic",
    ),
    Variable(
        "DATABASE_OWNER_URL",
        "PostgreSQL as the owner: migrations, restore. Unset: DATABASE_URL is used.",
        "",
        _text,
        "postgresql://clinic_owner:...@postgres:5432/clinic",
    ),
    Variable(
        "REDIS_URL",
        "Redis for Celery: redis://, rediss:// or unix socket.",
        REQUIRED,
        _url("redis", "rediss", "redis+socket", "unix"),
        "redis://redis:6379/0",
    ),
    Variable(
        "MEDIA_ROOT",
        "Folder for stored files (photos, card pictures). Never served directly.",
        REQUIRED,
        _text,
        "/srv/clinic/files",
    ),
    Variable("DEFAULT_ZONE", "Time zone until the clinic's own is set up.", "America/Chicago", _zone),
    Variable("SECURE_COOKIES", "0 only where nothing but loopback reaches the server.", True, _boolean),
    Variable(
        "BEHIND_PROXY",
        "1 when a TLS proxy of yours sets X-Forwarded-Proto and X-Forwarded-For.",
        False,
        _boolean,
    ),
    Variable("DATABASE_REUSE_SECONDS", "How long a database connection is kept; -1 for ever.", -1, _integer),
    Variable(
        "LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR.", "INFO", _one_of("DEBUG", "INFO", "WARNING", "ERROR")
    ),
    Variable(
        "AUDIT_HEAD_FILE",
        "File outside the database that keeps the head of the audit chain.",
        "",
        _text,
        "/srv/clinic/audit-head.log",
    ),
    Variable(
        "BACKUP_DIR",
        "Folder for nightly backups, outside MEDIA_ROOT. Unset: none are made, and the manager is told so.",
        "",
        _text,
        "/srv/clinic/backups",
    ),
    Variable(
        "BACKUP_KEY",
        "At least 40 random characters that backups are encrypted with. Keep a copy away from this server.",
        "",
        _backup_key,
    ),
    Variable(
        "BACKUP_HOUR", "Hour of the clinic's day, 0 to 23, from which it is backed up.", 1, _between(0, 23)
    ),
    Variable(
        "BACKUP_KEEP_DAYS",
        "Days that backups are kept; the newest good one always stays.",
        35,
        _between(1, 3650),
    ),
    Variable(
        "METRICS_TOKEN",
        "Bearer token for /metrics (Prometheus), at least 16 characters. Unset: there is no such page.",
        "",
        _token,
    ),
    Variable(
        "MESSAGE_GATEWAYS",
        "Gateway per channel, as sms=twilio,voice=twilio,email=smtp; capture keeps messages inside.",
        ["sms=capture", "voice=capture", "email=capture"],
        _words,
        "sms=twilio,voice=twilio,email=smtp",
    ),
    Variable("EMAIL_URL", "Mail server, as smtp://user:password@host:587 or smtps://...:465.", "", _text),
    Variable(
        "EMAIL_FROM",
        "Sender address of the clinic's mail.",
        "clinic@localhost",
        _text,
        "front.desk@clinic.example.org",
    ),
    Variable(
        "TWILIO_BASE_URL",
        "Address of the Twilio-compatible provider.",
        "https://api.twilio.com",
        _url("https", "http"),
    ),
    Variable("TWILIO_ACCOUNT_SID", "Account at the provider.", "", _text),
    Variable(
        "TWILIO_AUTH_TOKEN", "Token at the provider; also checks the signature of its callbacks.", "", _text
    ),
    Variable("TWILIO_FROM", "Number or messaging service that texts come from.", "", _text),
    Variable(
        "TWILIO_VOICE_FROM", "Number that automated calls come from; empty: the one of texts.", "", _text
    ),
    Variable(
        "CLEARINGHOUSE",
        "Connection to payers: none, http, folders or simulated (a made-up payer, for trying things out).",
        "none",
        _one_of("none", "http", "folders", "simulated"),
    ),
    Variable("CLEARINGHOUSE_URL", "Address of the clearinghouse, for http.", "", _url("https", "http")),
    Variable(
        "CLEARINGHOUSE_ENVELOPE",
        "plain posts X12 as it is; core wraps it in the CAQH CORE multipart envelope.",
        "core",
        _one_of("core", "plain"),
    ),
    Variable("CLEARINGHOUSE_USER", "User name at the clearinghouse.", "", _text),
    Variable("CLEARINGHOUSE_PASSWORD", "Password at the clearinghouse.", "", _text),
    Variable("CLEARINGHOUSE_SENDER_ID", "Who we are in its files (up to 15 characters).", "", _text),
    Variable("CLEARINGHOUSE_RECEIVER_ID", "Who it is in its files (up to 15 characters).", "", _text),
    Variable(
        "CLEARINGHOUSE_DIR",
        "For folders: we write to out, read from in, and put what was read into done.",
        "",
        _text,
        "/srv/clinic/clearinghouse",
    ),
    Variable(
        "CLEARINGHOUSE_TIMEOUT", "Seconds to wait for an answer of the clearinghouse.", 20, _between(1, 60)
    ),
)


def _raw(variable: Variable, environ: Mapping[str, str]) -> str | None:
    path = environ.get(f"{variable.name}_FILE", "")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return environ.get(variable.name)


def read(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Returns every variable by name, typed. Raises BadEnvironment naming all that is missing or wrong."""
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    problems: list[str] = []
    for variable in VARIABLES:
        try:
            raw = _raw(variable, environ)
            if raw is None or raw == "":
                if variable.default is REQUIRED:
                    problems.append(f"{variable.name} is missing. {variable.meaning}")
                else:
                    values[variable.name] = variable.default
            else:
                values[variable.name] = variable.read(raw)
        except (ValueError, OSError) as error:
            problems.append(f"{variable.name}: {error}. {variable.meaning}")
    if problems:
        raise BadEnvironment(problems)
    return values


def example() -> str:
    """The text of `.env.example`."""
    lines = [
        "# Environment of the clinic. Generated by `python -m clinic.env`; edit clinic/env.py instead.",
        "# Every variable X may be given as X_FILE, a file holding the value.",
        "",
    ]
    for variable in VARIABLES:
        required = variable.default is REQUIRED
        lines.append(f"# {variable.meaning}{' Required.' if required else ''}")
        default = variable.default
        if isinstance(default, bool):
            default = int(default)
        elif isinstance(default, list):
            default = ",".join(default)
        value = variable.example or ("" if required else default)
        lines.append(f"{'' if required else '#'}{variable.name}={value}")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    print(example(), end="")
