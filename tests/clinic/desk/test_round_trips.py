"""How many statements the acts of a visit take, signed in, permission checks and audit on."""

import re

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.factories.staff import signed_in
from tests.reliability.today import ACTS, make_today

_NOT_COUNTED = re.compile(r"^(BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK|SET )", re.IGNORECASE)


@pytest.mark.django_db(transaction=True)
def test_acts_of_a_visit_take_few_statements():
    """Counted at the second try: the first one, which is undone, brought the settings into memory.

    The patient leaves straight from the room, which becomes dirty in the same act.
    """
    clinic, counted = make_today(), {}
    for name in ("check-in", "vaccine", "check-out"):
        act = ACTS[name](clinic)
        client = signed_in(clinic.people[act.role])
        client.get("/")
        with transaction.atomic():
            assert client.post(act.path, act.form, headers={"HX-Request": "true"}).status_code == 204
            transaction.set_rollback(True)
        with CaptureQueriesContext(connection) as caught:
            assert client.post(act.path, act.form, headers={"HX-Request": "true"}).status_code == 204
        counted[name] = len([one for one in caught if not _NOT_COUNTED.match(one["sql"])])
        assert act.count() == act.once
    assert counted == {"check-in": 7, "vaccine": 8, "check-out": 8}
