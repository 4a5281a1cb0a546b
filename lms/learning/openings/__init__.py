"""Courses in preparation: their page, and who is told by mail when one opens."""
