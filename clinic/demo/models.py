"""What the demo remembers about what it made, so that each start only adds what is missing."""

from django.db import models

from clinic.core.models import Base


class DemoDay(Base):
    """One day that the demo has filled, with the hours the clinic kept that day."""

    day = models.DateField(unique=True)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return self.day.isoformat()


class DemoVisit(Base):
    """How a visit that the demo booked will go, decided when it was booked.

    `script` is a list of [state, ISO instant]; what lies before now has happened. A visit that somebody
    moved by hand is theirs from then on (`is_released`).
    """

    appointment = models.OneToOneField("scheduling.Appointment", models.CASCADE, related_name="+")
    complaint = models.CharField(max_length=40)
    script = models.JSONField()
    steps_done = models.PositiveSmallIntegerField(default=0)
    is_released = models.BooleanField(default=False)
    is_finished = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["appointment"],
                name="demo_visit_running",
                condition=models.Q(is_finished=False, is_released=False),
            ),
        ]

    def __str__(self) -> str:
        return f"demo visit {self.appointment_id}"
