from .charges import ChangeChargeForm, ChargeForm, DiagnosisForm, PointForm, ReasonForm
from .drawers import CloseDayForm, CountForm, OpenDrawerForm
from .fees import DrawerForm, EndFeeForm, FeeForm, VisitTypeFeeForm
from .money import AdjustForm, DecideForm, MoneyPolicyForm, PlanForm, RefundForm, TransferForm
from .payments import PaymentForm

__all__ = [
    "AdjustForm",
    "ChangeChargeForm",
    "ChargeForm",
    "CloseDayForm",
    "CountForm",
    "DecideForm",
    "DiagnosisForm",
    "DrawerForm",
    "EndFeeForm",
    "FeeForm",
    "MoneyPolicyForm",
    "OpenDrawerForm",
    "PaymentForm",
    "PlanForm",
    "PointForm",
    "ReasonForm",
    "RefundForm",
    "TransferForm",
    "VisitTypeFeeForm",
]
