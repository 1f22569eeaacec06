from scheduling.models.appointments import Appointment, CancelReason, ResourceHold, Source
from scheduling.models.places import WEEKDAYS, Closure, FlowSettings, Location, Room
from scheduling.models.preparation import Preparation
from scheduling.models.rosters import ProviderSession, SessionException, SessionPart, VisitType
from scheduling.models.series import AppointmentSeries
from scheduling.models.soft_holds import SoftHold
from scheduling.models.steps import VisitStep
from scheduling.models.visits import ReminderPolicy, VisitInterval

__all__ = [
    "WEEKDAYS",
    "Appointment",
    "AppointmentSeries",
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
    "SessionPart",
    "SoftHold",
    "Source",
    "VisitInterval",
    "VisitStep",
    "VisitType",
]
