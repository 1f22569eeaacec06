"""The backend that settings name as ENGINE: connections that do not wait for ever."""

from __future__ import annotations

import time

import psycopg
from django.db.backends.postgresql import base

from clinic.core import patience

CONNECT_SECONDS = 3  # per address; psycopg's least is 2


class NoAnswer(psycopg.OperationalError):
    """The database did not answer in time. What was sent last may or may not have been carried out."""


class PatientConnection(psycopg.Connection):
    """A psycopg connection whose every wait has the limit of `patience.limit()`; past it, the connection is closed.

    psycopg drives libpq without blocking and waits in this one method, so this bounds statements, commits,
    rollbacks and COPY alike, without threads or signals.
    """

    def wait(self, gen, *args, timeout: float | None = None, **options):
        limit = patience.limit()
        if limit is not None and limit <= 0:
            self.pgconn.finish()
            raise NoAnswer("the database did not answer earlier in this request")
        timeout = limit if timeout is None or limit is None else min(timeout, limit)
        exchange, started = patience.current(), time.monotonic()
        try:
            return super().wait(gen, *args, timeout=timeout, **options)
        except psycopg.errors._WaitTimeout as error:
            self.pgconn.finish()  # an answer that comes later must not be taken for the next statement's
            raise NoAnswer("the database did not answer in time") from error
        finally:
            if exchange is not None:
                exchange.spend(time.monotonic() - started)


class DatabaseWrapper(base.DatabaseWrapper):
    """What Django asks for a connection."""

    def get_new_connection(self, conn_params):
        self.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        exchange = patience.current()
        if exchange is None:
            return PatientConnection.connect(**conn_params)
        if exchange.left <= 0 or not patience.gate.may_pass(trial=CONNECT_SECONDS):
            raise NoAnswer("the database has just not answered")
        seconds = max(2, min(CONNECT_SECONDS, int(exchange.left)))
        started = time.monotonic()
        try:
            connection = PatientConnection.connect(**{**conn_params, "connect_timeout": seconds})
        except psycopg.errors.ConnectionTimeout:
            patience.gate.close()
            raise
        except psycopg.Error:
            patience.gate.open()  # refused: that costs nobody any time
            raise
        finally:
            exchange.spend(time.monotonic() - started)
        patience.gate.open()
        return connection

    def is_usable(self) -> bool:
        """The look at a kept connection before a request uses it again; short, because a new one can be had."""
        if patience.gate.is_closed:
            return False
        with patience.at_most(patience.CHECK_SECONDS):
            return super().is_usable()
