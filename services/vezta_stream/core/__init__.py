"""What every part shares: values and rules without event loop, clock, network or logging."""
