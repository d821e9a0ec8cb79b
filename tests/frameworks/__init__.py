"""Promises of the functions for Keras, PyTorch and JAX."""
