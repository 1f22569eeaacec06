"""The drill, by the dump: fill, back up, lose the machine, restore on another, compare, and hold what would leave."""

from __future__ import annotations

import time
from datetime import timedelta

import psycopg
import pytest

from clinic.backup import manifest as manifests
from clinic.backup.sealed import Key
from clinic.core.actor import Actor
from clinic.core.time import now
from clinic.runtime.postgres import APP, OWNER
from tests.fakes.sms_provider import SmsProvider
from tests.reliability.restore.figures import note
from tests.support import small_clinic
from tests.support.own_clinic import KEY

pytestmark = pytest.mark.runtime
SYSTEM = Actor.system("tests.drill")
# What a restore itself writes: it holds messages, ends sessions, says so in the trail, and knows the database.
WRITTEN = {
    "audit_auditevent", "audit_auditlink", "backup_backuprun", "backup_seendatabase", "staff_browsersession",
    "messaging_attempt", "messaging_message", "messaging_sendinghold", "staff_staffsession",
}  # fmt: skip


SIZES = ["small", pytest.param("demo", marks=pytest.mark.reliability)]
# What an application's table is made of beside its rows.
_SHAPE = """
SELECT c.relname,
       has_table_privilege('clinic_app', c.oid, 'INSERT'), has_table_privilege('clinic_app', c.oid, 'UPDATE'),
       has_table_privilege('clinic_app', c.oid, 'DELETE'), has_table_privilege('clinic_app', c.oid, 'TRUNCATE'),
       (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        AND has_column_privilege('clinic_app', c.oid, a.attnum, 'UPDATE')),
       (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled = 'O'),
       (SELECT count(*) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.convalidated),
       (SELECT count(*) FROM pg_index i WHERE i.indrelid = c.oid AND i.indisvalid)
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1
"""


def shape(clinic) -> list[tuple]:
    with psycopg.connect(clinic.server.url(OWNER)) as owner:
        return owner.execute(_SHAPE).fetchall()


@pytest.mark.parametrize("size", SIZES)
def test_a_lost_machine_comes_back_from_the_dump(clinic, settings, size):
    clinic.fill(settings, size)
    began = time.monotonic()
    clinic.manage("backup", clinic.backups)
    (folder,) = clinic.backups.iterdir()
    note(f"dump_{size}_backup_seconds", time.monotonic() - began)
    note(f"dump_{size}_megabytes", sum(path.stat().st_size for path in folder.iterdir()) / 1e6)
    before, media, form = clinic.prints(), files_of(clinic), shape(clinic)
    note(f"dump_{size}_rows", sum(count for count, _ in before.values()))
    assert small_clinic.CANARY.encode() not in everything_in(folder)
    clinic.destroy()

    clinic.start()
    began = time.monotonic()
    told = clinic.manage("restore", folder)
    note(f"dump_{size}_rto_seconds", time.monotonic() - began)
    after = clinic.prints()
    assert shape(clinic) == form
    assert len(form) > 60
    assert after.keys() == before.keys()
    assert {name for name in before if before[name] != after[name]} <= WRITTEN
    kept = manifests.read(folder, Key.of(KEY)).contents.tables
    # The backup's own record is written after its data was read: it and its line in the trail are not in it.
    assert {name for name in before if kept[name].rows != before[name][0]} == {
        "audit_auditevent", "backup_backuprun"
    }  # fmt: skip
    assert files_of(clinic) == media
    assert media
    assert "rows and checksums are equal" in told
    assert "The audit chain is whole" in clinic.manage("verify_audit")
    with psycopg.connect(clinic.server.url(APP), autocommit=True) as app:
        assert app.execute("SELECT count(*) FROM records_patient").fetchone() == (
            before["records_patient"][0],
        )
        for statement in (
            "UPDATE audit_auditevent SET id = id", "DELETE FROM backup_backuprun", "TRUNCATE records_vitalset",
            "CREATE TABLE intruder (id int)", "CREATE TEMP TABLE intruder (id int)",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement)
    with psycopg.connect(clinic.server.url(OWNER)) as owner, pytest.raises(psycopg.errors.RestrictViolation):
        owner.execute("DELETE FROM audit_auditevent")


def test_what_left_after_the_backup_does_not_leave_again(clinic, settings):
    from clinic.messaging.models import Message
    from clinic.messaging.queries.hold import current_hold
    from clinic.messaging.services import reports, sending
    from clinic.messaging.services.hold import release_sending
    from tests.factories.messaging import make_message

    with SmsProvider() as provider:
        settings.MESSAGE_GATEWAYS, settings.TWILIO = {"sms": "twilio"}, provider.settings()
        settings.PUBLIC_URL = "https://clinic.example.org"
        with clinic.in_use(settings):
            gone, later = make_message(), make_message()
            # Whatever the hour of this run, they are due now.
            Message.objects.update(state="due", void_reason="", is_quiet_exempt=True, next_try_at=now())
        clinic.manage("backup", clinic.backups, MESSAGE_GATEWAYS="sms=twilio,email=capture")
        (folder,) = clinic.backups.iterdir()
        with clinic.in_use(settings):
            Message.objects.filter(pk=later.pk).update(next_try_at=now() + timedelta(hours=1))
            sending.send_due()
            assert [taken.to for taken in provider.taken] == [gone.address]
        clinic.destroy()
        clinic.start()
        clinic.manage("restore", folder, MESSAGE_GATEWAYS="sms=twilio,email=capture")
        with clinic.in_use(settings):
            assert current_hold().reason.startswith("Restored from the backup of ")
            sending.send_due()
            assert len(provider.taken) == 1
            reports.resolve_uncertain()
            for message in (gone, later):
                message.refresh_from_db()
            assert gone.state == "sent"
            assert gone.gateway_ref == provider.taken[0].sid
            assert later.state == "uncertain"
            release_sending(by=SYSTEM)
            sending.send_due()
            assert len(provider.taken) == 1


def test_a_wrong_key_and_a_full_database_are_refused_before_anything_is_touched(clinic, settings):
    clinic.fill(settings, "small")
    clinic.manage("backup", clinic.backups)
    (folder,) = clinic.backups.iterdir()
    before = clinic.prints()
    told = clinic.manage("restore", folder, "--replace", fails=True, BACKUP_KEY="another-" + KEY)
    assert "was made with another key" in told
    assert Key.of(KEY).id in told
    told = clinic.manage("restore", folder, fails=True)
    assert "The database clinic is not empty. Nothing was changed. With --replace" in told
    with psycopg.connect(clinic.server.url(APP)):
        told = clinic.manage("restore", folder, "--replace", fails=True)
    assert "The database clinic is in use: 1 by clinic_app. Nothing was changed." in told
    assert databases(clinic) == {"clinic", "postgres"}
    assert clinic.prints() == before
    told = clinic.manage("restore", folder, "--replace")
    (old,) = databases(clinic) - {"clinic", "postgres"}
    assert old.startswith("clinic_before_")
    assert f"DROP DATABASE {old};" in told
    assert clinic.prints(old) == before


def databases(clinic) -> set[str]:
    with psycopg.connect(clinic.server.url(OWNER)) as owner:
        return {row[0] for row in owner.execute("SELECT datname FROM pg_database WHERE NOT datistemplate")}


def files_of(clinic) -> dict[str, bytes]:
    return {
        str(path.relative_to(clinic.files)): path.read_bytes()
        for path in clinic.files.rglob("*")
        if path.is_file()
    }


def everything_in(folder) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
