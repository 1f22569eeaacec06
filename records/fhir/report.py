"""What an import did, counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

MAX_ERRORS = 1000


@dataclass
class Report:
    """Counts only: as flat in memory for a million patients as for one."""

    patients: Counter = field(default_factory=Counter)
    taken: Counter = field(default_factory=Counter)
    skipped: Counter = field(default_factory=Counter)  # by (type, reason)
    errors: list[dict[str, str]] = field(default_factory=list)
    errors_left_out: int = 0

    def take(self, resource_type: str, count: int = 1) -> None:
        self.taken[resource_type] += count

    def skip(self, resource_type: str, reason: str, count: int = 1) -> None:
        self.skipped[resource_type, reason] += count

    def error(self, **facts: str) -> None:
        if len(self.errors) < MAX_ERRORS:
            self.errors.append(facts)
        else:
            self.errors_left_out += 1

    @property
    def is_clean(self) -> bool:
        return not self.errors and not self.errors_left_out

    def as_json(self) -> dict:
        """The machine-readable form: patients by outcome, resources by type, errors."""
        skipped: Counter = Counter()
        for (resource_type, _reason), count in self.skipped.items():
            skipped[resource_type] += count
        types = sorted(set(self.taken) | set(skipped))
        return {
            "patients": {name: self.patients[name] for name in ("created", "updated", "unchanged", "failed")},
            "resources": {name: {"taken": self.taken[name], "skipped": skipped[name]} for name in types},
            "errors": self.errors,
        }

    def as_text(self) -> str:
        """The same for people, with the reason for everything that was not taken."""
        counts = self.as_json()
        lines = [
            "Patients: " + ", ".join(f"{count} {name}" for name, count in counts["patients"].items()),
            "",
        ]
        for name, of in counts["resources"].items():
            lines.append(f"{name:22}{of['taken']:>9} taken {of['skipped']:>9} skipped")
            reasons = [(r, n) for (t, r), n in sorted(self.skipped.items()) if t == name]
            lines += [f"{'':22}{count:>25} because {reason}" for reason, count in reasons]
        if self.errors:
            lines += ["", "Errors:"]
            lines += ["  " + ", ".join(f"{k} {v}" for k, v in error.items()) for error in self.errors[:50]]
        hidden = max(0, len(self.errors) - 50) + self.errors_left_out
        if hidden:
            lines.append(f"  and {hidden} more")
        return "\n".join(lines)
