"""Many people at one patient at the same instant, on real connections."""

import threading

import pytest
from django.db import connections

from clinic.core.errors import ClinicError, Refused
from clinic.core.models import ClinicProfile
from records import services
from records.models import RedFlag
from records.services.editing import flatten
from tests.factories import records as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clinic():
    return ClinicProfile.objects.create(name="Maple Street", phone="+13125550100", zone="America/Chicago")


def at_once(acts):
    """Runs all acts at the same time, each on a connection of its own; returns results and errors."""
    results, errors, gate = [], [], threading.Barrier(len(acts))

    def run(act):
        try:
            gate.wait()
            results.append(act())
        except ClinicError as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results, errors


def test_ten_people_edit_ten_fields_of_one_patient_and_all_is_kept():
    patient = make.make_patient()
    base = flatten(patient, [])
    names = (
        "middle_name",
        "suffix",
        "preferred_name",
        "pronouns",
        "gender_identity",
        "address_line1",
        "address_line2",
        "city",
        "state",
        "postal_code",
    )
    results, errors = at_once(
        [
            lambda name=name: services.update_patient(
                by=make.SYSTEM, patient_id=patient.pk, version=1, base=base, values={name: f"X{name[:4]}"}
            )
            for name in names
        ]
    )
    patient.refresh_from_db()
    assert (len(results), errors, patient.version) == (10, [], 11)
    assert [getattr(patient, name) for name in names] == [f"X{name[:4]}" for name in names]


def test_ten_people_write_one_field_and_one_of_them_is_believed():
    patient = make.make_patient()
    base = flatten(patient, [])
    results, errors = at_once(
        [
            lambda n=n: services.update_patient(
                by=make.SYSTEM, patient_id=patient.pk, version=1, base=base, values={"city": f"City {n}"}
            )
            for n in range(10)
        ]
    )
    patient.refresh_from_db()
    assert (len(results), len(errors), patient.version) == (1, 9, 2)
    assert {error.status for error in errors} == {409}
    assert patient.city == results[0].city


def test_a_red_flag_is_acknowledged_once():
    encounter = make.make_encounter()
    by = make.actor("provider")
    make.record(by, encounter, *make.pressure(190, 95))
    flag = RedFlag.objects.get()
    results, errors = at_once(
        [
            lambda n=n: services.acknowledge_red_flag(by=by, flag=flag.pk, action=f"Seen by {n}")
            for n in range(8)
        ]
    )
    flag.refresh_from_db()
    assert (len(results), len(errors)) == (1, 7)
    assert all(isinstance(error, Refused) for error in errors)
    assert flag.action == results[0].action


def test_mrns_are_never_given_twice():
    results, errors = at_once(
        [lambda n=n: make.make_patient(f"Ana{chr(97 + n)}", "Chen").mrn for n in range(12)]
    )
    assert errors == []
    assert len(set(results)) == 12
