"""Series over HTTP: every day is seen first, answers are kept, and nothing is booked twice."""

from datetime import time, timedelta

import pytest

from clinic.core.ids import uuid7
from clinic.staff.roles import Role
from scheduling.models import Appointment, AppointmentSeries, Closure
from tests.factories.scheduling import TUESDAY, at, make_patient, visit_type
from tests.factories.staff import make_member, signed_in

URL = "/schedule/series/book/"
WEEK = timedelta(7)


@pytest.fixture
def desk(clinic):
    return signed_in(make_member(Role.FRONT_DESK))


def form(clinic, **fields) -> dict:
    values = {
        "patient": make_patient(last_name="Ortiz").pk, "visit_type": visit_type().pk, "provider": clinic.provider.pk,
        "location": clinic.location.pk, "first_day": TUESDAY.isoformat(), "clock": "09:00", "interval": "1",
        "every": "week", "count": "3", "reason": "allergy shots", "form_key": str(uuid7()),
    }  # fmt: skip
    return {**values, **fields}


def test_the_page_shows_every_day_and_books_nothing_by_looking(clinic, desk):
    Closure.objects.create(location=clinic.location, day=TUESDAY + WEEK, reason="Picnic")
    clinic.book("9:00", day=TUESDAY + 2 * WEEK)
    before = Appointment.objects.count()
    page = desk.post(URL, form(clinic)).content.decode()
    assert "Tue, Mar 10, 2026, 9:00 AM" in page
    assert "closed: Picnic" in page
    assert "1 of 3 days wants another time" in page
    assert page.count('name="answer_2026-03-24"') == 5
    assert Appointment.objects.count() == before


def test_the_booking_dialog_hands_over_what_was_chosen_without_an_address_that_names_anybody(clinic, desk):
    patient = make_patient(first_name="Ana", last_name="Ruiz")
    data = {
        "from_booking": "1", "patient": patient.pk, "patient_search": "rui", "visit_type": visit_type("nurse").pk,
        "location": clinic.location.pk, "slot": f"{at('9:40', TUESDAY + WEEK).isoformat()}|{clinic.provider.pk}",
        "reason": "dressing", "form_key": str(uuid7()),
    }  # fmt: skip
    page = desk.post(URL, data, headers={"HX-Request": "true", "X-Clinic-Dialog": "1"})
    assert page.status_code == 200
    known = page.context["form"].initial
    assert (known["patient"], known["patient_search"], known["reason"]) == (
        patient.pk,
        "Ruiz, Ana",
        "dressing",
    )
    assert (known["first_day"], known["clock"]) == (TUESDAY + WEEK, time(9, 40))
    assert known["provider"] == clinic.provider.pk
    text = page.content.decode()
    assert f'name="patient" value="{patient.pk}"' in text
    assert f'<option value="{visit_type("nurse").pk}" selected' in text
    assert not Appointment.objects.exists()
    link = desk.get("/schedule/book/").content.decode()
    assert f'formaction="{URL}"' in link
    assert f'href="{URL}' not in link


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"day": "2026-03-24", "clock": "10:20", "slot": ""}, (TUESDAY + 2 * WEEK, time(10, 20))),
        ({"day": "soon", "clock": "late", "slot": "whenever"}, (TUESDAY, None)),
        ({"slot": "whenever"}, (TUESDAY, None)),
    ],
)
def test_what_is_no_time_is_left_to_be_typed(clinic, desk, fields, wanted):
    data = {"from_booking": "1", "patient_search": "Somebody New", **fields}
    known = desk.post(URL, data).context["form"].initial
    assert (known["first_day"], known.get("clock")) == wanted
    assert known["patient_search"] == "Somebody New"


def test_answers_book_the_rest_and_the_form_acts_once(clinic, desk):
    clinic.book("9:00", day=TUESDAY + WEEK)
    data = form(clinic, do="book")
    answer = desk.post(URL, data)
    assert answer.status_code == 409
    assert "1 day wants another time" in answer.content.decode()
    assert not AppointmentSeries.objects.exists()
    data |= {f"answer_{TUESDAY + WEEK}": f"{at('9:20', TUESDAY + WEEK).isoformat()}|{clinic.provider.pk}"}
    first, second = desk.post(URL, data), desk.post(URL, data)
    assert (first.status_code, first["Location"]) == (302, second["Location"])
    series = AppointmentSeries.objects.get()
    page = desk.get(first["Location"]).content.decode()
    assert "every week, 3 times, at 9:00 AM" in page
    assert "2. Tue, Mar 17, 2026, 9:20 AM" in page
    assert series.visits.count() == 3


def test_what_is_missing_is_asked_for_with_everything_kept(clinic, desk):
    answer = desk.post(URL, form(clinic, count="", until=""))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Say either how many visits, or the last day" in page
    assert 'value="allergy shots"' in page
    assert desk.post(URL, form(clinic, interval="0")).status_code == 422
    assert desk.post(URL, form(clinic, count="", until=TUESDAY.isoformat())).status_code == 422


def booked(clinic, desk) -> AppointmentSeries:
    assert desk.post(URL, form(clinic, do="book")).status_code == 302
    return AppointmentSeries.objects.get()


def test_a_series_is_changed_from_a_visit_on(clinic, desk):
    series = booked(clinic, desk)
    second = series.visits.get(series_number=2)
    url = f"/schedule/visits/{second.pk}/series/change/"
    assert "All visits still to come" in desk.get(url).content.decode()
    data = {"scope": "later", "version": second.version, "clock": "10:20", "shift_days": "", "form_key": "a"}
    page = desk.post(url, data).content.decode()
    assert "Tue, Mar 17, 2026 → Tue, Mar 17, 2026, 10:20 AM" in page
    assert desk.post(url, {**data, "do": "book"}).status_code == 302
    starts = (
        Appointment.objects.filter(state="scheduled")
        .order_by("starts_at")
        .values_list("starts_at", flat=True)
    )
    assert list(starts) == [at("9:00"), at("10:20", TUESDAY + WEEK), at("10:20", TUESDAY + 2 * WEEK)]
    assert desk.post(url, {**data, "do": "book", "form_key": "b"}).status_code in (409, 422)


def test_a_series_is_cancelled_with_a_reason(clinic, desk):
    series = booked(clinic, desk)
    first = series.visits.get(series_number=1)
    url = f"/schedule/visits/{first.pk}/series/cancel/"
    data = {"scope": "all", "version": first.version, "note": "", "form_key": "c"}
    assert desk.post(url, data).status_code == 422
    assert desk.post(url, {**data, "reason": "patient_better"}).status_code == 302
    assert set(series.visits.values_list("state", flat=True)) == {"cancelled"}


def test_a_visit_is_repeated_from_its_page(clinic, desk):
    visit = clinic.book("9:00", reason="blood pressure")
    page = desk.get(f"/schedule/visits/{visit.pk}/").content.decode()
    assert f"/schedule/series/book/?visit={visit.pk}" in page
    page = desk.get(f"{URL}?visit={visit.pk}").content.decode()
    for value in ('value="blood pressure"', 'value="09:00"', 'value="2026-03-10"'):
        assert value in page


def test_who_may_not_book_sees_the_series_only(clinic, desk):
    series = booked(clinic, desk)
    biller = signed_in(make_member(Role.BILLER))
    assert biller.get(URL).status_code == 403
    unknown = f"/schedule/series/{uuid7()}/"
    assert desk.get(unknown).status_code == 404
    assert desk.get(f"/schedule/series/{series.pk}/").status_code == 200
