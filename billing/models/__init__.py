from .balances import OpenBalance, PatientBalance
from .charges import Charge, ChargeDiagnosis, EncounterDiagnosis
from .claims import Claim, ClaimBatch, ClaimEvent, ClaimLine
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
from .payers import BillingProvider, ClaimRule, ContractRate, PayerContract, PayerTerms, ProcedureCode
from .payments import Drawer, Payment, ReceiptCounter
from .plans import PaymentPlan
from .remittances import Denial, Remittance, RemittanceClaim, RemittanceFile
from .statements import AppealLetter, BillingHold, CollectionCase, Statement, StatementSending
from .uncharged import UnchargedVisit

__all__ = [
    "REFUND_REASONS",
    "WRITE_OFF_REASONS",
    "AppealLetter",
    "Authorization",
    "BillingHold",
    "BillingProvider",
    "Charge",
    "ChargeDiagnosis",
    "Claim",
    "ClaimBatch",
    "ClaimEvent",
    "ClaimLine",
    "ClaimRule",
    "CollectionCase",
    "ContractRate",
    "CoverageIssue",
    "DayClose",
    "Denial",
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
    "PayerContract",
    "PayerFile",
    "PayerTerms",
    "Payment",
    "PaymentPlan",
    "Posting",
    "ProcedureCode",
    "ReceiptCounter",
    "Remittance",
    "RemittanceClaim",
    "RemittanceFile",
    "Statement",
    "StatementSending",
    "UnchargedVisit",
    "VerificationPolicy",
    "VisitTypeFee",
]
