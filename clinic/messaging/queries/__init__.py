"""Reading: who may be contacted, what is in the outbox, what patients answered."""
