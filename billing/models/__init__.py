from .balances import OpenBalance, PatientBalance
from .charges import Charge, ChargeDiagnosis, EncounterDiagnosis
from .drawers import DayClose, DrawerCount, DrawerSession
from .fees import FeeItem, VisitTypeFee
from .ledger import JournalEntry, Posting
from .money import REFUND_REASONS, WRITE_OFF_REASONS, MoneyPolicy, MoneyRequest
from .payments import Drawer, Payment, ReceiptCounter
from .plans import PaymentPlan
from .uncharged import UnchargedVisit

__all__ = [
    "REFUND_REASONS",
    "WRITE_OFF_REASONS",
    "Charge",
    "ChargeDiagnosis",
    "DayClose",
    "Drawer",
    "DrawerCount",
    "DrawerSession",
    "EncounterDiagnosis",
    "FeeItem",
    "JournalEntry",
    "MoneyPolicy",
    "MoneyRequest",
    "OpenBalance",
    "PatientBalance",
    "Payment",
    "PaymentPlan",
    "Posting",
    "ReceiptCounter",
    "UnchargedVisit",
    "VisitTypeFee",
]
