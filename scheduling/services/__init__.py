"""Everything that changes the schedule. Each service is one transaction, audited inside."""
