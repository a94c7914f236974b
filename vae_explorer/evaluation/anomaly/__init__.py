"""Anomaly detection: how well a model's scores tell images of an unknown class from those it was trained on."""
