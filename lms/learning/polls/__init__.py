"""Polls: a question of a course without a right answer. Who has voted is kept apart from what was counted."""
