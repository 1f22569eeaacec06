"""Consent to be contacted: decisions, each final, the newest one that fits wins."""

from django.db import models

from clinic.core.models import Base
from clinic.core.refs import MEMBER, PATIENT
from clinic.messaging.models.choices import ALL_PURPOSES, REACHES, Channel, Purpose

PURPOSES = [(ALL_PURPOSES, "Everything"), (REACHES, "Whether it works"), *Purpose.choices]


class ContactConsent(Base):
    """One yes or no for one address. `patient` empty: said by the address itself (a text from it), so it
    holds for everybody who shares it. Append-only: a change of mind is another row.

    With the purpose `reaches` a row says that nobody is reached there (a number out of service, somebody else's),
    or that this was mended; it is never a consent to anything."""

    class How(models.TextChoices):
        SPOKEN = "spoken", "Said so in person or by phone"
        WRITTEN = "written", "Signed or ticked a form"
        TEXT = "text", "Texted it"
        KEY = "key", "Pressed a key during a call"
        CARRIER = "carrier", "Told by the phone company"
        IMPORTED = "imported", "Brought from another system"

    patient = models.ForeignKey(
        PATIENT, models.PROTECT, null=True, blank=True, related_name="contact_consents"
    )
    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = models.CharField(max_length=254)
    purpose = models.CharField(max_length=16, choices=PURPOSES)
    is_granted = models.BooleanField()
    how = models.CharField(max_length=12, choices=How.choices)
    wording = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(MEMBER, models.PROTECT, null=True, blank=True, related_name="+")
    by_label = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=("address", "channel", "-at"), name="messaging_consent_address"),
            models.Index(fields=("patient", "-at"), name="messaging_consent_patient"),
            models.Index(fields=("-at",), name="messaging_consent_no", condition=models.Q(is_granted=False)),
            models.Index(
                fields=("address", "channel", "-at"),
                name="messaging_consent_reaches",
                condition=models.Q(purpose=REACHES),
            ),
        ]

    @property
    def how_words(self) -> str:
        """How it came to be known, in words: a mail server is no phone company, and that a number works was looked
        at by staff, not said by the patient."""
        if self.how == self.How.CARRIER and self.channel == Channel.EMAIL:
            return "Told by the mail server"
        if self.how == self.How.SPOKEN and self.purpose == REACHES:
            return "Noted by staff"
        return self.get_how_display()

    def __str__(self) -> str:
        return f"{'yes' if self.is_granted else 'no'} {self.channel} {self.purpose}"
