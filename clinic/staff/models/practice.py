"""What a member holds, and which tasks that allows. The rules are data, shipped as defaults to be reviewed."""

from django.db import models
from django.utils import timezone

from clinic.core.models import Base
from clinic.staff.models.member import Member


class Credential(Base):
    """A license or certificate of a member. Expired or unverified ones support no task."""

    KINDS = [
        ("MD", "Physician (MD)"),
        ("DO", "Physician (DO)"),
        ("NP", "Nurse practitioner"),
        ("PA", "Physician assistant"),
        ("RN", "Registered nurse"),
        ("LPN", "Licensed practical nurse"),
        ("CMA", "Certified medical assistant (AAMA)"),
        ("CCMA", "Certified clinical medical assistant (NHA)"),
        ("RMA", "Registered medical assistant (AMT)"),
        ("NCMA", "National certified medical assistant (NCCT)"),
        ("MA", "Medical assistant, on-the-job trained"),
        ("PBT", "Phlebotomist"),
        ("BLS", "Basic life support"),
    ]

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="credentials")
    kind = models.CharField(max_length=8, choices=KINDS)
    number = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=2, blank=True, help_text="Empty for a national certificate")
    issued_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True, help_text="The last day on which it counts")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(issued_on__isnull=True)
                | models.Q(expires_on__isnull=True)
                | models.Q(expires_on__gte=models.F("issued_on")),
                name="staff_credential_dates",
                violation_error_message="A credential can't expire before it is issued.",
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class ScopeRule(Base):
    """May a holder of `credential` do `task` in `state`? No row means no; the most specific row decides."""

    TASKS = [
        ("vitals", "Measure vital signs"),
        ("room_patient", "Room a patient"),
        ("give_vaccine", "Give a vaccine"),
        ("inject", "Give an injection"),
        ("draw", "Draw blood"),
        ("perform_test", "Perform a waived test"),
        ("ecg", "Acquire an ECG"),
        ("wound_care", "Dress a wound"),
    ]
    SUPERVISION = [
        ("none", "None"),
        ("available", "Reachable"),
        ("on_site", "On site"),
        ("direct", "In the room"),
    ]

    task = models.CharField(max_length=20, choices=TASKS)
    credential = models.CharField(max_length=8, choices=Credential.KINDS)
    state = models.CharField(max_length=2, blank=True, help_text="Empty for every state")
    allowed = models.CharField(
        max_length=12, choices=[("yes", "Yes"), ("no", "No"), ("conditional", "On conditions")]
    )
    order_needed = models.BooleanField(default=False)
    supervision = models.CharField(max_length=10, choices=SUPERVISION, default="none")
    condition = models.CharField(max_length=200, blank=True)
    legal_reference = models.CharField(max_length=120, blank=True)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    reviewed_by = models.CharField(max_length=80, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    entered_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("task", "credential", "state", "effective_from"), name="staff_scoperule_once"
            ),
            models.CheckConstraint(
                condition=models.Q(allowed__in=["yes", "no", "conditional"]), name="staff_scoperule_allowed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.credential} {self.state or 'any'}"
