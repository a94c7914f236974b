"""Evaluations as documents: JSON, CSV and HTML."""
