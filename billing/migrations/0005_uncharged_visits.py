"""Visits that may lack a charge, listed by the database as they end: nobody has to look at every visit of 90 days."""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
INSERT INTO billing_unchargedvisit (encounter_id)
SELECT e.id FROM records_encounter e WHERE e.ended_at IS NOT NULL
AND NOT EXISTS (SELECT FROM billing_charge c WHERE c.encounter_id = e.id AND c.state <> 'void')
"""

# A voided charge lists its visit whatever else it has, and whether it has ended or not: what another transaction
# does at the same time cannot be seen, and a visit too many is left out by whoever reads the list.
KEEP = """
CREATE OR REPLACE FUNCTION billing_unchargedvisit_end() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $end$
BEGIN
    INSERT INTO billing_unchargedvisit (encounter_id) SELECT NEW.id
        WHERE NOT EXISTS (SELECT FROM billing_charge c WHERE c.encounter_id = NEW.id AND c.state <> 'void')
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $end$;
REVOKE ALL ON FUNCTION billing_unchargedvisit_end() FROM PUBLIC;
CREATE TRIGGER billing_unchargedvisit_end AFTER INSERT OR UPDATE OF ended_at ON records_encounter
    FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL) EXECUTE FUNCTION billing_unchargedvisit_end();

CREATE OR REPLACE FUNCTION billing_unchargedvisit_charge() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $charge$
BEGIN
    IF NEW.state = 'void' THEN
        INSERT INTO billing_unchargedvisit (encounter_id) VALUES (NEW.encounter_id) ON CONFLICT DO NOTHING;
    ELSIF TG_OP = 'INSERT' THEN
        DELETE FROM billing_unchargedvisit WHERE encounter_id = NEW.encounter_id;
    END IF;
    RETURN NULL;
END $charge$;
REVOKE ALL ON FUNCTION billing_unchargedvisit_charge() FROM PUBLIC;
CREATE TRIGGER billing_unchargedvisit_charge AFTER INSERT OR UPDATE OF state ON billing_charge
    FOR EACH ROW EXECUTE FUNCTION billing_unchargedvisit_charge();

CREATE OR REPLACE FUNCTION billing_unchargedvisit_guard() RETURNS trigger
LANGUAGE plpgsql AS $guard$
BEGIN
    IF pg_trigger_depth() > 1 THEN RETURN coalesce(NEW, OLD); END IF;
    RAISE EXCEPTION 'uncharged visits are listed by triggers' USING ERRCODE = 'restrict_violation',
        CONSTRAINT = 'billing_unchargedvisit_guard';
END $guard$;
CREATE TRIGGER billing_unchargedvisit_guard BEFORE INSERT OR UPDATE OR DELETE ON billing_unchargedvisit
    FOR EACH ROW EXECUTE FUNCTION billing_unchargedvisit_guard();
"""

LEAVE = """
DROP TRIGGER IF EXISTS billing_unchargedvisit_guard ON billing_unchargedvisit;
DROP FUNCTION IF EXISTS billing_unchargedvisit_guard();
DROP TRIGGER IF EXISTS billing_unchargedvisit_charge ON billing_charge;
DROP FUNCTION IF EXISTS billing_unchargedvisit_charge();
DROP TRIGGER IF EXISTS billing_unchargedvisit_end ON records_encounter;
DROP FUNCTION IF EXISTS billing_unchargedvisit_end();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_patient_balances"), ("records", "0004_settings_tables")]

    operations = [
        migrations.CreateModel(
            name="UnchargedVisit",
            fields=[
                ("encounter", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="uncharged", serialize=False, to="records.encounter")),
            ],
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP, LEAVE),
    ]
