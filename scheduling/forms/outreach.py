"""Calls from the desk's lists, recalls, missed visits, triage, and the rules behind them."""

from __future__ import annotations

from operator import attrgetter

from django import forms

from clinic.ui.forms import ClinicForm, RowField
from scheduling.forms.booking import PatientField
from scheduling.forms.fields import DayField
from scheduling.forms.setup import VersionedForm
from scheduling.models import (
    LetterWording,
    MissedVisit,
    OutreachSettings,
    Recall,
    RecallReason,
    TriageLevel,
)
from scheduling.queries.outreach import recall_reasons, triage_levels
from scheduling.queries.settings import bookable_members, visit_types


class CallOutcomeForm(ClinicForm):
    """How a call ended."""

    outcome = forms.ChoiceField(
        widget=forms.RadioSelect, label="The call", error_messages={"required": "Choose how the call ended."}
    )
    note = forms.CharField(required=False, max_length=200, label="Note")

    def __init__(self, *args, outcomes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [(one.value, one.label) for one in outcomes]
        self.fields["note"].widget.attrs["class"] = "form-control"


class RecallForm(PatientField):
    """A patient to be asked back."""

    reason = RowField(label="For")
    due_on = DayField(label="Due")
    visit_type = RowField(required=False, label="Visit type", empty_label="The usual one")
    provider = RowField(required=False, label="With", empty_label="Anyone", label_of=attrgetter("name"))
    note = forms.CharField(required=False, max_length=200, label="Note")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].rows = recall_reasons()
        self.fields["visit_type"].rows = visit_types()
        self.fields["provider"].rows = bookable_members()
        for name in ("due_on", "note"):
            self.fields[name].widget.attrs.setdefault("class", "form-control")


class CloseRecallForm(ClinicForm):
    """Why a recall is closed without a booking."""

    outcome = forms.ChoiceField(
        choices=[pair for pair in Recall.Outcome.choices if pair[0] != Recall.Outcome.BOOKED],
        widget=forms.RadioSelect,
        label="Why",
        error_messages={"required": "Choose why the recall is closed."},
    )
    note = forms.CharField(required=False, max_length=200, label="Note")
    version = forms.IntegerField(widget=forms.HiddenInput)


class DecideForm(ClinicForm):
    """How to go on with a patient after repeated no-shows."""

    decision = forms.ChoiceField(
        choices=MissedVisit.Decision.choices,
        widget=forms.RadioSelect,
        label="How to go on",
        error_messages={"required": "Choose how to go on."},
    )


class TriageForm(ClinicForm):
    """How urgent a waiting patient is."""

    level = forms.TypedChoiceField(
        coerce=int, widget=forms.RadioSelect, label="Level", error_messages={"required": "Choose a level."}
    )
    red_flags = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label="Red flags seen or told"
    )
    note = forms.CharField(required=False, max_length=200, label="Note")

    def __init__(self, *args, flags, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [(row.level, row.name) for row in triage_levels()]
        self.fields["red_flags"].choices = flags


class OutreachSettingsForm(VersionedForm):
    """The rules for filling the day and following missed visits."""

    class Meta:
        model = OutreachSettings
        fields = [
            "is_automatic", "offers_at_once", "same_day_minutes", "later_minutes", "least_minutes",
            "recall_pause_days", "count_months", "are_late_cancels_counted", "decision_at", "infant_months",
            "anticoagulants",
        ]  # fmt: skip


class RecallReasonForm(VersionedForm):
    class Meta:
        model = RecallReason
        fields = ["name", "visit_type", "months", "rank", "is_active"]


class TriageLevelForm(VersionedForm):
    class Meta:
        model = TriageLevel
        fields = ["name", "see_within_minutes"]


class LetterForm(ClinicForm):
    """The words of one letter; saving makes a new version."""

    heading = forms.CharField(max_length=120)
    body = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 14}),
        label="Text",
        help_text="{name}, {date}, {clinic} and {phone} are filled in. No reason, no kind of visit.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, wording: LetterWording, **kwargs):
        initial = {"heading": wording.heading, "body": wording.body, "version": wording.version}
        super().__init__(*args, initial=initial, **kwargs)
