"""What billing prints as PDF. Plain values in, bytes out."""
