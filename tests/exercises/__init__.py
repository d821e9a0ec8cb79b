"""Promises of the exercises; ``python -m tests.exercises`` prints the table exercise × slip."""
