"""`{% load booking_form %}`: the part of the booking dialogs that registers a caller who is not on file."""

from __future__ import annotations

from functools import cache

from crispy_forms.templatetags.crispy_forms_filters import as_crispy_field
from django import template
from django.utils.safestring import SafeString

from clinic.ui.markup import joined
from scheduling.forms.booking import PatientField

register = template.Library()


@register.simple_tag
def new_patient_fields(form: PatientField) -> SafeString:
    """The fields of a new patient. While nobody typed into them they are the same in every dialog: made once."""
    return _fields(form) if form.has_new_values else _blank()


@cache
def _blank() -> SafeString:
    return _fields(PatientField())


def _fields(form: PatientField) -> SafeString:
    return joined(as_crispy_field(form[name]) for name in PatientField.SHOWN_NEW)
