"""Promises of networks: activations, layers, training, signals."""
