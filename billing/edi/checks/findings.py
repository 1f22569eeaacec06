"""What a rule says when it is broken."""

from __future__ import annotations

from dataclasses import asdict, dataclass

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """`rule` names the rule, `where` the claim or segment without naming a patient, `field` what is to be put right."""

    severity: str
    rule: str
    where: str
    words: str
    field: str = ""

    @property
    def is_error(self) -> bool:
        """Whether a payer would reject the file or money would be wrong."""
        return self.severity == ERROR

    def as_dict(self) -> dict[str, str]:
        """For JSON."""
        return asdict(self)


def error(rule: str, where: str, words: str, field: str = "") -> Finding:
    """A finding that has to be put right."""
    return Finding(ERROR, rule, where, words, field)


def warning(rule: str, where: str, words: str, field: str = "") -> Finding:
    """A finding that a person should look at."""
    return Finding(WARNING, rule, where, words, field)
