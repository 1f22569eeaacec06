"""Members, their exceptions, sessions, workstations, drafts, and the rules of practice."""

from clinic.staff.models.member import Member, MemberMail, PermissionException
from clinic.staff.models.practice import Credential, ScopeRule
from clinic.staff.models.session import BrowserSession, Draft, SessionPolicy, StaffSession, Workstation

__all__ = [
    "BrowserSession",
    "Credential",
    "Draft",
    "Member",
    "MemberMail",
    "PermissionException",
    "ScopeRule",
    "SessionPolicy",
    "StaffSession",
    "Workstation",
]
