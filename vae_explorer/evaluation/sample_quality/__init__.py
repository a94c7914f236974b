"""How alike generated and real images are as sets, in features that are always named."""
