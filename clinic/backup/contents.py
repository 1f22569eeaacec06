"""What a database holds, in numbers that can be compared after a restore."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from clinic.backup.sealed import Key

_OPTIONS = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c lock_timeout=30s"
# How values read as text must not depend on the server's or the role's settings.
_PLAIN = (
    "SET timezone = 'UTC'; SET datestyle = 'ISO, MDY'; SET intervalstyle = 'postgres'; "
    "SET extra_float_digits = 1; SET bytea_output = 'hex'; SET search_path = public, pg_temp"
)
_TABLES = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.relname
"""


@dataclass(frozen=True)
class Table:
    """Rows of one table, and a keyed checksum over all of them that does not depend on their order."""

    rows: int
    checksum: str


@dataclass(frozen=True)
class Contents:
    """Tables by name, migrations as `app.name`, and the head of the audit chain as (number, hash)."""

    tables: dict[str, Table]
    migrations: list[str]
    audit_head: tuple[int, str]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


def connect(database: dict, *, name: str | None = None) -> psycopg.Connection:
    """A connection of its own for a Django database entry, without the time limits that pages have."""
    options = {key: value for key, value in database.get("OPTIONS", {}).items() if key.startswith("ssl")}
    return psycopg.connect(
        host=database["HOST"] or None,
        port=database["PORT"] or None,
        user=database["USER"],
        password=database["PASSWORD"],
        dbname=name or database["NAME"],
        connect_timeout=10,
        options=_OPTIONS,
        autocommit=True,
        **options,
    )


def read_contents(connection: psycopg.Connection, key: Key) -> Contents:
    """Reads every table once, in the transaction that `connection` is in."""
    connection.execute(_PLAIN)
    names = [row[0] for row in connection.execute(_TABLES).fetchall()]
    tables = {name: _table(connection, name, key) for name in names}
    migrations = [
        f"{app}.{name}"
        for app, name in connection.execute("SELECT app, name FROM django_migrations ORDER BY 1, 2")
    ]
    head = connection.execute("SELECT seq, hash FROM audit_auditlink ORDER BY seq DESC LIMIT 1").fetchone()
    return Contents(tables, migrations, (head[0], bytes(head[1]).hex()) if head else (0, ""))


def _table(connection: psycopg.Connection, name: str, key: Key) -> Table:
    # The sum of 64-bit digests of the rows: one pass, no sorting, and no two rows can be swapped for others.
    query = sql.SQL(
        "SELECT count(*), coalesce(sum(('x' || substr(md5(t::text), 1, 16))::bit(64)::bigint), 0) FROM {} t"
    ).format(sql.Identifier("public", name))
    row = connection.execute(query).fetchone()
    count, digest = row if row else (0, 0)
    # Keyed, because the manifest is not encrypted and a table of one row could otherwise be guessed at.
    return Table(count, key.mark(f"{name}:{count}:{digest}".encode())[:32])


def differences(expected: Contents, found: Contents) -> list[str]:
    """Sentences about every table that is not what it was; empty when all are."""
    wrong = []
    for name in sorted(expected.tables.keys() | found.tables.keys()):
        before, after = expected.tables.get(name), found.tables.get(name)
        if before is None or after is None:
            wrong.append(f"Table {name} is {'missing' if after is None else 'not of the backup'}.")
        elif before.rows != after.rows:
            wrong.append(f"Table {name} has {after.rows} rows; the backup has {before.rows}.")
        elif before.checksum != after.checksum:
            wrong.append(f"Table {name} has rows that differ from the backup's.")
    if expected.audit_head != found.audit_head:
        wrong.append("The audit chain ends at another link than the backup's.")
    return wrong
