"""Addresses of the waitlist, recalls, missed visits, triage and their rules, part of scheduling's own."""

from django.urls import path

from scheduling import panels
from scheduling.views import calls, letters, missed, offer_link, outreach_settings, queue, recalls, waitlist

urlpatterns = [
    path("o/<str:token>", offer_link.offer_link, name="offer-link"),
    path("outreach/", waitlist.waitlist_list, name="waitlist"),
    path("outreach/waitlist/add/", waitlist.waitlist_add, name="waitlist-add"),
    path("outreach/waitlist/<uuid:pk>/edit/", waitlist.waitlist_edit, name="waitlist-edit"),
    path("outreach/waitlist/<uuid:pk>/withdraw/", waitlist.waitlist_withdraw, name="waitlist-withdraw"),
    path("outreach/waitlist/<uuid:pk>/offer/", waitlist.waitlist_offer, name="waitlist-offer"),
    path("outreach/offers/", waitlist.offers_panel, name="offers"),
    path("outreach/offers/<uuid:pk>/answer/", waitlist.offer_answer, name="offer-answer"),
    path("outreach/offers/<uuid:pk>/call/", waitlist.offer_call, name="offer-call"),
    path("outreach/freed/", waitlist.freed_list, name="freed-list"),
    path("outreach/freed/<uuid:pk>/", waitlist.freed_trail, name="freed"),
    path("outreach/freed/<uuid:pk>/stop/", waitlist.freed_stop, name="freed-stop"),
    path("schedule/visits/<uuid:pk>/call/", calls.visit_call, name="visit-call"),
    path("outreach/recalls/", recalls.recall_list, name="recalls"),
    path("outreach/recalls/add/", recalls.recall_add, name="recall-add"),
    path("outreach/recalls/contact/", recalls.recall_contact, name="recall-contact"),
    path("outreach/recalls/<uuid:pk>/call/", recalls.recall_call, name="recall-call"),
    path("outreach/recalls/<uuid:pk>/close/", recalls.recall_close, name="recall-close"),
    path("outreach/missed/", missed.missed_list, name="missed"),
    path("outreach/missed/letters.pdf", letters.missed_letters_pdf, name="missed-letters-pdf"),
    path("outreach/missed/letters/sent/", letters.missed_letters_sent, name="missed-letters-sent"),
    path("outreach/missed/<uuid:pk>/letter/", letters.missed_letter, name="missed-letter"),
    path("outreach/missed/<uuid:pk>/letter.pdf", letters.missed_letter_pdf, name="missed-letter-pdf"),
    path("outreach/missed/<uuid:pk>/letter/sent/", letters.missed_letter_sent, name="missed-letter-sent"),
    path("outreach/missed/<uuid:pk>/decide/", missed.missed_decide, name="missed-decide"),
    path("outreach/queue/", queue.queue, name="queue"),
    path("schedule/visits/<uuid:pk>/triage/", queue.triage, name="triage"),
    path("schedule/patients/<uuid:pk>/waiting/", panels.patient_waiting, name="patient-waiting"),
    path("outreach/filling/", outreach_settings.filling, name="filling"),
    path("outreach/filling/rules/", outreach_settings.rules_edit, name="filling-rules"),
    path("outreach/filling/reasons/add/", outreach_settings.reason_edit, name="recall-reason-add"),
    path("outreach/filling/reasons/<uuid:pk>/", outreach_settings.reason_edit, name="recall-reason-edit"),
    path("outreach/filling/levels/<uuid:pk>/", outreach_settings.level_edit, name="triage-level-edit"),
    path("outreach/filling/letters/<uuid:pk>/", outreach_settings.letter_edit, name="letter-edit"),
]
