from .balances import OpenBalance, PatientBalance
from .charges import Charge, ChargeDiagnosis, EncounterDiagnosis
from .drawers import DayClose, DrawerCount, DrawerSession
from .eligibility import (
    Authorization,
    CoverageIssue,
    EligibilityCheck,
    EligibilityRequest,
    Estimate,
    PayerFile,
    VerificationPolicy,
)
from .fees import FeeItem, VisitTypeFee
from .ledger import JournalEntry, Posting
from .money import REFUND_REASONS, WRITE_OFF_REASONS, MoneyPolicy, MoneyRequest
from .payments import Drawer, Payment, ReceiptCounter
from .plans import PaymentPlan
from .uncharged import UnchargedVisit

__all__ = [
    "REFUND_REASONS",
    "WRITE_OFF_REASONS",
    "Authorization",
    "Charge",
    "ChargeDiagnosis",
    "CoverageIssue",
    "DayClose",
    "Drawer",
    "DrawerCount",
    "DrawerSession",
    "EligibilityCheck",
    "EligibilityRequest",
    "EncounterDiagnosis",
    "Estimate",
    "FeeItem",
    "JournalEntry",
    "MoneyPolicy",
    "MoneyRequest",
    "OpenBalance",
    "PatientBalance",
    "PayerFile",
    "Payment",
    "PaymentPlan",
    "Posting",
    "ReceiptCounter",
    "UnchargedVisit",
    "VerificationPolicy",
    "VisitTypeFee",
]
