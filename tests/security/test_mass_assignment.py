"""Fields that no form offers are sent with every form: none of them writes anything."""

import pytest
import time_machine
from django.db import connection

from clinic.core.ids import uuid7
from clinic.staff.models import Member
from clinic.staff.roles import Role
from tests.architecture.test_access import GUARDED, none
from tests.factories.scheduling import make_patient
from tests.factories.staff import make_member, signed_in
from tests.security.forms_on import forms_on, taken_back
from tests.support import small_clinic

# Names of columns and of what other systems were taken over by.
EXTRA = [
    "id",
    "pk",
    "uuid",
    "is_staff",
    "is_superuser",
    "is_active",
    "role",
    "roles",
    "groups",
    "permissions",
    "permission_epoch",
    "user",
    "user_id",
    "member",
    "member_id",
    "author",
    "author_id",
    "owner",
    "owner_id",
    "by",
    "by_id",
    "actor",
    "clinic",
    "clinic_id",
    "patient",
    "patient_id",
    "encounter",
    "encounter_id",
    "provider",
    "provider_id",
    "ma",
    "ma_id",
    "signed_by",
    "signed_by_id",
    "signed_at",
    "status",
    "state",
    "kind",
    "type",
    "amount_paid",
    "balance",
    "password",
    "pin_hash",
    "created_at",
    "recorded_by",
    "recorded_by_id",
    "given_by",
    "given_by_id",
    "retracted_at",
    "approved_by",
    "acknowledged_by",
    "done_by",
    "source",
    "source_key",
    "joined_at",
]


@pytest.fixture
def forms(db):
    """(address it was found on, form) of one kind each, in the small clinic."""
    small_clinic.build()
    with time_machine.travel(small_clinic.NOW, tick=False):
        client, found = signed_in(make_member(*Role)), {}
        for address in GUARDED:
            path = address.path(small_clinic.known_ids(address))
            page = client.get(path)
            if page.status_code == 200 and not page.streaming and "html" in page.get("Content-Type", ""):
                for form in forms_on(path, page.content.decode()):
                    found.setdefault((form.path, tuple(sorted(form.values))), (address.name, form))
        yield client, list(found.values())


def rows_naming(value: str) -> set[str]:
    """Tables of which some row holds this value in any column."""
    with connection.cursor() as cursor:
        tables = [t for t in connection.introspection.table_names(cursor) if t != "records_diagnosiscode"]
        cursor.execute(
            " UNION ALL ".join(
                f"""SELECT '{t}' WHERE EXISTS (SELECT 1 FROM "{t}" x WHERE x::text LIKE %s)""" for t in tables
            ),
            [f"%{value}%"] * len(tables),
        )
        return {row[0] for row in cursor.fetchall()}


def access_of_everybody() -> list:
    return list(
        Member.objects.order_by("pk").values_list("pk", "roles", "is_active", "permission_epoch", "password")
    )


def test_extra_fields_of_any_form_write_nothing(forms):
    """Sent with each field named after a column: first an id of somebody else, then words like "administrator"."""
    client, found = forms
    stranger = make_patient(last_name="Elsewhere")
    colleague = make_member(Role.MA, last_name="Elsewhere")
    wrong, accepted = {}, 0
    for where, form in found:
        own = set(form.values)
        # Forms about access write what they are for; what they must not write is tested in tests/clinic/staff.
        touches_access = form.path.startswith(("/staff/", "/me/", "/password/", "/session/"))
        for value in (str(stranger.pk), str(colleague.pk), "administrator"):
            extra = dict.fromkeys([name for name in EXTRA if name not in own], value)
            with taken_back(client):
                before, access = rows_naming(value), access_of_everybody()
                data = form.values | extra | ({"form_key": str(uuid7())} if "form_key" in own else {})
                status = client.post(form.path, data).status_code
                assert client.session.get("_auth_user_id") or form.path.startswith(
                    ("/session/", "/me/sessions/")
                ), form.path
                accepted += status in {204, 302}
                new = rows_naming(value) - before
                if new and value != "administrator":
                    wrong[f"{where} {form.path}"] = (status, sorted(new))
                if access_of_everybody() != access and not touches_access:
                    wrong[f"{where} {form.path} access"] = status
                if status >= 500:
                    wrong[f"{where} {form.path} status"] = status
    none(wrong)
    assert len(found) > 100
    assert accepted > 60


def test_registration_makes_a_patient_and_no_more(db):
    """Nobody becomes a member, and nothing of the new patient is signed or dated by the sender."""
    from records.models import Patient

    client = signed_in(make_member(Role.FRONT_DESK))
    before = access = access_of_everybody()
    sent = {
        "first_name": "Ida",
        "last_name": "Poll",
        "birth_date": "03/04/1988",
        "sex_at_birth": "female",
        "phone": "(480) 555-0142",
        "language": "en",
        "is_superuser": "1",
        "role": "administrator",
        "mrn": "999-999-9",
        "created_at": "2001-01-01",
        "version": "77",
    }
    answer = client.post("/patients/register/", sent)
    assert answer.status_code == 302, answer.content.decode()[-2_000:]
    row = Patient.objects.get(last_name="Poll")
    assert row.mrn != "999-999-9"
    assert row.version == 1
    assert row.created_at.year > 2001
    assert access_of_everybody() == before == access
