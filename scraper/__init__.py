"""The web → records. Politely: robots first, a gap between requests, and a stop when they say no."""
