"""Promises of the long runs."""
