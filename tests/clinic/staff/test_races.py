"""Two at once: tries are counted one by one, and the clinic keeps an administrator."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from clinic.core.errors import ClinicError
from clinic.staff.models import Member, StaffSession
from clinic.staff.services.drafts import save_draft
from clinic.staff.services.members import deactivate_member
from clinic.staff.services.sessions import PinRefused, actor_of, lock_session, unlock_with_pin
from tests.factories.staff import actor_for, make_member, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Run the acts together on connections of their own; what each returned or raised."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            barrier.wait()
            return act()
        except ClinicError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_twenty_wrong_pins_at_once_are_judged_five_times():
    member = make_member("ma", pin="4071")
    signed_in(member)
    session = StaffSession.objects.get()
    by = actor_of(member, session)
    lock_session(by=by, session=session)
    results = at_once(
        *[lambda: unlock_with_pin(by=by, session=session, pin="9999", workstation_pk=None) for _ in range(20)]
    )
    assert all(isinstance(r, PinRefused) for r in results)
    assert sum("Too many" in r.message for r in results) == 15
    session.refresh_from_db()
    assert (session.pin_failures, session.locked_at is not None) == (5, True)
    with pytest.raises(PinRefused):
        unlock_with_pin(by=by, session=session, pin="4071", workstation_pk=None)


def test_two_administrators_cannot_deactivate_each_other():
    one, two = make_member("administrator"), make_member("administrator")
    by_one, by_two = actor_for(one), actor_for(two)
    results = at_once(
        lambda: deactivate_member(by=by_one, member=two, reason="x"),
        lambda: deactivate_member(by=by_two, member=one, reason="x"),
    )
    assert sum(isinstance(r, ClinicError) for r in results) == 1
    assert Member.objects.filter(is_active=True).count() == 1


def test_two_tabs_saving_one_draft_leave_one_draft():
    from clinic.staff.models import Draft

    member = make_member("ma")
    at_once(
        *[
            (lambda n=n: save_draft(member_id=member.pk, key="vitals:1", url="/", fields={"n": str(n)}))
            for n in range(10)
        ]
    )
    assert Draft.objects.filter(member=member).count() == 1
