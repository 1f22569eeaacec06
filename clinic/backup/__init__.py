"""Encrypted backups, their way back, and the record of both."""
