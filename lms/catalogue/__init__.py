"""Catalogue: the shelf. Courses, their immutable versions, and where each one stands with the reason why."""
