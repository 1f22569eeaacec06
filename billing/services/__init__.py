"""Everything that writes money."""

from .adjusting import apply_credit, set_money_policy, transfer_balance, write_off, write_off_small
from .approving import approve_charges, change_charge, void_charge
from .asking import request_check
from .authorizations import add_authorization, end_authorization
from .charging import propose_charge, propose_visit_charges
from .checks import record_check
from .day_close import close_day
from .diagnosing import add_diagnosis, move_diagnosis, point_charge, point_rest, remove_diagnosis
from .drawers import close_drawer, explain_variance, open_drawer, recount_drawer, verify_drawer
from .estimates import hand_over_estimate, make_estimate
from .fees import add_fee, end_fee, import_fees, save_drawer, set_visit_type_fee
from .issues import resolve_issue, take_issue, work_issue
from .paying import adjust_balance, reverse_adjustment, reverse_payment, take_payment
from .planning import agree_plan, end_plan, follow_plans
from .refunding import ask_refund, decide_request
from .verification_policy import set_verification_policy

__all__ = [
    "add_authorization",
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
    "end_authorization",
    "end_fee",
    "end_plan",
    "explain_variance",
    "follow_plans",
    "hand_over_estimate",
    "import_fees",
    "make_estimate",
    "move_diagnosis",
    "open_drawer",
    "point_charge",
    "point_rest",
    "propose_charge",
    "propose_visit_charges",
    "record_check",
    "recount_drawer",
    "remove_diagnosis",
    "request_check",
    "resolve_issue",
    "reverse_adjustment",
    "reverse_payment",
    "save_drawer",
    "set_money_policy",
    "set_verification_policy",
    "set_visit_type_fee",
    "take_issue",
    "take_payment",
    "transfer_balance",
    "verify_drawer",
    "void_charge",
    "work_issue",
    "write_off",
    "write_off_small",
]
