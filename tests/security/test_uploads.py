"""The upload corpus: what is sent as a picture is drawn anew or refused, whatever its name says."""

import io
import random
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image, PngImagePlugin

from clinic.core.actor import Actor
from clinic.core.errors import Refused
from clinic.files.models import StoredFile
from clinic.files.services import path_of, read_file, store_file
from clinic.staff.roles import Role
from records.models import Coverage, Patient
from tests.factories import records as make
from tests.factories.staff import make_member, signed_in
from tests.support.small_clinic import picture

pytestmark = pytest.mark.django_db
BY = Actor.outside("front desk")
SCRIPT = b"<script>alert('Zyxwhistle')</script>"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def store(content: bytes, name: str = "x.jpg") -> StoredFile:
    return store_file(by=BY, upload=SimpleUploadedFile(name, content), owner_kind="records.photo")


def kept(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 5_000_000)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge_png(width: int, height: int) -> bytes:
    """A few bytes that ask for gigabytes of memory."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1_000))
    return b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b"")


def png_with_text_bomb() -> bytes:
    plain = picture()
    bomb = chunk(b"zTXt", b"note\0\0" + zlib.compress(b"a" * 8_000_000))
    return plain[:33] + bomb + plain[33:]


REFUSED = {
    "php": b"<?php system($_GET['c']); ?>",
    "html": b"<!doctype html><html><body>" + SCRIPT,
    "svg": b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "svg with an external entity": b"<!DOCTYPE s [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg>&x;</svg>",
    "shell script": b"#!/bin/sh\nid\n",
    "elf": b"\x7fELF" + b"\0" * 200,
    "zip bomb": zip_bomb(),
    "tar with traversal": b"../../../etc/cron.d/x".ljust(512, b"\0"),
    "pdf": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>",
    "gif": b"GIF89a" + b"\0" * 60,
    "gif with a script": b"GIF89a/*" + SCRIPT + b"*/=1;",
    "tiff": b"II*\0" + b"\0" * 60,
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file\n",
    "bmp": b"BM" + b"\0" * 60,
    "imagemagick": b"push graphic-context\nviewbox 0 0 1 1\nfill 'url(https://x/\"|id\")'\n",
    "only the first bytes of a jpeg": b"\xff\xd8\xff\xe0" + SCRIPT * 20,
    "only the first bytes of a webp": b"RIFF\x00\x00\x00\x00WEBPVP8 " + SCRIPT,
    "a png of 60,000 x 60,000": huge_png(60_000, 60_000),
    "a png of 41 million pixels": huge_png(8_200, 5_001),
    "a png with a text that unfolds": png_with_text_bomb(),
    "half a png": picture()[: len(picture()) // 2],
    "nothing": b"",
}


@pytest.mark.parametrize("kind", REFUSED, ids=str)
@pytest.mark.parametrize("name", ["card.jpg", "card.png"])
def test_refused_and_nothing_is_left(media, kind, name):
    with pytest.raises(Refused):
        store(REFUSED[kind], name)
    assert StoredFile.objects.count() == 0
    assert kept(media) == []


def with_exif() -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "Zyxwhistle at home"  # description
    exif.get_ifd(0x8825)[2] = (41.0, 52.0, 7.0)  # where it was taken
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG", exif=exif)
    return out.getvalue()


def jpeg(**options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG", **options)
    return out.getvalue()


def png_with_text() -> bytes:
    out, text = io.BytesIO(), PngImagePlugin.PngInfo()
    text.add_text("comment", SCRIPT.decode())
    text.add_itxt("XML:com.adobe.xmp", "<x>Zyxwhistle</x>")
    Image.new("RGB", (40, 30), "teal").save(out, "PNG", pnginfo=text)
    return out.getvalue()


POLYGLOTS = {
    "a script behind the end": picture("PNG") + SCRIPT,
    "a page behind the end": picture("JPEG") + b"<html><body>" + SCRIPT,
    "an archive behind the end": picture("PNG") + zip_bomb()[:4_000],
    "a jpeg comment": jpeg(comment=SCRIPT),
    "a jpeg's xmp": jpeg(xmp=b"<x:xmpmeta>Zyxwhistle" + SCRIPT + b"</x:xmpmeta>"),
    "a jpeg's colour profile": jpeg(icc_profile=SCRIPT),
    "a jpeg's exif with the place": with_exif(),
    "a png's texts": png_with_text(),
    "a webp with a tail": picture("WEBP") + SCRIPT,
}


@pytest.mark.parametrize("kind", POLYGLOTS, ids=str)
def test_drawn_anew_without_what_was_hidden(kind):
    file = store(POLYGLOTS[kind])
    data = read_file(file)
    assert file.media_type == "image/jpeg"
    assert b"script" not in data
    assert b"Zyxwhistle" not in data
    again = Image.open(io.BytesIO(data))
    assert (again.format, dict(again.getexif())) == ("JPEG", {})
    assert not {"comment", "xmp", "icc_profile", "exif"} & set(again.info)


NAMES = [
    "../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd",
    "..",
    ".",
    "a\x00.jpg",
    "x" * 300 + ".jpg",
    "file.jpg\r\nSet-Cookie: a=b",
    '"><svg onload=alert(1)>.jpg',
    "\u202egpj.exe",
    "con.jpg",
    "",
]


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_a_name_never_reaches_the_disk_or_a_header(media, name):
    file = store_file(by=BY, upload=Named(picture(), name), owner_kind="records.photo")
    assert kept(media) == [path_of(file)]
    assert path_of(file).name == file.pk.hex
    assert not set(file.name) & set('/\\<>"\r\n\x00\u202e')
    assert len(file.name) <= 120
    client = signed_in(make_member(Role.PROVIDER))
    answer = client.get(reverse("files:download", args=[file.pk]))
    assert answer["Content-Disposition"] == f'inline; filename="{file.pk.hex}.jpg"'


class Named(SimpleUploadedFile):
    """An upload that keeps its name as it was sent, as if the parser had let it through."""

    def __init__(self, content: bytes, name: str):
        super().__init__("x", content)
        self._name = name

    def _get_name(self):
        return self._name

    def _set_name(self, name):
        pass

    name = property(_get_name, _set_name)


def test_three_hundred_damaged_pictures_are_stored_or_refused_and_nothing_else(media):
    chance = random.Random(18)
    originals = [picture(fmt, (60, 40)) for fmt in ("PNG", "JPEG", "WEBP")]
    for number in range(300):
        data = bytearray(originals[number % 3])
        for _ in range(chance.randint(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if number % 7 == 0:
            del data[chance.randrange(len(data)) :]
        before = StoredFile.objects.count()
        try:
            store(bytes(data))
        except Refused:
            assert StoredFile.objects.count() == before
    assert len(kept(media)) == StoredFile.objects.count()


def test_files_are_private_to_the_account_that_runs_the_clinic(media):
    file = store(picture())
    assert path_of(file).stat().st_mode & 0o777 == 0o600
    assert path_of(file).parent.stat().st_mode & 0o777 == 0o700


class TestOverHttp:
    """The three places that take a file."""

    @pytest.fixture
    def desk(self):
        return signed_in(make_member(Role.FRONT_DESK), raise_request_exception=False)

    @pytest.mark.parametrize("kind", ["php", "svg", "zip bomb", "a png of 60,000 x 60,000"])
    def test_a_photo_that_is_none_comes_back_with_the_reason(self, desk, kind, media):
        patient = make.make_patient()
        url = reverse("records:patient-photo", args=[patient.pk])
        answer = desk.post(url, {"photo": SimpleUploadedFile("me.jpg", REFUSED[kind], "image/jpeg")})
        assert answer.status_code == 422
        assert Patient.objects.get(pk=patient.pk).photo is None
        assert kept(media) == []

    def test_a_photo_is_served_as_a_picture_in_a_sandbox(self, desk):
        patient = make.make_patient()
        url = reverse("records:patient-photo", args=[patient.pk])
        sent = SimpleUploadedFile("me.html", picture() + SCRIPT, "text/html")
        assert desk.post(url, {"photo": sent}).status_code == 302
        answer = desk.get(reverse("files:download", args=[StoredFile.objects.get().pk]))
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["Cache-Control"] == "no-store"
        assert b"script" not in answer.content

    def test_a_card_that_is_none_saves_no_coverage(self, desk, media):
        patient, payer = make.make_patient(), make.make_payer()
        answer = desk.post(
            reverse("records:coverage-add", args=[patient.pk]),
            {
                "payer": payer.pk,
                "member_id": "W1",
                "rank": "1",
                "relationship": "self",
                "card_front": SimpleUploadedFile("card.jpg", REFUSED["html"], "image/jpeg"),
            },
        )
        assert answer.status_code == 422
        assert Coverage.objects.count() == 0
        assert kept(media) == []

    def test_an_upload_that_is_cut_off_or_garbled_is_no_error_of_ours(self, desk):
        url = reverse("records:patient-photo", args=[make.make_patient().pk])
        kind = "multipart/form-data; boundary=b"
        for body in (b"--b\r\nContent-Disp", b"--b\r\n\r\n\r\n--b--", b"\xff" * 50, b""):
            assert desk.post(url, body, content_type=kind).status_code in {400, 422}
        assert desk.post(url, b"x", content_type="multipart/form-data").status_code == 400
