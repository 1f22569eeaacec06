"""Claims: what stands on the claim itself, what it says of a charge, and why it is held."""

from crispy_forms.layout import Div, Layout
from django import forms

from billing.models import Claim
from billing.rules.ndc import UNITS, eleven_digits
from billing.rules.npi import npi_holds
from billing.rules.places import PLACES
from clinic.staff.models import Member
from clinic.ui.forms import ClinicForm, ClinicModelForm

from .charges import LettersField


class ClaimForm(ClinicModelForm):
    """The head of a claim."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    earlier_control = forms.CharField(
        label="Payer’s number of the earlier claim",
        required=False,
        max_length=50,
        help_text="From its remittance or acknowledgment. A replacement is matched by it.",
    )
    layout_fields = Layout(
        Div("rendering", "supervising", css_class="form-grid"),
        Div("referring_first", "referring_last", "referring_npi", css_class="form-grid"),
        Div("authorization", "onset_on", css_class="form-grid"),
        Div("related_to", "accident_on", "accident_state", css_class="form-grid"),
        "accepts_assignment",
        "note",
        "earlier_control",
        "version",
    )

    class Meta:
        model = Claim
        fields = [
            "rendering",
            "supervising",
            "referring_first",
            "referring_last",
            "referring_npi",
            "authorization",
            "onset_on",
            "related_to",
            "accident_on",
            "accident_state",
            "accepts_assignment",
            "note",
        ]
        widgets = {"accident_on": forms.DateInput, "onset_on": forms.DateInput}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        treating = Member.objects.filter(roles__contains=["provider"]).order_by("last_name", "first_name")
        for name in ("rendering", "supervising"):
            self.fields[name].queryset = treating
        self.fields["version"].initial = self.instance.version
        earlier = self.instance.replaces
        if earlier is None or earlier.payer_control:
            del self.fields["earlier_control"]
            self.layout_fields = Layout(
                *(one for one in self.layout_fields.fields if one != "earlier_control")
            )

    def clean_referring_npi(self):
        npi = self.cleaned_data["referring_npi"].strip()
        if npi and not npi_holds(npi):
            raise forms.ValidationError("This is not a valid NPI. Check the ten digits.")
        return npi

    def clean_accident_state(self):
        return self.cleaned_data["accident_state"].strip().upper()


class ChargeDetailsForm(ClinicForm):
    """What a claim says of a charge. Modifiers stand in one field, with spaces."""

    modifiers = forms.CharField(
        required=False, max_length=20, help_text="Up to four, with spaces between: LT XS"
    )
    place_of_service = forms.ChoiceField(
        label="Place of service",
        required=False,
        choices=[
            ("", "As usual for this visit"),
            *((key, f"{key} {words}") for key, words in PLACES.items()),
        ],
    )
    ndc = forms.CharField(
        label="NDC", required=False, max_length=13, help_text="With its dashes as printed, or eleven digits."
    )
    ndc_quantity = forms.DecimalField(label="Quantity", required=False, max_digits=11, decimal_places=3)
    ndc_unit = forms.ChoiceField(label="Unit", required=False, choices=[("", ""), *UNITS.items()])
    layout_fields = Layout(
        Div("letters", "modifiers", css_class="form-grid"),
        "place_of_service",
        Div("ndc", "ndc_quantity", "ndc_unit", css_class="form-grid"),
    )

    def __init__(self, *args, count: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["letters"] = LettersField(count=count, help_text="“AB” means A first, then B.")

    def clean_modifiers(self):
        return self.cleaned_data["modifiers"].upper().replace(",", " ").split()

    def clean_ndc(self):
        text = self.cleaned_data["ndc"].strip()
        try:
            return eleven_digits(text) if text else ""
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class ClaimNoteForm(ClinicForm):
    """A line in the trail of a claim."""

    words = forms.CharField(label="Note", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
