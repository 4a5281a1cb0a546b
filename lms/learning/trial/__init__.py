"""Trial: the first step of a course for somebody without an account. Nothing of it is stored; its end offers to come in."""
