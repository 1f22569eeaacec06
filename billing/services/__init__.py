"""Everything that writes money."""

from .adjusting import apply_credit, set_money_policy, transfer_balance, write_off, write_off_small
from .approving import approve_charges, change_charge, void_charge
from .charging import propose_charge, propose_visit_charges
from .day_close import close_day
from .diagnosing import add_diagnosis, move_diagnosis, point_charge, point_rest, remove_diagnosis
from .drawers import close_drawer, explain_variance, open_drawer, recount_drawer, verify_drawer
from .fees import add_fee, end_fee, import_fees, save_drawer, set_visit_type_fee
from .paying import adjust_balance, reverse_adjustment, reverse_payment, take_payment
from .planning import agree_plan, end_plan, follow_plans
from .refunding import ask_refund, decide_request

__all__ = [
    "add_diagnosis",
    "add_fee",
    "adjust_balance",
    "agree_plan",
    "apply_credit",
    "approve_charges",
    "ask_refund",
    "change_charge",
    "close_day",
    "close_drawer",
    "decide_request",
    "end_fee",
    "end_plan",
    "explain_variance",
    "follow_plans",
    "import_fees",
    "move_diagnosis",
    "open_drawer",
    "point_charge",
    "point_rest",
    "propose_charge",
    "propose_visit_charges",
    "recount_drawer",
    "remove_diagnosis",
    "reverse_adjustment",
    "reverse_payment",
    "save_drawer",
    "set_money_policy",
    "set_visit_type_fee",
    "take_payment",
    "transfer_balance",
    "verify_drawer",
    "void_charge",
    "write_off",
    "write_off_small",
]
