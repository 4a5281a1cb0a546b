"""Owns the coordinator's table of spaces: who runs them, how many learn there, what they need first. Reads only."""
