"""The business: its tables, its figures, and what people can do, without a screen or a network."""
