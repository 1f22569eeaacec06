"""The "text me" tick of the booking dialog: it mirrors consent, and ticking it is a decision."""

from __future__ import annotations

from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.messaging.services import record_consent
from records.models import Patient
from records.services.registration import Contact, register_patient
from scheduling.queries.contact import PURPOSE, text_status


def set_text_consent(*, by: Actor, patient: Patient, wants: bool) -> None:
    """Records what the patient has just said about reminder texts, when it differs from what is on file.

    Audited by messaging as `consent.granted` or `consent.refused`. Without a mobile number nothing happens.
    """
    status = text_status(patient)
    if status.number and status.is_allowed != wants:
        record_consent(
            by=by,
            patient=patient,
            channel="sms",
            address=status.number,
            purpose=PURPOSE,
            is_granted=wants,
            how="spoken",
            wording="Asked while booking a visit.",
        )


@service
def register_caller(
    *,
    by: Actor,
    first_name: str,
    last_name: str,
    birth_date,
    sex: str,
    phone: str,
    may_text: bool,
    anyway: bool,
) -> Patient:
    """Registers the person on the phone with six fields, and records whether texts are welcome.

    Raises PossibleDuplicate as registration does, unless `anyway`.
    """
    patient = register_patient(
        by=by,
        first_name=first_name,
        last_name=last_name,
        birth_date=birth_date,
        sex_at_birth=sex,
        contacts=[Contact("mobile", phone, is_preferred=True)] if phone else [],
        duplicates_ok=anyway,
    )
    if phone and may_text:
        set_text_consent(by=by, patient=patient, wants=True)
    return patient
