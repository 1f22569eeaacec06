"""A stored file: its bytes stand outside the web root under a random name, its checksum here."""

from django.db import models

from clinic.core.models import Base
from clinic.core.refs import MEMBER


class StoredFile(Base):
    """`owner_kind` names who decides about access (records.photo, records.coverage_card, desk.logo)."""

    owner_kind = models.CharField(max_length=48)
    owner_id = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_by = models.ForeignKey(MEMBER, null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.name
