"""Rates on sign-in, token links, search and exports; and the alert when somebody reads unusually many charts."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.time import now
from clinic.inbox.models import Alert
from clinic.inbox.services import oversight
from clinic.inbox.tasks import watch_access
from clinic.staff.limits import EXPORT, FINDER, TOKEN_LINK
from clinic.staff.models import Member
from clinic.staff.roles import Role
from tests.factories import records as make
from tests.factories.staff import make_member, signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def spend(monkeypatch, *limits, times: int = 3) -> None:
    """Makes the limits small, so that a test needs no hundred requests."""
    for limit in limits:
        monkeypatch.setitem(limit.__dict__, "times", times)


def statuses(ask, count: int) -> list[int]:
    return [ask().status_code for _ in range(count)]


def test_the_limits_in_force():
    assert (FINDER.times, FINDER.seconds) == (120, 60)
    assert (EXPORT.times, EXPORT.seconds) == (10, 600)
    assert (TOKEN_LINK.times, TOKEN_LINK.seconds) == (10, 60)
    assert (1_000, timedelta(minutes=5)) == (oversight.MANY, oversight.WITHIN)


class TestSearch:
    @pytest.mark.parametrize("name", ["records:finder", "records:patient-options"])
    def test_refused_in_words_once_it_is_no_person_any_more(self, monkeypatch, time_machine, name):
        time_machine.move_to("2026-03-10T15:00:00+00:00", tick=False)
        spend(monkeypatch, FINDER)
        client = signed_in(make_member(Role.FRONT_DESK))
        answers = [client.post(reverse(name), {"q": "or"}, headers=HTMX) for _ in range(4)]
        assert [a.status_code for a in answers] == [200, 200, 200, 429]
        assert "That were more than 3 searches in a minute." in answers[3]["HX-Trigger"]
        assert answers[3]["Retry-After"] == "60"

    def test_counts_by_member_over_both_finders_and_ends_with_the_minute(self, monkeypatch, time_machine):
        time_machine.move_to("2026-03-10T15:00:00+00:00", tick=False)
        spend(monkeypatch, FINDER)
        one, other = signed_in(make_member(Role.FRONT_DESK)), signed_in(make_member(Role.FRONT_DESK))
        find, options = reverse("records:finder"), reverse("records:patient-options")
        assert statuses(lambda: one.post(find, {"q": "or"}), 2) == [200, 200]
        assert statuses(lambda: one.post(options, {"q": "or"}), 2) == [200, 429]
        assert other.post(find, {"q": "or"}).status_code == 200
        time_machine.shift(timedelta(minutes=1))
        assert one.post(find, {"q": "or"}).status_code == 200

    def test_a_page_says_it_too(self, monkeypatch):
        spend(monkeypatch, FINDER, times=0)
        answer = signed_in(make_member(Role.FRONT_DESK)).post(reverse("records:finder"), {"q": "or"})
        assert answer.status_code == 429
        assert "Wait a little, then go on." in answer.content.decode()

    def test_who_may_not_search_is_told_that(self, monkeypatch):
        spend(monkeypatch, FINDER, times=0)
        client = signed_in(make_member(Role.ADMINISTRATOR))
        assert client.post(reverse("records:finder"), {"q": "or"}).status_code == 403


class TestExports:
    def test_the_trail(self, monkeypatch, time_machine):
        time_machine.move_to("2026-03-10T15:00:00+00:00", tick=False)
        spend(monkeypatch, EXPORT)
        client = signed_in(make_member(Role.PRIVACY))
        assert statuses(lambda: client.post(reverse("audit:export")), 4) == [200, 200, 200, 429]
        assert AuditEvent.objects.filter(action="audit.exported").count() == 3

    def test_the_order_list(self, monkeypatch, time_machine):
        time_machine.move_to("2026-03-10T15:00:00+00:00", tick=False)
        spend(monkeypatch, EXPORT)
        client = signed_in(make_member(Role.LEAD_MA))
        assert statuses(lambda: client.get(reverse("inventory:reorder-csv")), 4) == [200, 200, 200, 429]


class TestTokenLinks:
    def links(self) -> dict[str, str]:
        member = Member.objects.first() or make_member()
        return {
            "invitation": reverse("staff:invitation", args=[member.pk, "abc-def"]),
            "password": reverse("account_reset_password_from_key", args=["1", "abc-def"]),
            "patient": reverse("scheduling:patient-link", args=["B" * 22]),
        }

    @pytest.mark.parametrize("kind", ["invitation", "password", "patient"])
    def test_the_eleventh_guess_in_a_minute_waits(self, time_machine, kind):
        time_machine.move_to("2026-03-10T15:00:00+00:00", tick=False)
        client, url = Client(), self.links()[kind]
        tried = statuses(lambda: client.get(url), 11)
        assert 429 not in tried[:10]
        assert tried[10] == 429
        time_machine.shift(timedelta(minutes=1))
        assert client.get(url).status_code == tried[0]

    def test_guesses_count_together_whichever_link_is_guessed(self, time_machine):
        time_machine.move_to("2026-03-10T15:00:00+00:00", tick=False)
        client, links = Client(), list(self.links().values())
        tried = [client.get(links[number % 3]).status_code for number in range(11)]
        assert tried.count(429) == 1
        assert tried[10] == 429

    def test_behind_the_proxy_each_patient_has_tries_of_their_own(self, settings, time_machine):
        """By the proxy's own address the whole town would share ten tries a minute."""
        time_machine.move_to("2026-03-10T15:00:00+00:00", tick=False)
        settings.BEHIND_PROXY = True
        client, url = Client(), self.links()["patient"]
        busy = {"X-Forwarded-For": "203.0.113.5"}
        assert statuses(lambda: client.get(url, headers=busy), 11)[10] == 429
        assert client.get(url, headers={"X-Forwarded-For": "203.0.113.6"}).status_code == 404

    def test_a_forged_address_resets_nothing(self, settings, time_machine):
        time_machine.move_to("2026-03-10T15:00:00+00:00", tick=False)
        settings.BEHIND_PROXY = True
        client, url = Client(), self.links()["patient"]
        tried = [
            client.get(url, headers={"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.5"}).status_code
            for n in range(11)
        ]
        assert tried[10] == 429


class TestManyCharts:
    def look(self, member, pages: int, *, page: str = "chart", patient=None, ago: int = 60) -> None:
        patient = patient or make.make_patient()
        AuditEvent.objects.bulk_create(
            AuditEvent(
                kind="look",
                action="chart.viewed",
                member_id=member.pk,
                actor=member.name,
                patient_id=patient.pk,
                detail={"page": page},
                at=now() - timedelta(seconds=ago),
            )
            for _ in range(pages)
        )

    def test_1_000_patient_pages_in_5_minutes_alert_the_privacy_officer_once(self):
        snoop = make_member(Role.FRONT_DESK, last_name="Curious")
        self.look(snoop, 999)
        watch_access()
        assert Alert.objects.count() == 0
        client = signed_in(snoop)
        client.get(reverse("records:patient", args=[make.make_patient().pk]))
        watch_access()
        watch_access()
        alert = Alert.objects.get()
        assert (alert.pool, alert.severity, alert.patient) == ("privacy", "danger", None)
        assert alert.text == "Pat Curious opened 1,000 patient pages and saw 2 patients in 5 minutes."

    def test_a_thousand_different_patients_in_lists_count_too(self):
        snoop = make_member(Role.FRONT_DESK)
        from uuid import uuid4

        AuditEvent.objects.bulk_create(
            AuditEvent(
                kind="look",
                action="chart.viewed",
                member_id=snoop.pk,
                actor="x",
                patient_id=uuid4(),
                detail={"page": "finder"},
            )
            for _ in range(1_000)
        )
        watch_access()
        assert Alert.objects.get().source_key.startswith(f"many-charts:{snoop.pk}:")

    @pytest.mark.parametrize(
        "looks", [{"page": "balance"}, {"ago": 301}], ids=["panels of one page", "long ago"]
    )
    def test_a_busy_day_is_no_alert(self, looks):
        self.look(make_member(Role.BILLER), 1_200, **looks)
        watch_access()
        assert Alert.objects.count() == 0

    def test_oversight_sees_and_closes_it_and_the_inbox_does_not(self):
        snoop = make_member(Role.FRONT_DESK, last_name="Curious")
        self.look(snoop, 1_000)
        watch_access()
        alert = Alert.objects.get()
        desk, officer = signed_in(snoop), signed_in(make_member(Role.PRIVACY))
        for view in ("mine", "all"):
            assert "Curious opened" not in desk.get(f"/inbox/?view={view}").content.decode()
        assert desk.get(reverse("inbox:alert-acknowledge", args=[alert.pk])).status_code == 404
        assert desk.get(reverse("inbox:alert-review", args=[alert.pk])).status_code == 403
        assert "Curious opened 1,000" in officer.get(reverse("desk:oversight-panel")).content.decode()
        answer = officer.post(
            reverse("inbox:alert-review", args=[alert.pk]), {"action": "Asked, was an export"}
        )
        assert answer.status_code == 302
        alert.refresh_from_db()
        assert alert.action == "Asked, was an export"
        assert "Curious opened" not in officer.get(reverse("desk:oversight-panel")).content.decode()

    def test_oversight_closes_no_alert_of_the_clinic(self):
        from clinic.core.actor import Actor
        from clinic.inbox.services import raise_alert

        alert = raise_alert(
            by=Actor.system("t"), patient=None, kind="x", text="x", source_key="x", pool="provider"
        )
        officer = signed_in(make_member(Role.PRIVACY))
        assert officer.get(reverse("inbox:alert-review", args=[alert.pk])).status_code == 404
