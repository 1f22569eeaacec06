"""Making, checking and restoring backups. Not one transaction each: what they act on is more than a database."""
