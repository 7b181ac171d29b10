"""Urdu, right to left."""
