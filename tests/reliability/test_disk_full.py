"""No room for files: refused in words, no half file, and everything that needs no file goes on."""

from __future__ import annotations

import contextlib
import io
import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from clinic.audit.sealing import known_head, write_head
from clinic.core.errors import Refused
from clinic.files.models import StoredFile
from clinic.files.services import path_of, store_file
from tests.factories.scheduling import desk as desk_actor
from tests.reliability.served import Caller, Web
from tests.reliability.today import payment_form, payments

pytestmark = [pytest.mark.runtime]


def picture(side: int = 600) -> bytes:
    """A JPEG that does not compress well: noise."""
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)).save(out, "JPEG", quality=90)
    return out.getvalue()


@contextlib.contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """The kernel refuses to let any file of this process grow past `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_a_file_that_finds_no_room_is_refused_and_leaves_nothing(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    upload = {"by": desk_actor(), "owner_kind": "records.photo"}
    with no_file_larger_than(20_000), pytest.raises(Refused) as refused:
        store_file(upload=SimpleUploadedFile("x.jpg", picture()), **upload)
    assert (
        str(refused.value) == "The file could not be stored. The disk may be full; tell your administrator."
    )
    assert (StoredFile.objects.count(), files_below(tmp_path)) == (0, [])
    file = store_file(upload=SimpleUploadedFile("x.jpg", picture()), **upload)
    assert files_below(tmp_path) == [path_of(file)]


@pytest.mark.django_db
def test_an_upload_that_cannot_even_be_received_says_so(settings, tmp_path, client):
    """Django keeps a large upload in a file of its own before any view sees it."""
    from clinic.staff.roles import Role
    from tests.factories.scheduling import make_patient
    from tests.factories.staff import make_member, signed_in

    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000
    person = signed_in(make_member(Role.FRONT_DESK))
    person.raise_request_exception = False
    patient = make_patient()
    with no_file_larger_than(20_000):
        answer = person.post(
            f"/patients/{patient.pk}/photo/",
            {"photo": SimpleUploadedFile("x.jpg", picture()), "form_key": "k"},
        )
    assert answer.status_code == 507
    assert b"disk is full" in answer.content
    assert StoredFile.objects.count() == 0


@pytest.mark.django_db
def test_the_head_of_the_audit_chain_never_gets_half_a_line(settings, tmp_path):
    settings.AUDIT_HEAD_FILE = str(tmp_path / "head.log")
    write_head(1, b"\x01" * 32)
    size = (tmp_path / "head.log").stat().st_size
    with no_file_larger_than(size + 40):
        write_head(2, b"\x02" * 32)
    assert ((tmp_path / "head.log").stat().st_size, known_head()) == (size, (1, "01" * 32))
    write_head(3, b"\x03" * 32)
    assert known_head() == (3, "03" * 32)


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A file system of one megabyte, mounted for the test; only root can do that."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=0777", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("A small file system can be mounted by root only.")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
@pytest.mark.reliability
def test_a_full_disk_stops_no_booking(clinic_today, small_disk, tmp_path):
    with Web(tmp_path, MEDIA_ROOT=str(small_disk), AUDIT_HEAD_FILE=str(small_disk / "head.log")) as web:
        desk = Caller(web).sign_in("frontdesk")
        (small_disk / "filler").write_bytes(b"\0" * 1_000_000)
        path = f"/patients/{clinic_today.patient.pk}/photo/"
        upload = {"photo": ("x.jpg", picture(), "image/jpeg")}
        refused = desk.client.post(
            path, data={"form_key": uuid4().hex}, files=upload, headers={"X-CSRFToken": desk.token}
        )
        assert refused.status_code == 422
        assert "could not be stored" in refused.text
        assert StoredFile.objects.count() == 0
        assert files_below(small_disk) == [small_disk / "filler"]
        assert desk.post(*payment_form(clinic_today)).status_code == 302
        visit = clinic_today.visit
        assert desk.post(f"/visits/{visit.pk}/check-in/arrive/", {"form_key": uuid4().hex}).status_code == 302
        assert payments() == ["10.00"]
        ready = Caller(web).get("/readyz").json()["checks"]
        assert ready["database"] == "ok"
        assert "MiB left for files" in ready["disk"]
        (small_disk / "filler").unlink()
        stored = desk.client.post(
            path, data={"form_key": uuid4().hex}, files=upload, headers={"X-CSRFToken": desk.token}
        )
        assert stored.status_code == 302
        assert StoredFile.objects.count() == 1
