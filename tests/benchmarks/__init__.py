"""`make bench`: the clinic's busiest pages against the bare limit of the same machine. Not collected by pytest."""
