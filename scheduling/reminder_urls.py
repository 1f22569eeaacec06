"""Addresses of reminders, part of scheduling's own."""

from django.urls import path

from scheduling.views import patient_link, reminder_policy

urlpatterns = [
    path("v/<str:token>", patient_link.patient_link, name="patient-link"),
    path("messages/reminders/", reminder_policy.reminder_policy, name="reminder-policy"),
    path("messages/reminders/new/", reminder_policy.reminder_policy_edit, name="reminder-policy-add"),
    path("messages/reminders/<uuid:pk>/", reminder_policy.reminder_policy_edit, name="reminder-policy-edit"),
]
