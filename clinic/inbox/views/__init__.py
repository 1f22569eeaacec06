"""Pages of the inbox, of patient messages, and the addresses that the phone provider calls."""
