"""Pure scheduling rules: no database, no clock. What they need to know comes in as arguments."""
