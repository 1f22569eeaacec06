"""Reading: the lists of the inbox."""
