"""What a batch shows of a model of any framework: one forward and one backward pass, followed array by array."""
