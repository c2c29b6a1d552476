"""The page in which people review: rendered on this machine, for this machine, usable without JavaScript."""
