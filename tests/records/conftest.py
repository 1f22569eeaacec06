"""The clinic of these tests. Imports wait until Django is up, as this file is read before it."""

import pytest


@pytest.fixture
def clinic(db):
    """A clinic in Chicago."""
    from clinic.core import kept
    from clinic.core.models import ClinicProfile

    row = ClinicProfile.objects.create(
        name="Maple Street Clinic",
        phone="+13125550100",
        address_line1="1 Maple St",
        city="Chicago",
        state="IL",
        postal_code="60601",
        zone="America/Chicago",
    )
    kept.forget()
    yield row
    kept.forget()


@pytest.fixture
def ma(clinic):
    from tests.factories.staff import actor_for, make_member

    return actor_for(make_member("ma", credential="CMA", first_name="Dana", last_name="Reyes"))


@pytest.fixture
def provider(clinic):
    from tests.factories.staff import actor_for, make_member

    return actor_for(make_member("provider", credential="MD", first_name="Anil", last_name="Shah"))


@pytest.fixture
def patient(clinic):
    from tests.factories import records as make

    return make.make_patient()


@pytest.fixture
def encounter(patient):
    from tests.factories import records as make

    return make.make_encounter(patient)


@pytest.fixture
def as_role(clinic):
    """`as_role("ma")` is a signed-in client of that role."""
    from tests.factories.staff import make_member, signed_in

    return lambda *roles, **fields: signed_in(make_member(*roles, **fields))
