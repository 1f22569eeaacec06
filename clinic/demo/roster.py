"""Who works at Maple Street."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Colleague:
    username: str
    first: str
    last: str
    credential: str
    roles: tuple[str, ...]
    kinds: tuple[str, ...] = ()  # licenses and certificates
    npi: str = ""
    color: str = ""


# The first eight have a login that the start of the demo prints; all share the demo's password.
STAFF: tuple[Colleague, ...] = (
    Colleague("frontdesk", "Dana", "Whitfield", "", ("front_desk",)),
    Colleague("ma", "Priya", "Nair", "CMA", ("ma",), ("CMA", "BLS")),
    Colleague("leadma", "Renee", "Castillo", "CMA", ("lead_ma",), ("CMA", "BLS")),
    Colleague("provider", "Amara", "Okafor", "MD", ("provider",), ("MD", "BLS"), "1999990017", "c1"),
    Colleague("biller", "Carol", "Nguyen", "CPC", ("biller",)),
    Colleague("manager", "Marcus", "Bell", "", ("manager",)),
    Colleague("privacy", "Ellen", "Sato", "", ("privacy",)),
    Colleague("admin", "Sam", "Whitaker", "", ("administrator",)),
    Colleague("lmarrero", "Luis", "Marrero", "", ("front_desk",)),
    Colleague("dbrandt", "Daniel", "Brandt", "NP", ("provider",), ("NP", "BLS"), "1999990025", "c2"),
    Colleague("glindqvist", "Grace", "Lindqvist", "RN", ("ma",), ("RN", "BLS"), "", "c5"),
    Colleague("tboyd", "Tessa", "Boyd", "CMA", ("ma",), ("CMA", "BLS")),
    Colleague("jkim", "Jonah", "Kim", "CCMA", ("ma",), ("CCMA", "PBT", "BLS")),
    Colleague("ahaddad", "Amal", "Haddad", "", ("front_desk", "biller")),
)
PASSWORD = "maple-street-demo"  # noqa: S105 - works only in demo mode, and is printed at its start
PIN = "2468"
