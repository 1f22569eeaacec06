"""Reading a fee schedule from CSV: code,words,price,kind,effective_from and, for vaccines, cvx."""

import csv
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from .codes import is_code, looks_licensed

REQUIRED = ("code", "words", "price", "kind", "effective_from")
KINDS = ("visit", "procedure", "vaccine", "lab", "admin")


@dataclass(frozen=True)
class FeeLine:
    """One good line of the file; `number` is its line in the file."""

    number: int
    code: str
    words: str
    price: Decimal
    kind: str
    effective_from: dt.date
    cvx: str = ""


def read_fees(text: Iterable[str], *, licensed: bool) -> tuple[list[FeeLine], list[str]]:
    """Good lines and errors ("line 4: ...") of a file. Nothing is decided about the database here.

    Without `licensed`, codes that look like licensed procedure codes are errors.
    """
    reader = csv.DictReader(text)
    header = [name.strip().lower() for name in reader.fieldnames or []]
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        return [], [f"line 1: the header needs {', '.join(REQUIRED)}; missing: {', '.join(missing)}"]
    reader.fieldnames = header
    lines, errors, seen = [], [], {}
    for row in reader:
        number = reader.line_num
        if not any((value or "").strip() for value in row.values() if isinstance(value, str)):
            continue
        try:
            line = _line(number, {key: (value or "").strip() for key, value in row.items() if key}, licensed)
        except ValueError as error:
            errors.append(f"line {number}: {error}")
            continue
        key = (line.code, line.effective_from)
        if key in seen:
            errors.append(
                f"line {number}: {line.code} from {line.effective_from} is on line {seen[key]} already"
            )
            continue
        seen[key] = number
        lines.append(line)
    return lines, errors


def _line(number: int, row: dict[str, str], licensed: bool) -> FeeLine:
    code = row["code"].upper()
    if not is_code(code):
        raise ValueError(f"{row['code']!r} cannot be a code (2-16 letters, digits, dots, dashes)")
    if looks_licensed(code) and not licensed:
        raise ValueError(
            f"{code} looks like a licensed procedure code; run with --licensed if the clinic holds "
            "the license"
        )
    if not row["words"] or len(row["words"]) > 160:
        raise ValueError("words are missing or longer than 160 characters")
    kind = row["kind"].lower()
    if kind not in KINDS:
        raise ValueError(f"kind {row['kind']!r} is none of {', '.join(KINDS)}")
    cvx = row.get("cvx", "")
    if cvx and not (cvx.isdigit() and len(cvx) <= 4):
        raise ValueError(f"CVX {cvx!r} is not a number")
    return FeeLine(number, code, row["words"], _price(row["price"]), kind, _day(row["effective_from"]), cvx)


def _price(text: str) -> Decimal:
    try:
        price = Decimal(text.replace("$", "").replace(",", ""))
    except InvalidOperation as error:
        raise ValueError(f"price {text!r} is not an amount") from error
    if not price.is_finite() or price < 0 or price >= 1_000_000 or price != price.quantize(Decimal("0.01")):
        raise ValueError(f"price {text!r} is not an amount in dollars and cents")
    return price.quantize(Decimal("0.01"))


def _day(text: str) -> dt.date:
    for pattern in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return dt.datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    raise ValueError(f"effective_from {text!r} is not a date (2026-01-01)")
