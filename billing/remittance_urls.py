"""Addresses of what payers pay and refuse, under /billing/."""

from django.urls import path

from billing.views import denials, remittances

REMITTANCE_PATHS = [
    path("remittances/", remittances.remittance_list, name="remittances"),
    path("remittances/add/", remittances.remittance_add, name="remittance-add"),
    path("remittances/<uuid:pk>/", remittances.remittance, name="remittance"),
    path("remittances/<uuid:pk>/deposit/", remittances.deposit_match, name="deposit-match"),
    path("remittances/decisions/<uuid:pk>/post/", remittances.post_held, name="decision-post"),
    path("remittances/decisions/<uuid:pk>/aside/", remittances.set_aside, name="decision-aside"),
    path("denials/", denials.queue, name="denials"),
    path("denials/<uuid:pk>/", denials.work, name="denial"),
]
