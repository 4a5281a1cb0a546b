"""Notes: one private text for each page of a course, which its owner alone reads."""
