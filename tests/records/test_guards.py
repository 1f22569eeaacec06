"""Clinical rows are append-only for the application's own database role, past Django altogether."""

import datetime as dt

import psycopg
import pytest
from django.db import connection

from records import services
from records.models import Immunization, Result
from tests.factories import records as make

DENIED = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.RestrictViolation,
    psycopg.errors.RaiseException,
)


def refuse(statement, *values):
    """The statement fails as the application, and the row is as before."""
    from django.db import DatabaseError, transaction

    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    assert isinstance(caught.value.__cause__, DENIED), caught.value.__cause__


@pytest.fixture
def rows(ma, provider, patient, encounter):
    """One row of every append-only table."""
    vital_set = make.record(ma, encounter, *make.pressure(190, 95))
    dose = services.record_historical_immunization(
        by=ma, patient=patient, cvx="141", given_on=dt.date(2020, 10, 1)
    )
    now = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
    result = Result.objects.create(
        patient=patient, name="Sodium", value_text="140", observed_at=now, recorded_at=now
    )
    services.state_no_known_allergies(by=ma, patient=patient)
    services.review_list(by=ma, patient=patient, list_name="allergies")
    services.confirm_identity(by=ma, patient=patient, identifiers=("name", "birth_date"), moment="rooming")
    return {"set": vital_set, "dose": dose, "result": result}


COLUMNS = {
    "records_vitalset": "note",
    "records_vitalreading": "entered_value",
    "records_redflag": "text",
    "records_immunization": "lot_number",
    "records_result": "value_text",
    "records_allergystatement": "no_known",
    "records_reviewstamp": "changed",
    "records_identitycheck": "moment",
}


def test_update_and_delete_and_truncate_are_refused(rows):
    for table, column in COLUMNS.items():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*), array_agg({column}::text) FROM {table}")
            before = cursor.fetchone()
        assert before[0] >= 1, table
        refuse(f"UPDATE {table} SET {column} = {column}")
        refuse(f"DELETE FROM {table}")
        refuse(f"TRUNCATE {table} CASCADE")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*), array_agg({column}::text) FROM {table}")
            assert cursor.fetchone() == before


def test_a_retraction_can_be_written_once_and_never_taken_back(rows, ma):
    services.retract_vitals(by=ma, vital_set=rows["set"], reason="Wrong patient")
    refuse("UPDATE records_vitalset SET retracted_at = NULL, retracted_by_id = NULL, retract_reason = NULL")
    refuse("UPDATE records_vitalset SET retract_reason = 'other'")
    rows["set"].refresh_from_db()
    assert rows["set"].retract_reason == "Wrong patient"


def test_an_acknowledged_flag_stays_as_it_was(rows, provider):
    flag = rows["set"].red_flags.get()
    services.acknowledge_red_flag(by=provider, flag=flag, action="Repeat in 5 minutes")
    refuse("UPDATE records_redflag SET action = 'nothing'")
    flag.refresh_from_db()
    assert (flag.action, flag.acknowledged_by_id) == ("Repeat in 5 minutes", provider.member_id)


def test_a_signed_note_is_fixed_and_a_draft_is_not(provider, encounter):
    note = services.save_note(by=provider, encounter=encounter, sections={"plan": "Rest"})
    note = services.save_note(
        by=provider, encounter=encounter, sections={"plan": "Rest and water"}, version=1
    )
    services.sign_note(by=provider, note=note)
    refuse("UPDATE records_note SET sections = '{}'")
    refuse("UPDATE records_note SET signed_at = NULL, signed_by_id = NULL")
    refuse("DELETE FROM records_note")
    note.refresh_from_db()
    assert note.sections == {"plan": "Rest and water"}


def test_a_dose_given_here_cannot_lack_its_lot(ma, patient):
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        Immunization.objects.create(
            patient=patient,
            source="administered",
            cvx="141",
            vaccine="Flu",
            given_at=dt.datetime(2026, 1, 5, tzinfo=dt.UTC),
            recorded_at=dt.datetime(2026, 1, 5, tzinfo=dt.UTC),
        )
    assert not Immunization.objects.exists()


def test_earlier_versions_of_a_patient_are_kept(ma, patient):
    from records.models import Patient

    base_last = patient.last_name
    services.update_patient(by=ma, patient_id=patient.pk, version=1, base=None, values={"last_name": "Novak"})
    event_model = Patient._meta.get_field("events").related_model if hasattr(Patient, "events") else None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT last_name, version FROM records_patientevent WHERE pgh_obj_id = %s", [patient.pk]
        )
        assert cursor.fetchall() == [(base_last, 1)]
    assert event_model is not None
