"""The restore drill: once from a dump, once to a point in time."""
