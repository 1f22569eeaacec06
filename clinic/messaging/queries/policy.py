"""The sending rules and the templates that are in force."""

from datetime import date

from django.db.models import Q, QuerySet

from clinic.core.kept import kept
from clinic.core.profile import clinic_zone
from clinic.core.time import today
from clinic.messaging.models import MessageTemplate, SendSettings
from clinic.messaging.models.choices import Purpose
from clinic.messaging.rules.limits import Limits
from clinic.messaging.rules.window import Window


@kept
def send_settings() -> SendSettings:
    """The clinic's sending rules, to be read only; the shipped defaults until they are first saved."""
    return SendSettings.objects.first() or SendSettings()


def window_of(rules: SendSettings) -> Window:
    return Window(opens=rules.window_opens, closes=rules.window_closes)


def limits_of(rules: SendSettings) -> Limits:
    return Limits(per_day=rules.per_day, per_week=rules.per_week)


@kept
def wordings(code: str, channel: str) -> tuple[MessageTemplate, ...]:
    """Every active version of one wording in all languages, the newest first, whatever its first day."""
    rows = MessageTemplate.objects.filter(code=code, channel=channel, is_active=True)
    return tuple(rows.order_by("language", "-version"))


def template_for(code: str, channel: str, language: str, *, on: date | None = None) -> MessageTemplate | None:
    """The wording in force on a day (today without one), in the language asked for (`es-MX` means `es`), else
    in English; None when there is none."""
    day = on or today(clinic_zone())
    wanted = (language or "en").split("-")[0].lower()
    rows = wordings(code, channel)
    for spoken in dict.fromkeys((wanted, "en")):
        for row in rows:
            if row.language == spoken and (row.effective_from is None or row.effective_from <= day):
                return row
    return None


def answer_choices() -> list[tuple[str, str]]:
    """The shipped answers that staff may send with one press, by name."""
    return sorted(
        {
            (row.code, row.name)
            for row in templates_in_force()
            if row.purpose == Purpose.ANSWER and row.is_active
        },
        key=lambda pair: pair[1],
    )


def templates_in_force() -> list[MessageTemplate]:
    """Of every wording the newest version whose first day has come, for the editor; active or not."""
    rows = MessageTemplate.objects.filter(
        Q(effective_from=None) | Q(effective_from__lte=today(clinic_zone()))
    )
    return list(_newest(rows))


def templates_ahead() -> list[MessageTemplate]:
    """Versions that are saved and whose first day is still to come."""
    return list(
        MessageTemplate.objects.filter(effective_from__gt=today(clinic_zone())).order_by(
            "effective_from", "code"
        )
    )


def _newest(rows: QuerySet[MessageTemplate]) -> QuerySet[MessageTemplate]:
    return rows.order_by("purpose", "code", "channel", "language", "-version").distinct(
        "purpose", "code", "channel", "language"
    )


def newest_version(row: MessageTemplate) -> MessageTemplate:
    """The version that an editor works on: the newest, in force or ahead."""
    return _versions(row).first() or row


def versions_of(row: MessageTemplate) -> list[MessageTemplate]:
    """The history of one wording, the newest first, each with who approved it."""
    return list(_versions(row).select_related("approved_by"))


def _versions(row: MessageTemplate) -> QuerySet[MessageTemplate]:
    same = MessageTemplate.objects.filter(code=row.code, channel=row.channel, language=row.language)
    return same.order_by("-version")


def siblings_of(row: MessageTemplate) -> list[MessageTemplate]:
    """The same message in its other languages and channels, as it is in force."""
    return [
        other
        for other in templates_in_force()
        if other.code == row.code and (other.channel, other.language) != (row.channel, row.language)
    ]
