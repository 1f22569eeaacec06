"""Addresses that the phone provider calls."""

from django.urls import path

from clinic.inbox.views import hooks

app_name = "hooks"
urlpatterns = [
    path("sms/inbound", hooks.sms_inbound, name="sms-inbound"),
    path("sms/status", hooks.sms_status, name="sms-status"),
]
