"""Where letters to a patient go, and the choices of where to reach them."""

from __future__ import annotations

from clinic.core.phones import display
from records.models import Patient


def mailing_address(patient: Patient) -> list[str]:
    """The lines of the address for letters: where the patient asked for them, else the home address. Empty when
    there is none on file."""
    asked = (patient.restrictions or {}).get("mail_to")
    if asked:
        return [line.strip() for line in asked.replace(";", "\n").splitlines() if line.strip()]
    town = " ".join(part for part in (patient.state, patient.postal_code) if part)
    place = ", ".join(part for part in (patient.city, town) if part)
    return [line for line in (patient.address_line1, patient.address_line2, place) if line]


def reach_choices(patient: Patient) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The numbers and the e-mail addresses on file, as choices."""
    phones, emails = [], []
    for contact in patient.contacts.all():
        if not contact.is_active:
            continue
        if contact.kind == "email":
            emails.append((contact.value, contact.value))
        else:
            phones.append((contact.value, f"{display(contact.value)} ({contact.get_kind_display().lower()})"))
    return phones, emails
