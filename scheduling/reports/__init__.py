"""The reports of scheduling. Each module defines one `REPORT`; this registers them."""


def register() -> None:
    """Called once, when the app is ready."""
    from clinic.reports import registry, scope
    from scheduling.queries.report_scope import all_locations, everybody_with_sessions
    from scheduling.reports import (
        access,
        daily_visits,
        follow_up_calls,
        no_shows,
        patient_flow,
        reminders,
        use,
        waitlist,
    )

    scope.offer("location", lambda: [(str(place.pk), place.name) for place in all_locations()])
    scope.offer("provider", lambda: [(str(member.pk), member.name) for member in everybody_with_sessions()])
    for module in (daily_visits, patient_flow, no_shows, access, use, reminders, waitlist, follow_up_calls):
        registry.register(module.REPORT)
