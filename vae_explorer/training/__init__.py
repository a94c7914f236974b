"""Training as a generator of immutable events."""
