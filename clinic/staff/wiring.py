"""What the staff app adds to the frame."""


def register() -> None:
    """Add the staff pages to the navigation, where each is shown to those who may open it."""
