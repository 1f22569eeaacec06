"""What claims stand on: who bills, payers' terms, contracts, and the rules that check claims."""

from crispy_forms.layout import Div, Layout
from django import forms

from billing.models import BillingProvider, ClaimRule, PayerTerms
from billing.rules.npi import clia_holds, npi_holds, tax_id_holds, zip_is_whole
from billing.rules.scrub import CHECKS
from billing.rules.subscribers import digits
from clinic.ui.forms import ClinicForm, ClinicModelForm

from .payments import AmountField


class BillingProviderForm(ClinicModelForm):
    """Who bills, as the payers know them."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    tax_id = forms.CharField(label="Tax ID", required=False, max_length=11)
    layout_fields = Layout(
        Div("name", "npi", css_class="form-grid"),
        Div("tax_id", "tax_id_kind", "taxonomy", "clia", css_class="form-grid"),
        Div("address_line1", "address_line2", css_class="form-grid"),
        Div("city", "state", "postal_code", css_class="form-grid"),
        Div("contact_name", "contact_phone", css_class="form-grid"),
        "version",
    )

    class Meta:
        model = BillingProvider
        fields = [
            "name",
            "npi",
            "tax_id",
            "tax_id_kind",
            "taxonomy",
            "clia",
            "address_line1",
            "address_line2",
            "city",
            "state",
            "postal_code",
            "contact_name",
            "contact_phone",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version

    def _held(self, name, holds, words):
        text = self.cleaned_data[name].strip().upper()
        if text and not holds(text):
            raise forms.ValidationError(words)
        return text

    def clean_npi(self):
        return self._held("npi", npi_holds, "This is not a valid NPI. Check the ten digits.")

    def clean_tax_id(self):
        return digits(self._held("tax_id", tax_id_holds, "A tax ID has nine digits."))

    def clean_clia(self):
        return self._held("clia", clia_holds, "A CLIA number looks like 14D2099999.")

    def clean_postal_code(self):
        return self._held("postal_code", zip_is_whole, "Enter all nine digits: 62701-1234.")


class PayerTermsForm(ClinicModelForm):
    """How a payer wants its claims."""

    payer_number = forms.CharField(
        label="Electronic payer number",
        required=False,
        max_length=40,
        help_text="From the clearinghouse’s list.",
    )
    needs_authorization = forms.CharField(
        label="Codes that need authorization",
        required=False,
        max_length=400,
        help_text="With spaces between.",
    )
    layout_fields = Layout(
        Div("payer_number", "filing_code", css_class="form-grid"),
        Div("filing_days", "is_electronic", css_class="form-grid"),
        "needs_authorization",
        "address_line1",
        Div("city", "state", "postal_code", css_class="form-grid"),
    )

    class Meta:
        model = PayerTerms
        fields = [
            "filing_code",
            "filing_days",
            "needs_authorization",
            "is_electronic",
            "address_line1",
            "city",
            "state",
            "postal_code",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["needs_authorization"] = " ".join(self.instance.needs_authorization)
        self.initial["payer_number"] = self.instance.payer.payer_id

    def clean_needs_authorization(self):
        return self.cleaned_data["needs_authorization"].upper().replace(",", " ").split()


class ContractForm(ClinicForm):
    """A contract with a payer."""

    name = forms.CharField(max_length=80)
    effective_from = forms.DateField(label="From", widget=forms.DateInput)
    percent_of_fee = forms.DecimalField(
        label="Percent of the fee schedule",
        required=False,
        min_value=1,
        max_value=300,
        max_digits=5,
        decimal_places=2,
        help_text="For codes without a price of their own.",
    )


class EndContractForm(ClinicForm):
    """The last day of a contract."""

    effective_to = forms.DateField(label="Last day", widget=forms.DateInput)


class RateForm(ClinicForm):
    """The allowed amount of one code."""

    code = forms.CharField(max_length=16)
    modifier = forms.CharField(max_length=2, required=False)
    allowed = AmountField(label="Allowed amount", required=False, help_text="Empty takes the price away.")


class ClaimRuleForm(ClinicModelForm):
    """One rule. What its check takes stands beside the field."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(
        label="What is checked",
        choices=sorted(((key, one.words) for key, one in CHECKS.items()), key=lambda k: k[1]),
    )
    layout_fields = Layout(
        Div("name", "code", css_class="form-grid"),
        Div("kind", "severity", css_class="form-grid"),
        "words",
        "parameters",
        "payer",
        Div("effective_from", "effective_to", css_class="form-grid"),
        "version",
    )

    class Meta:
        model = ClaimRule
        fields = [
            "name",
            "code",
            "kind",
            "severity",
            "words",
            "parameters",
            "payer",
            "effective_from",
            "effective_to",
        ]
        widgets = {"effective_from": forms.DateInput, "effective_to": forms.DateInput}
        help_texts = {"code": "Short and once only, such as own-payer-modifier."}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        check = CHECKS.get(self.instance.kind)
        takes = [f"{name}: {words}" for name, words in check.takes.items()] if check else []
        self.fields["parameters"].help_text = "; ".join(takes) or "Depends on what is checked."
        if not self.instance._state.adding:
            for name in ("code", "kind"):
                self.fields[name].disabled = True

    def clean_parameters(self):
        given = self.cleaned_data["parameters"] or {}
        if not isinstance(given, dict):
            raise forms.ValidationError('Write them as {"name": value}.')
        return given
