"""Rights of the application's database role.

The owner migrates; the application may read and write ordinary tables, and only INSERT and SELECT on
append-only ones. Which tables are append-only is read from their triggers (see guards.py), so that the
trigger and the right can never disagree.
"""

from django.conf import settings
from django.db import connections
from psycopg import sql

from clinic.core.guards import TRIGGER_SUFFIX


def grant_rights(using: str = "default", **_kwargs) -> None:
    """Grants the application role its rights. Does nothing when one role does both jobs."""
    connection = connections[using]
    role = settings.DATABASE_APP_ROLE
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] == role:
            return
        name = sql.Identifier(role)
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
        ):
            cursor.execute(sql.SQL(statement).format(role=name).as_string(cursor.connection))
        cursor.execute(
            "SELECT c.relname, array_agg(a.attname) FILTER (WHERE a.attname IS NOT NULL) "
            "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "LEFT JOIN LATERAL unnest(string_to_array(obj_description(t.oid, 'pg_trigger'), ',')) o(col) ON true "
            "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = o.col "
            "WHERE t.tgname LIKE %s AND NOT t.tgisinternal GROUP BY c.relname",
            [f"%{TRIGGER_SUFFIX}"],
        )
        for table, columns in cursor.fetchall():
            target = sql.Identifier(table)
            cursor.execute(
                sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {t} FROM {role}")
                .format(t=target, role=name)
                .as_string(cursor.connection)
            )
            if columns:
                cursor.execute(
                    sql.SQL("GRANT UPDATE ({cols}) ON {t} TO {role}")
                    .format(cols=sql.SQL(", ").join(map(sql.Identifier, columns)), t=target, role=name)
                    .as_string(cursor.connection)
                )
