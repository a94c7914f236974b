"""Normalising flows: invertible transformations that bend the Gaussian posterior."""
