"""Addresses of follow-up calls."""

from django.urls import path

from scheduling.views import follow_up_panels, follow_up_setup, follow_ups, letters

urlpatterns = [
    path("follow-ups/", follow_ups.follow_ups, name="follow-ups"),
    path("follow-ups/home/", follow_ups.follow_ups_home, name="follow-ups-home"),
    path("follow-ups/rules/", follow_up_setup.follow_up_rules, name="follow-up-rules"),
    path("follow-ups/rules/add/", follow_up_setup.follow_up_rule_edit, name="follow-up-rule-add"),
    path("follow-ups/rules/<uuid:pk>/", follow_up_setup.follow_up_rule_edit, name="follow-up-rule-edit"),
    path(
        "follow-ups/scripts/<uuid:pk>/", follow_up_setup.follow_up_script_edit, name="follow-up-script-edit"
    ),
    path(
        "follow-ups/letters/<uuid:pk>/", follow_up_setup.follow_up_letter_edit, name="follow-up-letter-edit"
    ),
    path("follow-ups/new/<uuid:patient_pk>/", follow_up_panels.follow_up_plan, name="follow-up-plan"),
    path(
        "follow-ups/consent/<uuid:patient_pk>/<int:number>/",
        follow_up_panels.call_consent,
        name="follow-up-consent",
    ),
    path("follow-ups/patients/<uuid:pk>/", follow_up_panels.patient_follow_ups, name="patient-follow-ups"),
    path("follow-ups/visits/<uuid:pk>/", follow_up_panels.checkout_follow_up, name="checkout-follow-up"),
    path("follow-ups/<uuid:pk>/", follow_ups.follow_up, name="follow-up"),
    path("follow-ups/<uuid:pk>/alert/", follow_ups.follow_up_alert, name="follow-up-alert"),
    path("follow-ups/<uuid:pk>/alert/state/", follow_ups.follow_up_alert_state, name="follow-up-alert-state"),
    path("follow-ups/<uuid:pk>/decide/", follow_ups.follow_up_decide, name="follow-up-decide"),
    path("follow-ups/<uuid:pk>/words/", follow_ups.follow_up_release, name="follow-up-release"),
    path("follow-ups/letters.pdf", letters.follow_up_letters_pdf, name="follow-up-letters-pdf"),
    path("follow-ups/letters/sent/", letters.follow_up_letters_sent, name="follow-up-letters-sent"),
    path("follow-ups/<uuid:pk>/letter/", letters.follow_up_letter, name="follow-up-letter"),
    path("follow-ups/<uuid:pk>/letter.pdf", letters.follow_up_letter_pdf, name="follow-up-letter-pdf"),
]
