"""The measures of the suite, one module a group."""
