def register():
    """Panels of billing on other pages."""
