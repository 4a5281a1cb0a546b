"""Coming back: questions that were answered return after 3, 10, 30 and 90 days, five at most in a day."""
