from .balances import PatientBalance
from .charges import Charge, ChargeDiagnosis, EncounterDiagnosis
from .fees import FeeItem, VisitTypeFee
from .ledger import JournalEntry, Posting
from .payments import Drawer, Payment, ReceiptCounter
from .uncharged import UnchargedVisit

__all__ = [
    "Charge",
    "ChargeDiagnosis",
    "Drawer",
    "EncounterDiagnosis",
    "FeeItem",
    "JournalEntry",
    "PatientBalance",
    "Payment",
    "Posting",
    "ReceiptCounter",
    "UnchargedVisit",
    "VisitTypeFee",
]
