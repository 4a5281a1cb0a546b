"""Owns the directory: each space's page, who of its people chose to be seen there, and the making of spaces and territories."""
