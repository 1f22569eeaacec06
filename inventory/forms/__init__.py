from .catalog import EquipmentForm, ItemForm, ParForm, PlaceForm, ServiceForm
from .counting import ReasonForm, StartCountForm
from .moving import IssueForm, ReceiveForm, ReverseForm, ScanForm, StatusForm, TransferForm, WasteForm

__all__ = [
    "EquipmentForm",
    "IssueForm",
    "ItemForm",
    "ParForm",
    "PlaceForm",
    "ReasonForm",
    "ReceiveForm",
    "ReverseForm",
    "ScanForm",
    "ServiceForm",
    "StartCountForm",
    "StatusForm",
    "TransferForm",
    "WasteForm",
]
