from scheduling.models.access import AccessSample
from scheduling.models.appointments import Appointment, CancelReason, ResourceHold, Source
from scheduling.models.feeds import CalendarFeed
from scheduling.models.follow_ups import (
    FollowUp,
    FollowUpAttempt,
    FollowUpLetter,
    FollowUpRule,
    FollowUpScript,
    ReleasedWords,
)
from scheduling.models.outreach import ContactAttempt, LetterWording, MissedVisit, OutreachSettings
from scheduling.models.places import WEEKDAYS, Closure, FlowSettings, Location, Room, RoomChange
from scheduling.models.preparation import Preparation
from scheduling.models.recalls import Recall, RecallReason
from scheduling.models.rosters import ProviderSession, SessionException, SessionPart, VisitType
from scheduling.models.series import AppointmentSeries
from scheduling.models.soft_holds import SoftHold
from scheduling.models.steps import VisitStep
from scheduling.models.triage import TriageAssessment, TriageLevel
from scheduling.models.visits import ReminderPolicy, VisitInterval
from scheduling.models.waitlist import FreedTime, Offer, WaitlistEntry

__all__ = [
    "WEEKDAYS",
    "AccessSample",
    "Appointment",
    "AppointmentSeries",
    "CalendarFeed",
    "CancelReason",
    "Closure",
    "ContactAttempt",
    "FlowSettings",
    "FreedTime",
    "LetterWording",
    "FollowUp",
    "FollowUpAttempt",
    "FollowUpLetter",
    "FollowUpRule",
    "FollowUpScript",
    "Location",
    "Preparation",
    "MissedVisit",
    "Offer",
    "OutreachSettings",
    "ProviderSession",
    "Recall",
    "RecallReason",
    "ReleasedWords",
    "ReminderPolicy",
    "ResourceHold",
    "Room",
    "RoomChange",
    "SessionException",
    "SessionPart",
    "SoftHold",
    "Source",
    "TriageAssessment",
    "TriageLevel",
    "VisitInterval",
    "VisitStep",
    "VisitType",
    "WaitlistEntry",
]
