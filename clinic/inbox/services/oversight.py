"""Watching over who looks at charts: an unusual number of patients raises an alert to the privacy officer."""

from datetime import timedelta

from clinic.audit.queries import many_looks
from clinic.core.db import service
from clinic.core.time import now
from clinic.inbox.models import Alert
from clinic.inbox.services.alerts import raise_alert
from clinic.staff.roles import Role

# More than three pages a second for five minutes: a script, or somebody who copies the register.
MANY, WITHIN = 1_000, timedelta(minutes=5)


@service
def watch_access(*, by) -> list[Alert]:
    """Raises an alert for each member who opened 1,000 patient pages, or saw 1,000 patients, in 5 minutes.

    At most one per member and hour, so that running it every minute says it once.
    """
    minutes = int(WITHIN.total_seconds() // 60)
    return [
        raise_alert(
            by=by,
            patient=None,
            kind="many_charts",
            text=f"{who.name} opened {who.pages:,} patient pages and saw {who.patients:,} patients "
            f"in {minutes} minutes.",
            severity=Alert.Severity.DANGER,
            source_key=f"many-charts:{who.member_id}:{now():%Y-%m-%dT%H}",
            pool=Role.PRIVACY.value,
        )
        for who in many_looks(within=WITHIN, at_least=MANY)
    ]
