"""A wording filled with an example, measured and checked."""

from dataclasses import dataclass

from django.conf import settings

from clinic.core.profile import clinic
from clinic.messaging.models import MessageTemplate
from clinic.messaging.queries.receipts import practice_name
from clinic.messaging.rules import texts
from clinic.messaging.rules.phones import spoken_phone

EXAMPLES = {
    "en": {"first_name": "Maria", "date": "Tue, Mar 10", "time": "10:30 AM"},
    "es": {"first_name": "Maria", "date": "mar 10 mar", "time": "10:30 AM"},
}


@dataclass(frozen=True)
class Preview:
    """An example as the patient sees it, the length with the longest names, and what is wrong."""

    heading: str
    body: str
    longest: int | None
    limit: int
    findings: list[texts.Finding]

    @property
    def is_good(self) -> bool:
        return not self.findings


def preview_of(row: MessageTemplate, *, body: str | None = None, heading: str | None = None) -> Preview:
    """The saved wording, or what is typed over it."""
    body = row.body if body is None else body
    heading = row.heading if heading is None else heading
    values = {
        **EXAMPLES.get(row.language, EXAMPLES["en"]),
        "clinic": practice_name(),
        "phone": spoken_phone(clinic().phone) or "555-010-1234",
        "link": f"{settings.PUBLIC_URL.rstrip('/')}/v/" + "A" * texts.LINK_TOKEN,
    }
    found = texts.lint(
        body, channel=row.channel, purpose=row.purpose, public_url=settings.PUBLIC_URL, heading=heading
    )
    return Preview(
        heading=_filled(heading, values, row.channel),
        body=_filled(body, values, row.channel),
        longest=texts.gsm7_length(texts.longest_example(body, public_url=settings.PUBLIC_URL)),
        limit=texts.SMS_LENGTH,
        findings=found,
    )


def _filled(text: str, values: dict[str, str], channel: str) -> str:
    try:
        return texts.fill(text, values, channel=channel)
    except texts.UnknownVariable:
        return text
