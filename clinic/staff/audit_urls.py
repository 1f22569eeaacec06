"""Addresses of the audit page, in their own namespace."""

from django.urls import path

from clinic.staff import audit_views

app_name = "audit"
urlpatterns = [
    path("", audit_views.audit_list, name="list"),
    path("patient/", audit_views.audit_patient, name="patient"),
    path("export/", audit_views.audit_export, name="export"),
]
