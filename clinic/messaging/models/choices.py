"""Words shared by the tables of this app."""

from django.db import models


class Channel(models.TextChoices):
    SMS = "sms", "Text message"
    EMAIL = "email", "E-mail"
    VOICE = "voice", "Automated call"


class Purpose(models.TextChoices):
    REMINDER = "reminder", "Visit reminder"
    CONFIRMATION = "confirmation", "Booking confirmation"
    PREPARATION = "preparation", "How to prepare"
    FOLLOWUP = "followup", "Follow-up"
    RECALL = "recall", "Time to come back"
    OFFER = "offer", "Earlier time offered"
    RECEIPT = "receipt", "Answer to a reply"
    ANSWER = "answer", "Written by staff"
    TEST = "test", "Test"


ALL_PURPOSES = "all"
# “May we text you about your appointments?” answers for all of these: they go by the word on reminders.
COVERED_BY = {
    Purpose.CONFIRMATION: Purpose.REMINDER,
    Purpose.PREPARATION: Purpose.REMINDER,
    Purpose.RECALL: Purpose.REMINDER,
    Purpose.OFFER: Purpose.REMINDER,
}
# What patients are asked about, by each number and address: what these cover needs no question of its own.
ASKED = (Purpose.REMINDER, Purpose.FOLLOWUP)
# Not a purpose of any message: a decision with it says whether the number or address works at all.
REACHES = "reaches"


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    SPANISH = "es", "Spanish"
