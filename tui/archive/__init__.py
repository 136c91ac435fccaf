"""The archive: everything that is known about one customer."""
