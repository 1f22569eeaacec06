"""What a patient's statement says, in plain words. Pure; dollars throughout.

A statement is kept as a plain dict of texts, so that it can be printed again as it was: see `content_of`.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from billing.rules.adjudication import Decision
from clinic.core.money import dollars

ZERO = Decimal("0.00")
# A statement asks for its money within these days.
DUE_DAYS = 25
LANGUAGES = ("en", "es")
# Why a plan leaves a part to the patient, by the reason of its decision (group PR).
SHARES = {"1": "deductible", "2": "coinsurance", "3": "copay"}


@dataclass(frozen=True)
class VisitItem:
    """One visit on a statement. charged = insurance + taken_off + paid + with_insurance + yours.

    `waits` says that the insurance has not decided, so that nothing is asked yet. `why` are (reason, dollars) of what
    the plan left to the patient. Without a `day` it is money at no visit: a balance carried over, or below zero a credit.
    """

    day: dt.date | None
    what: str = ""
    services: tuple[tuple[str, Decimal], ...] = ()
    charged: Decimal = ZERO
    insurance: Decimal = ZERO
    taken_off: Decimal = ZERO
    with_insurance: Decimal = ZERO
    yours: Decimal = ZERO
    waits: bool = False
    why: tuple[tuple[str, Decimal], ...] = field(default=())

    @property
    def paid(self) -> Decimal:
        """What the patient paid on this visit so far, credits applied to it included."""
        return self.charged - self.insurance - self.taken_off - self.with_insurance - self.yours


def amount_due(items: Iterable[VisitItem]) -> Decimal:
    """What a statement of these visits asks for: what waits for the insurance is left out, credits are taken off."""
    return sum((item.yours for item in items if not item.waits), ZERO)


def shares_of(decision: Decision | None) -> tuple[tuple[str, Decimal], ...]:
    """Why a plan left money to the patient: (deductible, coinsurance, copay or not_covered, dollars), each once."""
    if decision is None:
        return ()
    sums: dict[str, Decimal] = {}
    adjusted = [*decision.adjustments, *(one for line in decision.lines for one in line.adjustments)]
    for one in adjusted:
        if one.group == "PR":
            reason = SHARES.get(one.reason, "not_covered")
            sums[reason] = sums.get(reason, ZERO) + one.amount
    return tuple((reason, amount) for reason, amount in sums.items() if amount)


WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Statement",
        "number": "Statement number",
        "date": "Date",
        "due": "Please pay by",
        "amount": "Amount due",
        "lede": "This is what is left for you to pay for your visits. Here is how we got there.",
        "again": "We have written before and have not seen a payment since. If you paid in the last days, thank you: please take no notice of this.",
        "charged": "Price of the visit",
        "insurance": "Your insurance paid",
        "taken_off": "Taken off, nobody owes it",
        "paid": "You paid",
        "with_insurance": "Your insurance still owes",
        "yours": "Your part",
        "waits": "We wait for your insurance. You do not need to pay for this visit yet.",
        "carried": "Balance from before, at no single visit",
        "credit": "Your payments not yet used for a visit",
        "deductible": "Deductible: what you pay each year before your plan starts to pay",
        "coinsurance": "Coinsurance: the share of the cost that your plan leaves to you",
        "copay": "Copay: the fixed amount for a visit under your plan",
        "not_covered": "Not covered by your plan",
        "why": "Why this part is yours",
        "no_insurance": "No payment of an insurance is on file for this visit. If you have insurance, call us with your card.",
        "other": "This part was not paid by your insurance.",
        "pay_title": "How to pay",
        "pay": "By check, with the statement number on it, to the address above; or by card, check or cash at our front desk. Card payments are also taken by phone.",
        "help_title": "Questions, or not able to pay it all at once?",
        "help": "Call us at {phone}. You can pay by the month, and we explain every line. If you think that something is wrong, tell us before the day above.",
        "help_none": "Ask at our front desk. You can pay by the month, and we explain every line. If you think that something is wrong, tell us before the day above.",
        "guardian": "To the parent or guardian of",
    },
    "es": {
        "title": "Estado de cuenta",
        "number": "Número de cuenta",
        "date": "Fecha",
        "due": "Pague antes del",
        "amount": "Total a pagar",
        "lede": "Esto es lo que le queda por pagar de sus visitas. Aquí le explicamos por qué.",
        "again": "Ya le escribimos antes y no hemos recibido un pago desde entonces. Si pagó en los últimos días, gracias: no haga caso de esta carta.",
        "charged": "Precio de la visita",
        "insurance": "Su seguro pagó",
        "taken_off": "Descontado, nadie lo debe",
        "paid": "Usted pagó",
        "with_insurance": "Su seguro todavía debe",
        "yours": "Su parte",
        "waits": "Esperamos a su seguro. Todavía no tiene que pagar esta visita.",
        "carried": "Saldo anterior, sin una visita determinada",
        "credit": "Sus pagos que aún no se usaron para una visita",
        "deductible": "Deducible: lo que usted paga cada año antes de que su plan empiece a pagar",
        "coinsurance": "Coseguro: la parte del costo que su plan le deja a usted",
        "copay": "Copago: la cantidad fija por visita según su plan",
        "not_covered": "No cubierto por su plan",
        "why": "Por qué esta parte es suya",
        "no_insurance": "No tenemos ningún pago de un seguro para esta visita. Si tiene seguro, llámenos con su tarjeta.",
        "other": "Su seguro no pagó esta parte.",
        "pay_title": "Cómo pagar",
        "pay": "Con cheque, con el número de cuenta escrito en él, a la dirección de arriba; o con tarjeta, cheque o efectivo en nuestra recepción. También se aceptan pagos con tarjeta por teléfono.",
        "help_title": "¿Preguntas, o no puede pagar la suma completa de una vez?",
        "help": "Llámenos al {phone}. Puede pagar por mes, y le explicamos cada línea. Si cree que algo está mal, díganos antes de la fecha de arriba.",
        "help_none": "Pregunte en nuestra recepción. Puede pagar por mes, y le explicamos cada línea. Si cree que algo está mal, díganos antes de la fecha de arriba.",
        "guardian": "Al padre, madre o tutor de",
    },
}


def statement_words(number: int) -> str:
    """A statement's number as printed: S-000042."""
    return f"S-{number:06d}"


def language_of(language: str) -> str:
    """The language that a statement is written in for a patient who speaks `language`: Spanish, else English."""
    return "es" if language[:2] == "es" else "en"


def content_of(
    items: Sequence[VisitItem],
    *,
    number: int,
    made_on: dt.date,
    due_on: dt.date,
    notice: int,
    language: str,
    sender: Sequence[str],
    to: Sequence[str],
    phone: str,
    minor: bool = False,
) -> dict[str, Any]:
    """Every text of a statement, filled in. `notice` is 1 for the first since the last payment; `minor` addresses the
    parent or guardian. Raises KeyError for a language other than en and es."""
    words = WORDS[language]
    address = [*to]
    if minor and address:
        address[0] = f"{words['guardian']} {address[0]}"
    return {
        "language": language,
        "sender": [*sender],
        "to": address,
        "title": words["title"],
        "facts": [
            [words["number"], statement_words(number) if number else "-"],
            [words["date"], f"{made_on:%m/%d/%Y}"],
            [words["due"], f"{due_on:%m/%d/%Y}"],
            [words["amount"], dollars(amount_due(items))],
        ],
        "lede": [words["lede"], *([words["again"]] if notice > 1 else [])],
        "visits": [_visit(item, words) for item in items],
        "total": [words["amount"], dollars(amount_due(items))],
        "notes": [
            [words["pay_title"], words["pay"]],
            [words["help_title"], words["help"].format(phone=phone) if phone else words["help_none"]],
        ],
    }


def _visit(item: VisitItem, words: dict[str, str]) -> dict[str, Any]:
    if item.day is None:
        name = words["carried" if item.yours > 0 else "credit"]
        return {"head": name, "lines": [], "yours": [name, dollars(item.yours)], "why": []}
    lines = [[name, dollars(amount)] for name, amount in item.services]
    if len(lines) != 1:
        lines.append([words["charged"], dollars(item.charged)])
    for key, amount in (
        ("insurance", item.insurance),
        ("taken_off", item.taken_off),
        ("paid", item.paid),
        ("with_insurance", item.with_insurance),
    ):
        if amount:
            lines.append([words[key], dollars(-amount)])
    why = [words["waits"]] if item.waits else _why(item, words)
    head = f"{item.day:%m/%d/%Y} {item.what}".strip()
    return {
        "head": head,
        "lines": lines,
        "yours": [words["yours"], dollars(ZERO) if item.waits else dollars(item.yours)],
        "why": why,
    }


def _why(item: VisitItem, words: dict[str, str]) -> list[str]:
    if item.yours <= 0:
        return []
    if item.why:
        told = [f"{words[reason]}: {dollars(amount)}" for reason, amount in item.why]
        return [f"{words['why']}:", *told]
    return [words["other" if item.insurance else "no_insurance"]]
