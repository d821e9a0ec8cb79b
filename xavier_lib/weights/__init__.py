"""Weights: the one formula behind the named starts, and the draw."""
