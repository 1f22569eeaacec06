"""Words shared by the tables of this app."""

from django.db import models


class Channel(models.TextChoices):
    SMS = "sms", "Text message"
    EMAIL = "email", "E-mail"
    VOICE = "voice", "Automated call"


class Purpose(models.TextChoices):
    REMINDER = "reminder", "Visit reminder"
    CONFIRMATION = "confirmation", "Booking confirmation"
    FOLLOWUP = "followup", "Follow-up"
    RECEIPT = "receipt", "Answer to a reply"
    TEST = "test", "Test"


ALL_PURPOSES = "all"
# “May we text you about your appointments?” answers for both: a confirmation goes by the word on reminders.
COVERED_BY = {Purpose.CONFIRMATION: Purpose.REMINDER}


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    SPANISH = "es", "Spanish"
