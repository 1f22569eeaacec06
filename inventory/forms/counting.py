"""The count sheet, and the reasons for differences."""

from decimal import Decimal

from django import forms

from clinic.ui.forms import ClinicForm

from .fields import active_places

COUNT_REASONS = [
    "Miscounted before",
    "Used, not recorded",
    "Received, not recorded",
    "Put into another place",
    "Damaged",
    "Cannot be found",
]


class StartCountForm(ClinicForm):
    """Which place is counted."""

    place = forms.ModelChoiceField(queryset=None, empty_label="Choose a place")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = active_places()


class SheetForm(ClinicForm):
    """One number per shelf, blind: what the ledger expects is not shown."""

    def __init__(self, *args, lines, **kwargs):
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[f"n-{line.pk}"] = field = forms.DecimalField(
                label=line.item.name,
                required=False,
                min_value=Decimal(0),
                max_digits=9,
                decimal_places=3,
                initial=None if line.counted is None else line.counted.normalize(),
            )
            self._prepare(f"n-{line.pk}", field)

    def found(self) -> dict:
        """Line id -> number found, None where nothing was entered."""
        return {line.pk: self.cleaned_data.get(f"n-{line.pk}") for line in self.lines}

    def rows(self):
        """Line and its field, in the order of the shelf walk."""
        return [(line, self[f"n-{line.pk}"]) for line in self.lines]


class ReasonForm(ClinicForm):
    """A reason for each line that differs."""

    def __init__(self, *args, lines, **kwargs):
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            if line.variance:
                self.fields[f"reason-{line.pk}"] = field = forms.CharField(
                    label=f"Reason for {line.item.name}",
                    max_length=200,
                    widget=forms.TextInput(attrs={"list": "count-reasons"}),
                )
                self._prepare(f"reason-{line.pk}", field)

    def reasons(self) -> dict:
        """Line id -> reason."""
        return {line.pk: self.cleaned_data.get(f"reason-{line.pk}", "") for line in self.lines}

    def rows(self):
        """Line and its reason field (None without a difference)."""
        return [(line, self[f"reason-{line.pk}"] if line.variance else None) for line in self.lines]
