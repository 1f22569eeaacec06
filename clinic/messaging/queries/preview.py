"""A wording filled with an example, measured and checked."""

from dataclasses import dataclass, field

from django.apps import apps
from django.conf import settings
from django.db.models import F, Value
from django.db.models.functions import Coalesce, Length, NullIf

from clinic.core.profile import clinic
from clinic.core.refs import PATIENT
from clinic.messaging.models import MessageTemplate
from clinic.messaging.queries.receipts import practice_name
from clinic.messaging.rules import spoken, texts
from clinic.messaging.rules.phones import spoken_phone

EXAMPLES = {
    "en": {"first_name": "Maria", "date": "Tue, Mar 10", "time": "10:30 AM"},
    "es": {"first_name": "Maria", "date": "mar 10 mar", "time": "10:30 AM"},
}
SPOKEN_DATES = {"en": "Tuesday, March 10", "es": "martes 10 de marzo"}
NAMES_SHOWN = 3


@dataclass(frozen=True)
class Preview:
    """An example as the patient sees it, how long it can get, and what is wrong.

    `longest` counts the GSM-7 characters of a text with the longest values that there can be (None when it can't be
    said in them), `parts` how many texts that is; `seconds` how long a call takes. `on_file` are the longest names
    of patients as they would stand in the text, each with the length of the whole.
    """

    heading: str
    body: str
    longest: int | None
    parts: int
    seconds: float
    limit: int
    findings: list[texts.Finding]
    on_file: list[tuple[str, int | None]] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.findings


def preview_of(row: MessageTemplate, *, body: str | None = None, heading: str | None = None) -> Preview:
    """The saved wording, or what is typed over it."""
    body = row.body if body is None else body
    heading = row.heading if heading is None else heading
    values = example_values(row.language, row.channel)
    example = texts.longest_example(body, public_url=settings.PUBLIC_URL, channel=row.channel)
    return Preview(
        heading=_filled(heading, values, row.channel),
        body=_filled(body, values, row.channel),
        longest=texts.gsm7_length(example),
        parts=texts.segments(example),
        seconds=spoken.seconds_to_say(example),
        limit=texts.SMS_LENGTH,
        findings=texts.lint(
            body, channel=row.channel, purpose=row.purpose, public_url=settings.PUBLIC_URL, heading=heading
        ),
    )


def preview_with_names(row: MessageTemplate, *, body: str, heading: str = "") -> Preview:
    """The same for the editor, with the longest names on file; one statement more."""
    plain = preview_of(row, body=body, heading=heading)
    if row.channel != "sms" or "{first_name}" not in body:
        return plain
    values = example_values(row.language, row.channel)
    lengths = [
        (name, texts.gsm7_length(_filled(body, {**values, "first_name": name}, "sms")))
        for name in longest_names()
    ]
    return Preview(**{**vars(plain), "on_file": lengths})


def longest_names() -> list[str]:
    """The longest first names of living patients, as texts call them; each once."""
    called = Coalesce(NullIf(F("preferred_name"), Value("")), F("first_name"))
    rows = (
        apps.get_model(PATIENT)
        .objects.filter(deceased_on=None)
        .annotate(called=called)
        .order_by(Length("called").desc(), "called")
        .values_list("called", flat=True)
    )
    short = (texts.to_gsm7(texts.shorten("first_name", name)) for name in rows[: 4 * NAMES_SHOWN])
    return sorted(dict.fromkeys(short), key=lambda name: (-len(name), name))[:NAMES_SHOWN]


def example_values(language: str, channel: str) -> dict[str, str]:
    """What a made-up patient's message is filled with."""
    values = {
        **EXAMPLES.get(language, EXAMPLES["en"]),
        "clinic": practice_name(),
        "phone": spoken_phone(clinic().phone) or "555-010-1234",
        "link": f"{settings.PUBLIC_URL.rstrip('/')}/v/" + "A" * texts.LINK_TOKEN,
    }
    if channel == "voice":
        values["date"] = SPOKEN_DATES.get(language, SPOKEN_DATES["en"])
    return values


def _filled(text: str, values: dict[str, str], channel: str) -> str:
    try:
        return texts.fill(text, values, channel=channel)
    except texts.UnknownVariable:
        return text
