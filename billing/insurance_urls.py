from django.urls import path

from billing.views import authorizations, coverage, estimates, insurance

app_name = "insurance"

urlpatterns = [
    path("", insurance.work, name="work"),
    path("rules/", insurance.rules, name="rules"),
    path("issues/<uuid:pk>/", insurance.issue_work, name="issue-work"),
    path("issues/<uuid:pk>/take/", insurance.issue_take, name="issue-take"),
    path("issues/<uuid:pk>/resolve/", insurance.issue_resolve, name="issue-resolve"),
    path("panels/home/", insurance.home_panel, name="home-panel"),
    path("patients/<uuid:pk>/coverage/", coverage.patient_panel, name="patient-panel"),
    path("visits/<uuid:pk>/", coverage.visit_panel, name="visit-panel"),
    path("visits/<uuid:pk>/sheet/", coverage.sheet, name="sheet"),
    path("coverages/<uuid:pk>/", coverage.detail, name="coverage"),
    path("coverages/<uuid:pk>/check/", coverage.check_now, name="check-now"),
    path("coverages/<uuid:pk>/record/", coverage.record, name="check-record"),
    path("coverages/<uuid:pk>/copay/", coverage.use_copay, name="copay-use"),
    path("checks/<uuid:pk>/", coverage.check, name="check"),
    path("checks/<uuid:pk>/raw/", coverage.raw, name="check-raw"),
    path("patients/<uuid:pk>/authorizations/add/", authorizations.add, name="authorization-add"),
    path("authorizations/<uuid:pk>/", authorizations.detail, name="authorization"),
    path("authorizations/<uuid:pk>/end/", authorizations.end, name="authorization-end"),
    path("estimates/", estimates.owed, name="estimates"),
    path("visits/<uuid:pk>/estimate/", estimates.make, name="estimate-make"),
    path("estimates/<uuid:pk>/", estimates.show, name="estimate"),
    path("estimates/<uuid:pk>/hand-over/", estimates.hand_over, name="estimate-hand-over"),
]
