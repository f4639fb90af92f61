"""The seam to Redis: positions, history and delivery of publications to nodes."""
