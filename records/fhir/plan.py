"""All resources of one patient in, the chart they make out. Pure, and the same for the same files.

Bulk exports repeat themselves: a prescription renewed forty times is forty MedicationRequests, and a
payer stands in every explanation of benefits. What is one thing in a chart is merged here, so that lists
stay readable; every resource that went into a row still counts as taken.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import orjson

from records.fhir import facts as f
from records.fhir import vitals
from records.fhir.insurance import contained_coverages
from records.fhir.parse import CARRIER_TYPES, parse
from records.fhir.sources import Staged
from records.rules.vitals.limits import Limit

VERSION = "1"
# SNOMED CT ends its full names with the kind of thing they are: "Sepsis (disorder)".
_SEMANTIC_TAG = re.compile(
    r" \((?:disorder|finding|situation|procedure|substance|morphologic abnormality|person|event|"
    r"organism|product|regime/therapy|observable entity|qualifier value)\)$"
)
T = TypeVar("T")


@dataclass
class ChartPlan:
    """The chart that one patient's resources make, and what became of each of them."""

    patient: f.PatientFacts | None = None
    patient_problem: str = ""
    encounters: list[f.EncounterFacts] = field(default_factory=list)
    vitals: list[vitals.VitalGroup] = field(default_factory=list)
    results: list[f.ResultFacts] = field(default_factory=list)
    allergies: list[f.AllergyFacts] = field(default_factory=list)
    conditions: list[f.ConditionFacts] = field(default_factory=list)
    medications: list[f.MedicationFacts] = field(default_factory=list)
    immunizations: list[f.ImmunizationFacts] = field(default_factory=list)
    coverages: list[f.CoverageFacts] = field(default_factory=list)
    claims: list[f.ClaimFacts] = field(default_factory=list)
    taken: Counter = field(default_factory=Counter)
    skipped: Counter = field(default_factory=Counter)
    content_hash: str = ""

    def skip(self, resource_type: str, reason: str) -> None:
        self.skipped[resource_type, reason] += 1


def make_plan(
    resources: Iterable[Staged],
    *,
    clean_names: bool,
    limits: Sequence[Limit],
    at: dt.datetime,
    born: dt.date | None = None,
) -> ChartPlan:
    """Read, merge and count. What is dated after `at` is left out: a chart holds what has happened.

    `limits` screen vital signs by the patient's age; `born` is used when the
    patient is known already and not among the resources."""
    plan = ChartPlan()
    found: dict[type, list] = {}
    digest = hashlib.sha256(f"{VERSION}{clean_names}".encode())
    owner = ""
    for row in sorted(_once(resources, plan), key=lambda row: (row.resource_type, row.key)):
        owner = owner or row.owner
        digest.update(f"{row.resource_type}/{row.key}".encode() + row.body)
        for resource_type, read in _read(row, plan, clean_names):
            _file(resource_type, read, plan, found, at)
    plan.content_hash = digest.hexdigest()[:32]
    patients = found.get(f.PatientFacts, [])
    plan.patient = patients[0] if patients else None
    plan.encounters = found.get(f.EncounterFacts, [])
    born = plan.patient.birth_date if plan.patient else born
    possible = _possible(found.get(f.VitalsFacts, []), plan, limits, born)
    plan.vitals, computed = vitals.group(possible, owner, limits, born)
    plan.results = found.get(f.ResultFacts, []) + computed
    plan.allergies = _allergies(found.get(f.AllergyFacts, []), owner)
    plan.conditions = _conditions(found.get(f.ConditionFacts, []), owner)
    plan.medications = _medications(found.get(f.MedicationFacts, []), owner)
    plan.immunizations = found.get(f.ImmunizationFacts, [])
    plan.coverages = _coverages(found.get(f.CoverageFacts, []), owner)
    plan.claims = found.get(f.ClaimFacts, [])
    return plan


def _once(resources: Iterable[Staged], plan: ChartPlan) -> list[Staged]:
    """The last version of each resource; earlier ones are counted as given more than once."""
    latest: dict[tuple[str, str], Staged] = {}
    for row in resources:
        name = (row.resource_type, row.key)
        if name in latest:
            plan.skip(row.resource_type, "it is given more than once")
        latest[name] = row
    return list(latest.values())


def _read(row: Staged, plan: ChartPlan, clean_names: bool) -> Iterator[tuple[str, f.Facts | f.Skipped]]:
    resource = orjson.loads(row.body)
    if row.resource_type not in CARRIER_TYPES:
        yield row.resource_type, parse(resource, key=row.key, clean_names=clean_names)
        return
    plan.skip(row.resource_type, "only the coverage inside it is imported")
    for inner in contained_coverages(resource):
        yield "Coverage", parse(inner, key=inner["id"], clean_names=clean_names)


def _file(
    resource_type: str,
    read: f.Facts | f.Skipped,
    plan: ChartPlan,
    found: dict[type, list],
    at: dt.datetime,
) -> None:
    if isinstance(read, f.Skipped):
        plan.skip(resource_type, read.reason)
        if resource_type == "Patient":
            plan.patient_problem = read.reason
    elif _happened(read) and _happened(read) > at:
        plan.skip(resource_type, "it is dated in the future")
    else:
        plan.taken[resource_type] += 1
        found.setdefault(type(read), []).append(read)


def _happened(read: f.Facts) -> dt.datetime | None:
    for name in ("started_at", "measured_at", "observed_at", "given_at"):
        if hasattr(read, name):
            return getattr(read, name)
    return None


def _possible(
    items: list[f.VitalsFacts], plan: ChartPlan, limits: Sequence[Limit], born: dt.date | None
) -> list[f.VitalsFacts]:
    """Without the values that could not be saved if they were typed here."""
    kept = []
    for item in items:
        problem = vitals.impossible(item, limits, born)
        if problem:
            plan.taken["Observation"] -= 1
            plan.skip("Observation", f"{problem} is outside the possible range")
        else:
            kept.append(item)
    return kept


def _grouped(items: Iterable[T], by: Callable[[T], Hashable]) -> dict[Hashable, list[T]]:
    groups: dict[Hashable, list[T]] = {}
    for item in items:
        groups.setdefault(by(item), []).append(item)
    return groups


def _named(*parts: object) -> str:
    """A key for a merged row that stays the same whichever of its resources come along next time."""
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()[:32]


def _allergies(items: list[f.AllergyFacts], owner: str) -> list[f.AllergyFacts]:
    """One line for each substance, as last read; active while any of them is."""
    lines = []
    for name, group in _grouped(items, lambda a: (a.code or a.substance).casefold()).items():
        words = _SEMANTIC_TAG.sub("", group[-1].substance)
        active = any(item.is_active for item in group)
        lines.append(replace(group[-1], key=_named(owner, name), substance=words, is_active=active))
    return lines


def _conditions(items: list[f.ConditionFacts], owner: str) -> list[f.ConditionFacts]:
    """One problem for each code: since the first time, active while any of them is."""
    problems = []
    for name, group in _grouped(items, lambda c: c.code or c.words.casefold()).items():
        group.sort(key=lambda c: (str(c.onset_on or ""), c.key))
        active = any(item.is_active for item in group)
        resolved = [item.resolved_on for item in group if item.resolved_on]
        problems.append(
            replace(
                group[0],
                key=_named(owner, name),
                words=_SEMANTIC_TAG.sub("", group[0].words),
                is_active=active,
                resolved_on=None if active or not resolved else max(resolved),
            )
        )
    return problems


def _medications(items: list[f.MedicationFacts], owner: str) -> list[f.MedicationFacts]:
    """One line for each medicine: since its first order, running while any of them does."""
    lines = []
    for name, group in _grouped(items, lambda m: m.code or m.name.casefold()).items():
        group.sort(key=lambda m: (str(m.started_on or ""), m.key))
        newest = next((m for m in reversed(group) if m.is_active), group[-1])
        lines.append(replace(newest, key=_named(owner, name), started_on=group[0].started_on))
    return lines


def _coverages(items: list[f.CoverageFacts], owner: str) -> list[f.CoverageFacts]:
    """One line for each payer and member id, from its first day; the latest to begin ranks first."""
    lines = []
    for name, group in _grouped(items, lambda c: (c.payer_name, c.member_id, c.rank)).items():
        starts = [item.starts_on for item in group if item.starts_on]
        ends = [item.ends_on for item in group]
        lines.append(
            replace(
                group[-1],
                key=_named(owner, *name),
                starts_on=min(starts) if starts else None,
                ends_on=None if None in ends else max(ends),
            )
        )
    lines.sort(key=lambda line: (line.rank, -(line.starts_on.toordinal() if line.starts_on else 0)))
    return [replace(line, rank=min(place, 3)) for place, line in enumerate(lines, 1)]
