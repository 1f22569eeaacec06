"""Builders for what the database itself refuses: append-only tables, paired columns, trigram indexes.

Own trigger functions plus REVOKE (rights.py), because a library's triggers can be switched off by the
very role they are to stop.
"""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models

TRIGGER_SUFFIX = "_append_only"


def append_only(table: str, allow: tuple[str, ...] = ()) -> migrations.RunSQL:
    """Migration operation: rows of `table` can be added and read, never changed or removed.

    `allow` names columns that may be set once, from NULL to a value (retracted_at, signed_at ...).
    The columns are kept as the trigger's comment, from which rights.py derives the column rights.
    """
    name = f"{table}{TRIGGER_SUFFIX}"
    once = "".join(
        f"""
        IF OLD.{column} IS NOT NULL AND NEW.{column} IS DISTINCT FROM OLD.{column} THEN
            RAISE EXCEPTION '{table}.{column} is already set' USING ERRCODE = 'restrict_violation',
                CONSTRAINT = '{name}';
        END IF;
        kept := kept - '{column}'; given := given - '{column}';"""
        for column in allow
    )
    body = f"""
    CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$
    DECLARE kept jsonb; given jsonb;
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            kept := to_jsonb(OLD); given := to_jsonb(NEW);{once}
            IF kept = given AND {"true" if allow else "false"} THEN RETURN NEW; END IF;
        END IF;
        RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'restrict_violation', CONSTRAINT = '{name}';
    END $guard$;
    CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
    CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
    COMMENT ON TRIGGER {name} ON {table} IS '{",".join(allow)}';
    """
    reverse = (
        f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}; DROP TRIGGER IF EXISTS {name} ON {table}; "
        f"DROP FUNCTION IF EXISTS {name}();"
    )
    return migrations.RunSQL(body, reverse)


def settings_table(table: str, columns: tuple[str, ...] = ()) -> migrations.RunSQL:
    """Migration operation: a change of `table` (or of these of its columns) makes every process read settings anew.

    For tables that `clinic.core.kept` may keep. `columns` is for tables that also hold what changes all day.
    """
    name = f"{table}_settings"
    of = f" OF {', '.join(columns)}" if columns else ""
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} AFTER INSERT OR DELETE OR UPDATE{of} ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION core_settings_changed();",
        f"DROP TRIGGER IF EXISTS {name} ON {table};",
    )


def trigram_index(column: str, name: str) -> GinIndex:
    """A GIN trigram index for `Meta.indexes`: any part of a word is found without reading the table."""
    return GinIndex(OpClass(models.F(column), name="gin_trgm_ops"), name=name)


def both_or_neither(first: str, second: str, name: str, message: str = "") -> models.CheckConstraint:
    """A check for paired columns such as signed_at and signed_by."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{first}__isnull": True, f"{second}__isnull": True})
        | models.Q(**{f"{first}__isnull": False, f"{second}__isnull": False}),
        name=name,
        violation_error_message=message or f"“{first}” and “{second}” belong together.",
    )
