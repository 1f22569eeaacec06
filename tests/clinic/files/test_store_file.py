"""Uploads: the content decides; what is refused leaves nothing behind."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from clinic.core.actor import Actor
from clinic.core.errors import NotFound, Refused
from clinic.files.models import StoredFile
from clinic.files.services import may_open, path_of, read_file, register_access, store_file

BY = Actor.outside("front desk")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def picture(fmt="PNG", size=(40, 30)):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, fmt)
    return out.getvalue()


@pytest.mark.django_db
def test_a_picture_is_drawn_anew():
    hidden = picture() + b"<script>alert(1)</script>"
    file = store_file(by=BY, upload=SimpleUploadedFile("../../x.png", hidden), owner_kind="records.photo")
    assert (file.media_type, file.name) == ("image/jpeg", "x.png")
    assert b"script" not in read_file(file)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("x.png", b"<html><script>1</script></html>"),
        ("x.jpg", b"PK\x03\x04" + b"\0" * 64),
        ("x.jpg", b""),
        ("x.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40),
        ("x.jpg", b"%PDF-1.4 x"),
    ],
)
def test_what_is_not_a_picture_is_refused_and_leaves_nothing(media, name, content):
    with pytest.raises(Refused):
        store_file(by=BY, upload=SimpleUploadedFile(name, content), owner_kind="records.photo")
    assert StoredFile.objects.count() == 0
    assert [p for p in Path(media).rglob("*") if p.is_file()] == []


@pytest.mark.django_db
def test_too_large_is_refused():
    with pytest.raises(Refused, match="larger than 1 MB"):
        store_file(
            by=BY, upload=SimpleUploadedFile("x.png", b"x" * 1_100_000), owner_kind="records.photo", max_mb=1
        )


@pytest.mark.django_db
def test_an_altered_file_is_not_shown():
    file = store_file(by=BY, upload=SimpleUploadedFile("x.png", picture()), owner_kind="records.photo")
    path_of(file).write_bytes(picture("JPEG"))
    with pytest.raises(NotFound, match="altered"):
        read_file(file)


@pytest.mark.django_db
def test_nobody_opens_a_kind_without_an_owner():
    file = store_file(by=BY, upload=SimpleUploadedFile("x.png", picture()), owner_kind="records.photo_test")
    assert may_open(BY, file) is False
    register_access("records.photo_test", lambda by, f: by.label == "front desk")
    assert may_open(BY, file) is True
