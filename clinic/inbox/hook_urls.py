"""Addresses that the phone provider calls."""

from django.urls import path

from clinic.inbox.views import hooks, voice_hooks

app_name = "hooks"
urlpatterns = [
    path("sms/inbound", hooks.sms_inbound, name="sms-inbound"),
    path("sms/status", hooks.sms_status, name="sms-status"),
    path("voice/answer", voice_hooks.voice_answer, name="voice-answer"),
    path("voice/key", voice_hooks.voice_key, name="voice-key"),
    path("voice/status", voice_hooks.voice_status, name="voice-status"),
]
