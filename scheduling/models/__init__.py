from scheduling.models.appointments import Appointment, CancelReason, ResourceHold, Source
from scheduling.models.outreach import ContactAttempt, LetterWording, MissedVisit, OutreachSettings
from scheduling.models.places import WEEKDAYS, Closure, FlowSettings, Location, Room
from scheduling.models.recalls import Recall, RecallReason
from scheduling.models.rosters import ProviderSession, SessionException, VisitType
from scheduling.models.triage import TriageAssessment, TriageLevel
from scheduling.models.visits import ReminderPolicy, VisitInterval
from scheduling.models.waitlist import FreedTime, Offer, WaitlistEntry

__all__ = [
    "WEEKDAYS",
    "Appointment",
    "CancelReason",
    "Closure",
    "ContactAttempt",
    "FlowSettings",
    "FreedTime",
    "LetterWording",
    "Location",
    "MissedVisit",
    "Offer",
    "OutreachSettings",
    "ProviderSession",
    "Recall",
    "RecallReason",
    "ReminderPolicy",
    "ResourceHold",
    "Room",
    "SessionException",
    "Source",
    "TriageAssessment",
    "TriageLevel",
    "VisitInterval",
    "VisitType",
    "WaitlistEntry",
]
