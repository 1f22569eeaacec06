"""Forms of follow-up calls: the call itself, the provider's decision, and the editor's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.utils.functional import cached_property

from clinic.core.profile import clinic_zone
from clinic.core.time import now, today
from clinic.inbox.models import PhoneCall
from clinic.inbox.models.work import POOLS
from clinic.ui.forms import ClinicForm
from scheduling.models import ReleasedWords, VisitType
from scheduling.procedures import procedure_choices
from scheduling.queries.follow_ups import CallPage
from scheduling.rules.follow_up_script import ANGRY, BY_CODE, DECLINED, HOT, ITEMS, Level
from scheduling.services.follow_up_calls import RESULTS, Emergency, Told
from scheduling.services.follow_ups import DECISIONS

LONGEST_CALL = timedelta(days=1)


@dataclass(frozen=True)
class Option:
    """One answer as it is offered. `mark` lets the page react at once: red, hot (fever) or angry (wound)."""

    value: str
    words: str
    is_checked: bool
    mark: str


@dataclass(frozen=True)
class Question:
    code: str
    name: str
    ask: str
    options: list[Option]
    errors: list[str]


class FollowUpCallForm(ClinicForm):
    """One call. Questions come from the script in force, red flags from the emergency script."""

    number = forms.ChoiceField(label="Number called", error_messages={"required": "Choose the number."})
    result = forms.ChoiceField(
        label="How it went", choices=list(RESULTS.items()), error_messages={"required": "Say how it went."}
    )
    identifiers = forms.ChoiceField(
        label="Checked", choices=PhoneCall.Identifiers.choices, initial="none", required=False
    )
    spoke_with = forms.CharField(label="Spoke with, if not the patient", max_length=120, required=False)
    relation = forms.ChoiceField(
        label="Who is that", choices=PhoneCall.Relation.choices, initial="patient", required=False
    )
    words = forms.MultipleChoiceField(required=False)
    note = forms.CharField(
        label="In the patient's own words",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    location = forms.CharField(label="Where is the patient now", required=False, max_length=120)
    words_used = forms.CharField(
        label="The patient's words", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    emergency_outcome = forms.ChoiceField(
        label="What was done",
        required=False,
        choices=[("", "Choose"), *((one.value, one.label) for one in PhoneCall.EMERGENCY_OUTCOMES)],
    )
    agreement = forms.ChoiceField(
        label="The patient", required=False, choices=[("", "Choose"), *PhoneCall.Agreement.choices]
    )
    started_at = forms.DateTimeField(widget=forms.HiddenInput, required=False)

    def clean_started_at(self):
        """When the page was opened, where that can be true; nobody types it, so nothing is refused over it."""
        started = self.cleaned_data["started_at"]
        return started if started and abs(now() - started) < LONGEST_CALL else None

    def __init__(self, *args, page: CallPage, **kwargs):
        super().__init__(*args, **kwargs)
        self.page = page
        callable_ones = page.callable_numbers
        self.fields["number"].choices = [(one.address, one.shown) for one in callable_ones]
        self.fields["words"].choices = [(str(one.pk), one.text) for one in page.untold]
        if callable_ones:
            self.initial.setdefault("number", callable_ones[0].address)
        for item in ITEMS:
            choices = [(choice.value, choice.words) for choice in item.choices]
            self.fields[item.code] = forms.ChoiceField(
                label=item.name, choices=[*choices, (DECLINED, "Did not want to say")], required=False
            )
        for group in page.emergency_groups:
            self.fields[self.flag_name(group["code"])] = forms.BooleanField(
                label=group["name"], required=False
            )

    @staticmethod
    def flag_name(code: str) -> str:
        return f"flag_{code}"

    def questions(self) -> list[Question]:
        """The script as the page shows it."""
        script = self.page.script
        found = []
        for item in ITEMS:
            bound = self[item.code]
            chosen = bound.value() or ""
            options = [
                Option(choice.value, choice.words, chosen == choice.value, self._mark(item.code, choice))
                for choice in item.choices
            ]
            options.append(Option(DECLINED, "Did not say", chosen == DECLINED, ""))
            found.append(
                Question(item.code, item.name, script.questions[item.code], options, list(bound.errors))
            )
        return found

    def _mark(self, code: str, choice) -> str:
        if code == "pain":
            return "red" if int(choice.value) >= self.page.script.pain_red_from else ""
        if code == "fever" and choice.value in HOT and choice.level is not Level.RED:
            return "hot"
        if code == "wound" and choice.value in ANGRY:
            return "angry"
        return "red" if choice.level is Level.RED else ""

    def flag_rows(self) -> list[tuple[dict, forms.BoundField]]:
        """Each group of the emergency script with its tick."""
        return [(group, self[self.flag_name(group["code"])]) for group in self.page.emergency_groups]

    def told(self) -> Told:
        """What the service takes."""
        data = self.cleaned_data
        return Told(
            address=data["number"],
            result=data["result"],
            identifiers=data["identifiers"] or PhoneCall.Identifiers.NONE,
            spoke_with=data["spoke_with"],
            relation=data["relation"] or PhoneCall.Relation.PATIENT,
            answers={code: data[code] for code in BY_CODE if data[code]},
            flags={
                group["code"]: data[self.flag_name(group["code"])] for group in self.page.emergency_groups
            },
            words=data["words"],
            note=data["note"],
            emergency=Emergency(
                outcome=data["emergency_outcome"],
                location=data["location"],
                words_used=data["words_used"],
                agreement=data["agreement"],
            ),
            started_at=data["started_at"],
        )


class DecideFollowUpForm(ClinicForm):
    decision = forms.ChoiceField(
        label="What is to be done", choices=list(DECISIONS.items()), widget=forms.RadioSelect
    )
    words = forms.CharField(
        label="Words that staff may read to the patient",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Read as they stand. Staff tell nothing that is not written here.",
    )
    kind = forms.ChoiceField(
        label="These words are", choices=ReleasedWords.Kind.choices, initial="answer", required=False
    )
    note = forms.CharField(label="If it ends here: why", required=False, max_length=300)


class ReleaseWordsForm(ClinicForm):
    text = forms.CharField(
        label="Words that staff may read to the patient",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    kind = forms.ChoiceField(label="These words are", choices=ReleasedWords.Kind.choices, initial="result")


class PlanFollowUpForm(ClinicForm):
    """A follow-up by hand. The kinds are the rules in force."""

    rule = forms.ChoiceField(label="After what")
    reason = forms.CharField(
        label="For the caller to know",
        required=False,
        max_length=160,
        help_text="Such as the procedure and site.",
    )

    def __init__(self, *args, rules, **kwargs):
        super().__init__(*args, **kwargs)
        self.rules = {str(rule.pk): rule for rule in rules}
        self.fields["rule"].choices = [
            (key, f"{rule.name} ({rule.opens_hours} to {rule.closes_hours} hours)")
            for key, rule in self.rules.items()
        ]

    def values(self) -> dict:
        return {"rule": self.rules[self.cleaned_data["rule"]], "reason": self.cleaned_data["reason"]}


class FirstDay(forms.Form):
    """A change that holds from a day on, which is asked last."""

    effective_from = forms.DateField(
        label="Holds from", initial=lambda: today(clinic_zone()), widget=forms.DateInput()
    )

    @cached_property
    def helper(self):
        self.order_fields([name for name in self.fields if name != "effective_from"])
        return super().helper


class FollowUpRuleForm(FirstDay, ClinicForm):
    name = forms.CharField(max_length=60)
    visit_type = forms.ModelChoiceField(
        label="Due by itself after a visit of this type",
        queryset=VisitType.objects.order_by("name"),
        required=False,
        empty_label="None",
    )
    procedure_codes = forms.MultipleChoiceField(
        label="Due by itself after one of these procedures",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Once the visit is over and the procedure is charged. With neither a visit type nor a procedure "
        "the rule is chosen by hand, at check-out or in the chart.",
    )
    opens_hours = forms.IntegerField(
        label="From (hours after the visit)", min_value=1, max_value=336, initial=24
    )
    closes_hours = forms.IntegerField(label="Until (hours after)", min_value=2, max_value=672, initial=72)
    pool = forms.ChoiceField(label="Called by", choices=POOLS, initial="ma")
    max_attempts = forms.IntegerField(label="Attempts, then a letter", min_value=1, max_value=9, initial=3)
    is_automated = forms.BooleanField(
        label="An automated call first, where the patient agreed to those", required=False, initial=True
    )
    is_active = forms.BooleanField(label="In use", required=False, initial=True)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = procedure_choices()
        # A code that has left the fee list stays on its rule until somebody takes it off.
        gone = set(self.initial.get("procedure_codes", ())) - {code for code, _ in known}
        self.fields["procedure_codes"].choices = [
            *((code, f"{words} ({code})") for code, words in known),
            *((code, f"{code}, no longer on the fee list") for code in sorted(gone)),
        ]


class FollowUpScriptForm(FirstDay, ClinicForm):
    name = forms.CharField(max_length=60)
    opening = forms.CharField(max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    pain_concern_from = forms.IntegerField(label="Pain: a concern from", min_value=1, max_value=9)
    pain_red_from = forms.IntegerField(label="Pain: a red flag from", min_value=2, max_value=10)
    closing = forms.CharField(max_length=400, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for item in ITEMS:
            self.fields[item.code] = forms.CharField(
                label=f"Question: {item.name.lower()}",
                max_length=300,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def values(self) -> dict:
        data = {name: value for name, value in self.cleaned_data.items() if name != "form_key"}
        data["questions"] = {code: data.pop(code) for code in BY_CODE}
        return data


class FollowUpLetterForm(FirstDay, ClinicForm):
    heading = forms.CharField(max_length=120)
    body = forms.CharField(
        label="Letter",
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="{name}, {date}, {phone} and {clinic} are filled in.",
    )


class CallConsentForm(ClinicForm):
    # The number or address that the question was about, so that an answer is never kept for another one.
    asked_about = forms.CharField(widget=forms.HiddenInput, required=False, max_length=254)
    is_granted = forms.TypedChoiceField(
        label="May we call this number automatically after a visit?",
        choices=[("yes", "Yes"), ("no", "No")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
