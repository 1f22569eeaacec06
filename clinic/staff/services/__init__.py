"""What changes staff: each function is one transaction, audited inside."""
