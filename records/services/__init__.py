"""The verbs of the chart. Each is one transaction, audited inside, and takes `by`, who acts."""

from records.services.coverage import (
    add_coverage,
    add_payer,
    end_coverage,
    update_coverage,
    verify_coverage,
)
from records.services.editing import set_photo, update_patient
from records.services.encounters import (
    close_encounter,
    confirm_identity,
    open_encounter,
    reopen_encounter,
)
from records.services.immunizations import (
    give_immunization,
    permission_to_give,
    record_historical_immunization,
    refuse_immunization,
    retract_immunization,
)
from records.services.lists import (
    add_allergy,
    add_medication,
    add_problem,
    retract_allergy,
    retract_medication,
    retract_problem,
    review_list,
    state_no_known_allergies,
    stop_medication,
    update_allergy,
    update_medication,
    update_problem,
)
from records.services.notes import addend_note, discard_draft, save_note, sign_note
from records.services.registration import (
    Contact,
    PossibleDuplicate,
    add_related_person,
    end_related_person,
    register_patient,
)
from records.services.vitals import VitalsRefused, acknowledge_red_flag, record_vitals, retract_vitals

__all__ = [
    "Contact",
    "PossibleDuplicate",
    "VitalsRefused",
    "acknowledge_red_flag",
    "add_allergy",
    "add_coverage",
    "add_medication",
    "add_payer",
    "add_problem",
    "add_related_person",
    "addend_note",
    "close_encounter",
    "confirm_identity",
    "discard_draft",
    "end_coverage",
    "end_related_person",
    "give_immunization",
    "open_encounter",
    "permission_to_give",
    "record_historical_immunization",
    "record_vitals",
    "refuse_immunization",
    "register_patient",
    "reopen_encounter",
    "retract_allergy",
    "retract_immunization",
    "retract_medication",
    "retract_problem",
    "retract_vitals",
    "review_list",
    "save_note",
    "set_photo",
    "sign_note",
    "state_no_known_allergies",
    "stop_medication",
    "update_allergy",
    "update_coverage",
    "update_medication",
    "update_patient",
    "update_problem",
    "verify_coverage",
]
