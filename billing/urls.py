from django.urls import path

from billing.views import capture, days, fees, ledger, lookups, payments, queue, slots

app_name = "billing"

urlpatterns = [
    path("", queue.queue, name="queue"),
    path("day/", days.day, name="day"),
    path("visits/<uuid:pk>/charges/", capture.charges, name="charges"),
    path("visits/<uuid:pk>/charges/from-visit/", capture.from_visit, name="charges-from-visit"),
    path("visits/<uuid:pk>/charges/propose/", capture.propose, name="charge-propose"),
    path("visits/<uuid:pk>/charges/approve/", capture.approve, name="charges-approve"),
    path("visits/<uuid:pk>/charges/point-rest/", capture.point_rest, name="charges-point-rest"),
    path("visits/<uuid:pk>/charges/<uuid:charge>/point/", capture.point, name="charge-point"),
    path("visits/<uuid:pk>/charges/<uuid:charge>/change/", capture.change, name="charge-change"),
    path("visits/<uuid:pk>/charges/<uuid:charge>/void/", capture.void, name="charge-void"),
    path("visits/<uuid:pk>/diagnoses/add/", capture.diagnosis_add, name="diagnosis-add"),
    path(
        "visits/<uuid:pk>/diagnoses/<uuid:diagnosis>/remove/",
        capture.diagnosis_remove,
        name="diagnosis-remove",
    ),
    path("visits/<uuid:pk>/diagnoses/<uuid:diagnosis>/up/", capture.diagnosis_up, name="diagnosis-up"),
    path("visits/<uuid:pk>/find-diagnosis/", lookups.diagnoses, name="diagnosis-search"),
    path("visits/<uuid:pk>/find-service/", lookups.services, name="service-search"),
    path("patients/<uuid:pk>/payment/", payments.take, name="payment-take"),
    path("patients/<uuid:pk>/ledger/", ledger.ledger, name="ledger"),
    path("patients/<uuid:pk>/adjust/", ledger.adjust, name="balance-adjust"),
    path(
        "patients/<uuid:pk>/entries/<uuid:entry>/reverse/",
        ledger.adjustment_reverse,
        name="adjustment-reverse",
    ),
    path("payments/<uuid:pk>/receipt/", payments.receipt, name="receipt"),
    path("payments/<uuid:pk>/reverse/", payments.reverse_payment, name="payment-reverse"),
    path("fees/", fees.fees, name="fees"),
    path("fees/add/", fees.add, name="fee-add"),
    path("fees/<uuid:pk>/end/", fees.end, name="fee-end"),
    path("visit-types/", fees.visit_types, name="visit-type-fees"),
    path("visit-types/<uuid:pk>/", fees.visit_type_set, name="visit-type-fee-set"),
    path("drawers/", fees.drawers, name="drawers"),
    path("drawers/add/", fees.drawer_add, name="drawer-add"),
    path("drawers/<uuid:pk>/edit/", fees.drawer_edit, name="drawer-edit"),
    path("panels/patient/<uuid:pk>/", slots.patient_panel, name="patient-panel"),
    path("panels/balance/<uuid:pk>/", slots.balance_chip, name="balance-chip"),
    path("panels/checkout/<uuid:pk>/", slots.checkout_panel, name="checkout-panel"),
    path("panels/checkout/<uuid:pk>/propose/", slots.checkout_propose, name="checkout-propose"),
    path("panels/day/", slots.day_panel, name="day-panel"),
    path("panels/home/", slots.home_panel, name="home-panel"),
]
