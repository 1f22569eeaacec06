"""Patient, Practitioner and Organization."""

from __future__ import annotations

import datetime as dt

from records.fhir.facts import OrganizationFacts, PatientFacts, PractitionerFacts, Skipped
from records.fhir.values import (
    Json,
    as_list,
    clean_name,
    concept_code,
    plain_date,
    reference_key,
    state_code,
    zip_code,
)

_SEX = {"M": "male", "F": "female", "male": "male", "female": "female", "other": "intersex"}
_BIRTH_SEX = "us-core-birthsex"
_NPI = "us-npi"


def patient(resource: Json, *, key: str, clean_names: bool) -> PatientFacts | Skipped:
    """A person. Refused without a name or a birth date: nobody could be told apart by what is left."""
    name = _official_name(resource)
    tidy = clean_name if clean_names else str.strip
    given = [tidy(str(part)) for part in name.get("given", []) if str(part).strip()]
    family = tidy(str(name.get("family", "")))
    birth_date = plain_date(resource.get("birthDate"))
    if not given or not family:
        return Skipped("the patient has no first and last name")
    if birth_date is None:
        return Skipped("the patient has no birth date")
    phones, emails = _contacts(resource)
    address = _address(resource)
    lines = [str(line).strip() for line in address.get("line", [])] + ["", ""]
    return PatientFacts(
        key=key,
        first_name=given[0],
        middle_name=" ".join(given[1:]),
        last_name=family,
        suffix=" ".join(str(part) for part in name.get("suffix", []))[:20],
        sex_at_birth=_sex(resource),
        birth_date=birth_date,
        deceased_on=_deceased(resource, birth_date),
        language=_language(resource),
        phones=phones,
        emails=emails,
        address_line1=lines[0],
        address_line2=lines[1],
        city=str(address.get("city", "")).strip(),
        state=state_code(str(address.get("state", ""))),
        postal_code=zip_code(str(address.get("postalCode", ""))),
    )


def practitioner(resource: Json, *, key: str, clean_names: bool) -> PractitionerFacts | Skipped:
    """A clinician elsewhere, kept for reference. Not a member of staff: gets no sign-in."""
    name = _official_name(resource)
    tidy = clean_name if clean_names else str.strip
    parts = [tidy(str(part)) for part in name.get("given", [])] + [tidy(str(name.get("family", "")))]
    words = " ".join(part for part in parts if part)
    if not words:
        return Skipped("the practitioner has no name")
    phones, emails = _contacts(resource)
    address = _address(resource)
    return PractitionerFacts(
        key=key,
        name=words,
        npi=_npi(resource),
        phone=phones[0][1] if phones else "",
        email=emails[0] if emails else "",
        city=str(address.get("city", "")).strip(),
        state=state_code(str(address.get("state", ""))),
    )


def organization(resource: Json, *, key: str, clean_names: bool) -> OrganizationFacts | Skipped:
    """Another practice, hospital or payer, kept for reference."""
    words = str(resource.get("name", "")).strip()
    if not words:
        return Skipped("the organization has no name")
    phones, _ = _contacts(resource)
    address = _address(resource)
    return OrganizationFacts(
        key=key,
        name=words,
        phone=phones[0][1] if phones else "",
        city=str(address.get("city", "")).strip(),
        state=state_code(str(address.get("state", ""))),
    )


def alias_keys(resource: Json) -> tuple[str, ...]:
    """The other keys a resource is referred to by: bulk exports point at people by their identifiers."""
    values = (str(item.get("value", "")) for item in as_list(resource.get("identifier")))
    return tuple(dict.fromkeys(value for value in values if value))


def reference_name(reference: object) -> str:
    return str(reference.get("display", "")).strip() if isinstance(reference, dict) else ""


def reference_pair(reference: object, *, clean_names: bool = False) -> tuple[str, str]:
    """(key, name shown) of a reference to a person or place."""
    words = reference_name(reference)
    return reference_key(reference), clean_name_parts(words) if clean_names else words


def clean_name_parts(words: str) -> str:
    return " ".join(clean_name(part) for part in words.split())


def _npi(resource: Json) -> str:
    for item in as_list(resource.get("identifier")):
        if _NPI in str(item.get("system")):
            return str(item.get("value", ""))
    return ""


def _official_name(resource: Json) -> Json:
    names = as_list(resource.get("name"))
    for use in ("official", "usual"):
        for name in names:
            if name.get("use") == use:
                return name
    return names[0] if names else {}


def _sex(resource: Json) -> str:
    for extension in as_list(resource.get("extension")):
        if _BIRTH_SEX in str(extension.get("url")):
            return _SEX.get(str(extension.get("valueCode")), "unknown")
    return _SEX.get(str(resource.get("gender")), "unknown")


def _deceased(resource: Json, birth_date: dt.date) -> dt.date | None:
    died = plain_date(resource.get("deceasedDateTime"))
    return max(died, birth_date) if died else None


def _language(resource: Json) -> str:
    spoken = as_list(resource.get("communication"))
    preferred = next((item for item in spoken if item.get("preferred")), spoken[0] if spoken else {})
    return concept_code(preferred.get("language")).split("-")[0].lower()[:10] or "en"


def _contacts(resource: Json) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    phones: list[tuple[str, str]] = []
    emails: list[str] = []
    for point in as_list(resource.get("telecom")):
        value = str(point.get("value", "")).strip()
        if not value or point.get("use") == "old":
            continue
        if point.get("system") in ("phone", "sms"):
            kind = str(point.get("use", "home"))
            phones.append((kind if kind in ("home", "mobile", "work") else "home", value))
        elif point.get("system") == "email":
            emails.append(value.lower())
    return tuple(dict.fromkeys(phones)), tuple(dict.fromkeys(emails))


def _address(resource: Json) -> Json:
    addresses = [item for item in as_list(resource.get("address")) if item.get("use") != "old"]
    return addresses[0] if addresses else {}


__all__ = [
    "alias_keys",
    "clean_name_parts",
    "organization",
    "patient",
    "practitioner",
    "reference_pair",
]
