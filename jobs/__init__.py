"""What the product does, one file a job, each with `run(...)`. A job opens nothing: what it needs comes in."""
