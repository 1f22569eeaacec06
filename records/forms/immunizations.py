"""Vaccines: given here, given elsewhere, refused."""

from django import forms

from clinic.ui.forms import ClinicForm
from records.rules import vaccines


class GiveImmunizationForm(ClinicForm):
    """The dose as it goes into the record. Item, lot and place come as one choice from the stock at hand."""

    dose = forms.ChoiceField(label="Lot", widget=forms.RadioSelect)
    route = forms.ChoiceField(choices=vaccines.ROUTES, initial="IM")
    site = forms.ChoiceField(choices=[("", "—"), *vaccines.SITES], required=False, initial="LD")
    dose_ml = forms.DecimalField(label="Dose (mL)", max_digits=5, decimal_places=2, initial="0.5")
    vis_edition_on = forms.DateField(label="VIS edition")
    vis_given_on = forms.DateField(label="VIS handed out on")
    ordered_by = forms.CharField(label="Ordered by, or standing order", max_length=160, required=False)
    eligibility = forms.ChoiceField(choices=vaccines.ELIGIBILITY, initial="V01")
    screened = forms.BooleanField(
        label="Screened for contraindications, allergies checked, patient confirmed",
        error_messages={"required": "Screen first: allergies, illness today, earlier reactions, pregnancy."},
    )
    note = forms.CharField(max_length=300, required=False)

    def __init__(self, *args, lots, statements, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["dose"].choices = [(one.key, _lot_words(one)) for one in lots]
        if statements:
            self.fields["vis_edition_on"].initial = statements[0].edition_on

    def propose(self, lots, eligibility: str) -> None:
        """Before the form is shown: the eligibility on file, and the first lot of its funding marked and chosen."""
        self.initial["eligibility"] = eligibility
        first = next((one for one in lots if one.lot.funding == vaccines.FUNDING_OF[eligibility]), None)
        if first is not None:
            self.initial["dose"] = first.key
            self.fields["dose"].choices = [
                (one.key, _lot_words(one) + (" · use first" if one is first else "")) for one in lots
            ]


def _lot_words(one) -> str:
    return (
        f"{one.lot.number} · expires {one.expires_on:%m/%d/%Y} · {one.place.name} · {one.on_hand.normalize():f} "
        f"left · {one.lot.get_funding_display()}"
    )


class HistoricalImmunizationForm(ClinicForm):
    vaccine = forms.CharField(max_length=160)
    cvx = forms.CharField(widget=forms.HiddenInput(attrs={"data-combobox-value": "1"}), required=False)
    given_on = forms.DateField(label="Given on")
    lot_number = forms.CharField(max_length=60, required=False)
    note = forms.CharField(label="Where, or from which record", max_length=300, required=False)

    def __init__(self, *args, search_url: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["vaccine"].widget.attrs |= {
            "data-combobox": search_url,
            "data-combobox-for": "cvx",
            "placeholder": "Name or CVX code",
        }

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("cvx"):
            self.add_error("vaccine", "Choose a vaccine from the list.")
        return cleaned


class RefuseImmunizationForm(HistoricalImmunizationForm):
    given_on = None
    lot_number = None
    reason = forms.ChoiceField(choices=vaccines.REFUSALS)
    note = forms.CharField(max_length=300, required=False)
