"""Every address of the clinic. Each app owns its own prefix."""

from django.urls import include, path

from clinic.core.health import healthz, readyz
from clinic.core.metrics import metrics
from clinic.files.views import download
from clinic.staff.access import allow_signed_in, public
from clinic.ui import views as ui_views

# Apps below clinic.staff cannot name its decorators; their few views get their access rule here.
files = [path("<uuid:pk>/", allow_signed_in(download), name="download")]
ui = [
    path("theme/", public(ui_views.theme), name="theme"),
    path("keys/", public(ui_views.keys), name="keys"),
    path("guide/", public(ui_views.guide), name="guide"),
]

urlpatterns = [
    path("healthz", public(healthz), name="healthz"),
    path("readyz", public(readyz), name="readyz"),
    path("metrics", public(metrics), name="metrics"),
    path("files/", include((files, "files"))),
    path("", include("clinic.staff.urls")),
    path("ui/", include((ui, "ui"))),
    path("audit/", include("clinic.staff.audit_urls")),
    path("messages/", include("clinic.inbox.message_urls")),
    path("hooks/", include("clinic.inbox.hook_urls")),
    path("inbox/", include("clinic.inbox.urls")),
    path("reports/", include("clinic.reports.urls")),
    path("inventory/", include("inventory.urls")),
    path("", include("records.urls")),
    path("", include("scheduling.urls")),
    path("billing/", include("billing.urls")),
    path("insurance/", include("billing.insurance_urls")),
    path("", include("clinic.desk.urls")),
    path("demo/", include("clinic.demo.urls")),
]

handler400 = "clinic.ui.errors.bad_request"
handler403 = "clinic.ui.errors.forbidden"
handler404 = "clinic.ui.errors.not_found"
handler500 = "clinic.ui.errors.server_error"
