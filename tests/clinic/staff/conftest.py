"""People and PCs. Imports stand inside: pytest reads this file before Django is set up."""

import pytest


@pytest.fixture
def ma(db):
    """A medical assistant with a PIN."""
    from tests.factories.staff import make_member

    return make_member(
        "ma", username="dana", first_name="Dana", last_name="Reyes", credential="CMA", pin="4071"
    )


@pytest.fixture
def admin(db):
    from tests.factories.staff import make_member

    return make_member("administrator", username="ada", first_name="Ada", last_name="Boyd")


@pytest.fixture
def manager(db):
    from tests.factories.staff import make_member

    return make_member("manager", username="mo", first_name="Mo", last_name="Lane")


@pytest.fixture
def browser(ma):
    """The MA's browser on an unregistered PC."""
    from tests.factories.staff import signed_in

    return signed_in(ma)


@pytest.fixture
def own_pc(db):
    """A registered workstation that one person uses."""
    from clinic.staff.models import Workstation

    return Workstation.objects.create(name="Office PC", room="Office", is_shared=False)


@pytest.fixture
def room_pc(db):
    """A registered workstation that several people use."""
    from clinic.staff.models import Workstation

    return Workstation.objects.create(name="Room 3 PC", room="Room 3", is_shared=True)
