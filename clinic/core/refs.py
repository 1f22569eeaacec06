"""The one upward reference: shared tables about a person point at the patient by this name."""

from django.conf import settings

PATIENT = "records.Patient"
MEMBER = settings.AUTH_USER_MODEL
