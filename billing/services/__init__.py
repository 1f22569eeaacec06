"""Everything that writes money."""

from .adjusting import apply_credit, set_money_policy, transfer_balance, write_off, write_off_small
from .appealing import make_appeal
from .approving import approve_charges, change_charge, void_charge
from .asking import request_check
from .authorizations import add_authorization, end_authorization
from .charging import propose_charge, propose_visit_charges
from .checks import record_check
from .claim_answers import answer_batch, answer_claim
from .claim_batches import mark_printed, send_claims
from .claim_decisions import record_decision
from .claim_sequels import build_next_claim, replace_claim
from .claim_setup import (
    add_contract,
    end_contract,
    save_billing_provider,
    save_claim_rule,
    save_payer_terms,
    set_rate,
)
from .claiming import (
    back_to_draft,
    build_claim,
    build_claims,
    change_claim,
    check_claim,
    close_claim,
    hold_claim,
    mark_ready,
    note_on_claim,
    refresh_claim,
    release_claim,
)
from .collecting import decide_collection, place_collection, propose_collection, return_collection
from .day_close import close_day
from .denying import work_denial
from .detailing import detail_charge, detail_charge_of
from .diagnosing import add_diagnosis, move_diagnosis, point_charge, point_rest, remove_diagnosis
from .drawers import close_drawer, explain_variance, open_drawer, recount_drawer, verify_drawer
from .estimates import hand_over_estimate, make_estimate
from .fees import add_fee, end_fee, import_fees, save_drawer, set_visit_type_fee
from .handing_over import settle_batch
from .holding import lift_hold, place_hold
from .issues import resolve_issue, take_issue, work_issue
from .paying import adjust_balance, reverse_adjustment, reverse_payment, take_payment
from .planning import agree_plan, end_plan, follow_plans
from .refunding import ask_refund, decide_request
from .remitting import settle_remittances, take_remittances
from .reviewing import match_deposit, post_held, set_aside
from .stating import make_due_statements, make_statement, make_statements, mark_statements_sent
from .verification_policy import set_verification_policy

__all__ = [
    "add_authorization",
    "add_contract",
    "add_diagnosis",
    "add_fee",
    "adjust_balance",
    "agree_plan",
    "answer_batch",
    "answer_claim",
    "apply_credit",
    "approve_charges",
    "ask_refund",
    "back_to_draft",
    "build_claim",
    "build_claims",
    "build_next_claim",
    "change_charge",
    "change_claim",
    "check_claim",
    "close_claim",
    "close_day",
    "close_drawer",
    "decide_collection",
    "decide_request",
    "detail_charge",
    "detail_charge_of",
    "end_authorization",
    "end_contract",
    "end_fee",
    "end_plan",
    "explain_variance",
    "follow_plans",
    "hand_over_estimate",
    "hold_claim",
    "import_fees",
    "lift_hold",
    "make_appeal",
    "make_due_statements",
    "make_estimate",
    "make_statement",
    "make_statements",
    "mark_printed",
    "mark_ready",
    "mark_statements_sent",
    "match_deposit",
    "move_diagnosis",
    "note_on_claim",
    "open_drawer",
    "place_collection",
    "place_hold",
    "point_charge",
    "point_rest",
    "post_held",
    "propose_charge",
    "propose_collection",
    "propose_visit_charges",
    "record_check",
    "record_decision",
    "recount_drawer",
    "refresh_claim",
    "release_claim",
    "remove_diagnosis",
    "replace_claim",
    "request_check",
    "resolve_issue",
    "return_collection",
    "reverse_adjustment",
    "reverse_payment",
    "save_billing_provider",
    "save_claim_rule",
    "save_drawer",
    "save_payer_terms",
    "send_claims",
    "set_aside",
    "set_money_policy",
    "set_rate",
    "set_verification_policy",
    "set_visit_type_fee",
    "settle_batch",
    "settle_remittances",
    "take_issue",
    "take_payment",
    "take_remittances",
    "transfer_balance",
    "verify_drawer",
    "void_charge",
    "work_denial",
    "work_issue",
    "write_off",
    "write_off_small",
]
