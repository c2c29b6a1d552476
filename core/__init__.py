"""Records, settings, errors and the clock: what every room may import."""
