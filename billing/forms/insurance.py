"""Verification by hand, the work list, authorizations, estimates."""

from crispy_forms.layout import HTML, Div, Layout
from django import forms

from billing.models import Authorization, EligibilityCheck, Estimate
from billing.queries.fees import valid_fees
from billing.queries.insurance_work import workers
from billing.services.estimates import WAYS
from clinic.ui.forms import ClinicForm, RowField
from records.models import Coverage, Payer

LINES = 5


def _money(label: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=f"{label} ($)", required=False, min_value=0, max_digits=9, decimal_places=2
    )


class RecordCheckForm(ClinicForm):
    """What somebody was told by phone, read on the payer's website, or saw on the card."""

    source = forms.ChoiceField(
        label="How",
        choices=[c for c in EligibilityCheck.Source.choices if c[0] != "electronic"],
        widget=forms.RadioSelect,
        initial="phone",
    )
    status = forms.ChoiceField(
        label="Result", choices=EligibilityCheck.Status.choices, widget=forms.RadioSelect, initial="active"
    )
    service_on = forms.DateField(label="For a visit on")
    representative = forms.CharField(label="Spoke to", max_length=80, required=False)
    reference = forms.CharField(
        label="Reference number", max_length=60, required=False, help_text="Of the call. Keep it for appeals."
    )
    plan = forms.CharField(label="Plan", max_length=120, required=False)
    copay_office = _money("Office copay")
    copay_specialist = _money("Specialist copay")
    copay_urgent = _money("Urgent care copay")
    deductible = _money("Deductible, whole year")
    deductible_left = _money("Deductible still to pay")
    out_of_pocket_left = _money("Out-of-pocket still to pay")
    coinsurance = forms.IntegerField(
        label="Coinsurance, patient’s part (%)", required=False, min_value=0, max_value=100
    )
    other_payer = forms.CharField(label="Other insurance named", max_length=120, required=False)
    needs_authorization = forms.BooleanField(label="Visits need authorization", required=False)
    note = forms.CharField(max_length=300, required=False)
    layout_fields = Layout(
        Div("source", "status", css_class="form-grid"),
        Div("service_on", "representative", "reference", "plan", css_class="form-grid"),
        HTML("<h2 class='section-title'>What the patient pays</h2>"),
        Div("copay_office", "copay_specialist", "copay_urgent", "coinsurance", css_class="form-grid"),
        Div("deductible", "deductible_left", "out_of_pocket_left", "other_payer", css_class="form-grid"),
        "needs_authorization",
        "note",
    )

    def clean(self):
        cleaned = super().clean()
        whole, left = cleaned.get("deductible"), cleaned.get("deductible_left")
        if whole is not None and left is not None and left > whole:
            self.add_error("deductible_left", "More cannot be left than the whole deductible.")
        return cleaned


class WorkIssueForm(ClinicForm):
    """Who sees to it, and what is known so far."""

    owner = RowField(required=False, empty_label="Nobody yet", label_of=lambda member: member.name)
    note = forms.CharField(
        max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].rows = workers()


class ResolveIssueForm(ClinicForm):
    """How it was settled."""

    resolution = forms.CharField(
        label="What was done",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300}),
        help_text="New card copied; patient will pay; authorization asked for by fax.",
    )


class PolicyForm(ClinicForm):
    """When coverage is checked anew."""

    effective_from = forms.DateField(label="From")
    days_ahead = forms.IntegerField(
        label="Days before the visit", min_value=1, max_value=14, help_text="Checked this long ahead."
    )
    stale_days = forms.IntegerField(
        label="A check holds for (days)",
        min_value=1,
        max_value=366,
        help_text="Then a visit needs a new one.",
    )
    monthly_kinds = forms.MultipleChoiceField(
        label="Checked anew each month",
        choices=[c for c in Payer.Kind.choices if c[0] != "self"],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    is_yearly = forms.BooleanField(label="Everybody is checked anew each January", required=False)
    most_tries = forms.IntegerField(
        label="Times to ask a payer who does not answer", min_value=1, max_value=10
    )


class AuthorizationForm(ClinicForm):
    """A prior authorization or a referral."""

    kind = forms.ChoiceField(
        label="What it is",
        choices=Authorization.Kind.choices,
        widget=forms.RadioSelect,
        initial="authorization",
    )
    coverage = RowField(label_of=lambda row: f"{row.payer.name}, {row.get_rank_display().lower()}")
    number = forms.CharField(label="Number", max_length=50)
    what_for = forms.CharField(label="For what", max_length=160)
    visit_type = RowField(
        label="Used up by",
        required=False,
        empty_label="Any visit of the patient",
        label_of=lambda row: row.name,
    )
    units = forms.IntegerField(label="Visits allowed", min_value=1, max_value=999)
    starts_on = forms.DateField(label="From")
    ends_on = forms.DateField(label="To")
    referred_by = forms.CharField(
        label="Referred by", max_length=120, required=False, help_text="Of a referral."
    )
    layout_fields = Layout(
        Div("kind", "coverage", css_class="form-grid"),
        Div("number", "what_for", "visit_type", "units", css_class="form-grid"),
        Div("starts_on", "ends_on", "referred_by", css_class="form-grid"),
    )

    def __init__(self, *args, coverages, visit_types, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["coverage"].rows = [row for row in coverages if row.payer.kind != Payer.Kind.SELF]
        self.fields["visit_type"].rows = visit_types


class EndForm(ClinicForm):
    """Why it ends early."""

    reason = forms.CharField(label="Why it ends", max_length=200)


class EstimateForm(ClinicForm):
    """The services of an estimate, as many of each as are expected."""

    trigger = forms.ChoiceField(
        label="Why",
        choices=Estimate.Trigger.choices,
        widget=forms.RadioSelect,
        initial="scheduled",
    )
    diagnoses = forms.CharField(
        label="Diagnosis codes",
        max_length=120,
        required=False,
        help_text="As far as they are known, with commas.",
    )

    def __init__(self, *args, day, **kwargs):
        super().__init__(*args, **kwargs)
        fees = list(valid_fees(day))
        for number in range(1, LINES + 1):
            service = RowField(
                label=f"Service {number}",
                required=False,
                empty_label="None",
                label_of=lambda fee: f"{fee.code} {fee.words}, ${fee.price}",
            )
            service.rows = fees
            self.fields[f"service_{number}"] = service
            self.fields[f"units_{number}"] = forms.IntegerField(
                label="Units", required=False, min_value=1, max_value=99, initial=1
            )
            self._prepare(f"service_{number}", service)
            self._prepare(f"units_{number}", self.fields[f"units_{number}"])

    @property
    def layout_fields(self):
        rows = [
            Div(f"service_{number}", f"units_{number}", css_class="estimate-line")
            for number in range(1, LINES + 1)
        ]
        return Layout("trigger", *rows, "diagnoses")

    def lines(self):
        """(fee, units) of each service that was chosen."""
        values = self.cleaned_data
        return [
            (values[f"service_{n}"], values.get(f"units_{n}") or 1)
            for n in range(1, LINES + 1)
            if values.get(f"service_{n}")
        ]


class HandOverForm(ClinicForm):
    """How the patient got it."""

    how = forms.ChoiceField(
        label="Handed over", choices=list(WAYS.items()), widget=forms.RadioSelect, initial="paper"
    )


def coverage_choices(patient_id):
    """Coverages that an authorization can belong to."""
    return list(Coverage.objects.filter(patient=patient_id).select_related("payer").order_by("rank"))
