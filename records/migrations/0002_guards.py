"""What the database itself refuses in the chart, and the sequence behind the MRN."""

from django.db import migrations

from clinic.core.guards import append_only

RETRACTION = ("retracted_at", "retracted_by_id", "retract_reason")

# A draft may change; from the signature on nothing does, and a signed note is never deleted.
NOTE_GUARD = """
CREATE OR REPLACE FUNCTION records_note_signed_guard() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    IF OLD.signed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a signed note is fixed' USING ERRCODE = 'restrict_violation',
            CONSTRAINT = 'records_note_signed_guard';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $guard$;
CREATE TRIGGER records_note_signed_guard BEFORE UPDATE OR DELETE ON records_note
    FOR EACH ROW EXECUTE FUNCTION records_note_signed_guard();
"""
NO_NOTE_GUARD = """
DROP TRIGGER IF EXISTS records_note_signed_guard ON records_note;
DROP FUNCTION IF EXISTS records_note_signed_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]

    operations = [
        append_only("records_vitalset", allow=RETRACTION),
        append_only("records_vitalreading"),
        append_only("records_redflag", allow=("acknowledged_at", "acknowledged_by_id", "action")),
        append_only("records_immunization", allow=RETRACTION),
        append_only("records_result", allow=RETRACTION),
        append_only("records_allergystatement"),
        append_only("records_reviewstamp"),
        append_only("records_identitycheck"),
        migrations.RunSQL(NOTE_GUARD, NO_NOTE_GUARD),
        # Copies of files that are still there: not worth the log, and gone after a crash on purpose.
        migrations.RunSQL(
            "ALTER TABLE records_fhirstage SET UNLOGGED;", "ALTER TABLE records_fhirstage SET LOGGED;"
        ),
        migrations.RunSQL(
            "CREATE SEQUENCE records_mrn_seq AS integer START 100001 MINVALUE 1;",
            "DROP SEQUENCE records_mrn_seq;",
        ),
    ]
