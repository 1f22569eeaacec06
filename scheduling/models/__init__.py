from scheduling.models.appointments import Appointment, CancelReason, ResourceHold, Source
from scheduling.models.places import WEEKDAYS, Closure, FlowSettings, Location, Room
from scheduling.models.preparation import Preparation
from scheduling.models.rosters import ProviderSession, SessionException, VisitType
from scheduling.models.visits import ReminderPolicy, VisitInterval

__all__ = [
    "WEEKDAYS",
    "Appointment",
    "CancelReason",
    "Closure",
    "FlowSettings",
    "Location",
    "Preparation",
    "ProviderSession",
    "ReminderPolicy",
    "ResourceHold",
    "Room",
    "SessionException",
    "Source",
    "VisitInterval",
    "VisitType",
]
