"""Text → score, kind, target and reasons. Knows no posts and no database."""
