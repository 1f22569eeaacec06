"""Form fields of the schedule."""

from django import forms

from clinic.ui.forms import ClinicForm

# Days outside are slips of the keyboard, and the ends of the calendar can't be shifted between zones.
YEARS = range(2000, 2101)


class DayField(forms.DateField):
    """A calendar day of this century."""

    widget = forms.DateInput

    def clean(self, value):
        day = super().clean(value)
        if day is not None and day.year not in YEARS:
            raise forms.ValidationError("Check the year.")
        return day


class Plain(ClinicForm):
    """Fields that the template places itself get the look of the others."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, forms.Select):
                field.widget.attrs.setdefault("class", "form-select")
