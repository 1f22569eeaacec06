"""The patient banner: who this is and what must not be forgotten. One query, on every page of a patient."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.urls import reverse

from clinic.core.errors import NotFound
from clinic.core.phones import display
from clinic.core.profile import clinic_zone
from clinic.core.time import today
from records.rules import names

LANGUAGES = {
    "en": "English",
    "es": "Spanish",
    "zh": "Chinese",
    "vi": "Vietnamese",
    "tl": "Tagalog",
    "ar": "Arabic",
    "fr": "French",
    "ht": "Haitian Creole",
    "ko": "Korean",
    "ru": "Russian",
    "pt": "Portuguese",
    "pl": "Polish",
    "hi": "Hindi",
    "fa": "Persian",
    "so": "Somali",
    "am": "Amharic",
    "ne": "Nepali",
    "ase": "American Sign Language",
}
SEX_WORDS = {"female": "F", "male": "M", "intersex": "X", "unknown": ""}
RESTRICTION_WORDS = {
    "no_text": "no texts",
    "no_voicemail": "no voicemail",
    "no_mail": "no mail",
    "only_phone": "one number only",
    "only_email": "one e-mail only",
    "mail_to": "letters elsewhere",
}
COLUMNS = (
    "id",
    "mrn",
    "version",
    "first_name",
    "middle_name",
    "last_name",
    "suffix",
    "preferred_name",
    "pronouns",
    "sex_at_birth",
    "gender_identity",
    "birth_date",
    "deceased_on",
    "language",
    "needs_interpreter",
    "is_sensitive",
    "photo_id",
    "restrictions",
    "notes_for_desk",
    "primary_provider_id",
    "address_line1",
    "address_line2",
    "city",
    "state",
    "postal_code",
)
# Each list comes as JSON beside the patient's row, so that the banner is one round trip.
LISTS = {
    "allergies": """
        SELECT a.id, a.substance, a.reaction, a.severity, a.kind, a.category, a.note FROM records_allergy a
        WHERE a.patient_id = p.id AND a.retracted_at IS NULL AND a.status = 'active'
        ORDER BY (a.severity = 'severe') DESC, a.kind, a.substance""",
    "contacts": """
        SELECT c.kind, c.value, c.is_preferred FROM records_contactpoint c
        WHERE c.patient_id = p.id AND c.is_active ORDER BY c.is_preferred DESC, c.rank""",
    "coverages": """
        SELECT v.id, v.rank, y.name AS payer, y.kind, v.plan_name, v.member_id, v.starts_on, v.ends_on,
               v.verified_at, v.copay_office::text AS copay
        FROM records_coverage v JOIN records_payer y ON y.id = v.payer_id
        WHERE v.patient_id = p.id ORDER BY v.rank, v.starts_on DESC NULLS LAST""",
    "flags": """
        SELECT f.id, f.text, f.raised_at, f.encounter_id FROM records_redflag f
        WHERE f.patient_id = p.id AND f.acknowledged_at IS NULL ORDER BY f.raised_at""",
}
_NO_KNOWN = """(SELECT s.no_known FROM records_allergystatement s WHERE s.patient_id = p.id
                ORDER BY s.at DESC LIMIT 1)"""


_PROVIDER = """(SELECT trim(u.first_name || ' ' || u.last_name) || coalesce(', ' || nullif(u.credential, ''), '')
               FROM staff_member u WHERE u.id = p.primary_provider_id)"""


@dataclass(frozen=True)
class Chip:
    """A short mark in the banner with its tone."""

    text: str
    tone: str = "plain"
    icon: str = ""


@dataclass(frozen=True)
class Banner:
    id: UUID
    name: str
    legal_name: str
    mrn: str
    born: str
    age: str
    sex: str
    pronouns: str
    is_sensitive: bool
    is_deceased: bool
    photo_url: str
    url: str
    phone: str
    allergies: Sequence[Mapping]
    allergy_words: str
    has_danger: bool
    chips: Sequence[Chip]
    flags: Sequence[Mapping]
    coverage: str
    coverage_tone: str
    notes_for_desk: str


def fetch(patient_id: UUID, lists: Mapping[str, str]) -> dict:
    """The patient's row with the lists as JSON; raises NotFound. One query."""
    # Through json, because the driver hands out bare jsonb as text.
    parts = [f"p.{name}::json" if name == "restrictions" else f"p.{name}" for name in COLUMNS]
    parts += [f"{_NO_KNOWN} AS no_known", f"{_PROVIDER} AS provider_name"]
    parts += [
        f"(SELECT coalesce(json_agg(t), '[]'::json) FROM ({body}) AS t) AS {name}"  # noqa: S608 - fixed texts
        for name, body in lists.items()
    ]
    with connection.cursor() as cursor:
        statement = f"SELECT {', '.join(parts)} FROM records_patient p WHERE p.id = %s"  # noqa: S608 - fixed texts
        cursor.execute(statement, [patient_id])
        row = cursor.fetchone()
        if row is None:
            raise NotFound("This patient is not on file.")
        found = dict(zip([column.name for column in cursor.description], row, strict=True))
    return found | {name: [_typed(one) for one in found[name]] for name in lists}


def _typed(row: dict) -> dict:
    """Dates and instants out of JSON text, by the endings of their names."""
    for name, value in row.items():
        if isinstance(value, str) and name.endswith("_on"):
            row[name] = dt.date.fromisoformat(value)
        elif isinstance(value, str) and (name == "at" or name.endswith("_at")):
            row[name] = dt.datetime.fromisoformat(value)
    return row


def banner(patient_id: UUID) -> Banner:
    """The banner of a patient. One query."""
    return banner_of(fetch(patient_id, LISTS))


def banner_of(row: Mapping) -> Banner:
    """The banner out of a row that `fetch` read."""
    day = today(clinic_zone())
    phone = next((one["value"] for one in row["contacts"] if one["kind"] != "email"), "")
    words, tone = coverage_words(row["coverages"], day)
    return Banner(
        id=row["id"],
        name=names.display_name(row["first_name"], row["last_name"], row["preferred_name"], row["suffix"]),
        legal_name=" ".join(
            filter(None, (row["first_name"], row["middle_name"], row["last_name"], row["suffix"]))
        ),
        mrn=row["mrn"],
        born=f"{row['birth_date']:%m/%d/%Y}",
        age=names.age_words(row["birth_date"], row["deceased_on"] or day),
        sex=SEX_WORDS.get(row["sex_at_birth"], ""),
        pronouns=row["pronouns"],
        is_sensitive=row["is_sensitive"],
        is_deceased=row["deceased_on"] is not None,
        photo_url=reverse("files:download", args=[row["photo_id"]]) if row["photo_id"] else "",
        url=f"{reverse('records:finder-page')}{row['id']}/",
        phone=display(phone) if phone else "",
        allergies=row["allergies"],
        allergy_words=allergy_words(row),
        has_danger=any(is_dangerous(one) for one in row["allergies"]),
        chips=_chips(row),
        flags=row["flags"],
        coverage=words,
        coverage_tone=tone,
        notes_for_desk=row["notes_for_desk"],
    )


def is_dangerous(allergy: Mapping) -> bool:
    return allergy["severity"] == "severe" or "anaphyla" in allergy["reaction"].lower()


def allergy_words(row: Mapping) -> str:
    """Penicillin: anaphylaxis; or the explicit statement; or that nobody asked."""
    if row["allergies"]:
        shown = [
            f"{a['substance']}: {a['reaction']}" if a["reaction"] else a["substance"]
            for a in row["allergies"][:4]
        ]
        more = len(row["allergies"]) - 4
        return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
    return "No known allergies" if row["no_known"] else "Allergies not asked yet"


def _chips(row: Mapping) -> list[Chip]:
    chips = []
    if row["deceased_on"]:
        chips.append(Chip(f"Deceased {row['deceased_on']:%m/%d/%Y}", "past"))
    if row["needs_interpreter"]:
        chips.append(Chip(f"{language_name(row['language'])}, interpreter", "soon", "language"))
    elif row["language"] not in ("", "en"):
        chips.append(Chip(language_name(row["language"]), "plain", "language"))
    if row["is_sensitive"]:
        chips.append(Chip("Sensitive chart", "soon", "eye-off"))
    held = [words for key, words in RESTRICTION_WORDS.items() if (row["restrictions"] or {}).get(key)]
    if held:
        chips.append(Chip(", ".join(held).capitalize(), "soon", "phone-off"))
    return chips


def language_name(code: str) -> str:
    return LANGUAGES.get(code.split("-")[0].lower(), code)


def coverage_words(coverages: Sequence[Mapping], day: dt.date) -> tuple[str, str]:
    """The coverage in force in a few words, and its tone."""
    live = [one for one in coverages if is_effective(one, day)]
    if not live:
        return ("Coverage ended", "soon") if coverages else ("No coverage on file", "soon")
    first = live[0]
    if first["kind"] == "self":
        return "Self-pay", "plain"
    return first["payer"], "done" if first["verified_at"] else "plain"


def is_effective(coverage: Mapping, day: dt.date) -> bool:
    starts, ends = coverage["starts_on"], coverage["ends_on"]
    return (starts is None or starts <= day) and (ends is None or ends >= day)
