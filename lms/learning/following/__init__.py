"""What managers follow of their people: lists that are read a page at a time, reminders, the report by mail. Steps and weeks,
never answers, hours or scores (docs/decisions/0019).
"""
