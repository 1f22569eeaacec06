"""Money that is not paid: taken off, given back, owed by somebody else; and the rules about it."""

from crispy_forms.layout import Div, Layout
from django import forms

from billing.models import REFUND_REASONS, WRITE_OFF_REASONS, Drawer, MoneyPolicy, MoneyRequest
from clinic.ui.forms import ClinicForm, ClinicModelForm

from .payments import AmountField


class AdjustForm(ClinicForm):
    """Taking something off what is owed, or putting it on, without money moving."""

    direction = forms.ChoiceField(
        label="What to do",
        choices=[("less", "Write off what is owed"), ("more", "Add to what is owed")],
        widget=forms.RadioSelect,
        initial="less",
    )
    amount = AmountField()
    owed_by = forms.ChoiceField(label="Owed by", required=False)
    category = forms.ChoiceField(
        label="Why",
        choices=[(reason.value, reason.label) for reason in WRITE_OFF_REASONS],
        initial="courtesy",
    )
    reason = forms.CharField(
        label="In words", max_length=160, help_text="What somebody who looks at it later should know."
    )
    layout_fields = Layout(
        "direction",
        Div("amount", "owed_by", css_class="form-grid"),
        Div("category", "reason", css_class="form-grid"),
    )

    def __init__(self, *args, payers=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owed_by"].choices = [("", "The patient"), *((str(p.pk), p.name) for p in payers)]


class TransferForm(ClinicForm):
    """Somebody else owes a part of a visit from now on."""

    encounter = forms.ChoiceField(label="Visit")
    owed_by = forms.ChoiceField(label="Owed by", required=False)
    to = forms.ChoiceField(label="From now on by", required=False)
    amount = AmountField()
    reason = forms.CharField(max_length=160, help_text="For example: deductible, covered by the second plan.")
    layout_fields = Layout(
        "encounter",
        Div("owed_by", "to", css_class="form-grid"),
        Div("amount", "reason", css_class="form-grid"),
    )

    def __init__(self, *args, visits=(), payers=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["encounter"].choices = visits
        parties = [("", "The patient"), *((str(payer.pk), payer.name) for payer in payers)]
        self.fields["owed_by"].choices = self.fields["to"].choices = parties


class RefundForm(ClinicForm):
    """Money to give back; somebody else approves it."""

    credit_of = forms.ChoiceField(label="Credit of", required=False)
    amount = AmountField()
    reason = forms.ChoiceField(
        label="Why", choices=[(reason.value, reason.label) for reason in REFUND_REASONS]
    )
    method = forms.ChoiceField(label="Paid back by", choices=MoneyRequest.Method.choices)
    drawer = forms.ModelChoiceField(
        queryset=Drawer.objects.none(), required=False, help_text="Only for cash.", empty_label="None"
    )
    note = forms.CharField(required=False, max_length=160)
    layout_fields = Layout(
        Div("credit_of", "amount", css_class="form-grid"),
        Div("reason", "method", css_class="form-grid"),
        Div("drawer", "note", css_class="form-grid"),
    )

    def __init__(self, *args, payers=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["credit_of"].choices = [("", "The patient"), *((str(p.pk), p.name) for p in payers)]
        self.fields["drawer"].queryset = Drawer.objects.filter(is_active=True)


class DecideForm(ClinicForm):
    """The second person's decision."""

    decision = forms.ChoiceField(
        choices=[("approve", "Approve and post"), ("refuse", "Refuse")], widget=forms.RadioSelect
    )
    reference = forms.CharField(
        label="Check number", required=False, max_length=40, help_text="Of the check that pays a refund."
    )
    note = forms.CharField(required=False, max_length=160, help_text="Needed when you refuse.")

    def __init__(self, *args, asks_check=False, **kwargs):
        super().__init__(*args, **kwargs)
        if not asks_check:
            del self.fields["reference"]


class MoneyPolicyForm(ClinicModelForm):
    """The clinic's rules about money from a day on."""

    class Meta:
        model = MoneyPolicy
        fields = [
            "effective_from",
            "biller_limit",
            "approver_limit",
            "small_balance",
            "small_balance_days",
            "statement_minimum",
            "statement_days",
            "statements_by_themselves",
            "collection_after",
        ]
        widgets = {"effective_from": forms.DateInput}


class PlanForm(ClinicForm):
    """What a patient agrees to pay by the month."""

    total = AmountField(label="Agreed sum")
    amount = AmountField(label="Each month")
    first_due_on = forms.DateField(label="First payment on", widget=forms.DateInput)
    signed_by = forms.CharField(max_length=120, help_text="Who signed the agreement, as written on it.")
    layout_fields = Layout(
        Div("total", "amount", css_class="form-grid"), Div("first_due_on", "signed_by", css_class="form-grid")
    )
