"""Records ↔ database and blobs. The only room with SQL."""
