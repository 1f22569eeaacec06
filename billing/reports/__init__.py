"""The reports of billing. Each module defines one `REPORT`; this registers them."""


def register() -> None:
    """Called once, when the app is ready."""
    from billing.reports import (
        ageing,
        charge_lag,
        clean_claims,
        copays,
        days_in_ar,
        denials,
        drawers,
        net_collection,
        verification,
    )
    from clinic.reports import registry

    for module in (
        verification, copays, charge_lag, clean_claims, denials, days_in_ar, ageing, net_collection, drawers,
    ):  # fmt: skip
        registry.register(module.REPORT)
