"""Where a patient asks to be reached, and nowhere else (confidential communications, 45 CFR 164.522(b))."""

from uuid import UUID

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import NotFound, Refused, Stale
from records.models import Patient
from records.services._common import clean_text
from records.services.registration import REACH_WISHES

LONGEST_ADDRESS = 300


@service
def set_reach(
    *,
    by: Actor,
    patient_id: UUID,
    version: int,
    only_phone: str = "",
    only_email: str = "",
    mail_to: str = "",
) -> Patient:
    """Keeps the patient's wish: the one number for texts and calls, the one e-mail address, the address for letters;
    an empty value lifts it.

    Messages to any other number or address are refused from now on, those that wait included: each is looked at
    again before it leaves. Audited as `patient.reach_set` with what changed, not with the values. Refuses a number
    or address that is not on file, and an edit made on an older `version` (Stale).
    """
    patient = Patient.objects.select_for_update(of=("self",)).filter(pk=patient_id).first()
    if patient is None:
        raise NotFound("This patient is not on file.")
    if patient.version != version:
        raise Stale("Somebody else saved this patient while you were editing.", fields=list(REACH_WISHES))
    phones, emails = _on_file(patient)
    if only_phone and only_phone not in phones:
        raise Refused("This number is not on file. Add it to the patient first.", field="only_phone")
    if only_email and only_email not in emails:
        raise Refused("This address is not on file. Add it to the patient first.", field="only_email")
    letters = clean_text(mail_to)
    if len(letters) > LONGEST_ADDRESS:
        raise Refused("At most 300 characters.", field="mail_to")
    wishes = {"only_phone": only_phone, "only_email": only_email, "mail_to": letters}
    held = dict(patient.restrictions or {})
    changed = sorted(key for key, value in wishes.items() if value != held.get(key, ""))
    if not changed:
        return patient
    kept = {key: value for key, value in held.items() if key not in REACH_WISHES}
    patient.restrictions = kept | {key: value for key, value in wishes.items() if value}
    patient.version += 1
    patient.save(update_fields=["restrictions", "version", "updated_at"])
    audit.record(by, "patient.reach_set", obj=patient, patient=patient, fields=changed)
    return patient


def _on_file(patient: Patient) -> tuple[set[str], set[str]]:
    rows = patient.contacts.filter(is_active=True).values_list("kind", "value")
    return {value for kind, value in rows if kind != "email"}, {
        value for kind, value in rows if kind == "email"
    }
