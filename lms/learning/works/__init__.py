"""Works: what learners hand in for an assignment, the files that belong to it, and what trainers and peers say of it."""
