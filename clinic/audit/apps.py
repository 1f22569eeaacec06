from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "clinic.audit"
    label = "audit"

    def ready(self) -> None:
        from clinic.audit.queries import seal_figures, seal_lag_problem
        from clinic.core.health import register_check
        from clinic.core.metrics import register_figures

        register_check("audit", seal_lag_problem)
        register_figures("audit", seal_figures)
