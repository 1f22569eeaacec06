"""How allauth behaves here: nobody signs up, nothing sensitive travels by broker, no messages of its own."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.shortcuts import resolve_url

from clinic.staff.client import client_ip
from clinic.staff.models import Member, MemberMail
from clinic.staff.rules import normalize_username
from clinic.staff.services import mail


class StaffAccountAdapter(DefaultAccountAdapter):
    """Sign-in for staff. A second factor later adds its stage to `get_login_stages`."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Members are invited; there is no way to register oneself."""
        return False

    def clean_username(self, username: str, shallow: bool = False) -> str:
        return normalize_username(username)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url("/")

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_ip(request) or "unknown"

    def send_password_reset_mail(self, user: Member, email: str, context: dict[str, Any]) -> None:
        """Leave the mail to the worker: the answer takes the same time whether the address is known or not,
        and the link is made only when it is sent.
        """
        mail.request_mail(member=user, kind=MemberMail.RESET)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """allauth sends no mail by itself; links go out by `clinic.staff.services.mail`."""

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our own pages say what happened."""
