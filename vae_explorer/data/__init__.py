"""Pictures in: every source ends as one ``ImageSet``."""
