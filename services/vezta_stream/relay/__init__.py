"""Channel topics to bus: the only place where publications are handed to nodes."""
