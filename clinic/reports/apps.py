from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "clinic.reports"
    label = "reports"

    def ready(self) -> None:
        from clinic.staff.permissions import Permission
        from clinic.ui import nav

        nav.register(
            label="Reports",
            url_name="reports:list",
            icon="report-analytics",
            permission=Permission.REPORT_VIEW,
            order=85,
            key="r",
        )
