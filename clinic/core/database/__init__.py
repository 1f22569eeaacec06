"""Django's PostgreSQL backend with limits on waiting (`clinic.core.patience`)."""
