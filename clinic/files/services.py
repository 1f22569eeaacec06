"""Storing and opening files: the content decides what a file is, never its name."""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Callable
from pathlib import Path

import filetype
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps, UnidentifiedImageError

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import NotFound, Refused
from clinic.files.models import StoredFile

IMAGE_TYPES = {"image/jpeg", "image/png", "image/webp"}
IMAGE_FORMATS = ("JPEG", "PNG", "WEBP")
LONGEST_SIDE = 2_000
MOST_PIXELS = 40_000_000
Checker = Callable[[Actor, StoredFile], bool]
_access: dict[str, Checker] = {}


def register_access(owner_kind: str, check: Checker) -> None:
    """The app that owns `owner_kind` decides who may open its files."""
    _access[owner_kind] = check


def may_open(by: Actor, file: StoredFile) -> bool:
    """False for a kind nobody registered."""
    check = _access.get(file.owner_kind)
    return bool(check and check(by, file))


@service
def store_file(
    *,
    by: Actor,
    upload: UploadedFile,
    owner_kind: str,
    owner_id: str = "",
    kinds: tuple[str, ...] = ("image",),
    max_mb: int = 10,
) -> StoredFile:
    """Stores an upload and returns it. Images are decoded and written anew, which drops hidden content.

    Refuses (Refused, on no field): too large, empty, not an image or PDF by its content, too many pixels.
    """
    if upload.size > max_mb * 2**20:
        raise Refused(f"The file is larger than {max_mb} MB.", hint="Choose a smaller one.")
    data = upload.read()
    data, media_type = _checked(data, kinds)
    name = re.sub(r"[^\w .()-]", "_", Path(upload.name or "file").name, flags=re.UNICODE)[-120:] or "file"
    file = StoredFile(
        owner_kind=owner_kind,
        owner_id=str(owner_id),
        name=name,
        media_type=media_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        stored_by_id=by.member_id,
    )
    _write(file, data)
    file.save(force_insert=True)
    audit.record(
        by, "file.stored", obj=file, owner_kind=owner_kind, owner_id=str(owner_id), media_type=media_type
    )
    return file


def _checked(data: bytes, kinds: tuple[str, ...]) -> tuple[bytes, str]:
    guess = filetype.guess(data)
    mime = guess.mime if guess else ""
    if "image" in kinds and mime in IMAGE_TYPES:
        return _redrawn(data)
    if "pdf" in kinds and mime == "application/pdf":
        return data, mime
    wanted = " or ".join({"image": "a JPEG, PNG or WebP picture", "pdf": "a PDF"}[kind] for kind in kinds)
    raise Refused(f"This is not {wanted}.", hint="Choose another file.")


def _redrawn(data: bytes) -> tuple[bytes, str]:
    try:
        image = Image.open(io.BytesIO(data), formats=IMAGE_FORMATS)
        if image.width * image.height > MOST_PIXELS:
            raise Refused("The picture has too many pixels.", hint="Choose a smaller one.")
        image = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Refused("The picture cannot be read.", hint="Save it again as JPEG and retry.") from error
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # On a blank sheet: Pillow writes the comment and the XMP data of the picture it was given into the new file.
    blank = Image.new("RGB", image.size)
    blank.paste(image)
    out = io.BytesIO()
    blank.save(out, "JPEG", quality=88)
    return out.getvalue(), "image/jpeg"


def path_of(file: StoredFile) -> Path:
    """Where the bytes stand: two folder levels by the random id."""
    text = file.pk.hex
    return Path(settings.MEDIA_ROOT) / text[-2:] / text


def _write(file: StoredFile, data: bytes) -> None:
    path = path_of(file)
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Refused(
            "The file could not be stored.", hint="The disk may be full; tell your administrator."
        ) from error


def read_file(file: StoredFile) -> bytes:
    """The bytes. Raises NotFound when they are gone or no longer match their checksum."""
    try:
        data = path_of(file).read_bytes()
    except OSError as error:
        raise NotFound("The file is not there any more.") from error
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise NotFound("The file was altered on disk and is not shown.", hint="Tell your administrator.")
    return data
