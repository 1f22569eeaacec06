from .charges import ChangeChargeForm, ChargeForm, DiagnosisForm, PointForm, ReasonForm
from .claim_setup import (
    BillingProviderForm,
    ClaimRuleForm,
    ContractForm,
    EndContractForm,
    PayerTermsForm,
    RateForm,
)
from .claims import ChargeDetailsForm, ClaimForm, ClaimNoteForm
from .drawers import CloseDayForm, CountForm, OpenDrawerForm
from .fees import DrawerForm, EndFeeForm, FeeForm, VisitTypeFeeForm
from .money import AdjustForm, DecideForm, MoneyPolicyForm, PlanForm, RefundForm, TransferForm
from .payments import PaymentForm
from .remittances import DenialForm, DepositForm, PostHeldForm, RemittanceFileForm
from .statements import AppealForm, CollectionDecisionForm, HoldForm, PlaceForm, ReturnForm

__all__ = [
    "AdjustForm",
    "AppealForm",
    "BillingProviderForm",
    "ChangeChargeForm",
    "ChargeDetailsForm",
    "ChargeForm",
    "ClaimForm",
    "ClaimNoteForm",
    "ClaimRuleForm",
    "CloseDayForm",
    "CollectionDecisionForm",
    "ContractForm",
    "CountForm",
    "DecideForm",
    "DenialForm",
    "DepositForm",
    "DiagnosisForm",
    "DrawerForm",
    "EndContractForm",
    "EndFeeForm",
    "FeeForm",
    "HoldForm",
    "MoneyPolicyForm",
    "OpenDrawerForm",
    "PayerTermsForm",
    "PaymentForm",
    "PlaceForm",
    "PlanForm",
    "PointForm",
    "PostHeldForm",
    "RateForm",
    "ReasonForm",
    "RefundForm",
    "RemittanceFileForm",
    "ReturnForm",
    "TransferForm",
    "VisitTypeFeeForm",
]
