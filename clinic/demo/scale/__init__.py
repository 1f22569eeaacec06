"""A clinic of any size, for measuring: rows generated as text and written by COPY, indexes built afterwards."""
