"""How to prepare: never in a message, a week ahead as a link, opened by who knows the birth date."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.core.errors import Refused
from clinic.core.time import now
from clinic.messaging.models import Message
from clinic.messaging.tasks import send_due
from clinic.staff.roles import Role
from scheduling.models import Preparation
from scheduling.queries.preparation import has_preparation, preparation_of
from scheduling.services.preparation import save_preparation
from scheduling.tasks.reminders import plan_reminders as sweep
from tests.factories.messaging import make_reachable
from tests.factories.scheduling import at, visit_type
from tests.factories.staff import make_member, signed_in
from tests.scheduling.test_reminders import BOOKED, clinic, friday, slots  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
WORDS = "Eat nothing after midnight.\nBring your list of medicines."
NEXT_WEEK = date(2026, 3, 17)


@pytest.fixture
def told(clinic):  # noqa: F811
    save_preparation(by=clinic.by, visit_type=visit_type(), language="en", body=WORDS)
    return clinic


def without_token(response) -> str:
    return re.sub(r'data-csrf="[^"]*"', "", response.content.decode())


def prep(visit) -> Message:
    return Message.objects.get(subject=f"appointment:{visit.pk}", purpose="preparation")


def test_it_is_planned_a_week_ahead_and_the_text_names_none_of_it(told):
    visit = told.book("10:00", day=NEXT_WEEK, patient=make_reachable())
    message = prep(visit)
    assert message.wanted_at == at("10:00", NEXT_WEEK) - timedelta(days=7)
    assert slots(visit)["prep-168h"] == message.planned_at
    assert "midnight" not in message.body
    assert "/v/" + message.link_token in message.body
    assert len(message.body) <= 160


def test_a_visit_booked_later_than_that_gets_it_at_once(told):
    visit = told.book("10:00", patient=make_reachable())
    assert prep(visit).planned_at == BOOKED


def test_without_instructions_nothing_is_sent(clinic):  # noqa: F811
    visit = clinic.book("10:00", day=NEXT_WEEK, patient=make_reachable())
    assert "prep-168h" not in slots(visit)
    sweep()
    assert "prep-168h" not in slots(visit)


def test_the_sweep_brings_it_to_visits_that_were_booked_before(clinic):  # noqa: F811
    visit = clinic.book("10:00", patient=make_reachable())
    save_preparation(by=clinic.by, visit_type=visit_type(), language="en", body=WORDS)
    sweep()
    assert prep(visit).planned_at == BOOKED
    count = Message.objects.count()
    sweep()
    assert Message.objects.count() == count


def test_it_counts_toward_the_limits_of_a_day(told, friday):  # noqa: F811
    told.book("10:00", patient=make_reachable())
    friday.move_to(at("10:00") - timedelta(hours=71))
    sent = Message.objects.get(purpose="preparation")
    Message.objects.filter(pk=sent.pk).update(next_try_at=now(), planned_at=now())
    send_due()
    states = dict(Message.objects.exclude(purpose="confirmation").values_list("key", "state"))
    assert sorted(states.values()).count("delivered") == 1


class TestLink:
    @pytest.fixture
    def visit(self, told):
        visit = told.book("10:00", patient=make_reachable(birth_date=date(1988, 3, 4)))
        send_due()
        return visit

    def address(self, visit, name="scheduling:patient-preparation"):
        token = Message.objects.get(subject=f"appointment:{visit.pk}", purpose="confirmation").link_token
        return reverse(name, args=[token])

    def test_the_page_of_the_visit_leads_there_and_tells_nothing(self, visit, client):
        page = client.get(self.address(visit, "scheduling:patient-link")).content.decode()
        assert self.address(visit) in page
        assert "midnight" not in page
        asked = client.get(self.address(visit))
        assert asked.status_code == 200
        assert "midnight" not in asked.content.decode()
        assert asked["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("typed", ["1988-03-04", "3/4/1988", "03/04/88"])
    def test_the_birth_date_opens_it(self, visit, client, typed):
        answer = client.post(self.address(visit), {"birth_date": typed})
        assert answer.status_code == 200
        assert "Eat nothing after midnight." in answer.content.decode()
        assert (
            AuditEvent.objects.filter(action="preparation.opened", patient_id=visit.patient_id).count() == 1
        )

    @pytest.mark.parametrize("typed", ["1988-03-05", "", "soon", "4/3/1988"])
    def test_any_other_does_not(self, visit, client, typed):
        answer = client.post(self.address(visit), {"birth_date": typed})
        assert answer.status_code == 422
        assert "midnight" not in answer.content.decode()
        assert AuditEvent.objects.filter(action="preparation.refused").count() == 1

    def test_after_five_wrong_dates_the_right_one_is_refused_too(self, visit, client):
        for day in range(5):
            client.post(self.address(visit), {"birth_date": f"1990-01-0{day + 1}"})
        answer = client.post(self.address(visit), {"birth_date": "1988-03-04"})
        assert answer.status_code == 422
        assert "midnight" not in answer.content.decode()

    def test_a_wrong_link_and_one_without_instructions_look_alike(self, visit, told, client):
        wrong = client.get(reverse("scheduling:patient-preparation", args=["A" * 22]))
        save_preparation(by=told.by, visit_type=visit_type(), language="en", body="")
        ended = client.get(self.address(visit))
        assert (wrong.status_code, ended.status_code) == (404, 404)
        assert without_token(wrong) == without_token(ended)

    def test_in_spanish_where_it_is_written_in_spanish(self, told, client):
        save_preparation(by=told.by, visit_type=visit_type(), language="es", body="No coma desde medianoche.")
        patient = make_reachable(language="es-MX", birth_date=date(1988, 3, 4))
        visit = told.book("11:00", patient=patient)
        send_due()
        page = client.post(self.address(visit), {"birth_date": "1988-03-04"}).content.decode()
        assert "No coma desde medianoche." in page
        assert "Antes de su cita" in page


class TestVersions:
    def test_a_change_ahead_counts_from_its_day(self, told, friday):  # noqa: F811
        save_preparation(
            by=told.by, visit_type=visit_type(), language="en", body="New.", effective_from=date(2026, 3, 9)
        )
        kind = visit_type().pk
        assert preparation_of(kind, "en").body == WORDS
        friday.move_to(at("10:00"))
        assert preparation_of(kind, "en").body == "New."
        assert [row.body for row in Preparation.objects.order_by("created_at")] == [WORDS, "New."]

    def test_one_language_stands_in_for_the_other(self, clinic):  # noqa: F811
        save_preparation(by=clinic.by, visit_type=visit_type(), language="es", body="Traiga su lista.")
        assert preparation_of(visit_type().pk, "en").language == "es"
        assert has_preparation(visit_type().pk)
        assert not has_preparation(visit_type("new-patient").pk)

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"body": WORDS}, "says already"),
            ({"effective_from": date(2026, 3, 5)}, "past"),
            ({"language": "fr"}, "English or Spanish"),
        ],
    )
    def test_what_is_refused_changes_nothing(self, told, changes, words):
        values = {"visit_type": visit_type(), "language": "en", "body": "Other."}
        with pytest.raises(Refused, match=words):
            save_preparation(by=told.by, **{**values, **changes})
        assert Preparation.objects.count() == 1

    def test_the_pages(self, told):
        manager, desk = signed_in(make_member(Role.MANAGER)), signed_in(make_member(Role.FRONT_DESK))
        edit = reverse("scheduling:preparation-edit", args=[visit_type().pk, "es"])
        pages = ("preparation", "cadence-preview", "reminder-policy-history")
        for url in (edit, *(reverse(f"scheduling:{name}") for name in pages)):
            assert manager.get(url).status_code == 200
            assert desk.get(url).status_code == 403
        assert "Spanish is missing" in manager.get(reverse("scheduling:preparation")).content.decode()
        assert manager.post(edit, {"body": "Ayuno.", "effective_from": "2026-03-06"}).status_code == 302
        assert Preparation.objects.get(language="es").set_by is not None
        assert manager.get(edit.replace("/es/", "/fr/")).status_code == 404


class TestCadence:
    def test_a_made_up_patient_s_messages_follow_policy_window_and_limits(self, told):
        manager = signed_in(make_member(Role.MANAGER))
        url = reverse("scheduling:cadence-preview")
        page = manager.get(
            url,
            {
                "visit_type": str(visit_type().pk),
                "language": "en",
                "channel": "sms",
                "starts": "2026-03-17T08:30",
            },
        ).content.decode()
        assert "How to prepare" in page
        assert "Moved to before the window closes." in page  # two hours before 8:30 is too early
        assert "Hola" not in page
        assert Message.objects.count() == 0
        assert "su cita" in manager.get(url, {"language": "es"}).content.decode()
        assert manager.get(url, {"starts": "nonsense", "visit_type": "x"}).status_code == 200
