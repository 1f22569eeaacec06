"""The fee schedule and the drawers."""

from django import forms

from billing.models import Drawer, FeeItem
from clinic.ui.forms import ClinicForm, ClinicModelForm

from .payments import AmountField


class FeeForm(ClinicForm):
    """A price from a day on."""

    code = forms.CharField(max_length=16, help_text="The clinic's own code.")
    words = forms.CharField(label="Description", max_length=160)
    kind = forms.ChoiceField(choices=FeeItem.Kind.choices)
    price = AmountField()
    effective_from = forms.DateField(label="From", widget=forms.DateInput)
    cvx = forms.CharField(label="CVX code", required=False, max_length=4, help_text="For a vaccine.")


class EndFeeForm(ClinicForm):
    """The last day of a price."""

    effective_to = forms.DateField(label="Last day", widget=forms.DateInput)


class VisitTypeFeeForm(ClinicForm):
    """The code that a visit type proposes."""

    code = forms.CharField(required=False, max_length=16, help_text="Empty: nothing is proposed.")


class DrawerForm(ClinicModelForm):
    """A cash drawer."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Drawer
        fields = ["name", "location", "is_active"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            del self.fields["version"]
        else:
            self.fields["version"].initial = self.instance.version
