"""Promises of the laboratory: its engine gives the library's numbers."""
