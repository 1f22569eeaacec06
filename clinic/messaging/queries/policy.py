"""The sending rules and the templates that are in force."""

from clinic.core.kept import kept
from clinic.messaging.models import MessageTemplate, SendSettings
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
def template_for(code: str, channel: str, language: str) -> MessageTemplate | None:
    """The wording in force: the language asked for (`es-MX` means `es`), else English."""
    wanted = (language or "en").split("-")[0].lower()
    rows = MessageTemplate.objects.filter(code=code, channel=channel, is_active=True)
    for spoken in dict.fromkeys((wanted, "en")):
        newest = rows.filter(language=spoken).order_by("-version").first()
        if newest:
            return newest
    return None


def templates_in_force() -> list[MessageTemplate]:
    """The newest version of every wording, for the editor."""
    return list(
        MessageTemplate.objects.order_by("code", "channel", "language", "-version").distinct(
            "code", "channel", "language"
        )
    )
