"""The way to payers: one module per kind of connection, chosen by the environment (CLEARINGHOUSE).

Texts go in and come out; what stands in them is the business of the readers and writers, who asked and what
follows from an answer that of the services. A new kind of connection is a module with the shape of
`base.Clearinghouse` and a line in `KINDS`.
"""

from importlib import import_module

from django.conf import settings

from billing.clearinghouse.base import (
    LONGEST_PAUSE,
    Answer,
    Clearinghouse,
    Later,
    NoAnswer,
    NotTaken,
    Receipt,
)

__all__ = [
    "LONGEST_PAUSE",
    "Answer",
    "Clearinghouse",
    "Later",
    "NoAnswer",
    "NotTaken",
    "Receipt",
    "clearinghouse",
    "is_set_up",
]

KINDS = {
    "none": ("billing.clearinghouse.none", "NoClearinghouse"),
    "simulated": ("billing.clearinghouse.simulated", "SimulatedClearinghouse"),
    "http": ("billing.clearinghouse.http", "HttpClearinghouse"),
    "folders": ("billing.clearinghouse.folders", "FolderClearinghouse"),
}


def clearinghouse() -> Clearinghouse:
    """The connection that the environment names."""
    module, class_name = KINDS[settings.CLEARINGHOUSE["KIND"]]
    return getattr(import_module(module), class_name).from_settings()


def is_set_up() -> bool:
    """Whether there is any connection to payers; without one people check by phone, portal and card."""
    return settings.CLEARINGHOUSE["KIND"] != "none"
