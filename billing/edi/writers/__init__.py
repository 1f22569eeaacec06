"""Writes what a clinic sends (270, 276, 837P) and what a payer answers (271, 277, 999, 277CA, 835)."""
