"""One patient's plan as rows of the chart, table by table, inside the caller's transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from clinic.core.actor import Actor
from records.fhir import facts as f
from records.fhir.plan import ChartPlan
from records.fhir.write import Outcome, Row, add_readings, sync
from records.models import (
    Allergy,
    Coverage,
    Encounter,
    Immunization,
    ImportedClaim,
    Medication,
    OutsideParty,
    Patient,
    Payer,
    Problem,
    Result,
    VitalSet,
)

_FOOD = ("nut", "milk", "egg", "wheat", "fish", "shellfish", "soy", "peanut", "food", "dairy", "crustacean")
_OUTSIDE_AIR = ("pollen", "mould", "mold", "dander", "mite", "bee", "venom", "grass", "latex", "cat", "dog")


class ChartWriter:
    """Writes the rows of one chart. `patient` is saved already; nothing is committed here."""

    def __init__(self, patient: Patient, plan: ChartPlan, by: Actor) -> None:
        self.patient, self.plan, self.by = patient, plan, by
        self.encounters: dict[str, UUID] = {}

    def write(self) -> Outcome:
        """All tables, encounters first: the others point at them. Returns how many rows were touched."""
        total = self._encounters()
        for part in (
            self._vitals,
            self._results,
            self._allergies,
            self._problems,
            self._medications,
            self._immunizations,
            self._coverages,
            self._claims,
        ):
            total += part()
        return total

    def _sync(self, model: type, rows: list[Row], make=None) -> tuple[Outcome, dict[str, UUID]]:
        return sync(
            model, rows, owner={"patient": self.patient}, by=self.by, make=make or (lambda row: row.values)
        )

    def _with_encounter(self, row: Row) -> dict[str, Any]:
        """A referenced encounter that is not there is no reason to leave a row out."""
        values = dict(row.values)
        values["encounter_id"] = self.encounters.get(values.pop("encounter_key"))
        return values

    def _encounters(self) -> Outcome:
        names = _party_names(
            {e.practitioner_key for e in self.plan.encounters if not e.practitioner_name}
            | {e.organization_key for e in self.plan.encounters if not e.place}
        )
        rows = [Row(e.key, _encounter_values(e, names)) for e in self.plan.encounters]
        outcome, new = self._sync(Encounter, rows)
        known = {row.source_key.split("#")[0].split(":", 2)[2]: row.pk for row in self._known_encounters()}
        self.encounters = {**known, **new}
        return outcome

    def _known_encounters(self):
        return Encounter.objects.filter(patient=self.patient, source_key__startswith="fhir:").only(
            "source_key"
        )

    def _vitals(self) -> Outcome:
        rows = [
            Row(g.key, {"encounter_key": g.encounter_key, "measured_at": g.measured_at}, g.rows)
            for g in self.plan.vitals
        ]
        outcome, ids = self._sync(VitalSet, rows, self._with_encounter)
        add_readings(rows, ids)
        return outcome

    def _results(self) -> Outcome:
        rows = [Row(r.key, _result_values(r)) for r in self.plan.results]
        return self._sync(Result, rows, self._with_encounter)[0]

    def _allergies(self) -> Outcome:
        return self._sync(Allergy, [Row(a.key, _allergy_values(a)) for a in self.plan.allergies])[0]

    def _problems(self) -> Outcome:
        rows = [
            Row(
                c.key,
                {
                    "text": c.words[:300],
                    "status": "active" if c.is_active else "resolved",
                    "onset_on": c.onset_on,
                    "resolved_on": c.resolved_on,
                },
            )
            for c in self.plan.conditions
        ]
        return self._sync(Problem, rows)[0]

    def _medications(self) -> Outcome:
        rows = [
            Row(
                m.key,
                {
                    "name": m.name[:200],
                    "dose": m.dose[:80],
                    "route": m.route[:40],
                    "frequency": m.frequency[:80],
                    "status": "taking" if m.is_active else "stopped",
                    "started_on": m.started_on,
                },
            )
            for m in self.plan.medications
        ]
        return self._sync(Medication, rows)[0]

    def _immunizations(self) -> Outcome:
        rows = [Row(i.key, _immunization_values(i)) for i in self.plan.immunizations]
        return self._sync(Immunization, rows, self._with_encounter)[0]

    def _coverages(self) -> Outcome:
        payers = {
            name: _payer(name, kind) for name, kind in {(c.payer_name, c.kind) for c in self.plan.coverages}
        }
        rows = [
            Row(
                c.key,
                {
                    "payer_id": payers[c.payer_name],
                    "plan_name": c.plan_name[:120],
                    "rank": c.rank,
                    "member_id": c.member_id[:60],
                    "group_number": c.group_number[:60],
                    "relationship": c.relationship,
                    "starts_on": c.starts_on,
                    "ends_on": c.ends_on
                    if not c.starts_on or not c.ends_on or c.ends_on >= c.starts_on
                    else None,
                },
            )
            for c in self.plan.coverages
        ]
        return self._sync(Coverage, rows)[0]

    def _claims(self) -> Outcome:
        rows = [
            Row(
                c.key,
                {
                    "encounter_key": c.encounter_key,
                    "kind": c.kind[:40],
                    "service_on": c.service_on,
                    "service_until": c.service_until,
                    "billed_on": c.created_on,
                    "total": c.total,
                    "currency": c.currency,
                    "payer_name": c.payer_name[:120],
                },
            )
            for c in self.plan.claims
        ]
        return self._sync(ImportedClaim, rows, self._with_encounter)[0]


def _encounter_values(e: f.EncounterFacts, names: dict[str, str]) -> dict[str, Any]:
    who = e.practitioner_name or names.get(e.practitioner_key, "")
    where = e.place or names.get(e.organization_key, "")
    where = where.title() if where.isupper() else where
    return {
        "kind": "outside",
        "started_at": e.started_at,
        "ended_at": e.ended_at or e.started_at,
        "status": "closed",
        "reason": e.reason[:300],
        "location_label": " · ".join(part for part in (where, who) if part)[:120],
        "source": "fhir",
    }


def _result_values(r: f.ResultFacts) -> dict[str, Any]:
    number = r.value_number
    return {
        "encounter_key": r.encounter_key,
        "category": r.category[:40],
        "loinc": r.code[:16],
        "name": r.name[:255],
        "value_text": r.value_text[:400],
        "value_number": round(number, 4) if number is not None and abs(number) < 10**9 else None,
        "unit": r.unit[:40],
        "reference_range": r.reference_range[:80],
        "flag": r.flag[:8],
        "status": r.status[:20],
        "observed_at": r.observed_at,
    }


def _allergy_values(a: f.AllergyFacts) -> dict[str, Any]:
    words = a.substance.casefold()
    category = "medication"
    if any(word in words for word in _OUTSIDE_AIR):
        category = "environment"
    elif any(word in words for word in _FOOD):
        category = "food"
    return {
        "substance": a.substance[:160],
        "category": category,
        "reaction": a.reaction[:160],
        "severity": a.severity or "unknown",
        "kind": a.kind,
        "status": "active" if a.is_active else "inactive",
        "onset_on": a.recorded_on,
    }


def _immunization_values(i: f.ImmunizationFacts) -> dict[str, Any]:
    return {
        "encounter_key": i.encounter_key,
        "source": "historical",
        "cvx": i.cvx[:6],
        "vaccine": (i.name or f"CVX {i.cvx}")[:160],
        "mvx": i.mvx[:6],
        "lot_number": i.lot_number[:60],
        "expires_on": i.expires_on,
        "given_at": i.given_at,
        "note": "Imported record",
    }


def _payer(name: str, kind: str) -> UUID:
    row, _ = Payer.objects.get_or_create(name=name[:120], defaults={"kind": kind})
    return row.pk


def _party_names(keys: set[str]) -> dict[str, str]:
    """Names of people and organizations that a bundle refers to by key alone."""
    found = {}
    wanted = {key for key in keys if key}
    if wanted:
        prefixes = [f"fhir:party:{key}" for key in wanted]
        for key, name in OutsideParty.objects.filter(source_key__in=prefixes).values_list(
            "source_key", "name"
        ):
            found[key.split(":", 2)[2]] = name
    return found
