"""Forms of patient messages: looking through the outbox, writing to a patient."""

from __future__ import annotations

from django import forms

from clinic.messaging.models.choices import Channel, Purpose
from clinic.messaging.queries.outbox import Filters
from clinic.messaging.queries.policy import answer_choices
from clinic.ui.forms import ClinicForm

YEARS = (2000, 2100)


class OutboxFilterForm(forms.Form):
    """Filters in the page's address. One that can't be is left out, and the rest still counts."""

    channel = forms.ChoiceField(required=False, choices=[("", "Every channel"), *Channel.choices])
    purpose = forms.ChoiceField(label="Kind", required=False, choices=[("", "Every kind"), *Purpose.choices])
    first_day = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("channel", "purpose"):
            self.fields[name].widget.attrs["class"] = "form-select form-select-sm"
        for name in ("first_day", "last_day"):
            self.fields[name].widget.attrs["class"] = "form-control form-control-sm"

    def clean(self):
        values = super().clean()
        # A day that no calendar of ours reaches (its end would be after the last instant there is) narrows nothing.
        for name in ("first_day", "last_day"):
            if values.get(name) and not YEARS[0] <= values[name].year <= YEARS[1]:
                self.add_error(name, "A day between 2000 and 2100.")
        return values

    def filters(self) -> Filters:
        """What was asked for, as the query takes it."""
        self.is_valid()
        return Filters(
            **{name: self.cleaned_data[name] for name in self.fields if self.cleaned_data.get(name)}
        )

    def kept(self) -> dict[str, str]:
        """The valid filters as they stand in an address."""
        return {name: str(value) for name, value in vars(self.filters()).items() if value}

    @property
    def is_narrowed(self) -> bool:
        return bool(self.kept())


class WriteForm(ClinicForm):
    """A text to one patient: in own words, or one of the shipped answers."""

    address = forms.ChoiceField(label="To")
    code = forms.ChoiceField(label="Say", required=False)
    text = forms.CharField(
        label="In your own words",
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Who, where and when only. The practice's name is put before it; nothing about health or money.",
    )

    def __init__(self, *args, numbers=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["address"].choices = list(numbers)
        self.fields["code"].choices = [("", "My own words"), *answer_choices()]

    def clean(self):
        values = super().clean()
        if not values.get("code") and not (values.get("text") or "").strip():
            self.add_error("text", "Write the message, or choose one above.")
        if values.get("code"):
            values["text"] = ""
        return values


class AnswerTextForm(ClinicForm):
    """An answer in own words to a text."""

    text = forms.CharField(
        label="Answer in your own words", max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )
