"""How often one member, or one address outside, may ask for something. Counted in PostgreSQL (clinic.core.rates).

    @allow(Permission.PATIENT_FIND)
    @limited(FINDER)
    def finder(request): ...

stands below the access rule, so that who may not call a view is told that and counts nowhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from clinic.core import rates
from clinic.core.errors import TooMany
from clinic.staff.client import client_ip


@dataclass(frozen=True)
class Limit:
    """At most `times` in `seconds`; `words` say what is counted and name no person."""

    name: str
    times: int
    seconds: int
    words: str

    @property
    def span(self) -> str:
        """The window in words: "a minute", "10 minutes"."""
        minutes = self.seconds // 60
        return "a minute" if minutes == 1 else f"{minutes} minutes"


# The finder searches while one types: two searches a second for a whole minute is no longer a person.
FINDER = Limit("finder", 120, 60, "searches")
EXPORT = Limit("export", 10, 600, "exports")
# Whoever guesses at links has ten tries a minute; the links themselves hold at least 128 random bits.
TOKEN_LINK = Limit("token-link", 10, 60, "tries")

# A calendar program asks every quarter of an hour or so; several members may sit behind one address.
CALENDAR_FEED = Limit("calendar-feed", 60, 600, "readings")


def is_within(request: HttpRequest, limit: Limit) -> bool:
    """Counts this request; False when it is one too many. By member when signed in, else by address."""
    who = request.user.pk if request.user.is_authenticated else client_ip(request)
    return rates.allow(f"{limit.name}:{who}", limit=limit.times, seconds=limit.seconds)


def limited(limit: Limit) -> Callable:
    """Answers 429 with the reason and a Retry-After once the limit is passed."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not is_within(request, limit):
                raise TooMany(
                    f"That were more than {limit.times} {limit.words} in {limit.span}.",
                    hint="Wait a little, then go on.",
                    retry_after=limit.seconds,
                )
            return view(request, *args, **kwargs)

        return counted

    return decorate
