def register():
    """Nothing yet stands on other pages."""
