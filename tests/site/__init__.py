"""Promises of the built site, read and visited in a browser."""
