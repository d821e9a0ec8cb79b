"""Networks: activations, layers, exact backpropagation, training, and the signals that pass through."""
