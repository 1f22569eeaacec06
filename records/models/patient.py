import datetime as dt

import pghistory
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from clinic.core.guards import trigram_index
from clinic.core.models import Base, Versioned
from clinic.core.phones import display
from records.models._shared import instant, keep_earlier, member
from records.rules import names


@pghistory.track(keep_earlier(), exclude=["search"])
class Patient(Versioned):
    """A person the clinic keeps a chart for."""

    class Sex(models.TextChoices):
        FEMALE = "female", "Female"
        MALE = "male", "Male"
        INTERSEX = "intersex", "Intersex"
        UNKNOWN = "unknown", "Unknown"

    mrn = models.CharField("MRN", max_length=16, unique=True, editable=False)
    first_name = models.CharField(max_length=80)
    middle_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80)
    suffix = models.CharField(max_length=20, blank=True)
    preferred_name = models.CharField(max_length=80, blank=True)
    pronouns = models.CharField(max_length=40, blank=True)
    sex_at_birth = models.CharField(max_length=10, choices=Sex.choices, default=Sex.UNKNOWN)
    gender_identity = models.CharField(max_length=60, blank=True)
    birth_date = models.DateField("date of birth")
    deceased_on = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=20, default="en")
    needs_interpreter = models.BooleanField(default=False)
    address_line1 = models.CharField("address", max_length=120, blank=True)
    address_line2 = models.CharField("apartment, suite", max_length=120, blank=True)
    city = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=40, blank=True)
    postal_code = models.CharField("ZIP code", max_length=12, blank=True)
    zone = models.CharField("time zone", max_length=40, blank=True)
    is_sensitive = models.BooleanField("sensitive chart", default=False)
    photo = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+", null=True, blank=True)
    primary_provider = member("panel", null=True)
    restrictions = models.JSONField(default=dict, blank=True)
    notes_for_desk = models.CharField(max_length=300, blank=True)
    search = models.TextField(editable=False, default="")
    external_ids = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["last_name", "first_name"], name="records_patient_name"),
            models.Index(fields=["birth_date"], name="records_patient_born"),
            GinIndex(fields=["external_ids"], name="records_patient_external"),
            trigram_index("search", "records_patient_search"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(deceased_on__isnull=True)
                | models.Q(deceased_on__gte=models.F("birth_date")),
                name="records_patient_died_after_birth",
                violation_error_message="The date of death is before the date of birth.",
            ),
        ]

    def __str__(self) -> str:
        return self.mrn

    @property
    def name(self) -> str:
        return names.display_name(self.first_name, self.last_name, self.preferred_name, self.suffix)

    @property
    def legal_name(self) -> str:
        parts = (self.first_name, self.middle_name, self.last_name, self.suffix)
        return " ".join(part for part in parts if part)

    @property
    def list_name(self) -> str:
        return names.list_name(self.first_name, self.last_name)

    @property
    def called(self) -> str:
        """What to call out in the waiting room."""
        return self.preferred_name or self.first_name

    def age(self, on: dt.date) -> int:
        """Whole years on a day; on the day of death for the deceased."""
        return names.age_years(self.birth_date, self.deceased_on or on)

    def age_words(self, on: dt.date) -> str:
        return names.age_words(self.birth_date, self.deceased_on or on)


@pghistory.track(keep_earlier())
class ContactPoint(Base):
    """A way to reach the patient. Consent to use it is kept by messaging, per address and purpose."""

    class Kind(models.TextChoices):
        MOBILE = "mobile", "Mobile"
        HOME = "home", "Home"
        WORK = "work", "Work"
        EMAIL = "email", "E-mail"

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    value = models.CharField(max_length=254)
    is_preferred = models.BooleanField(default=False)
    rank = models.PositiveSmallIntegerField(default=1)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["rank", "created_at"]
        indexes = [models.Index(fields=["value"], name="records_contact_value")]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "kind", "value"],
                name="records_contactpoint_once",
                violation_error_message="This number or address is already on file for the patient.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.patient_id}"

    @property
    def shown(self) -> str:
        return self.value if self.kind == self.Kind.EMAIL else display(self.value)


class RelatedPerson(Base):
    """Emergency contact, guardian, proxy, or anyone the clinic may talk to about the patient."""

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="related")
    name = models.CharField(max_length=160)
    relation = models.CharField(max_length=60)
    phone = models.CharField(max_length=20, blank=True)
    is_emergency = models.BooleanField("emergency contact", default=False)
    is_guardian = models.BooleanField("guardian", default=False)
    is_proxy = models.BooleanField("health care proxy", default=False)
    may_discuss = models.BooleanField("may discuss care", default=False)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    ended_at = instant()
    ended_by = member(null=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(starts_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="records_relatedperson_dates",
                violation_error_message="The end is before the start.",
            ),
        ]

    def __str__(self) -> str:
        return f"related to {self.patient_id}"

    @property
    def phone_shown(self) -> str:
        return display(self.phone)

    @property
    def roles(self) -> str:
        flags = (
            (self.is_emergency, "emergency contact"),
            (self.is_guardian, "guardian"),
            (self.is_proxy, "health care proxy"),
            (self.may_discuss, "may discuss care"),
        )
        return ", ".join(words for is_on, words in flags if is_on)
