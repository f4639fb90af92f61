"""Raw topics to channel topics: normalise, keep state, refuse what cannot be understood."""
