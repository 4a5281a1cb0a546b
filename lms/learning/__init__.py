"""Learning: who takes which course, where they are, what they finished, what they answered, what they plan to try."""
