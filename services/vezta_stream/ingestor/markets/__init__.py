"""What the ingestor knows about each market: pure state, no clock and no I/O."""
