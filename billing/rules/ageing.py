"""How old what is owed is."""

import datetime as dt

# (name, most days): from the day of service; the last one has no end.
BUCKETS = (("0-30", 30), ("31-60", 60), ("61-90", 90), ("91-120", 120), ("over 120", None))
OLD = 90


def bucket_days(name: str, today: dt.date) -> tuple[dt.date, dt.date]:
    """(first, last) day of service that falls into a bucket today. Raises KeyError for a bucket that does not exist."""
    most = dict(BUCKETS)[name]
    least = max(
        (days + 1 for known, days in BUCKETS if days and days < (most or dt.timedelta.max.days)), default=0
    )
    first = dt.date.min if most is None else today - dt.timedelta(days=most)
    return first, today - dt.timedelta(days=least) if least else dt.date.max
