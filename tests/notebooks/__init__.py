"""Promises of the chapters as a real JupyterLab opens them."""
