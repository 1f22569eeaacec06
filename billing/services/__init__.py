"""Everything that writes money."""

from .approving import approve_charges, change_charge, void_charge
from .charging import propose_charge, propose_visit_charges
from .diagnosing import add_diagnosis, move_diagnosis, point_charge, point_rest, remove_diagnosis
from .fees import add_fee, end_fee, import_fees, save_drawer, set_visit_type_fee
from .paying import adjust_balance, reverse_adjustment, reverse_payment, take_payment

__all__ = [
    "add_diagnosis",
    "add_fee",
    "adjust_balance",
    "approve_charges",
    "change_charge",
    "end_fee",
    "import_fees",
    "move_diagnosis",
    "point_charge",
    "point_rest",
    "propose_charge",
    "propose_visit_charges",
    "remove_diagnosis",
    "reverse_adjustment",
    "reverse_payment",
    "save_drawer",
    "set_visit_type_fee",
    "take_payment",
    "void_charge",
]
