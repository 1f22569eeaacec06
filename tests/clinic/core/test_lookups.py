"""A row by key reads what the ORM reads."""

import pytest
from django.db import transaction
from django.db.models import Count

from clinic.core.ids import uuid7
from clinic.core.lookups import by_key, rows_by
from clinic.core.models import RateWindow
from scheduling.models import Appointment, Location, Room
from tests.factories.scheduling import EARLY, Clinic

NEIGHBOURS = ("patient", "provider", "ma", "visit_type", "location", "room", "encounter", "rescheduled_to")


@pytest.mark.django_db
def test_it_reads_the_row_and_its_neighbours_in_one_statement(django_assert_num_queries, time_machine):
    time_machine.move_to(EARLY, tick=False)
    clinic = Clinic()
    visit = clinic.move(clinic.book(), "arrived")
    read = by_key(lambda: Appointment.objects.select_related(*NEIGHBOURS))
    read(visit.pk)  # builds the statement
    with django_assert_num_queries(1):
        found = read(visit.pk)
        near = [getattr(found, name) for name in NEIGHBOURS]
    usual = Appointment.objects.select_related(*NEIGHBOURS).get(pk=visit.pk)
    for mine, theirs in [
        (found, usual),
        *zip(near, (getattr(usual, name) for name in NEIGHBOURS), strict=True),
    ]:
        assert type(mine) is type(theirs)
        if mine is not None:
            assert _values(mine) == _values(theirs)
            assert (mine._state.adding, mine._state.db) == (False, "default")


def _values(row) -> dict:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.django_db
def test_no_row_is_none_and_each_key_its_own_row():
    places = [Location.objects.create(name=name, zone="America/Chicago") for name in ("North", "South")]
    read = by_key(lambda: Location.objects.all())
    assert read(uuid7()) is None
    assert [read(place.pk).name for place in places] == ["North", "South"]


@pytest.mark.django_db
def test_other_parameters_of_the_queryset_stay():
    place = Location.objects.create(name="North", zone="America/Chicago")
    rooms = [Room.objects.create(location=place, name=name, label=name) for name in ("1", "2")]
    read = by_key(lambda: Room.objects.filter(label="2").select_related("location"))
    assert [read(room.pk) for room in rooms] == [None, rooms[1]]
    assert read(rooms[1].pk).location.name == "North"


@pytest.mark.django_db
def test_a_lock_is_asked_for():
    read = by_key(lambda: Location.objects.select_for_update(of=("self",)))
    place = Location.objects.create(name="North", zone="America/Chicago")
    with transaction.atomic():
        assert read(place.pk) == place


@pytest.mark.django_db
def test_rows_of_a_key_come_in_the_order_that_was_asked_for():
    places = [Location.objects.create(name=name, zone="America/Chicago") for name in ("North", "South")]
    for place, label in ((places[0], "b"), (places[0], "a"), (places[1], "c")):
        Room.objects.create(location=place, name=label, label=label)
    read = rows_by(lambda place: Room.objects.filter(location=place).order_by("label"))
    assert [[room.label for room in read(place.pk)] for place in places] == [["a", "b"], ["c"]]
    assert read(uuid7()) == []


@pytest.mark.django_db
def test_what_the_database_adds_to_a_row_comes_with_it():
    place = Location.objects.create(name="North", zone="America/Chicago")
    Room.objects.create(location=place, name="1", label="1")
    (found,) = rows_by(lambda pk: Location.objects.filter(pk=pk).annotate(places=Count("rooms")))(place.pk)
    assert (found, found.places) == (place, 1)


@pytest.mark.django_db
def test_a_key_that_is_no_uuid_is_refused():
    with pytest.raises(Exception, match="UUID|valid|number"):
        by_key(lambda: RateWindow.objects.all())(uuid7())
