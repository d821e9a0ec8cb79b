"""What signals and gradients say of a network: a record a layer, findings, and a report.

The module behind :doc:`/chapters/diagnosis`.
"""
