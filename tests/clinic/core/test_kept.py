"""Settings kept in memory: no query while nothing changes, never a stale answer, nothing kept of what is rolled back."""

import re

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from billing.queries import claim_setup, eligibility, fees
from clinic.core import kept
from clinic.core.models import ClinicProfile, SettingsMark
from clinic.core.profile import clinic
from clinic.messaging.queries.policy import send_settings, template_for
from clinic.staff import scope
from clinic.staff.services.sessions import policy
from records.queries.limits import limits_on
from scheduling.queries import day, follow_up_setup, needs, outreach, report_scope, rosters, settings
from scheduling.queries.preparation import preparation_rows
from tests.support import small_clinic
from tests.support.statements import counted


@pytest.fixture
def profile(db) -> ClinicProfile:
    return ClinicProfile.objects.create(name="Maple Street", phone="+13125550100", zone="America/Chicago")


def test_a_request_asks_once_and_the_next_not_at_all(profile):
    with counted() as first:
        assert clinic().name == clinic().name == "Maple Street"
    with counted() as second:
        assert clinic().name == "Maple Street"
    # The profile, and the mark once more because a test is one transaction.
    assert (len(first), len(second)) == (2, 0)


def test_a_change_shows_at_once_outside_a_request(profile):
    assert clinic().name == "Maple Street"
    ClinicProfile.objects.filter(pk=profile.pk).update(name="Elm Street")
    assert clinic().name == "Elm Street"


def test_a_change_by_another_process_shows_in_the_next_request(profile):
    with counted():
        assert clinic().name == "Maple Street"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_clinicprofile SET name = 'Oak Street'")
    with counted():
        assert clinic().name == "Oak Street"


def test_what_is_rolled_back_is_not_kept(profile):
    with transaction.atomic():
        ClinicProfile.objects.filter(pk=profile.pk).update(name="Never Street")
        assert clinic().name == "Never Street"
        transaction.set_rollback(True)
    with counted():
        assert clinic().name == "Maple Street"


def test_a_request_does_not_keep_what_its_own_open_transaction_changed(profile):
    with counted(), transaction.atomic():
        ClinicProfile.objects.filter(pk=profile.pk).update(name="Elm Street")
        clinic()  # under the mark of the request's beginning
        ClinicProfile.objects.filter(pk=profile.pk).update(name="Maple Street")
    with counted():
        assert clinic().name == "Maple Street"


def test_marks_never_repeat_even_when_rolled_back(profile):
    seen = {SettingsMark.objects.get().mark}
    for name in ("A", "B"):
        with transaction.atomic():
            ClinicProfile.objects.filter(pk=profile.pk).update(name=name)
            seen.add(SettingsMark.objects.get().mark)
            transaction.set_rollback(True)
    assert len(seen) == 3


def test_nothing_is_kept_of_a_table_without_the_trigger(db):
    """Every loader reads only tables whose change gives a new mark: otherwise it could grow stale."""
    small_clinic.build()
    place, kind = settings.locations()[0], settings.visit_types()[0]
    monday = small_clinic.NOW.date()
    loads = [
        clinic,
        send_settings,
        lambda: template_for("visit_reminder", "sms", "en"),
        policy,
        lambda: limits_on(monday),
        follow_up_setup.follow_up_rules,
        follow_up_setup.follow_up_scripts,
        follow_up_setup.follow_up_letters,
        settings.flow_settings,
        settings.locations,
        settings.visit_types,
        settings.bookable_members,
        settings.reminder_policies,
        preparation_rows,
        lambda: rosters.load_roster(place, monday, monday),
        lambda: needs.rostered(place, kind),
        day.member_names,
        lambda: outreach.letter_wording("first", "en"),
        outreach.outreach_settings,
        outreach.recall_reasons,
        outreach.triage_levels,
        lambda: day._people((settings.bookable_members()[0].pk,)),
        lambda: scope.standing(settings.bookable_members()[0].pk),
        lambda: scope.rules_of("give_vaccine"),
        lambda: fees.fee_on("LOC-101", monday),
        lambda: fees.fee_of_vaccine("140", monday),
        lambda: fees.first_fee_of_kind("admin", monday),
        lambda: fees.visit_type_code(kind.pk),
        fees.visit_type_fees,
        lambda: eligibility.policy_on(monday),
        claim_setup.billing_provider,
        claim_setup.claim_rules,
        lambda: claim_setup.terms_of(kind.pk),
        lambda: claim_setup.contract_on(kind.pk, monday),
        report_scope.all_locations,
        report_scope.everybody_with_sessions,
        report_scope.type_names,
        report_scope.member_names,
    ]
    ClinicProfile.objects.update(name="Elsewhere")  # nothing kept counts any more
    with CaptureQueriesContext(connection) as log:
        for load in loads:
            load()
    read = {table for one in log for table in re.findall(r'(?:FROM|JOIN) "?(\w+)"?', one["sql"])}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%\\_settings'")
        marked = {row[0] for row in cursor.fetchall()}
    assert read - {"core_settingsmark"} <= marked
    assert {f"{name.__module__}.{name.__qualname__}" for name in kept.LOADERS} == {
        "clinic.core.profile.clinic",
        "clinic.messaging.queries.policy.send_settings",
        "clinic.messaging.queries.policy.wordings",
        "clinic.staff.services.sessions.policy",
        "records.queries.limits.limits_on",
        "scheduling.queries.preparation._rows",
        "scheduling.queries.follow_up_setup.follow_up_rules",
        "scheduling.queries.follow_up_setup.follow_up_scripts",
        "scheduling.queries.follow_up_setup.follow_up_letters",
        "scheduling.queries.settings.flow_settings",
        "scheduling.queries.settings.locations",
        "scheduling.queries.settings.visit_types",
        "scheduling.queries.settings.bookable_members",
        "scheduling.queries.settings.reminder_policies",
        "scheduling.queries.rosters._roster",
        "scheduling.queries.needs.rostered",
        "scheduling.queries.day.member_names",
        "scheduling.queries.outreach.letter_wording",
        "scheduling.queries.outreach.outreach_settings",
        "scheduling.queries.outreach.recall_reasons",
        "scheduling.queries.outreach.triage_levels",
        "scheduling.queries.day._people",
        "clinic.staff.scope.standing",
        "clinic.staff.scope.rules_of",
        "billing.queries.fees.fee_on",
        "billing.queries.fees.fee_of_vaccine",
        "billing.queries.fees.first_fee_of_kind",
        "billing.queries.fees.visit_type_code",
        "billing.queries.fees.visit_type_fees",
        "billing.queries.eligibility._policies",
        "billing.queries.claim_setup.billing_provider",
        "billing.queries.claim_setup.claim_rules",
        "billing.queries.claim_setup.terms_of",
        "billing.queries.claim_setup.contract_on",
        "scheduling.queries.report_scope.all_locations",
        "scheduling.queries.report_scope.everybody_with_sessions",
        "scheduling.queries.report_scope.type_names",
        "scheduling.queries.report_scope.member_names",
    }
