"""Django tells of a sign-in by signal; the server-side session record starts there."""


def connect() -> None:
    """Listen to sign-ins, whichever way they happen (password, PIN, test client)."""
