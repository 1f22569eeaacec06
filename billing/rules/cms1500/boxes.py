"""A claim as the boxes of the paper form. Six lines a page; a longer claim goes on over several pages.

A place on the page is (row, column) of a grid of ten characters and six rows to the inch, counted from 1, as
the pre-printed form is laid out for.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from billing.edi.claims import Address, Claim, OtherInsurance, Person, Provider, ServiceLine

LINES_A_PAGE = 6
_RELATIONS = {"18": ("self", 33), "01": ("spouse", 38), "19": ("child", 42)}
_KINDS = {"MB": ("Medicare", 1), "MC": ("Medicaid", 8), "CH": ("TRICARE", 15), "CI": ("group plan", 31), "BL": ("group plan", 31)}  # fmt: skip
_ON_FILE = "SIGNATURE ON FILE"
Cell = tuple[int, int, str]


@dataclass(frozen=True)
class Box:
    """One box: its number on the form, what it is for, what it says, and the cells that are printed."""

    number: str
    words: str
    text: str
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class FormPage:
    """One sheet of the form."""

    boxes: tuple[Box, ...]

    @property
    def cells(self) -> list[Cell]:
        return [cell for box in self.boxes for cell in box.cells if cell[2]]


def boxes(claim: Claim) -> list[FormPage]:
    """The sheets of a claim. Text is in capitals without punctuation, as the form's guide asks."""
    parts = [claim.lines[at : at + LINES_A_PAGE] for at in range(0, len(claim.lines), LINES_A_PAGE)] or [()]
    return [
        FormPage(
            (*_people(claim), *_condition(claim), *_lines(claim, part), *_foot(claim, part is parts[-1]))
        )
        for part in parts
    ]


def _people(claim: Claim) -> list[Box]:
    patient, holder = claim.patient, claim.subscriber.person
    kind, column = _KINDS.get(claim.subscriber.filing_code, ("other", 45))
    relation, place = _RELATIONS.get(claim.relationship, ("other", 47))
    other = claim.other_insurance[0] if claim.other_insurance else None
    is_self = claim.dependent is None
    payer = [claim.payer.name, claim.payer.address.line1, _town(claim.payer.address)]
    return [
        Box("", "Payer", ", ".join(filter(None, payer)), tuple((2 + n, 41, _plain(one)) for n, one in enumerate(payer))),
        _ticked("1", "Kind of plan", kind, 8, column),
        _box("1a", "Insured's ID", claim.subscriber.member_id, 8, 50),
        _box("2", "Patient's name", _name(patient), 10, 1),
        Box("3", "Patient's birth date and sex", f"{_long(patient.birth_date)} {patient.sex}".strip(),
            (*_spread(patient.birth_date, 10, (31, 34, 37), long=True), *_sex(patient.sex, 10, 42, 47))),
        _box("4", "Insured's name", _name(holder), 10, 50),
        _address("5", "Patient's address", patient.address, 1, 26),
        _ticked("6", "Patient's relationship to the insured", relation, 12, place),
        _address("7", "Insured's address", holder.address if is_self else Address(), 50, 74),
        *_others(other),
        _box("11", "Insured's group", claim.subscriber.group_number or "NONE", 18, 50),
        Box("11a", "Insured's birth date and sex", f"{_long(holder.birth_date)} {holder.sex}".strip(),
            (*_spread(holder.birth_date, 20, (53, 56, 59), long=True), *_sex(holder.sex, 20, 68, 75))),
        _box("11c", "Insured's plan", claim.subscriber.group_name or claim.payer.name, 24, 50),
        _ticked("11d", "Another plan", "yes" if other else "no", 26, 52 if other else 57),
        Box("12", "Patient's signature", _ON_FILE, ((29, 7, _ON_FILE),)),
        Box("13", "Insured's signature", _ON_FILE, ((29, 56, _ON_FILE),)),
    ]  # fmt: skip


def _others(other: OtherInsurance | None) -> list[Box]:
    if other is None:
        return []
    return [
        _box("9", "Other insured's name", _name(other.subscriber.person), 18, 1),
        _box(
            "9a", "Other insured's policy", other.subscriber.group_number or other.subscriber.member_id, 20, 1
        ),
        _box("9d", "Other plan", other.payer.name, 26, 1),
    ]


def _condition(claim: Claim) -> list[Box]:
    causes, found = claim.related_causes, []
    for number, words, code, row in (("10a", "Work", "EM", 20), ("10b", "Auto accident", "AA", 22), ("10c", "Other accident", "OA", 24)):  # fmt: skip
        found.append(
            _ticked(number, words, "yes" if code in causes else "no", row, 35 if code in causes else 41)
        )
    if claim.accident_state and "AA" in causes:
        found.append(_box("10b", "State", claim.accident_state, 22, 45))
    begun = claim.accident_on or claim.onset_on
    if begun:
        qualifier = "439" if claim.accident_on else "431"
        found.append(Box("14", "Began on", f"{_long(begun)} {qualifier}",
                         (*_spread(begun, 31, (2, 5, 8)), (31, 18, qualifier))))  # fmt: skip
    if claim.referring or claim.supervising:
        who, qualifier = (claim.referring, "DN") if claim.referring else (claim.supervising, "DQ")
        found.append(Box("17", "Referring or supervising", f"{qualifier} {_provider(who)}",
                         ((33, 1, qualifier), (33, 4, _plain(_provider(who))))))  # fmt: skip
        found.append(_box("17b", "NPI", who.npi, 33, 32))
    if claim.note:
        found.append(_box("19", "Note", claim.note, 35, 1))
    found.append(_ticked("20", "Outside lab", "no", 35, 57))
    found.append(Box("21", "Diagnoses", ", ".join(_diagnoses(claim)), _diagnosis_cells(claim)))
    if claim.frequency != "1":
        text = f"{claim.frequency} {claim.payer_control}"
        found.append(
            Box("22", "Resubmission", text, ((37, 50, claim.frequency), (37, 62, claim.payer_control)))
        )
    number = claim.prior_authorization or claim.clia
    if number:
        found.append(_box("23", "Authorization or CLIA", number, 39, 50))
    return found


def _diagnoses(claim: Claim) -> list[str]:
    return [f"{chr(65 + at)} {code}" for at, code in enumerate(claim.diagnoses)]


def _diagnosis_cells(claim: Claim) -> tuple[Cell, ...]:
    places = [(row, column) for row in (37, 38, 39) for column in (3, 16, 29, 42)]
    codes = zip(places, claim.diagnoses, strict=False)
    return ((36, 42, "0"), *((row, column, code) for (row, column), code in codes))


def _lines(claim: Claim, lines: tuple[ServiceLine, ...]) -> list[Box]:
    return [_line(claim, line, 42 + 2 * at) for at, line in enumerate(lines)]


def _line(claim: Claim, line: ServiceLine, row: int) -> Box:
    """The lower half of a line has the service, the upper half the drug that was given."""
    low, last = row + 1, line.service_to or line.service_from
    letters = "".join(chr(64 + place) for place in line.pointers)
    place = line.place_of_service or claim.place_of_service
    who = line.rendering or claim.rendering
    cells: list[Cell] = [
        *_spread(line.service_from, low, (1, 4, 7)),
        *_spread(last, low, (10, 13, 16)),
        (low, 19, place),
        (low, 25, line.code),
        *((low, 33 + 3 * at, one) for at, one in enumerate(line.modifiers[:4])),
        (low, 45, letters),
        *_amount(line.charge, low, 56),
        (
            low,
            59,
            f"{line.units:f}".rstrip("0").rstrip(".") if "." in f"{line.units:f}" else f"{line.units:f}",
        ),
        (low, 68, who.npi if who else ""),
    ]
    if line.drug:
        cells.append((row, 1, f"N4{line.drug.ndc} {line.drug.unit}{line.drug.quantity.normalize():f}"))
    parts = [f"{line.service_from:%m/%d/%Y}", place, line.code, *line.modifiers, letters, f"${line.charge}", f"x {line.units:f}"]  # fmt: skip
    if line.drug:
        parts.append(f"NDC {line.drug.ndc}")
    return Box("24", "Service", " ".join(filter(None, parts)), tuple(cells))


def _foot(claim: Claim, is_last: bool) -> list[Box]:
    billing = claim.billing
    tax, column = ("SSN", 17) if billing.is_tax_id_ssn else ("EIN", 19)
    where = claim.facility or billing
    paid = claim.patient_paid or sum((one.paid or Decimal(0) for one in claim.other_insurance), Decimal(0))
    total = _amount(claim.charge, 55, 60) if is_last else ((55, 51, "CONTINUED"),)
    rendering = _provider(claim.rendering) if claim.rendering else ""
    found = [
        Box("25", "Tax ID", f"{billing.tax_id} {tax}", ((55, 1, billing.tax_id), (55, column, "X"))),
        _box("26", "Account", claim.account, 55, 23),
        _ticked("27", "Assignment", "accepted" if claim.is_assignment_accepted else "not accepted", 55,
                38 if claim.is_assignment_accepted else 43),
        Box("28", "Total", f"${claim.charge}" if is_last else "continued", total),
        Box("31", "Signature of who treated", f"{rendering} {_ON_FILE.lower()}".strip(),
            ((58, 1, _plain(rendering)), (59, 1, _ON_FILE))),
        _party("32", "Where", where, 23, 57),
        _box("32a", "NPI", where.npi, 61, 24),
        _party("33", "Billing provider", billing, 50, 57),
        Box("33", "Phone", billing.contact.phone,
            ((56, 66, billing.contact.phone[:3]), (56, 70, billing.contact.phone[3:]))),
        _box("33a", "NPI", billing.npi, 61, 51),
    ]  # fmt: skip
    if paid and is_last:
        found.append(Box("29", "Paid", f"${paid}", _amount(paid, 55, 69)))
    return found


def _party(number: str, words: str, who: Provider, column: int, row: int) -> Box:
    rows = [_provider(who), f"{who.address.line1} {who.address.line2}".strip(), _town(who.address)]
    text = ", ".join(filter(None, rows))
    return Box(number, words, text, tuple((row + at, column, _plain(one)) for at, one in enumerate(rows)))


def _box(number: str, words: str, text: str, row: int, column: int) -> Box:
    return Box(number, words, text, ((row, column, _plain(text)),))


def _ticked(number: str, words: str, text: str, row: int, column: int) -> Box:
    return Box(number, words, text, ((row, column, "X"),))


def _address(number: str, words: str, address: Address, column: int, state: int) -> Box:
    street = f"{address.line1} {address.line2}".strip()
    cells = (
        (12, column, _plain(street)),
        (14, column, _plain(address.city)),
        (14, state, address.state),
        (16, column, address.postal_code),
    )
    return Box(number, words, ", ".join(filter(None, [street, _town(address)])), cells)


def _name(person: Person) -> str:
    last = f"{person.last_name} {person.suffix}".strip()
    return ", ".join(filter(None, [last, person.first_name, person.middle_name]))


def _provider(who: Provider | None) -> str:
    return f"{who.first_name} {who.last_name}".strip() if who else ""


def _town(address: Address) -> str:
    return " ".join(filter(None, [address.city, address.state, address.postal_code]))


def _plain(text: str) -> str:
    """Capitals, and no punctuation but the comma between names and the hyphen."""
    return "".join(sign for sign in text.upper() if sign.isalnum() or sign in " ,-")


def _long(day: dt.date | None) -> str:
    return f"{day:%m/%d/%Y}" if day else ""


def _spread(
    day: dt.date | None, row: int, columns: tuple[int, int, int], long: bool = False
) -> tuple[Cell, ...]:
    """Month, day and year, each in its own place."""
    if day is None:
        return ()
    year = f"{day:%Y}" if long else f"{day:%y}"
    return tuple(zip((row,) * 3, columns, (f"{day:%m}", f"{day:%d}", year), strict=True))


def _sex(sex: str, row: int, male: int, female: int) -> tuple[Cell, ...]:
    return ((row, male if sex == "M" else female, "X"),) if sex in ("M", "F") else ()


def _amount(amount: Decimal, row: int, cents_end: int) -> tuple[Cell, ...]:
    """Dollars and cents without a point, so that the cents end in a column."""
    whole, _, part = f"{amount:.2f}".partition(".")
    text = f"{whole} {part}"
    return ((row, cents_end - len(text) + 1, text),)
