"""Courses in preparation."""
