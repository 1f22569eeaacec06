"""A series of visits: its rule, what is chosen for days in conflict, and changes of what is booked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from operator import attrgetter

from django import forms
from django.http import QueryDict

from clinic.ui.forms import RowField
from scheduling.forms.booking import VisitFields, parse_slot
from scheduling.forms.fields import DayField, Plain
from scheduling.models import CancelReason
from scheduling.queries.settings import bookable_members
from scheduling.rules.recurrence import MOST, Every, Rule
from scheduling.services.series_plan import Answer, Scope

LEAVE_OUT = "none"
_PREFIX = "answer_"


def answers_of(data: QueryDict | None) -> dict[date, Answer]:
    """What was chosen for single days: `answer_<day>` holds an opening or the word for none. Others are left out."""
    found: dict[date, Answer] = {}
    for name, value in (data or {}).items():
        if not name.startswith(_PREFIX) or not value:
            continue
        try:
            day = date.fromisoformat(name.removeprefix(_PREFIX))
            found[day] = Answer() if value == LEAVE_OUT else Answer(*parse_slot(value))
        except (ValueError, forms.ValidationError):
            continue
    return found


class SeriesForm(VisitFields):
    """Every n days, weeks or months, so many times or until a day."""

    first_day = DayField(label="First visit on")
    clock = forms.TimeField(widget=forms.TimeInput, label="at")
    interval = forms.IntegerField(min_value=1, max_value=52, initial=1, label="Every")
    every = forms.ChoiceField(
        choices=[(one.value, one.words) for one in Every], initial=Every.WEEK.value, label="Unit"
    )
    count = forms.IntegerField(required=False, min_value=2, max_value=MOST, label="Visits")
    until = DayField(required=False, label="Or until")

    def clean(self):
        values = super().clean()
        if not self.errors and bool(values.get("count")) == bool(values.get("until")):
            self.add_error("count", "Say either how many visits, or the last day.")
        return values

    @property
    def rule(self) -> Rule:
        values = self.cleaned_data
        return Rule(Every(values["every"]), values["interval"], values["count"], values["until"])


class ScopeForm(Plain):
    """Which visits of a series are meant. `version` says which state of the visit the form was opened on."""

    scope = forms.ChoiceField(
        choices=[
            (Scope.LATER.value, "This visit and all later ones"),
            (Scope.ALL.value, "All visits still to come"),
        ],
        initial=Scope.LATER.value,
        widget=forms.RadioSelect,
        label="Which visits",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class ChangeSeriesForm(ScopeForm):
    """Another wall time, other days, another provider."""

    clock = forms.TimeField(required=False, widget=forms.TimeInput, label="New time")
    shift_days = forms.IntegerField(
        required=False, min_value=-180, max_value=180, label="Days later", help_text="-1 is a day earlier."
    )
    provider = RowField(required=False, label="With", empty_label="As before", label_of=attrgetter("name"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["provider"].rows = bookable_members()


class CancelSeriesForm(ScopeForm):
    """Why the visits are cancelled."""

    reason = forms.ChoiceField(
        choices=CancelReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a reason."},
    )
    note = forms.CharField(required=False, max_length=200, label="Note")


def chosen_of(plan: Sequence, answers: dict[date, Answer]) -> list[tuple]:
    """Each day of a plan with the value that was chosen for it, for the template to tick."""
    found = []
    for one in plan:
        answer = answers.get(one.day)
        value = ""
        if answer is not None:
            at = answer.starts_at
            value = f"{at.isoformat()}|{answer.member_id or ''}" if at else LEAVE_OUT
        found.append((one, value))
    return found
