"""What a claim says of a charge beyond its code and price: modifiers, place, drug, and pointers once approved."""

from collections.abc import Sequence
from decimal import Decimal

from billing.models import Charge, Claim, EncounterDiagnosis
from billing.rules.places import PLACES
from clinic.audit import record
from clinic.core.db import service
from clinic.core.errors import Refused
from clinic.core.locks import lock_keys

from .claiming import refresh_claim
from .diagnosing import set_pointers


@service
def detail_charge(
    *,
    by,
    charge: Charge,
    modifiers: Sequence[str] = (),
    place_of_service: str = "",
    ndc: str = "",
    ndc_quantity: Decimal | None = None,
    ndc_unit: str = "",
    diagnoses: Sequence[EncounterDiagnosis] | None = None,
) -> Charge:
    """Set modifiers (up to 4), place of service, NDC (11 digits with quantity and unit) and pointers of a charge.

    Its price is not touched, so an approved charge takes them too; None leaves the pointers as they are. Refuses
    a void charge, a modifier that is none or stands twice, an unknown place, and half an NDC. Audited as
    charge.detailed with before and after.
    """
    lock_keys(f"charges:{charge.encounter_id}")
    charge = Charge.objects.select_for_update().get(pk=charge.pk)
    if charge.state == Charge.State.VOID:
        raise Refused("This charge is void.")
    wanted = [text.strip().upper() for text in modifiers if text.strip()]
    if len(wanted) > 4 or len(set(wanted)) < len(wanted):
        raise Refused("Enter up to four different modifiers.", field="modifiers")
    if any(len(one) != 2 or not (one.isascii() and one.isalnum()) for one in wanted):
        raise Refused("A modifier has two letters or digits.", field="modifiers")
    if place_of_service and place_of_service not in PLACES:
        raise Refused("Choose a place of service.", field="place_of_service")
    _check_drug(ndc, ndc_quantity, ndc_unit)
    before = _said(charge)
    charge.modifiers, charge.place_of_service = wanted, place_of_service
    charge.ndc, charge.ndc_quantity, charge.ndc_unit = ndc, ndc_quantity, ndc_unit
    charge.version += 1
    charge.save()
    if diagnoses is not None:
        set_pointers(charge, diagnoses)
    record(
        by,
        "charge.detailed",
        obj=charge,
        patient=charge.patient_id,
        before=before,
        after=_said(charge),
        diagnoses=[row.rank for row in diagnoses] if diagnoses is not None else None,
    )
    return charge


def _check_drug(ndc: str, quantity: Decimal | None, unit: str) -> None:
    if not ndc:
        if quantity is not None or unit:
            raise Refused("Enter the NDC too.", field="ndc")
        return
    if len(ndc) != 11 or not (ndc.isascii() and ndc.isdigit()):
        raise Refused("An NDC has eleven digits: 5-4-2.", field="ndc")
    if quantity is None or quantity <= 0:
        raise Refused("Enter how much was given.", field="ndc_quantity")
    if not unit:
        raise Refused("Choose the unit.", field="ndc_unit")


def _said(charge: Charge) -> dict:
    return {
        "modifiers": list(charge.modifiers),
        "place": charge.place_of_service,
        "ndc": charge.ndc,
        "quantity": str(charge.ndc_quantity or ""),
        "unit": charge.ndc_unit,
    }


@service
def detail_charge_of(*, by, charge: Charge, claim: Claim | None = None, **details) -> Charge:
    """`detail_charge`, and a draft of a claim takes it over at once. Refuses a claim that is no draft."""
    charge = detail_charge(by=by, charge=charge, **details)
    if claim is not None:
        refresh_claim(by=by, claim=claim)
    return charge
