"""What a new version of a course does to history: a question that moved is followed to its new place, and a step that
courses share counts in each of them.
"""
