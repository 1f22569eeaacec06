from scheduling.models.appointments import Appointment, CancelReason, ResourceHold, Source
from scheduling.models.follow_ups import (
    FollowUp,
    FollowUpAttempt,
    FollowUpLetter,
    FollowUpRule,
    FollowUpScript,
    ReleasedWords,
)
from scheduling.models.places import WEEKDAYS, Closure, FlowSettings, Location, Room
from scheduling.models.rosters import ProviderSession, SessionException, VisitType
from scheduling.models.visits import ReminderPolicy, VisitInterval

__all__ = [
    "WEEKDAYS",
    "Appointment",
    "CancelReason",
    "Closure",
    "FlowSettings",
    "FollowUp",
    "FollowUpAttempt",
    "FollowUpLetter",
    "FollowUpRule",
    "FollowUpScript",
    "Location",
    "ProviderSession",
    "ReleasedWords",
    "ReminderPolicy",
    "ResourceHold",
    "Room",
    "SessionException",
    "Source",
    "VisitInterval",
    "VisitType",
]
