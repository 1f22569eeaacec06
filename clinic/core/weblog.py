"""gunicorn's own lines in the form of all others (`--logger-class clinic.core.weblog.JsonLogger`).

Its plain format would write the whole address of a request that failed, and the words of its exception.
"""

from gunicorn.config import Config
from gunicorn.glogging import Logger

from clinic.core.logs import JsonFormatter


class JsonLogger(Logger):
    """gunicorn's logger with our formatter; what it logs and where to stays its own."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonFormatter())
