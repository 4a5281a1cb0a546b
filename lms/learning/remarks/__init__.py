"""Remarks: "report an error" and "I disagree", from learners to those who write the courses, and what came of them."""
