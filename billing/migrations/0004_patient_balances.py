"""What each patient owes, kept by the ledger: a sum per patient that nobody else can write."""

import django.db.models.deletion
from django.db import migrations, models

import clinic.core.money

FILL = """
INSERT INTO billing_patientbalance (patient_id, owed, last_day)
SELECT p.patient_id, sum(p.amount), max(e.business_day)
FROM billing_posting p JOIN billing_journalentry e ON e.id = p.entry_id
WHERE p.account = 'receivable' GROUP BY 1
"""

# Once per statement, and in the patients' order: two remittances can't wait for each other in a circle.
KEEP = """
CREATE OR REPLACE FUNCTION billing_posting_sum() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $sum$
BEGIN
    INSERT INTO billing_patientbalance AS b (patient_id, owed, last_day)
        SELECT n.patient_id, sum(n.amount), max(e.business_day)
        FROM posted n JOIN billing_journalentry e ON e.id = n.entry_id
        WHERE n.account = 'receivable' GROUP BY 1 ORDER BY 1
    ON CONFLICT (patient_id) DO UPDATE
        SET owed = b.owed + EXCLUDED.owed, last_day = greatest(b.last_day, EXCLUDED.last_day);
    RETURN NULL;
END $sum$;
REVOKE ALL ON FUNCTION billing_posting_sum() FROM PUBLIC;
CREATE TRIGGER billing_posting_sum AFTER INSERT ON billing_posting
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION billing_posting_sum();

CREATE OR REPLACE FUNCTION billing_patientbalance_append_only() RETURNS trigger
LANGUAGE plpgsql AS $guard$
BEGIN
    IF pg_trigger_depth() > 1 AND TG_OP <> 'DELETE' THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'balances are written by the ledger' USING ERRCODE = 'restrict_violation',
        CONSTRAINT = 'billing_patientbalance_append_only';
END $guard$;
CREATE TRIGGER billing_patientbalance_append_only BEFORE INSERT OR UPDATE OR DELETE ON billing_patientbalance
    FOR EACH ROW EXECUTE FUNCTION billing_patientbalance_append_only();
CREATE TRIGGER billing_patientbalance_no_truncate BEFORE TRUNCATE ON billing_patientbalance
    FOR EACH STATEMENT EXECUTE FUNCTION billing_patientbalance_append_only();
"""

LEAVE = """
DROP TRIGGER IF EXISTS billing_patientbalance_no_truncate ON billing_patientbalance;
DROP TRIGGER IF EXISTS billing_patientbalance_append_only ON billing_patientbalance;
DROP FUNCTION IF EXISTS billing_patientbalance_append_only();
DROP TRIGGER IF EXISTS billing_posting_sum ON billing_posting;
DROP FUNCTION IF EXISTS billing_posting_sum();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_fees_are_kept"), ("records", "0004_settings_tables")]

    operations = [
        migrations.CreateModel(
            name="PatientBalance",
            fields=[
                ("patient", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="+", serialize=False, to="records.patient")),
                ("owed", clinic.core.money.MoneyField(decimal_places=2, max_digits=12)),
                ("last_day", models.DateField()),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("owed__gt", 0)), fields=["-owed"], name="billing_patientbalance_most")],
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP, LEAVE),
    ]
