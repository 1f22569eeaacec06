"""What the files that billing keeps are of: names that their access is decided by."""

STATEMENT, APPEAL = "billing.statement", "billing.appeal"
