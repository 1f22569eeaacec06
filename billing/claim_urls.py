"""Addresses of claims: the worklist, one claim, files, rules and payers. Part of `billing.urls`."""

from django.urls import path

from billing.views import claim_files, claim_lines, claim_setup, claims

CLAIM_PATHS = [
    path(
        "visits/<uuid:pk>/charges/<uuid:charge>/details/", claim_lines.charge_details, name="charge-details"
    ),
    path("visits/<uuid:pk>/claim/", claims.build, name="claim-build"),
    path("claims/", claims.claims, name="claims"),
    path("claims/visits/", claims.unclaimed, name="claims-unclaimed"),
    path("claims/visits/build/", claims.build_all, name="claims-build"),
    path("claims/send/", claims.send, name="claims-send"),
    path("claims/files/", claim_files.batch_list, name="claim-batches"),
    path("claims/files/<uuid:pk>/", claim_files.batch, name="claim-batch"),
    path(
        "claims/files/<uuid:pk>/arrived/",
        claim_files.batch_settle,
        {"verb": "arrived"},
        name="claim-batch-arrived",
    ),
    path(
        "claims/files/<uuid:pk>/again/", claim_files.batch_settle, {"verb": "again"}, name="claim-batch-again"
    ),
    path("claims/rules/", claim_setup.rules, name="claim-rules"),
    path("claims/rules/add/", claim_setup.rule_add, name="claim-rule-add"),
    path("claims/rules/<uuid:pk>/", claim_setup.rule_edit, name="claim-rule-edit"),
    path("claims/payers/", claim_setup.payers, name="claim-payers"),
    path("claims/payers/provider/", claim_setup.provider, name="claim-provider"),
    path("claims/payers/<uuid:pk>/", claim_setup.terms, name="payer-terms"),
    path("claims/payers/<uuid:pk>/contract/", claim_setup.contract_add, name="contract-add"),
    path("claims/contracts/<uuid:pk>/", claim_setup.contract, name="contract"),
    path("claims/contracts/<uuid:pk>/end/", claim_setup.contract_end, name="contract-end"),
    path("claims/contracts/<uuid:pk>/price/", claim_setup.rate_set, name="contract-rate"),
    path("claims/<uuid:pk>/", claims.claim, name="claim"),
    path("claims/<uuid:pk>/edit/", claims.edit, name="claim-edit"),
    path("claims/<uuid:pk>/hold/", claims.hold, name="claim-hold"),
    path("claims/<uuid:pk>/close/", claims.close, name="claim-close"),
    path("claims/<uuid:pk>/note/", claims.note, name="claim-note"),
    path("claims/<uuid:pk>/lines/<uuid:line>/", claim_lines.claim_line, name="claim-line"),
    path("claims/<uuid:pk>/form/", claim_files.boxes_page, name="claim-boxes"),
    path("claims/<uuid:pk>/form.pdf", claim_files.form_page, name="claim-form"),
    *(
        path(f"claims/<uuid:pk>/{verb}/", claims.act, {"verb": verb}, name=f"claim-{verb}")
        for verb in claims.ACTS
    ),
    *(
        path(f"claims/<uuid:pk>/{verb}/", claims.follow, {"verb": verb}, name=f"claim-{verb}")
        for verb in ("replace", "void", "next")
    ),
]
