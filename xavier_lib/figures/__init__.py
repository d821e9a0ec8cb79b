"""Pictures of the book: lean SVG with a text alternative made from the numbers that are drawn."""

from xavier_lib.wording import not_installed

try:
    from xavier_lib.figures.diagram import network_diagram
    from xavier_lib.figures.distributions import densities, histograms, inputs_on_curve
    from xavier_lib.figures.images import images
    from xavier_lib.figures.line_plots import lines
    from xavier_lib.figures.maps import ratio_map
    from xavier_lib.figures.picture import Picture
except ModuleNotFoundError as _missing:
    raise not_installed(__name__, _missing) from _missing

__all__ = ["Picture", "densities", "histograms", "images", "inputs_on_curve", "lines", "network_diagram", "ratio_map"]
