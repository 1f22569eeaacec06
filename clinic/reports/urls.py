from django.urls import path

from clinic.reports import compare, views

app_name = "reports"
urlpatterns = [
    path("", views.report_list, name="list"),
    path("compare/", compare.compare, name="compare"),
    path("compare/export/", compare.compare_export, name="compare-export"),
    path("<slug:code>/", views.report, name="report"),
    path("<slug:code>/export/", views.report_export, name="export"),
    path("<slug:code>/rows/", views.rows, name="rows"),
    path("<slug:code>/rows/export/", views.rows_export, name="rows-export"),
]
