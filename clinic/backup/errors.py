"""What a backup or a restore refuses with: sentences for whoever runs the server."""

from clinic.core.errors import ClinicError


class BackupError(ClinicError):
    """A backup could not be made, or a restore was refused or given up. What was there before still is."""


class BadBackup(BackupError):
    """The copy cannot be trusted: another key, a part missing, altered or unreadable."""


class Busy(BackupError):
    """Another backup or restore is running."""
