"""Forms of the staff pages. They check shape and words; the services decide."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm, ResetPasswordForm
from crispy_forms.layout import Column, Div, Layout, Row
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from clinic.staff.models import Credential, Member, ScopeRule, SessionPolicy, Workstation
from clinic.staff.permissions import Permission
from clinic.staff.roles import ROLE_WORDS, Role
from clinic.staff.rules import pin_problem
from clinic.ui.forms import ClinicForm, ClinicModelForm

COLORS = [("", "None"), *((f"c{n}", f"Color {n}") for n in range(1, 9))]


def _secret(label: str, autocomplete: str, **kwargs: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=256, widget=widget, **kwargs)


class SignInForm(LoginForm):
    """Username or e-mail, and password. The answer to anything wrong is one sentence."""

    error_messages = {"wrong": "That name and password don't go together."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Username or e-mail"
        self.fields["login"].max_length = 254
        self.fields["login"].widget.attrs.update(
            {
                "class": "form-control",
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        )
        self.fields["login"].widget.attrs.pop("placeholder", None)
        self.fields["password"].widget.attrs.update(
            {"class": "form-control", "autocomplete": "current-password"}
        )
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["password"].help_text = ""

    def clean(self) -> dict[str, Any] | None:
        try:
            return super().clean()
        except ValidationError as error:
            raise ValidationError(self.error_messages["wrong"], code="wrong") from error


class ForgotForm(ResetPasswordForm):
    """An e-mail address; whether it is known shows nowhere."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        for member in self.users:
            get_adapter().send_password_reset_mail(member, member.email, {})
        return self.cleaned_data["email"]


class NewPasswordMixin(forms.Form):
    """Two fields for a new password, checked against the clinic's password rules for `self.member`."""

    member: Member

    password1 = _secret(
        "New password", "new-password", help_text="15 characters or more; a sentence works well."
    )
    password2 = _secret("New password, once more", "new-password")

    def clean_password1(self) -> str:
        validate_password(self.cleaned_data["password1"], self.member)
        return self.cleaned_data["password1"]

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        one, two = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        if one and two and one != two:
            self.add_error("password2", "The two passwords differ.")
        return data


class ChangePasswordForm(NewPasswordMixin, ClinicForm):
    """Current and new password of the signed-in member."""

    current = _secret("Current password", "current-password")
    field_order = ["current", "password1", "password2"]

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        self.member = member
        super().__init__(*args, **kwargs)


class JoinForm(NewPasswordMixin, ClinicForm):
    """The password that an invited member chooses."""

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        self.member = member
        super().__init__(*args, **kwargs)


class PinForm(ClinicForm):
    """A PIN for one's own sessions; the password proves that it is the member who sets it."""

    current = _secret("Password", "current-password")
    pin = forms.CharField(
        label="New PIN",
        max_length=8,
        help_text="4 to 8 digits, for unlocking this PC during the day.",
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    pin2 = forms.CharField(
        label="New PIN, once more",
        max_length=8,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_pin(self) -> str:
        problem = pin_problem(self.cleaned_data["pin"])
        if problem:
            raise ValidationError(problem)
        return self.cleaned_data["pin"]

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if self.cleaned_data.get("pin") and self.cleaned_data.get("pin2") not in (
            None,
            self.cleaned_data["pin"],
        ):
            self.add_error("pin2", "The two PINs differ.")
        return data


class UnlockForm(forms.Form):
    """PIN or password, whichever the page asks for."""

    pin = forms.CharField(required=False, max_length=12)
    password = forms.CharField(required=False, max_length=256, strip=False)


class ProfileForm(ClinicForm):
    """What a member may change about themselves."""

    first_name = forms.CharField(max_length=60)
    last_name = forms.CharField(max_length=60)
    version = forms.IntegerField(widget=forms.HiddenInput)


class RolesField(forms.MultipleChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=[(str(r), w) for r, w in ROLE_WORDS.items()],
            widget=forms.CheckboxSelectMultiple,
            **kwargs,
        )


class InviteForm(ClinicForm):
    """A new member."""

    layout_fields = Layout(
        Div("first_name", "last_name", css_class="form-grid"),
        Div("email", "username", css_class="form-grid"),
        Div("credential", "npi", css_class="form-grid"),
        "roles",
    )

    first_name = forms.CharField(max_length=60)
    last_name = forms.CharField(max_length=60)
    email = forms.EmailField(label="E-mail", max_length=254, help_text="The invitation goes here.")
    username = forms.CharField(max_length=40, help_text="For signing in; letters, digits, dots, dashes.")
    credential = forms.CharField(
        max_length=20, required=False, help_text="As shown after the name: MD, NP, RN, CMA"
    )
    npi = forms.CharField(label="NPI", max_length=10, required=False, help_text="Providers only")
    roles = RolesField()


class MemberForm(ClinicForm):
    """Names and registration facts of a member."""

    layout_fields = Layout(
        Div("first_name", "last_name", css_class="form-grid"),
        "email",
        Div("credential", "npi", "color", css_class="form-grid"),
        "version",
    )

    first_name = forms.CharField(max_length=60)
    last_name = forms.CharField(max_length=60)
    email = forms.EmailField(label="E-mail", max_length=254, required=False)
    credential = forms.CharField(
        max_length=20, required=False, help_text="As shown after the name: MD, NP, RN, CMA"
    )
    npi = forms.CharField(label="NPI", max_length=10, required=False)
    color = forms.ChoiceField(choices=COLORS, required=False, help_text="In the schedule")
    version = forms.IntegerField(widget=forms.HiddenInput)


class RolesForm(ClinicForm):
    """Roles of a member, and why they change."""

    roles = RolesField()
    reason = forms.CharField(max_length=200, help_text="Kept in the audit trail")

    def clean_roles(self) -> list[Role]:
        return [Role(r) for r in self.cleaned_data["roles"]]


class ExceptionForm(ClinicForm):
    """One permission granted or revoked beside the roles."""

    effect = forms.ChoiceField(
        label="What",
        choices=[("grant", "Grant"), ("revoke", "Revoke (beats every role)")],
        widget=forms.RadioSelect,
        initial="grant",
    )
    permission = forms.ChoiceField(choices=[(p.value, p.words) for p in Permission])
    reason = forms.CharField(max_length=200, help_text="Kept in the audit trail")


class ReasonForm(ClinicForm):
    """Why an account is closed or opened again."""

    reason = forms.CharField(max_length=200, help_text="Kept in the audit trail")


class WorkstationForm(ClinicForm):
    """A PC's name, where it stands, and whether several people use it."""

    name = forms.CharField(max_length=40, help_text="As people call it: Room 3 PC")
    room = forms.CharField(max_length=40, required=False)
    is_shared = forms.BooleanField(
        label="Shared by several people",
        required=False,
        initial=True,
        help_text="Locks sooner when nobody is at it.",
    )


class RegisterWorkstationForm(WorkstationForm):
    """What the PC in front of the administrator becomes."""

    kind = forms.ChoiceField(
        label="What it is",
        choices=Workstation.Kind.choices,
        initial=Workstation.Kind.PC,
        widget=forms.RadioSelect,
        help_text="A wall screen shows the wall board with nobody signed in, and never locks. You are signed out of it.",
    )
    field_order = ["name", "room", "kind", "is_shared"]


class SessionPolicyForm(ClinicModelForm):
    """How long sessions may rest and last."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = SessionPolicy
        fields = ["idle_minutes_shared", "idle_minutes", "absolute_hours", "pin_hours", "invite_hours"]

    def limits(self) -> dict[str, int]:
        """The limits alone, as the service takes them."""
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class ScopeRuleForm(ClinicForm):
    """What a credential allows from a day on, and who answers for it."""

    task = forms.ChoiceField(choices=ScopeRule.TASKS)
    credential = forms.ChoiceField(choices=Credential.KINDS)
    state = forms.CharField(max_length=2, required=False, help_text="Two letters; empty for every state.")
    allowed = forms.ChoiceField(choices=[("yes", "Yes"), ("no", "No"), ("conditional", "On conditions")])
    order_needed = forms.BooleanField(label="An order is needed", required=False)
    supervision = forms.ChoiceField(choices=ScopeRule.SUPERVISION)
    condition = forms.CharField(max_length=200, required=False)
    legal_reference = forms.CharField(max_length=120, required=False)
    effective_from = forms.DateField(
        label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reviewed_by = forms.CharField(max_length=80, help_text="The medical director, or whoever answers for it.")
    layout_fields = Layout(
        Row(Column("task"), Column("credential"), Column("state")),
        Row(Column("allowed"), Column("supervision")),
        "order_needed",
        "condition",
        "legal_reference",
        Row(Column("effective_from"), Column("reviewed_by")),
    )
