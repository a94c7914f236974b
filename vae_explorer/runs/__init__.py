"""What lies on disk: one folder a run, in open formats."""
