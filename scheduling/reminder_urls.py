"""Addresses of reminders, part of scheduling's own."""

from django.urls import path

from scheduling.views import patient_link, preparation, reminder_policy

urlpatterns = [
    path("v/<str:token>", patient_link.patient_link, name="patient-link"),
    path("v/<str:token>/prepare", patient_link.patient_preparation, name="patient-preparation"),
    path("messages/reminders/", reminder_policy.reminder_policy, name="reminder-policy"),
    path("messages/reminders/new/", reminder_policy.reminder_policy_edit, name="reminder-policy-add"),
    path(
        "messages/reminders/history/", reminder_policy.reminder_policy_history, name="reminder-policy-history"
    ),
    path("messages/reminders/preview/", preparation.cadence_preview, name="cadence-preview"),
    path("messages/preparation/", preparation.preparation_list, name="preparation"),
    path(
        "messages/preparation/<uuid:pk>/<slug:language>/",
        preparation.preparation_edit,
        name="preparation-edit",
    ),
    path("messages/reminders/<uuid:pk>/", reminder_policy.reminder_policy_edit, name="reminder-policy-edit"),
]
