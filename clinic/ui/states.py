"""Words and tones of every state that a pill can show.

A tone means one thing in the whole product: danger = wrong or overdue, soon = needs somebody before
long, now = going on, done = finished well, past = over, plain = nothing to say.
"""

from __future__ import annotations

TONES = ("danger", "soon", "now", "done", "past", "plain")

STATES: dict[str, tuple[str, str]] = {
    # visits
    "scheduled": ("Scheduled", "plain"),
    "confirmed": ("Confirmed", "plain"),
    "arrived": ("Arrived", "now"),
    "roomed": ("Roomed", "now"),
    "intake": ("Intake", "now"),
    "ready": ("Ready for provider", "soon"),
    "with_provider": ("With provider", "now"),
    "orders": ("Orders", "now"),
    "discharge": ("Discharge", "now"),
    "checkout": ("Checkout", "soon"),
    "completed": ("Completed", "done"),
    "left": ("Left without being seen", "danger"),
    "no_show": ("No-show", "danger"),
    "cancelled": ("Cancelled", "past"),
    "rescheduled": ("Rescheduled", "past"),
    # rooms and equipment
    "available": ("Available", "done"),
    "occupied": ("Occupied", "now"),
    "dirty": ("Needs cleaning", "soon"),
    "cleaning": ("Cleaning", "soon"),
    "out_of_service": ("Out of service", "past"),
    "in_service": ("In service", "done"),
    # messages
    "planned": ("Planned", "plain"),
    "due": ("Due", "now"),
    "claimed": ("Sending", "now"),
    "sending": ("Sending", "now"),
    "sent": ("Sent", "done"),
    "delivered": ("Delivered", "done"),
    "failed": ("Failed", "danger"),
    "uncertain": ("Uncertain", "soon"),
    "void": ("Void", "past"),
    "held": ("Held", "soon"),
    # charges, coverage, drawers
    "proposed": ("Proposed", "soon"),
    "approved": ("Approved", "done"),
    "verified": ("Verified", "done"),
    "unverified": ("Not verified", "soon"),
    # stock
    "usable": ("Usable", "done"),
    "quarantined": ("Quarantined", "danger"),
    "recalled": ("Recalled", "danger"),
    "expired": ("Expired", "danger"),
    "expiring": ("Expires soon", "soon"),
    "low": ("Low", "soon"),
    "out": ("Out of stock", "danger"),
    # chart
    "open": ("Open", "now"),
    "closed": ("Closed", "past"),
    "signed": ("Signed", "done"),
    "unsigned": ("Not signed", "soon"),
    "draft": ("Draft", "soon"),
    "active": ("Active", "now"),
    "inactive": ("Inactive", "past"),
    "resolved": ("Resolved", "past"),
    "taking": ("Taking", "done"),
    "not_taking": ("Not taking", "soon"),
    "differently": ("Taking differently", "soon"),
    "unsure": ("Unsure", "soon"),
    "stopped": ("Stopped", "past"),
    "retracted": ("Entered in error", "past"),
    "ok": ("OK", "done"),
    "confirm": ("Re-check", "soon"),
    "red": ("Red flag", "danger"),
    # work
    "done": ("Done", "done"),
    "overdue": ("Overdue", "danger"),
    "acknowledged": ("Acknowledged", "done"),
    "urgent": ("Urgent", "danger"),
    "high": ("High", "soon"),
    "normal": ("Normal", "plain"),
    "routine": ("Routine", "plain"),
}


def describe(state: object, label: str = "", tone: str = "") -> tuple[str, str]:
    """Words and tone of a state; an unknown state is shown in its own words, plain."""
    key = str(getattr(state, "value", state) or "")
    words, known_tone = STATES.get(key, (key.replace("_", " ").capitalize(), "plain"))
    chosen = tone or known_tone
    return label or words, chosen if chosen in TONES else "plain"
