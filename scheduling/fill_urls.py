"""Addresses of the waitlist, recalls, missed visits, triage and their rules, part of scheduling's own."""

from django.urls import path

from scheduling import panels
from scheduling.views import calls, missed, offer_link, outreach_settings, queue, recalls, waitlist

urlpatterns = [
    path("o/<str:token>", offer_link.offer_link, name="offer-link"),
    path("schedule/waitlist/", waitlist.waitlist_list, name="waitlist"),
    path("schedule/waitlist/add/", waitlist.waitlist_add, name="waitlist-add"),
    path("schedule/waitlist/<uuid:pk>/edit/", waitlist.waitlist_edit, name="waitlist-edit"),
    path("schedule/waitlist/<uuid:pk>/withdraw/", waitlist.waitlist_withdraw, name="waitlist-withdraw"),
    path("schedule/waitlist/<uuid:pk>/offer/", waitlist.waitlist_offer, name="waitlist-offer"),
    path("schedule/offers/", waitlist.offers_panel, name="offers"),
    path("schedule/offers/<uuid:pk>/answer/", waitlist.offer_answer, name="offer-answer"),
    path("schedule/offers/<uuid:pk>/call/", waitlist.offer_call, name="offer-call"),
    path("schedule/freed/", waitlist.freed_list, name="freed-list"),
    path("schedule/freed/<uuid:pk>/", waitlist.freed_trail, name="freed"),
    path("schedule/freed/<uuid:pk>/stop/", waitlist.freed_stop, name="freed-stop"),
    path("schedule/visits/<uuid:pk>/call/", calls.visit_call, name="visit-call"),
    path("schedule/recalls/", recalls.recall_list, name="recalls"),
    path("schedule/recalls/add/", recalls.recall_add, name="recall-add"),
    path("schedule/recalls/contact/", recalls.recall_contact, name="recall-contact"),
    path("schedule/recalls/<uuid:pk>/call/", recalls.recall_call, name="recall-call"),
    path("schedule/recalls/<uuid:pk>/close/", recalls.recall_close, name="recall-close"),
    path("schedule/missed/", missed.missed_list, name="missed"),
    path("schedule/missed/<uuid:pk>/letter/", missed.missed_letter, name="missed-letter"),
    path("schedule/missed/<uuid:pk>/letter/sent/", missed.missed_letter_sent, name="missed-letter-sent"),
    path("schedule/missed/<uuid:pk>/decide/", missed.missed_decide, name="missed-decide"),
    path("schedule/queue/", queue.queue, name="queue"),
    path("schedule/visits/<uuid:pk>/triage/", queue.triage, name="triage"),
    path("schedule/patients/<uuid:pk>/waiting/", panels.patient_waiting, name="patient-waiting"),
    path("schedule/filling/", outreach_settings.filling, name="filling"),
    path("schedule/filling/rules/", outreach_settings.rules_edit, name="filling-rules"),
    path("schedule/filling/reasons/add/", outreach_settings.reason_edit, name="recall-reason-add"),
    path("schedule/filling/reasons/<uuid:pk>/", outreach_settings.reason_edit, name="recall-reason-edit"),
    path("schedule/filling/levels/<uuid:pk>/", outreach_settings.level_edit, name="triage-level-edit"),
    path("schedule/filling/letters/<uuid:pk>/", outreach_settings.letter_edit, name="letter-edit"),
]
