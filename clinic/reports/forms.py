"""The filter above a report."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from clinic.reports import scope as scopes
from clinic.reports.model import Choice
from clinic.reports.scope import LONGEST_DAYS, Scope

# Days that a report may be about.
SENSIBLE = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 12, 31))]

TOO_LONG = "At most two years at once."
BACKWARDS = "The last day is before the first."


class ScopeForm(forms.Form):
    """Days, location and provider; with nothing given, the last four weeks of everything."""

    to = forms.DateField(
        label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    location = forms.ChoiceField(label="Location", required=False)
    provider = forms.ChoiceField(label="Seen by", required=False)
    shared = forms.BooleanField(label="For sharing outside: hide small counts", required=False)

    def __init__(self, data, *, today: date, choices: tuple[Choice, ...] = ()) -> None:
        first, last = scopes.usual(today)
        asked = data.dict() if hasattr(data, "dict") else dict(data)
        if not asked.get("from") and not asked.get("to"):
            asked |= {"from": first.isoformat(), "to": last.isoformat()}
        super().__init__(asked)
        self.today, self.more = today, choices
        self.fields["from"] = forms.DateField(
            label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        )
        for name, everything in (("location", "All locations"), ("provider", "Everybody")):
            self.fields[name].choices = [("", everything), *scopes.options(name)]
        for choice in choices:
            self.fields[choice.name] = forms.ChoiceField(
                label=choice.label, required=False, choices=list(choice.options())
            )
        self.order_fields(["from", "to", "location", "provider", *(one.name for one in choices), "shared"])
        for name in ("from", "to"):
            self.fields[name].validators += SENSIBLE
        for field in self.fields.values():
            css = {forms.Select: "form-select", forms.CheckboxInput: "form-check-input"}
            field.widget.attrs.update(
                {"class": css.get(type(field.widget), "form-control"), "autocomplete": "off"}
            )

        self.fields["from"].widget.attrs["data-filter"] = True

    def clean(self) -> dict:
        data = super().clean()
        first, last = scopes.usual(self.today)
        first = data.get("from") or (data["to"] - (last - first) if data.get("to") else first)
        last = data.get("to") or max(last, first)
        if last < first:
            self.add_error("to", BACKWARDS)
        elif (last - first).days >= LONGEST_DAYS:
            self.add_error("to", TOO_LONG)
        data["days"] = (first, last)
        return data

    def scope(self) -> Scope:
        """What was asked for; where it was wrong, the usual four weeks (and the form says why)."""
        data = self.cleaned_data if self.is_valid() else {"days": scopes.usual(self.today)}
        firsts = {one.name: next(iter(one.options()), ("", ""))[0] for one in self.more}
        return Scope(
            *data["days"],
            location=key_of(data.get("location")),
            provider=key_of(data.get("provider")),
            choices={name: data.get(name) or first for name, first in firsts.items()},
        )


def key_of(value: str | None) -> UUID | None:
    """The key in a chosen option."""
    return UUID(value) if value else None
