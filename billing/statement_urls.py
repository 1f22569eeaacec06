"""Addresses of what patients are asked to pay in writing, under /billing/."""

from django.urls import path

from billing.views import appeals, collections, statements

STATEMENT_PATHS = [
    path("statements/", statements.board, name="statements"),
    path("statements/make/", statements.make, name="statements-make"),
    path("statements/pile/", statements.pile, name="statements-pile"),
    path("statements/sent/", statements.mark_sent, name="statements-sent"),
    path("statements/<uuid:pk>/", statements.paper, name="statement"),
    path("statements/<uuid:pk>/handed-over/", statements.hand_over, name="statement-handed-over"),
    path("patients/<uuid:pk>/statement/", statements.make_one, name="statement-make"),
    path("patients/<uuid:pk>/statement/preview/", statements.preview, name="statement-preview"),
    path("patients/<uuid:pk>/hold/", collections.hold, name="hold"),
    path("holds/<uuid:pk>/lift/", collections.hold_lift, name="hold-lift"),
    path("collections/", collections.board, name="collections"),
    path("patients/<uuid:pk>/collections/propose/", collections.propose, name="collection-propose"),
    path("collections/<uuid:pk>/decide/", collections.decide, name="collection-decide"),
    path("collections/<uuid:pk>/place/", collections.place, name="collection-place"),
    path("collections/<uuid:pk>/return/", collections.give_back, name="collection-return"),
    path("denials/<uuid:pk>/appeal/", appeals.write, name="denial-appeal"),
    path("denials/appeals/<uuid:pk>/", appeals.paper, name="appeal"),
]
