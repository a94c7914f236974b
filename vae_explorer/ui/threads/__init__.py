"""The only modules that create a QThread."""
