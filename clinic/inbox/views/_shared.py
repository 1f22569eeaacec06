"""Small things that several views need."""

from django.apps import apps
from django.shortcuts import get_object_or_404

from clinic.core.errors import ClinicError
from clinic.core.refs import PATIENT
from clinic.ui.responses import refused, saved


def patient_or_404(pk):
    """The patient that a page is about."""
    return get_object_or_404(apps.get_model(PATIENT), pk=pk)


def press(request, do, *, message: str, to, refresh=()):
    """A button without a form: runs one service, says what happened or why it could not."""
    try:
        do()
    except ClinicError as error:
        return refused(request, error, to=to, refresh=refresh)
    return saved(request, message, to=to, refresh=refresh)
