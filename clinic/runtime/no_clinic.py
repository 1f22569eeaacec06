"""Settings for commands that only look at files, where no clinic is set up: they lead nowhere."""

from __future__ import annotations

import os
import secrets
import tempfile


def stand_in_environment() -> None:
    """Names what the settings ask for and the environment does not. The database and Redis named cannot be reached."""
    for name, value in {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "localhost",
        "PUBLIC_URL": "https://localhost",
        "DATABASE_URL": "postgresql://127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "MEDIA_ROOT": tempfile.gettempdir(),
    }.items():
        os.environ.setdefault(name, value)
