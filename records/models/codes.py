from django.db import models

from clinic.core.guards import trigram_index
from clinic.core.models import Base


class DiagnosisCode(Base):
    """ICD-10-CM, one row per code and release. Public domain (NCHS); loaded by `import_icd10`."""

    code = models.CharField(max_length=8, help_text="Without the dot.")
    display = models.CharField(max_length=9)
    description = models.CharField(max_length=300)
    is_billable = models.BooleanField()
    release = models.CharField(max_length=16)
    search = models.TextField(editable=False)

    class Meta:
        indexes = [
            trigram_index("search", "records_diagnosis_search"),
            models.Index(fields=["release", "code"], name="records_diagnosis_release"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["code", "release"], name="records_diagnosiscode_once"),
        ]

    def __str__(self) -> str:
        return f"{self.display} {self.description}"
