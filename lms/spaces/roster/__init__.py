"""Rosters: what a list of people says, row by row, and bringing those of its people into a space who are not in it yet."""
