"""The only way to a stored file: by id, after the owner's check."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from clinic import audit
from clinic.files.models import StoredFile
from clinic.files.services import may_open, read_file

INLINE = {"image/jpeg"}


def download(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sends the file. What the member may not open does not exist for them."""
    file = StoredFile.objects.filter(pk=pk).first()
    if file is None or not may_open(request.actor, file):
        raise Http404
    if file.media_type not in INLINE:
        audit.record(request.actor, "file.downloaded", obj=file)
    response = HttpResponse(read_file(file), content_type=file.media_type)
    disposition = "inline" if file.media_type in INLINE else "attachment"
    response["Content-Disposition"] = f'{disposition}; filename="{file.pk.hex}.{_suffix(file)}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _suffix(file: StoredFile) -> str:
    return {"image/jpeg": "jpg", "application/pdf": "pdf"}.get(file.media_type, "bin")
