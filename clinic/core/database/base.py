"""The backend that settings name as ENGINE: connections that do not wait for ever."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import BaseTzLoader

from clinic.core import patience

CONNECT_SECONDS = 3  # per address; psycopg's least is 2


class NoAnswer(psycopg.OperationalError):
    """The database did not answer in time. What was sent last may or may not have been carried out."""


class UtcLoader(BaseTzLoader):
    """An instant as Python's own parser reads it: a fifth of the cost of psycopg's, and a page reads hundreds.

    What is not plain (`infinity`, years before Christ, a session in another zone) goes the long way.
    """

    timezone = UTC

    def load(self, data):
        try:
            instant = datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            return super().load(data)
        return instant if instant.tzinfo is UTC else super().load(data)


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
        connection = self._connected(conn_params)
        if self.timezone is UTC:
            connection.adapters.register_loader("timestamptz", UtcLoader)
        return connection

    def _connected(self, conn_params):
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

    def first_row(self, sql: str, parameters: Sequence[Any]) -> tuple | None:
        """The one row of the read that a request begins with (None: no row); to be used for reads only.

        It is the look at a kept connection, too, which saves every page a round trip: where the line has died or
        does not answer in `CHECK_SECONDS`, the read goes once more, on a new connection.
        """
        if self.connection is None or self.health_check_done or patience.gate.is_closed:
            return self._row(sql, parameters)
        self.health_check_done = True
        try:
            with patience.at_most(patience.CHECK_SECONDS):
                return self._row(sql, parameters)
        except (OperationalError, InterfaceError):
            if self.in_atomic_block:
                raise
            self.close()
            return self._row(sql, parameters)

    def _row(self, sql: str, parameters: Sequence[Any]) -> tuple | None:
        with self.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchone()
