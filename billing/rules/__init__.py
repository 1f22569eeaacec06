"""Pure rules of money and codes. No database, no clock."""
