"""The books' own guard: nothing is changed or removed, every entry balances, none is added to later."""

from django.db import migrations

from clinic.core.guards import append_only

BALANCE = """
CREATE OR REPLACE FUNCTION billing_journalentry_stamp() RETURNS trigger LANGUAGE plpgsql AS $stamp$
BEGIN
    NEW.written_in := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $stamp$;
CREATE TRIGGER billing_journalentry_stamp BEFORE INSERT ON billing_journalentry
    FOR EACH ROW EXECUTE FUNCTION billing_journalentry_stamp();

CREATE OR REPLACE FUNCTION billing_posting_joins() RETURNS trigger LANGUAGE plpgsql AS $joins$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM billing_journalentry
                   WHERE id = NEW.entry_id AND written_in = pg_current_xact_id()::text::bigint) THEN
        RAISE EXCEPTION 'entry is closed' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'billing_posting_entry_closed';
    END IF;
    RETURN NEW;
END $joins$;
CREATE TRIGGER billing_posting_joins BEFORE INSERT ON billing_posting
    FOR EACH ROW EXECUTE FUNCTION billing_posting_joins();

CREATE OR REPLACE FUNCTION billing_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $balance$
DECLARE entry uuid; total numeric; sides integer;
BEGIN
    IF TG_TABLE_NAME = 'billing_posting' THEN entry := NEW.entry_id; ELSE entry := NEW.id; END IF;
    SELECT sum(amount), count(*) INTO total, sides FROM billing_posting WHERE entry_id = entry;
    IF sides < 2 OR total <> 0 THEN
        RAISE EXCEPTION 'entry does not balance' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'billing_journalentry_balances';
    END IF;
    RETURN NULL;
END $balance$;
CREATE CONSTRAINT TRIGGER billing_journalentry_balances AFTER INSERT ON billing_journalentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_entry_balances();
CREATE CONSTRAINT TRIGGER billing_posting_balances AFTER INSERT ON billing_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_entry_balances();
"""

UNBALANCE = """
DROP TRIGGER IF EXISTS billing_posting_balances ON billing_posting;
DROP TRIGGER IF EXISTS billing_journalentry_balances ON billing_journalentry;
DROP FUNCTION IF EXISTS billing_entry_balances();
DROP TRIGGER IF EXISTS billing_posting_joins ON billing_posting;
DROP FUNCTION IF EXISTS billing_posting_joins();
DROP TRIGGER IF EXISTS billing_journalentry_stamp ON billing_journalentry;
DROP FUNCTION IF EXISTS billing_journalentry_stamp();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        append_only("billing_journalentry"),
        append_only("billing_posting"),
        append_only("billing_payment"),
        migrations.RunSQL(BALANCE, UNBALANCE),
    ]
