"""Parts of a session, and the holidays of a year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django import forms

from clinic.ui.forms import ClinicForm
from scheduling.models import SessionPart
from scheduling.queries.holidays import Offered
from scheduling.queries.settings import visit_types


class SessionPartForm(ClinicForm):
    """A break in a session, or time kept back in it; local wall time."""

    kind = forms.ChoiceField(choices=SessionPart.Kind.choices, label="What")
    starts = forms.TimeField(widget=forms.TimeInput, label="From")
    ends = forms.TimeField(widget=forms.TimeInput, label="Until")
    label = forms.CharField(
        max_length=60, required=False, label="In words", help_text="Huddle, same-day requests, lunch."
    )
    release_hours = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=24 * 60,
        label="Released (hours before)",
        help_text="Kept time only. Empty: never released.",
    )
    kept_for = forms.MultipleChoiceField(
        required=False,
        label="Kept for",
        widget=forms.CheckboxSelectMultiple,
        help_text="These can be booked in kept time at any time. None ticked: nobody until it is released.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.kinds = visit_types()
        self.fields["kept_for"].choices = [(str(kind.pk), kind.name) for kind in self.kinds]

    def values(self) -> dict:
        """What was typed, for the service."""
        names = ("kind", "starts", "ends", "label", "release_hours")
        chosen = set(self.cleaned_data["kept_for"])
        kept_for = [kind for kind in self.kinds if str(kind.pk) in chosen]
        return {name: self.cleaned_data[name] for name in names} | {"kept_for": kept_for}


class HolidaysForm(ClinicForm):
    """A box and a name for each holiday that is offered."""

    def __init__(self, *args, offered: Sequence[Offered], **kwargs):
        super().__init__(*args, **kwargs)
        self.open = [one for one in offered if not one.is_closed]
        for one in self.open:
            self.fields[f"on_{one.day}"] = forms.BooleanField(required=False, label=one.words)
            self.fields[f"name_{one.day}"] = forms.CharField(
                required=False, max_length=120, label=f"Name of {one.words}", initial=one.name
            )

    def rows(self) -> list[tuple]:
        """Each holiday with its box and its name field."""
        return [(one, self[f"on_{one.day}"], self[f"name_{one.day}"]) for one in self.open]

    def clean(self):
        values = super().clean()
        if not self.errors and not any(values.get(f"on_{one.day}") for one in self.open):
            self.add_error(None, "Tick the days on which the clinic is closed.")
        return values

    def days(self) -> dict[date, str]:
        """The days that were ticked, each with its words."""
        values = self.cleaned_data
        return {
            one.day: values[f"name_{one.day}"] or one.name for one in self.open if values[f"on_{one.day}"]
        }
