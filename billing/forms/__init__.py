from .charges import ChangeChargeForm, ChargeForm, DiagnosisForm, PointForm, ReasonForm
from .fees import DrawerForm, EndFeeForm, FeeForm, VisitTypeFeeForm
from .payments import AdjustForm, PaymentForm

__all__ = [
    "AdjustForm",
    "ChangeChargeForm",
    "ChargeForm",
    "DiagnosisForm",
    "DrawerForm",
    "EndFeeForm",
    "FeeForm",
    "PaymentForm",
    "PointForm",
    "ReasonForm",
    "VisitTypeFeeForm",
]
