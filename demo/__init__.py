"""A small simulated social network with a planted election. It knows nothing of the product that reads it."""
