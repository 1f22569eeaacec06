"""Rules of practice change by versions from a day on."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.errors import Refused
from clinic.staff.models import ScopeRule
from clinic.staff.scope import may_perform
from clinic.staff.services.practice import set_scope_rule
from tests.factories.staff import actor_for, make_member, signed_in

TODAY = date(2026, 3, 10)
LATER = TODAY + timedelta(days=20)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel("2026-03-10T18:00:00Z", tick=False):
        yield


def rule(admin, **fields):
    values = {
        "task": "give_vaccine",
        "credential": "MA",
        "allowed": "conditional",
        "condition": "Competency on file",
        "order_needed": True,
        "supervision": "on_site",
        "effective_from": LATER,
        "reviewed_by": "Dr. Shah",
    }
    return set_scope_rule(by=actor_for(admin), **values | fields)


def test_a_new_rule_holds_from_its_day_on(admin):
    member = make_member("ma", credential="MA")
    rule(admin)
    assert may_perform("give_vaccine", member, LATER - timedelta(days=1), state="IL").allowed is False
    decision = may_perform("give_vaccine", member, LATER, state="IL")
    assert (decision.allowed, decision.supervision, decision.condition) == (
        True,
        "on_site",
        "Competency on file",
    )
    event = AuditEvent.objects.get(action="scope.changed")
    assert (event.detail["before"], event.detail["after"]["allowed"]) == ({}, "conditional")


def test_a_new_version_ends_the_old_one_and_leaves_it_readable(admin):
    old = ScopeRule.objects.get(task="vitals", credential="MA", state="")
    new = rule(admin, task="vitals", allowed="no", condition="")
    old.refresh_from_db()
    assert (old.allowed, old.effective_to) == ("yes", LATER - timedelta(days=1))
    member = make_member("ma", credential="MA")
    assert may_perform("vitals", member, old.effective_to, state="IL").allowed is True
    assert may_perform("vitals", member, new.effective_from, state="IL").allowed is False


def test_a_version_put_before_a_coming_one_ends_before_it(admin):
    rule(admin)
    first = rule(admin, effective_from=TODAY, allowed="no", condition="")
    assert (first.effective_from, first.effective_to) == (TODAY, LATER - timedelta(days=1))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reviewed_by": " "}, "Who reviewed"),
        ({"effective_from": TODAY - timedelta(days=1)}, "before today"),
        ({"condition": ""}, "On which conditions"),
        ({"state": "I1"}, "Two letters"),
    ],
)
def test_what_is_refused_changes_nothing(admin, fields, words):
    before = ScopeRule.objects.count()
    with pytest.raises(Refused, match=words):
        rule(admin, **fields)
    assert ScopeRule.objects.count() == before
    assert AuditEvent.objects.filter(action="scope.changed").count() == 0


def test_one_day_has_one_version(admin):
    rule(admin)
    with pytest.raises(Refused, match="choose another day"):
        rule(admin, allowed="no", condition="")


def test_the_administrator_changes_a_rule_on_the_page_and_a_manager_only_reads(admin, manager):
    row = ScopeRule.objects.get(task="vitals", credential="MA", state="")
    url = f"{reverse('staff:scope-rule-set')}?rule={row.pk}"
    reader = signed_in(manager)
    assert str(row.pk) not in reader.get(reverse("staff:scope-rules")).content.decode()
    assert reader.get(url).status_code == 403
    client = signed_in(admin)
    assert str(row.pk) in client.get(reverse("staff:scope-rules")).content.decode()
    assert b'value="vitals" selected' in client.get(url).content
    fields = {"task": "vitals", "credential": "MA", "state": "", "allowed": "no", "supervision": "none"}
    sent = client.post(url, fields | {"effective_from": str(LATER), "reviewed_by": "Dr. Shah"})
    assert sent.status_code == 302
    assert ScopeRule.objects.get(task="vitals", credential="MA", effective_from=LATER).allowed == "no"
    assert client.get(f"{reverse('staff:scope-rule-set')}?rule=nonsense").status_code == 404
