"""Reflections: what learners write for themselves, prompt by prompt, and lend to one another where they choose to."""
