"""Sync: what is unsent, how the exchange with the office goes, and what it brought back."""
