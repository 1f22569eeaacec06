"""Addresses of patient messages."""

from django.urls import path

from clinic.inbox.views import (
    conversation,
    failed_work,
    hold,
    numbers,
    outbox,
    played_calls,
    replies,
    wording,
)

app_name = "messaging"
urlpatterns = [
    path("", outbox.outbox_list, name="outbox"),
    path("home/", replies.messages_home, name="home"),
    path("replies/", replies.reply_list, name="replies"),
    path("replies/<uuid:pk>/handle/", replies.reply_handle, name="reply-handle"),
    path("replies/<uuid:pk>/act/", replies.reply_act, name="reply-act"),
    path("replies/<uuid:pk>/answer/", replies.reply_answer, name="reply-answer"),
    path("write/preview/", conversation.answer_preview, name="answer-preview"),
    path("patient/<uuid:pk>/write/", conversation.patient_write, name="patient-write"),
    path("numbers/", numbers.number_list, name="numbers"),
    path("numbers/<uuid:pk>/fixed/", numbers.number_fixed, name="number-fixed"),
    path("numbers/<uuid:pk>/back/", numbers.number_back, name="number-back"),
    path("figures/", numbers.figures, name="figures"),
    path("patient/<uuid:pk>/", conversation.patient_messages, name="patient"),
    path("patient/<uuid:pk>/consent/<int:number>/", conversation.consent_record, name="consent-record"),
    path("wording/", wording.template_list, name="templates"),
    path("wording/<uuid:pk>/", wording.template_edit, name="template-edit"),
    path("wording/<uuid:pk>/preview/", wording.template_preview, name="template-preview"),
    path("rules/", wording.send_settings_edit, name="send-settings"),
    path("failed-work/", failed_work.failed_work_list, name="failed-work"),
    path("failed-work/<int:pk>/again/", failed_work.failed_work_retry, name="failed-work-retry"),
    path("hold/", hold.sending_hold, name="hold"),
    path("release/", hold.sending_release, name="release"),
    path("<uuid:pk>/", outbox.message_detail, name="message"),
    path("<uuid:pk>/now/", outbox.message_hurry, name="message-hurry"),
    path("<uuid:pk>/again/", outbox.message_retry, name="message-retry"),
    path("<uuid:pk>/leave/", outbox.message_leave, name="message-leave"),
    path("<uuid:pk>/arrived/", outbox.message_arrived, name="message-arrived"),
    path("<uuid:pk>/call/", played_calls.message_call, name="message-call"),
    path("<uuid:pk>/stop/", outbox.message_call_off, name="message-call-off"),
]
