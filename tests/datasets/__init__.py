"""Promises of the data."""
