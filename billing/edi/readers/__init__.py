"""One module for each kind of transaction set: what a clinic needs to know from it, as plain values."""
