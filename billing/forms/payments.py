"""Money at the desk."""

from decimal import Decimal

from crispy_forms.layout import HTML, Div, Layout
from django import forms

from billing.models import Drawer, Payment
from billing.rules.cards import holds_card_number
from clinic.ui.forms import ClinicForm

CARD_WORDS = "That looks like a card number. Write the last four digits or the terminal's reference."


class AmountField(forms.DecimalField):
    """Dollars and cents, more than nothing."""

    def __init__(self, **kwargs):
        super().__init__(max_digits=8, decimal_places=2, min_value=Decimal("0.01"), **kwargs)

    def to_python(self, value):
        return super().to_python(
            value.replace("$", "").replace(",", "").strip() if isinstance(value, str) else value
        )


class PaymentForm(ClinicForm):
    """A payment of a patient."""

    amount = AmountField(
        label="Amount", widget=forms.TextInput(attrs={"autofocus": True, "class": "pay-amount"})
    )
    method = forms.ChoiceField(choices=Payment.Method.choices, widget=forms.RadioSelect, initial="card")
    reference = forms.CharField(
        label="Reference",
        required=False,
        max_length=40,
        help_text=("Check number or terminal reference. Never a card number."),
    )
    purpose = forms.ChoiceField(choices=Payment.Purpose.choices, label="For")
    drawer = forms.ModelChoiceField(queryset=None, empty_label=None)
    layout_fields = Layout(
        Div("amount", "purpose", css_class="form-grid"),
        HTML("{% include 'billing/payment/_methods.html' %}"),
        Div("reference", "drawer", css_class="form-grid"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["drawer"].queryset = Drawer.objects.filter(is_active=True)

    def clean_reference(self):
        text = self.cleaned_data["reference"]
        if holds_card_number(text):
            # Not shown again either: the page must not hold the number a second time.
            self.data = self.data.copy()
            self.data["reference"] = ""
            raise forms.ValidationError(CARD_WORDS)
        return text
