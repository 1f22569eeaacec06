"""The whole import: stage, then shared people and organizations, then one transaction per patient."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from django.db import DatabaseError, transaction

from clinic import audit
from clinic.core.actor import Actor
from clinic.core.db import service
from clinic.core.errors import ClinicError
from clinic.core.locks import lock_keys
from clinic.core.time import now
from records.fhir import person
from records.fhir.chart import ChartWriter
from records.fhir.directory import write_parties
from records.fhir.limits import current_limits
from records.fhir.parse import SHARED_TYPES, is_wanted
from records.fhir.plan import ChartPlan, make_plan
from records.fhir.report import Report
from records.fhir.sources import Staged, Unreadable, read_file
from records.fhir.staging import Stage
from records.models import Patient
from records.rules.vitals.limits import Limit

# stage of the work, how far, of how much
Progress = Callable[[str, int, int], None]


class _DryRun(Exception):
    """Ends a patient's transaction so that nothing stays."""


class Importer:
    """One run over some files. `report` fills as it goes."""

    def __init__(
        self,
        *,
        by: Actor,
        clean_names: bool = False,
        dry_run: bool = False,
        progress: Progress = lambda *_: None,
    ) -> None:
        self.by, self.clean_names, self.dry_run, self.progress = by, clean_names, dry_run, progress
        self.report = Report()
        self.stage = Stage()
        self.limits: Sequence[Limit] = ()

    def run(self, files: Sequence[Path]) -> Report:
        """Import the files. Each patient is whole or not there at all; errors are in the report."""
        self.limits = current_limits()
        try:
            self._stage(files)
            if not self.dry_run:
                self._shared()
            else:
                self._count_shared()
            self._patients()
        finally:
            self.stage.clear()
        return self.report

    def _stage(self, files: Sequence[Path]) -> None:
        total, before = sum(file.stat().st_size for file in files), 0
        for file in files:
            for done, row in read_file(file):
                self._sort(row)
                self.progress("reading", before + done, total)
            before += file.stat().st_size
        self.stage.flush()

    def _sort(self, row: Staged | Unreadable) -> None:
        """Stage what can be taken; count at once what cannot."""
        if isinstance(row, Unreadable):
            self.report.error(file=row.where, reason=row.reason)
        elif not is_wanted(row.resource_type):
            self.report.skip(row.resource_type or "(no type)", "this kind of resource is not imported")
        elif not row.owner and row.resource_type not in SHARED_TYPES:
            self.report.skip(row.resource_type, "it names no patient")
        else:
            self.stage.add(row)

    def _shared(self) -> None:
        seen: set[str] = set()
        for rows in self.stage.shared():
            with transaction.atomic():
                write_parties(rows, seen, clean_names=self.clean_names, report=self.report)

    def _count_shared(self) -> None:
        seen: set[str] = set()
        for rows in self.stage.shared():
            write_parties(rows, seen, clean_names=self.clean_names, report=self.report, save=False)

    def _patients(self) -> None:
        total = self.stage.owner_count()
        for done, owner in enumerate(self.stage.owners(), 1):
            self._patient(owner)
            self.stage.forget(owner)
            self.progress("patients", done, total)

    def _patient(self, owner: str) -> None:
        patient = person.known_patient(owner)
        plan = make_plan(
            self.stage.of_owner(owner),
            clean_names=self.clean_names,
            limits=self.limits,
            at=now(),
            born=patient.birth_date if patient else None,
        )
        if plan.patient is None and patient is None:
            self._without_patient(owner, plan)
            return
        try:
            result = self._save(owner, plan)
        except (ClinicError, DatabaseError) as problem:
            self._failed(owner, plan, _safe_words(problem))
            return
        self.report.patients[result] += 1
        self.report.taken.update(plan.taken)
        self.report.skipped.update(plan.skipped)

    def _save(self, owner: str, plan: ChartPlan) -> str:
        result = "unchanged"
        try:
            result = import_patient(by=self.by, owner=owner, plan=plan, dry_run=self.dry_run)
        except _DryRun as done:
            result = str(done)
        return result

    def _without_patient(self, owner: str, plan: ChartPlan) -> None:
        if plan.patient_problem:
            self._failed(owner, plan, plan.patient_problem)
            return
        _skip_all(self.report, plan, "its patient is not in the files")

    def _failed(self, owner: str, plan: ChartPlan, reason: str) -> None:
        self.report.patients["failed"] += 1
        self.report.error(patient=owner, reason=reason)
        _skip_all(self.report, plan, "its patient could not be imported")


@service
def import_patient(*, by: Actor, owner: str, plan: ChartPlan, dry_run: bool = False) -> str:
    """Writes one patient's chart and answers `created`, `updated` or `unchanged`.

    One transaction: the patient whole or not at all. Audited as `patient.imported` with the counts, beside
    the registration itself. Refuses what registration refuses. A dry run does all of it and undoes it.
    """
    lock_keys(f"fhir:{owner}")
    patient = person.known_patient(owner)
    if patient and person.was_seen(patient, plan.content_hash):
        return "unchanged"
    result = _write(patient, plan, by)
    if dry_run:
        raise _DryRun(result)
    return result


def _write(patient: Patient | None, plan: ChartPlan, by: Actor) -> str:
    is_new = patient is None
    is_edited = False
    if patient is None:
        patient = person.create(plan.patient, by=by)
    elif plan.patient:
        is_edited = person.update(patient, plan.patient, by=by)
    outcome = ChartWriter(patient, plan, by).write()
    person.remember(patient, plan.content_hash)
    if plan.coverages:
        person.refresh_search(patient)
    if not is_new and not is_edited and not outcome.created and not outcome.changed:
        return "unchanged"
    audit.record(
        by,
        "patient.imported",
        obj=patient,
        patient=patient,
        rows_created=outcome.created,
        rows_changed=outcome.changed,
        resources={name: count for name, count in sorted(plan.taken.items()) if count},
    )
    return "created" if is_new else "updated"


def _skip_all(report: Report, plan: ChartPlan, reason: str) -> None:
    for resource_type, count in plan.taken.items():
        if count:
            report.skip(resource_type, reason, count)
    report.skipped.update(plan.skipped)


def _safe_words(problem: Exception) -> str:
    """Words that hold no patient data: a database's own message quotes the row it refused."""
    if isinstance(problem, ClinicError):
        return str(problem)
    name = getattr(getattr(problem.__cause__, "diag", None), "constraint_name", None)
    return f"the database refused it ({name})" if name else "the database refused it"


def import_files(files: Iterable[Path], **options) -> Report:
    """Import files with the options of `Importer`; see there."""
    return Importer(**options).run(list(files))
