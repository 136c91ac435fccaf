"""Laptops and office meet here."""
