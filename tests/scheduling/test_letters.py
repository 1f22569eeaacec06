"""Letters as people work them: one or a pile, printed, posted, kept as they were sent."""

import pytest
import time_machine
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.files.services import read_file
from clinic.inbox.models import Task
from clinic.staff.roles import Role
from scheduling.models import FollowUp, FollowUpAttempt, MissedVisit
from scheduling.queries.letters import follow_up_letters_due, follow_up_papers, missed_papers
from scheduling.queries.missed import missed_visits
from scheduling.rules.follow_ups import State
from scheduling.services.letters import mark_letter_sent, mark_letters_sent
from tests.factories.follow_ups import make_follow_up
from tests.factories.messaging import make_reachable
from tests.factories.outreach import follow
from tests.factories.scheduling import TUESDAY, Clinic, at
from tests.factories.staff import make_member, signed_in
from tests.support.statements import counted

pytestmark = pytest.mark.django_db
SECRET_ADDRESS = "c/o Prairie Law Office; 220 Court Street; Maple Falls, IL 60099"


@pytest.fixture
def clock():
    with time_machine.travel(at("7:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def clinic(clock):
    return Clinic()


def missed(clinic, clock, count: int = 1, **patient) -> list[MissedVisit]:
    """As many first no-shows of this morning."""
    starts = ("8:00", "8:20", "8:40")[:count]
    visits = [clinic.book(start, patient=make_reachable(**patient)) for start in starts]
    clock.move_to(at("9:00"))
    for visit in visits:
        clinic.move(visit, "no_show")
    follow()
    return list(MissedVisit.objects.order_by("appointment__starts_at"))


def due(count: int = 1) -> list[FollowUp]:
    rows = [make_follow_up() for _ in range(count)]
    FollowUp.objects.filter(pk__in=[row.pk for row in rows]).update(state=State.LETTER)
    return list(follow_up_letters_due())


@pytest.mark.parametrize("count", [1, 3])
def test_a_pile_takes_as_few_statements_as_one(clinic, clock, count):
    missed(clinic, clock, count)
    missed_papers(missed_visits(clinic.location, "letters")[:1], TUESDAY)  # brings the wording into memory
    with counted() as log:
        assert len(missed_papers(missed_visits(clinic.location, "letters"), TUESDAY)) == count
    assert len(log) == 1
    follow_up_papers(due(count)[:1], TUESDAY)
    with counted() as log:
        assert len(follow_up_papers(follow_up_letters_due(), TUESDAY)) == count
    assert len(log) == 1


def test_a_letter_goes_where_the_patient_asked_for_letters(clinic, clock):
    (row,) = missed(clinic, clock, address_line1="1 Elm St", restrictions={"mail_to": SECRET_ADDRESS})
    (paper,) = missed_papers([row], TUESDAY)
    assert paper.to[1:] == ("c/o Prairie Law Office", "220 Court Street", "Maple Falls, IL 60099")
    page = signed_in(make_member(Role.FRONT_DESK)).get(reverse("scheduling:missed-letter", args=[row.pk]))
    assert "220 Court Street" in page.content.decode()
    assert "1 Elm St" not in page.content.decode()


def test_what_was_sent_is_kept_as_a_pdf(clinic, clock):
    (row,) = missed(clinic, clock)
    mark_letter_sent(by=clinic.by, missed=row)
    row.refresh_from_db()
    assert (row.letter_file.media_type, row.letter_file.owner_id) == ("application/pdf", str(row.patient_id))
    kept = read_file(row.letter_file)
    assert kept.startswith(b"%PDF")
    page = reverse("files:download", args=[row.letter_file_id])
    assert signed_in(make_member(Role.FRONT_DESK)).get(page).content == kept
    assert signed_in(make_member(Role.ADMINISTRATOR)).get(page).status_code == 404


def test_the_pile_of_a_page_is_printed_and_posted_at_once(clinic, clock):
    rows = missed(clinic, clock, 3)
    desk = signed_in(make_member(Role.FRONT_DESK))
    pdf = desk.get(reverse("scheduling:missed-letters-pdf"))
    assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")
    assert pdf.content.count(b"/Type /Page\n") == 3
    assert AuditEvent.objects.filter(action="chart.viewed").count() == 3
    assert MissedVisit.objects.filter(letter_sent_at=None).count() == 3
    # One that the page did not show yet stays; what is no key is passed over.
    form = {"letter": [str(rows[0].pk), str(rows[1].pk), "x"]}
    assert desk.post(reverse("scheduling:missed-letters-sent"), form).status_code == 302
    assert [row.letter_sent_at is None for row in MissedVisit.objects.order_by("appointment__starts_at")] == [
        False,
        False,
        True,
    ]


def test_a_letter_that_somebody_else_posted_is_passed_over(clinic, clock):
    rows = missed(clinic, clock, 2)
    mark_letter_sent(by=clinic.by, missed=rows[0])
    assert mark_letters_sent(by=clinic.by, rows=rows) == 1
    assert mark_letters_sent(by=clinic.by, rows=rows) == 0


def test_who_may_not_print_prints_nothing(clinic, clock):
    (row,) = missed(clinic, clock)
    biller = signed_in(make_member(Role.BILLER))
    for name, args in (
        ("missed-letter-pdf", [row.pk]),
        ("missed-letters-pdf", []),
        ("follow-up-letters-pdf", []),
    ):
        assert biller.get(reverse(f"scheduling:{name}", args=args)).status_code == 403
    for name in ("missed-letters-sent", "follow-up-letters-sent"):
        assert biller.post(reverse(f"scheduling:{name}"), {"letter": str(row.pk)}).status_code == 403
    row.refresh_from_db()
    assert row.letter_sent_at is None


def test_no_letters_no_pdf(clinic):
    client = signed_in(make_member(Role.FRONT_DESK, Role.MA))
    for name in ("missed-letters-pdf", "follow-up-letters-pdf"):
        assert client.get(reverse(f"scheduling:{name}")).status_code == 404


def test_follow_up_letters_as_a_pile_go_on_to_the_provider(clinic, clock):
    rows = due(3)
    ma = signed_in(make_member(Role.MA))
    pdf = ma.get(reverse("scheduling:follow-up-letters-pdf"))
    assert pdf.content.count(b"/Type /Page\n") == 3
    form = {"letter": [str(row.pk) for row in rows[:2]]}
    assert ma.post(reverse("scheduling:follow-up-letters-sent"), form).status_code == 302
    assert FollowUp.objects.filter(state=State.PROVIDER).count() == 2
    assert Task.objects.filter(title="Not reached by phone or letter: decide").count() == 2
    sent = FollowUpAttempt.objects.filter(kind="letter")
    assert all(read_file(one.letter_file).startswith(b"%PDF") for one in sent)
    # A second press, on a page that was not loaded again, changes nothing.
    ma.post(reverse("scheduling:follow-up-letters-sent"), form)
    assert FollowUpAttempt.objects.count() == 2


def test_a_second_letter_is_the_certified_one(clinic):
    (row,) = due()
    ma = signed_in(make_member(Role.MA))
    ma.post(reverse("scheduling:follow-up-letter", args=[row.pk]))
    FollowUp.objects.update(state=State.LETTER)
    (again,) = follow_up_letters_due()
    assert [paper.remark for paper in follow_up_papers([again], TUESDAY)] == ["Certified mail"]
    assert ma.get(reverse("scheduling:follow-up-letter-pdf", args=[row.pk])).status_code == 200
    ma.post(reverse("scheduling:follow-up-letters-sent"), {"letter": str(row.pk)})
    assert list(FollowUpAttempt.objects.values_list("kind", flat=True)) == ["letter", "certified"]
