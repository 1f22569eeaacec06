"""docs/operations.md says: dump, restore, and the guards stand as before. This does it."""

from __future__ import annotations

import subprocess

import psycopg
import pytest
from psycopg import sql

from clinic.runtime.postgres import find_binaries
from tests.support import database

pytestmark = pytest.mark.runtime
RESTORED = "clinic_test_restored"

_TABLES = """
SELECT c.relname,
       has_table_privilege('clinic_app', c.oid, 'INSERT'), has_table_privilege('clinic_app', c.oid, 'UPDATE'),
       has_table_privilege('clinic_app', c.oid, 'DELETE'), has_table_privilege('clinic_app', c.oid, 'TRUNCATE'),
       (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled = 'O'),
       (SELECT count(*) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.convalidated),
       (SELECT count(*) FROM pg_index i WHERE i.indrelid = c.oid AND i.indisvalid)
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1
"""


@pytest.fixture
def restored(owner_connection, tmp_path):
    """A copy of this worker's database that went through a dump file."""
    program = find_binaries() / "bin"
    dump = tmp_path / "clinic.dump"
    here = database.owner_url(database.worker_name())
    _run(program / "pg_dump", "--format", "custom", "--file", dump, here)
    name = sql.Identifier(RESTORED)
    owner_connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
    owner_connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    owner_connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    owner_connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO clinic_app").format(name))
    _run(program / "pg_restore", "--exit-on-error", "--dbname", database.owner_url(RESTORED), dump)
    yield RESTORED
    owner_connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _run(*argv) -> None:
    done = subprocess.run([str(part) for part in argv], text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_restored_database_refuses_what_the_first_one_refused(restored, owner_connection):
    before = owner_connection.execute(_TABLES).fetchall()
    with psycopg.connect(database.owner_url(restored)) as owner:
        assert owner.execute(_TABLES).fetchall() == before
    assert len(before) > 60
    with psycopg.connect(database.app_url(restored), autocommit=True) as app:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("UPDATE audit_auditevent SET id = id")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("TRUNCATE records_vitalset")
