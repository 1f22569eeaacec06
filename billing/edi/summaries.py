"""One line for a person about a transaction set that was read: what it is and what it comes to, without names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any


def summary(pairs: Iterable[tuple[str, Any]]) -> tuple[str, list[str]]:
    """The line, and the warnings and problems that belong under it. `pairs` are those of `as_json.describe`."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        found[name] = _counted(value) if isinstance(value, Iterator) else value
    said = _SAYINGS.get(found["type"], _nothing)(found)
    head = f"{found['type']} {found['version']}, control {found['control']}: {said}"
    if found["is_test"]:
        head += " (test data)"
    return head, [*found.get("problems", ()), *found["warnings"]]


def _counted(items: Iterator[dict[str, Any]]) -> Counter[str]:
    """How many, and how many of each status."""
    counts: Counter[str] = Counter()
    for item in items:
        counts["all"] += 1
        counts[str(item.get("status", ""))] += 1
    return counts


def _nothing(found: dict[str, Any]) -> str:
    return "read."


def _eligibility(found: dict[str, Any]) -> str:
    words = {"active": "covered", "inactive": "not covered", "not_verified": "could not be verified"}[
        found["status"]
    ]
    reasons = ", ".join(f"{one['code']} at the {one['level']}" for one in found["errors"])
    return f"{words}{f' ({reasons})' if reasons else ''}, {_many(len(found['benefits']), 'benefit')}."


def _remittance(found: dict[str, Any]) -> str:
    balance = "balances" if found["balanced"] else "DOES NOT BALANCE"
    payment = found["payment"] if found["payment"] is not None else "unknown amount"
    return (
        f"{payment} by {found['method'] or 'unknown means'}, trace {found['trace'] or 'missing'}, "
        f"{_many(found['claims']['all'], 'claim')}, {balance}."
    )


def _statuses(found: dict[str, Any]) -> str:
    kinds = ", ".join(f"{count} {word}" for word, count in sorted(found["claims"].items()) if word != "all")
    others = ", ".join(f"{one['scope']} {one['status']}" for one in found["levels"])
    return f"{_many(found['claims']['all'], 'claim')}{f' ({kinds})' if kinds else ''}{f'; {others}' if others else ''}."


def _acknowledgment(found: dict[str, Any]) -> str:
    sets = "; ".join(f"{one['type']} {one['control']} {one['status']}" for one in found["sets"])
    return f"group {found['group']['control']} {found['status']}{f': {sets}' if sets else ''}."


def _receipt(found: dict[str, Any]) -> str:
    return f"interchange {found['interchange']} {found['status']}, code {found['code'] or 'none'}."


def _claims(found: dict[str, Any]) -> str:
    return f"{_many(found['claims']['all'], 'claim')}."


def _questions(found: dict[str, Any]) -> str:
    return f"{_many(found['questions']['all'], 'question')}."


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


_SAYINGS = {
    "270": _questions, "271": _eligibility, "276": _questions, "277": _statuses, "277CA": _statuses, "835": _remittance,
    "837P": _claims, "999": _acknowledgment, "TA1": _receipt,
}  # fmt: skip
