"""People and organizations elsewhere, which many charts refer to."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from records.fhir.facts import OrganizationFacts, PractitionerFacts, Skipped
from records.fhir.parse import parse
from records.fhir.report import Report
from records.fhir.sources import Staged
from records.models import OutsideParty

COLUMNS = ("kind", "name", "npi", "phone", "email", "city", "state")


def write_parties(
    rows: Iterable[Staged], seen: set[str], *, clean_names: bool, report: Report, save: bool = True
) -> None:
    """Add new ones and bring changed ones up to date. `seen` holds the keys of this run, for the counts."""
    wanted: dict[str, OutsideParty] = {}
    for row in rows:
        if row.key in seen:
            report.skip(row.resource_type, "it is given more than once")
            continue
        seen.add(row.key)
        facts = parse(orjson.loads(row.body), key=row.key, clean_names=clean_names)
        if isinstance(facts, Skipped):
            report.skip(row.resource_type, facts.reason)
            continue
        report.take(row.resource_type)
        wanted[f"fhir:party:{row.key}"] = _party(facts)
    if save:
        _upsert(wanted)


def _upsert(wanted: dict[str, OutsideParty]) -> None:
    there = {row.source_key: row for row in OutsideParty.objects.filter(source_key__in=list(wanted))}
    fresh, changed = [], []
    for source_key, party in wanted.items():
        known = there.get(source_key)
        if known is None:
            party.source_key = source_key
            fresh.append(party)
        elif any(getattr(known, name) != getattr(party, name) for name in COLUMNS):
            for name in COLUMNS:
                setattr(known, name, getattr(party, name))
            changed.append(known)
    OutsideParty.objects.bulk_create(fresh)
    OutsideParty.objects.bulk_update(changed, COLUMNS)


def _party(facts: PractitionerFacts | OrganizationFacts) -> OutsideParty:
    is_person = isinstance(facts, PractitionerFacts)
    return OutsideParty(
        kind="practitioner" if is_person else "organization",
        name=facts.name[:200],
        npi=facts.npi[:20] if is_person else "",
        phone=facts.phone[:30],
        email=facts.email[:254] if is_person else "",
        city=facts.city[:80],
        state=facts.state[:2],
    )
