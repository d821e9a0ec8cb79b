"""Promises of the one formula and of the draw."""
